//! What links are for, and how long they hold.

use chrono::Duration;

/// What a link is good for; a link of one purpose opens nothing of another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// Proves the address of a sign-up; the subject is its registration.
    VerifyRegistration,
    /// Lets the owner of the mailbox choose a new password; the subject is the principal.
    ResetPassword,
    /// Freezes an account; stands in every security notice. The subject is the principal.
    FreezeAccount,
    /// Half of what lifts a freeze, the password is the other; the subject is the principal.
    UnfreezeAccount,
    /// Proves the new address of an account; the subject is the change.
    ConfirmEmailChange,
    /// In the hands of the old address: freezes the account, and takes the change back; the subject is the change.
    UndoEmailChange,
    /// Says "that wasn't me" to a sign-in, which is the subject.
    ReportSignIn,
    /// Ends a session on a public computer; the session is the subject.
    CloseSession,
}

impl Purpose {
    /// The word stored.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::VerifyRegistration => "verify_registration",
            Self::ResetPassword => "reset_password",
            Self::FreezeAccount => "freeze_account",
            Self::UnfreezeAccount => "unfreeze_account",
            Self::ConfirmEmailChange => "confirm_email_change",
            Self::UndoEmailChange => "undo_email_change",
            Self::ReportSignIn => "report_sign_in",
            Self::CloseSession => "close_session",
        }
    }

    /// How long such a link holds.
    #[must_use]
    pub fn lifetime(self) -> Duration {
        match self {
            Self::VerifyRegistration | Self::ConfirmEmailChange => Duration::hours(24),
            Self::ResetPassword | Self::UnfreezeAccount => Duration::minutes(30),
            Self::FreezeAccount | Self::UndoEmailChange | Self::ReportSignIn => Duration::days(7),
            // Longer than any session on a public computer.
            Self::CloseSession => Duration::days(1),
        }
    }

    /// The same in words, for pages and mails.
    #[must_use]
    pub fn lifetime_in_words(self) -> &'static str {
        match self {
            Self::VerifyRegistration | Self::ConfirmEmailChange | Self::CloseSession => "24 hours",
            Self::ResetPassword | Self::UnfreezeAccount => "30 minutes",
            Self::FreezeAccount | Self::UndoEmailChange | Self::ReportSignIn => "7 days",
        }
    }
}
