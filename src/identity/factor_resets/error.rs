//! Why factors are not removed by order, in words for the operator at the command line.

use crate::db::{DbError, TxError};
use crate::kernel::public_error::{Code, PublicError};
use crate::kernel::time::Timestamp;
use crate::platform::web::codes::NOT_FOUND;

/// See the module.
#[derive(Debug, thiserror::Error)]
pub enum ResetError {
    /// Nobody has the address.
    #[error("no account has this address")]
    Unknown,
    /// It belongs to a member of staff.
    #[error("this is a member of staff: steward staff reset-factor gives them another app")]
    Staff,
    /// The account is frozen, or a new password must be set first.
    #[error("the account is frozen or waits for a new password: whose it is has to be clear first")]
    Stopped,
    /// There is nothing to remove.
    #[error("the account has no second factor: its password is enough")]
    NoFactor,
    /// The address was changed lately.
    #[error("the address of the account was changed within the last seven days: who changed it may not be its owner")]
    Unsettled,
    /// The password was set by mail lately.
    #[error(
        "the password was set by mail on {0}, and the mailbox alone must not open the account: order it again after {1}"
    )]
    PasswordByMail(Timestamp, Timestamp),
    /// One waits already.
    #[error("the account waits for this already, until {0}")]
    Waiting(Timestamp),
    /// None waits.
    #[error("nothing of the kind waits for this account")]
    NotWaiting,
    /// The database failed.
    #[error(transparent)]
    Db(#[from] DbError),
}

impl TxError for ResetError {
    fn is_contention(&self) -> bool {
        matches!(self, Self::Db(error) if error.is_contention())
    }
}

/// What the owner of the account sees, who can only stop it.
impl PublicError for ResetError {
    fn code(&self) -> &'static Code {
        match self {
            Self::Db(error) => error.code(),
            _ => &NOT_FOUND,
        }
    }

    fn retry_after(&self) -> Option<u32> {
        match self {
            Self::Db(error) => error.retry_after(),
            _ => None,
        }
    }
}
