//! Why a text cannot be a password, and why one is not changed.

use crate::env::HashError;
use crate::identity::sessions::error::SignInError;
use crate::kernel::public_error::{Code, FieldError, PublicError};
use crate::platform::web::codes::{INVALID, STEP_UP_REQUIRED};

/// The present password is wrong; the session is as good as before.
pub const WRONG_PASSWORD: Code = Code {
    name: "wrong-password",
    status: 403,
    title: "The present password is wrong",
    help: "Check it, or set a new one by mail: POST /v1/password-resets.",
};

/// All of them, for docs/reference/errors.md.
pub const CODES: &[&Code] = &[&WRONG_PASSWORD];

/// A complaint about a chosen password; never repeats it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[allow(missing_docs)] // the sentence is the documentation
pub enum PasswordError {
    #[error("Use at least {0} characters. Several words in a row are easy to keep in mind and hard to guess.")]
    TooShort(usize),
    #[error("Use at most 256 characters.")]
    TooLong,
    #[error("This password is among the first that others try. Choose words that do not belong together.")]
    Common,
    #[error("This password was in a data breach, so others try it. Choose words that do not belong together.")]
    Breached,
    #[error(
        "This password is made of your own name, address or handle, or of ours. Choose words that have nothing to do with you."
    )]
    Personal,
    #[error("This is the present password, which others may know by now. Choose a different one.")]
    Present,
    #[error("The password was changed while this form was open. Send it again.")]
    Moved,
}

impl PasswordError {
    /// The complaint about the field `password`.
    #[must_use]
    pub fn field(self) -> FieldError {
        FieldError::new("/password", self)
    }
}

/// Why a chosen password is not hashed.
#[derive(Debug)]
pub enum Refused {
    /// It is none that may be chosen.
    Password(PasswordError),
    /// It could not be judged or hashed.
    Hash(HashError),
}

impl From<PasswordError> for Refused {
    fn from(error: PasswordError) -> Self {
        Self::Password(error)
    }
}

impl From<HashError> for Refused {
    fn from(error: HashError) -> Self {
        Self::Hash(error)
    }
}

/// Why a password is not changed.
#[derive(Debug)]
pub enum ChangeError {
    /// The new one is refused.
    Password(PasswordError),
    /// The present one could not be confirmed.
    Credentials(SignInError),
    /// The account has a factor, and it was not given lately.
    StepUp,
}

impl From<PasswordError> for ChangeError {
    fn from(error: PasswordError) -> Self {
        Self::Password(error)
    }
}

impl From<SignInError> for ChangeError {
    fn from(error: SignInError) -> Self {
        Self::Credentials(error)
    }
}

impl From<Refused> for ChangeError {
    fn from(refused: Refused) -> Self {
        match refused {
            Refused::Password(error) => Self::Password(error),
            Refused::Hash(error) => Self::Credentials(error.into()),
        }
    }
}

impl PublicError for ChangeError {
    fn code(&self) -> &'static Code {
        match self {
            Self::Password(_) => &INVALID,
            Self::Credentials(SignInError::WrongCredentials) => &WRONG_PASSWORD,
            Self::Credentials(error) => error.code(),
            Self::StepUp => &STEP_UP_REQUIRED,
        }
    }

    fn fields(&self) -> Vec<FieldError> {
        match self {
            Self::Password(error) => vec![error.field()],
            Self::Credentials(SignInError::WrongCredentials) => {
                vec![FieldError::new("/current_password", "This is not your present password.")]
            }
            Self::Credentials(error) => error.fields(),
            Self::StepUp => Vec::new(),
        }
    }

    fn detail(&self) -> Option<String> {
        match self {
            Self::Password(_) | Self::StepUp => None,
            Self::Credentials(error) => error.detail(),
        }
    }

    fn retry_after(&self) -> Option<u32> {
        match self {
            Self::Password(_) | Self::StepUp => None,
            Self::Credentials(error) => error.retry_after(),
        }
    }
}
