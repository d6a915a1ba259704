//! What can go wrong with kept cards.

use crate::db::{DbError, TxError};
use crate::kernel::public_error::{Code, PublicError};
use crate::platform::web::codes::NOT_FOUND;

/// See the variants.
#[derive(Debug, thiserror::Error)]
pub enum MethodError {
    /// No such card of this account.
    #[error("no such payment method")]
    NotFound,
    /// The database.
    #[error(transparent)]
    Db(#[from] DbError),
}

impl TxError for MethodError {
    fn is_contention(&self) -> bool {
        matches!(self, Self::Db(error) if error.is_contention())
    }
}

impl PublicError for MethodError {
    fn code(&self) -> &'static Code {
        match self {
            Self::NotFound => &NOT_FOUND,
            Self::Db(error) => error.code(),
        }
    }

    fn retry_after(&self) -> Option<u32> {
        match self {
            Self::NotFound => None,
            Self::Db(error) => error.retry_after(),
        }
    }
}
