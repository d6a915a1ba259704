//! Why a sign-in cannot be reported, or a link does nothing.

use crate::db::{DbError, TxError};
use crate::identity::registrations::error::LINK_SPENT;
use crate::identity::throttle::model::Limited;
use crate::kernel::public_error::{Code, PublicError};
use crate::platform::web::codes::{CONFLICT, NOT_FOUND, TOO_MANY_REQUESTS};

/// See the module.
#[derive(Debug)]
pub enum ReportError {
    /// There is no such try of this account.
    NoSuchEntry,
    /// It was reported before.
    Reported,
    /// The link has expired or was used.
    LinkSpent,
    /// Tried too often.
    Limited(Limited),
    /// The database failed.
    Db(DbError),
}

impl From<DbError> for ReportError {
    fn from(error: DbError) -> Self {
        Self::Db(error)
    }
}

impl TxError for ReportError {
    fn is_contention(&self) -> bool {
        matches!(self, Self::Db(error) if error.is_contention())
    }
}

impl PublicError for ReportError {
    fn code(&self) -> &'static Code {
        match self {
            Self::NoSuchEntry => &NOT_FOUND,
            Self::Reported => &CONFLICT,
            Self::LinkSpent => &LINK_SPENT,
            Self::Limited(_) => &TOO_MANY_REQUESTS,
            Self::Db(error) => error.code(),
        }
    }

    fn detail(&self) -> Option<String> {
        match self {
            Self::Reported => Some("This sign-in was reported before. Set a new password by mail.".to_owned()),
            Self::LinkSpent => Some("Sign in to see your sessions and sign-ins, or set a new password.".to_owned()),
            Self::Limited(limited) => Some(limited.advice()),
            _ => None,
        }
    }

    fn retry_after(&self) -> Option<u32> {
        match self {
            Self::Limited(limited) => Some(limited.seconds()),
            Self::Db(error) => error.retry_after(),
            _ => None,
        }
    }
}
