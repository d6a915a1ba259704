//! What an operation does to the account of whoever asks. Every route declares its deed, and the state of the account
//! decides which deeds it allows (`identity/principals/states.rs`).

/// A kind of operation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Deed {
    /// Nothing of an account: public pages, machines, staff.
    None,
    /// Shows the holder's own data.
    Read,
    /// Hands out a copy of all of it.
    Export,
    /// Changes data, settings or agreements.
    Change,
    /// Changes what proves the holder: password, factors, tokens.
    Credentials,
    /// Orders what costs money from now on.
    Order,
    /// Pays what is owed already, and keeps the card for it.
    Pay,
    /// Ends or lessens what goes on: cancels, removes a card, withdraws a consent.
    Lessen,
    /// Begins a session.
    SignIn,
    /// Looks at or ends one's sessions.
    Session,
    /// Sets the password by a mailed link.
    Reset,
    /// Freezes the account.
    Freeze,
    /// Lifts a freeze.
    Unfreeze,
    /// Asks for the end of the account.
    Close,
    /// Takes that back.
    Reopen,
}

impl Deed {
    /// All of them.
    pub const ALL: [Self; 15] = [
        Self::None,
        Self::Read,
        Self::Export,
        Self::Change,
        Self::Credentials,
        Self::Order,
        Self::Pay,
        Self::Lessen,
        Self::SignIn,
        Self::Session,
        Self::Reset,
        Self::Freeze,
        Self::Unfreeze,
        Self::Close,
        Self::Reopen,
    ];
}
