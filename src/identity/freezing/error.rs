//! Why a freeze is neither made nor lifted.

use crate::db::{DbError, INTERNAL, TxError, UNAVAILABLE};
use crate::env::HashError;
use crate::identity::credentials::error::{PasswordError, Refused, WRONG_PASSWORD};
use crate::identity::factors::actions::Refusal;
use crate::identity::registrations::error::LINK_SPENT;
use crate::identity::sessions::error::{FACTOR_REQUIRED, WRONG_FACTOR};
use crate::identity::throttle::model::Limited;
use crate::kernel::public_error::{Code, FieldError, PublicError};
use crate::platform::web::codes::{CONFLICT, INVALID, NOT_FOUND, TOO_MANY_REQUESTS};

/// Why a freeze is neither made nor lifted.
#[derive(Debug)]
pub enum FreezeError {
    /// The link has expired or was used.
    LinkSpent,
    /// The state of the account does not allow it; the text says which.
    State(&'static str),
    /// No such account.
    NotFound,
    /// A field needs a correction.
    Field(FieldError),
    /// The present password is wrong.
    WrongPassword,
    /// The account has a second factor, and none was given.
    FactorRequired,
    /// The factor is wrong, or was used before; the field at fault.
    WrongFactor(&'static str),
    /// The new one is refused.
    NewPassword(PasswordError),
    /// Tried too often.
    Limited(Limited),
    /// The password could not be judged.
    Hash(HashError),
    /// The database failed.
    Db(DbError),
}

impl From<DbError> for FreezeError {
    fn from(error: DbError) -> Self {
        Self::Db(error)
    }
}

impl From<Refusal> for FreezeError {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::Limited(limited) => Self::Limited(limited),
            Refusal::Wrong => Self::WrongFactor("/factor"),
        }
    }
}

impl From<HashError> for FreezeError {
    fn from(error: HashError) -> Self {
        Self::Hash(error)
    }
}

impl From<Refused> for FreezeError {
    fn from(refused: Refused) -> Self {
        match refused {
            Refused::Password(error) => Self::NewPassword(error),
            Refused::Hash(error) => Self::Hash(error),
        }
    }
}

impl TxError for FreezeError {
    fn is_contention(&self) -> bool {
        matches!(self, Self::Db(error) if error.is_contention())
    }
}

impl PublicError for FreezeError {
    fn code(&self) -> &'static Code {
        match self {
            Self::LinkSpent => &LINK_SPENT,
            Self::State(_) => &CONFLICT,
            Self::NotFound => &NOT_FOUND,
            Self::Field(_) | Self::NewPassword(_) => &INVALID,
            Self::WrongPassword => &WRONG_PASSWORD,
            Self::FactorRequired => &FACTOR_REQUIRED,
            Self::WrongFactor(_) => &WRONG_FACTOR,
            Self::Limited(_) => &TOO_MANY_REQUESTS,
            Self::Hash(HashError::Busy) => &UNAVAILABLE,
            Self::Hash(HashError::Unreadable | HashError::List) => &INTERNAL,
            Self::Db(error) => error.code(),
        }
    }

    fn fields(&self) -> Vec<FieldError> {
        match self {
            Self::Field(field) => vec![field.clone()],
            Self::NewPassword(wrong) => vec![FieldError::new("/new_password", wrong)],
            Self::WrongPassword => vec![FieldError::new("/password", "This is not the password of the account.")],
            Self::FactorRequired => vec![FieldError::new("/factor", "This account has a second factor: give it too.")],
            Self::WrongFactor(field) => vec![FieldError::new(*field, "This is wrong, or was used before.")],
            _ => Vec::new(),
        }
    }

    fn detail(&self) -> Option<String> {
        match self {
            Self::State(text) => Some((*text).to_owned()),
            Self::FactorRequired => Some(
                "Send `factor` (the digits of the app, or a recovery code) or a passkey's answer with the rest."
                    .to_owned(),
            ),
            Self::LinkSpent => Some("Ask for a new link, or write to us.".to_owned()),
            Self::Limited(limited) => Some(limited.advice()),
            _ => None,
        }
    }

    fn retry_after(&self) -> Option<u32> {
        match self {
            Self::Limited(limited) => Some(limited.seconds()),
            Self::Hash(HashError::Busy) => Some(2),
            Self::Db(error) => error.retry_after(),
            _ => None,
        }
    }
}
