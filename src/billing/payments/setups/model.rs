//! What the holder agrees to, and how a set-up stands.

use std::str::FromStr;

use crate::billing::payments::gateway::IdempotencyKey;
use crate::kernel::ids::{Account, Id, PaymentSetup};
use crate::kernel::lang::Lang;

/// How the card is entered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Flow {
    /// On the processor's page, by redirect.
    Hosted,
    /// By an API client, against the processor's own API.
    Client,
}

impl Flow {
    /// The word in the API and the database.
    #[must_use]
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Hosted => "hosted",
            Self::Client => "client",
        }
    }
}

impl FromStr for Flow {
    type Err = ();
    fn from_str(text: &str) -> Result<Self, ()> {
        [Self::Hosted, Self::Client].into_iter().find(|flow| flow.as_str() == text).ok_or(())
    }
}

/// How a set-up stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SetupState {
    /// The holder is at the processor, or left it.
    Open,
    /// A card came back.
    Succeeded,
    /// The processor ended it without a card.
    Canceled,
}

impl SetupState {
    /// The word in the database.
    #[must_use]
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Succeeded => "succeeded",
            Self::Canceled => "canceled",
        }
    }
}

impl FromStr for SetupState {
    type Err = ();
    fn from_str(text: &str) -> Result<Self, ()> {
        [Self::Open, Self::Succeeded, Self::Canceled].into_iter().find(|state| state.as_str() == text).ok_or(())
    }
}

/// The words of the consent, exactly as shown beside the box and kept in the ledger: in the language in which they were
/// read, since nobody agrees to a translation.
#[must_use]
pub fn wording(operator: &str, processor: &str, lang: Lang) -> String {
    let words = format!(
        "I agree that {operator} shares my name, my e-mail address, my account number, and what I owe and for which \
         invoice with {processor}, so that it keeps my card and charges it for my subscriptions."
    );
    lang.tell(&words).into_owned()
}

/// The key of the account's one customer at the processor.
#[must_use]
pub fn customer_key(account: &Id<Account>) -> IdempotencyKey {
    IdempotencyKey::new(format!("customer:{account}"))
}

/// The key of a set-up's object at the processor.
#[must_use]
pub fn setup_key(setup: &Id<PaymentSetup>) -> IdempotencyKey {
    IdempotencyKey::new(format!("setup:{setup}"))
}
