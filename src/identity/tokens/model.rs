//! What links are for, and how long they hold.

use chrono::Duration;

/// What a link is good for; a link of one purpose opens nothing of another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// Proves the address of a sign-up; the subject is its registration.
    VerifyRegistration,
    /// Lets the owner of the mailbox choose a new password; the subject is the principal.
    ResetPassword,
}

impl Purpose {
    /// The word stored.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::VerifyRegistration => "verify_registration",
            Self::ResetPassword => "reset_password",
        }
    }

    /// How long such a link holds.
    #[must_use]
    pub fn lifetime(self) -> Duration {
        match self {
            Self::VerifyRegistration => Duration::hours(24),
            Self::ResetPassword => Duration::minutes(30),
        }
    }

    /// The same in words, for pages and mails.
    #[must_use]
    pub fn lifetime_in_words(self) -> &'static str {
        match self {
            Self::VerifyRegistration => "24 hours",
            Self::ResetPassword => "30 minutes",
        }
    }
}
