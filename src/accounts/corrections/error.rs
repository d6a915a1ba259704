//! Why a correction is neither asked for nor decided.

use crate::accounts::error::AccountError;
use crate::db::{DbError, TxError};
use crate::kernel::public_error::{Code, FieldError, PublicError};
use crate::platform::web::codes::{CONFLICT, INVALID, NOT_FOUND};

/// See the variants.
#[derive(Debug, thiserror::Error)]
pub enum CorrectionError {
    /// Some fields need a correction themselves.
    #[error("some fields need a correction")]
    Invalid(Vec<FieldError>),
    /// There is no such request of this account.
    #[error("no such correction")]
    NotFound,
    /// How things stand does not allow it; the text says how they do.
    #[error("{0}")]
    State(&'static str),
    /// The database failed.
    #[error(transparent)]
    Db(#[from] DbError),
}

/// One about the same value is open.
pub const OPEN_ALREADY: &str = "A correction of this is being decided already. Withdraw it to ask for another.";
/// Too many at once.
pub const TOO_MANY: &str = "Ten of your corrections are open. Wait until some are decided, or withdraw some.";
/// It has ended.
pub const DECIDED: &str = "This correction has been decided or withdrawn already.";
/// The value moved on by itself.
pub const MOVED: &str =
    "Its holder has changed this value since. Refuse the request and say so, or wait until they withdraw it.";

impl From<AccountError> for CorrectionError {
    fn from(error: AccountError) -> Self {
        match error {
            AccountError::Invalid(errors) => Self::Invalid(errors),
            AccountError::NoSuchChange | AccountError::NotFromHere | AccountError::Erased => Self::NotFound,
            AccountError::Stale(_) | AccountError::StaleUnread(_) => Self::State(MOVED),
            AccountError::Db(error) => Self::Db(error),
        }
    }
}

impl TxError for CorrectionError {
    fn is_contention(&self) -> bool {
        matches!(self, Self::Db(error) if error.is_contention())
    }
}

impl PublicError for CorrectionError {
    fn code(&self) -> &'static Code {
        match self {
            Self::Invalid(_) => &INVALID,
            Self::NotFound => &NOT_FOUND,
            Self::State(_) => &CONFLICT,
            Self::Db(error) => error.code(),
        }
    }

    fn fields(&self) -> Vec<FieldError> {
        if let Self::Invalid(errors) = self { errors.clone() } else { Vec::new() }
    }

    fn detail(&self) -> Option<String> {
        if let Self::State(text) = self { Some((*text).to_owned()) } else { None }
    }

    fn retry_after(&self) -> Option<u32> {
        if let Self::Db(error) = self { error.retry_after() } else { None }
    }
}
