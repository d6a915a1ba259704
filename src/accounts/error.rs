//! What can go wrong with an account.

use serde_json::{Value, json};

use super::model::{Field, Profile};
use crate::db::{DbError, TxError};
use crate::kernel::public_error::{Code, FieldError, PublicError};
use crate::platform::web::codes::{CONFLICT, INVALID, NOT_FOUND, STALE};
use crate::platform::web::etag::etag;

/// A change that cannot be made.
#[derive(Debug, thiserror::Error)]
pub enum AccountError {
    /// Some fields need a correction.
    #[error("some fields need a correction")]
    Invalid(Vec<FieldError>),
    /// There is no such change in this account's history.
    #[error("no such change")]
    NoSuchChange,
    /// What was changed is no field that is brought back from here.
    #[error("an address is not brought back from the history")]
    NotFromHere,
    /// Neither of the account's values nor of its history can be read any more.
    #[error("this value cannot be read any more")]
    Erased,
    /// The row is no longer at the version that the client saw.
    #[error("the profile has changed meanwhile")]
    Stale(Box<Stale>),
    /// The same, told without values.
    #[error("the profile has changed meanwhile")]
    StaleUnread(Box<Stale>),
    /// The database failed.
    #[error(transparent)]
    Db(#[from] DbError),
}

/// What a client needs in order to decide again.
#[derive(Debug, Clone)]
pub struct Stale {
    /// The row's version now.
    pub version: i64,
    /// What the row holds now.
    pub current: Profile,
    /// Fields that changed since the version the client saw, or that its patch would change.
    pub differs: Vec<Field>,
}

impl AccountError {
    /// For a program that may change the profile without looking at it: the fields stay named, their values are not told.
    #[must_use]
    pub fn unread(self) -> Self {
        match self {
            Self::Stale(stale) => Self::StaleUnread(stale),
            other => other,
        }
    }
}

impl TxError for AccountError {
    fn is_contention(&self) -> bool {
        matches!(self, Self::Db(error) if error.is_contention())
    }
}

impl PublicError for AccountError {
    fn code(&self) -> &'static Code {
        match self {
            Self::Invalid(_) => &INVALID,
            Self::NoSuchChange => &NOT_FOUND,
            Self::Erased | Self::NotFromHere => &CONFLICT,
            Self::Stale(_) | Self::StaleUnread(_) => &STALE,
            Self::Db(error) => error.code(),
        }
    }

    fn fields(&self) -> Vec<FieldError> {
        match self {
            Self::Invalid(errors) => errors.clone(),
            _ => Vec::new(),
        }
    }

    fn retry_after(&self) -> Option<u32> {
        match self {
            Self::Db(error) => error.retry_after(),
            _ => None,
        }
    }

    fn detail(&self) -> Option<String> {
        match self {
            Self::NoSuchChange => Some("Your history has no such change; it is kept for thirteen months.".to_owned()),
            Self::NotFromHere => Some(
                "An e-mail address is not brought back from the history, since it has to be confirmed: change it under \
                 /account/email."
                    .to_owned(),
            ),
            Self::Erased => Some("This value cannot be read any more.".to_owned()),
            _ => None,
        }
    }

    fn members(&self) -> Vec<(&'static str, Value)> {
        let (stale, shown) = match self {
            Self::Stale(stale) => (stale, true),
            Self::StaleUnread(stale) => (stale, false),
            _ => return Vec::new(),
        };
        let differs: Vec<Value> = stale
            .differs
            .iter()
            .map(|field| {
                if !shown {
                    return json!({ "field": field.as_str() });
                }
                let current = stale.current.value(*field).map(crate::kernel::personal::Personal::into_revealed);
                json!({ "field": field.as_str(), "current": current })
            })
            .collect();
        vec![("differs", Value::Array(differs)), ("etag", Value::from(etag(stale.version)))]
    }
}
