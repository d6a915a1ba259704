//! Why a sign-up or a link is refused.

use crate::db::{DbError, INTERNAL, TxError, UNAVAILABLE};
use crate::env::HashError;
use crate::identity::credentials::error::Refused;
use crate::identity::throttle::model::Limited;
use crate::kernel::public_error::{Code, FieldError, PublicError};
use crate::platform::web::codes::{INVALID, TOO_MANY_REQUESTS};

/// Somebody accepted a policy that is not the current one.
pub const POLICY_OUTDATED: Code = Code {
    name: "policy-outdated",
    status: 422,
    title: "The privacy policy has changed",
    help: "Read the current version (GET /v1/policy) and send its `version` as `policy_version`.",
};
/// A mailed link is no good any more.
pub const LINK_SPENT: Code = Code {
    name: "link-spent",
    status: 410,
    title: "This link has expired or was used before",
    help: "Ask for a new mail: POST /v1/accounts/resend, or POST /v1/password-resets.",
};

/// All of them, for docs/reference/errors.md.
pub const CODES: &[&Code] = &[&POLICY_OUTDATED, &LINK_SPENT];

/// Why a sign-up or a link is refused.
#[derive(Debug)]
pub enum RegistrationError {
    /// Fields need a correction.
    Fields(Vec<FieldError>),
    /// See [`POLICY_OUTDATED`]; holds the current version.
    PolicyOutdated(i32),
    /// See [`LINK_SPENT`].
    LinkSpent,
    /// Tried too often.
    Limited(Limited),
    /// The password could not be hashed.
    Hash(HashError),
    /// The database failed.
    Db(DbError),
}

impl From<DbError> for RegistrationError {
    fn from(error: DbError) -> Self {
        Self::Db(error)
    }
}

impl From<HashError> for RegistrationError {
    fn from(error: HashError) -> Self {
        Self::Hash(error)
    }
}

impl From<Refused> for RegistrationError {
    fn from(refused: Refused) -> Self {
        match refused {
            Refused::Password(error) => Self::Fields(vec![error.field()]),
            Refused::Hash(error) => Self::Hash(error),
        }
    }
}

impl TxError for RegistrationError {
    fn is_contention(&self) -> bool {
        matches!(self, Self::Db(error) if error.is_contention())
    }
}

impl PublicError for RegistrationError {
    fn code(&self) -> &'static Code {
        match self {
            Self::Fields(_) => &INVALID,
            Self::PolicyOutdated(_) => &POLICY_OUTDATED,
            Self::LinkSpent => &LINK_SPENT,
            Self::Limited(_) => &TOO_MANY_REQUESTS,
            Self::Hash(HashError::Busy) => &UNAVAILABLE,
            Self::Hash(HashError::Unreadable | HashError::List) => &INTERNAL,
            Self::Db(error) => error.code(),
        }
    }

    fn fields(&self) -> Vec<FieldError> {
        match self {
            Self::Fields(fields) => fields.clone(),
            Self::PolicyOutdated(current) => {
                vec![FieldError::new("/policy_version", format!("The current version is {current}. Read it first."))]
            }
            _ => Vec::new(),
        }
    }

    fn detail(&self) -> Option<String> {
        match self {
            Self::Limited(limited) => Some(limited.advice()),
            Self::LinkSpent => {
                Some("Ask for a new one: /verify/resend for a sign-up, /reset for a password.".to_owned())
            }
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
