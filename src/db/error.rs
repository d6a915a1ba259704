//! What can go wrong in the database, as far as a feature needs to know.

use diesel::result::{DatabaseErrorKind, Error as DieselError};

use super::connection::may_be_gone;
use crate::kernel::public_error::{Code, PublicError};

/// A failure of the database. Texts of the database itself stay inside: they go to the log, never to a client.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DbError {
    /// The database cannot be reached now; the client may try again.
    #[error("the database cannot be reached")]
    Unavailable,
    /// No database thread became free within a second, or a lock was not granted in time.
    #[error("the database is busy")]
    Busy,
    /// A unique key refused the row: somebody else was first.
    #[error("a row with this key exists already")]
    Duplicate(String),
    /// The row asked for does not exist.
    #[error("no such row")]
    NotFound,
    /// A CHECK, a foreign key or a trigger refused what must never be. Always a bug.
    #[error("the database refused the change: {0}")]
    Refused(String),
    /// Anything else. Always a bug or a broken installation.
    #[error("database error: {0}")]
    Other(String),
}

impl From<DieselError> for DbError {
    fn from(error: DieselError) -> Self {
        if may_be_gone(&error) {
            return Self::Unavailable;
        }
        match error {
            DieselError::NotFound => Self::NotFound,
            DieselError::DatabaseError(kind, info) => {
                let text = info.message().to_owned();
                match kind {
                    DatabaseErrorKind::UniqueViolation => {
                        Self::Duplicate(info.constraint_name().map_or(text, ToOwned::to_owned))
                    }
                    DatabaseErrorKind::CheckViolation
                    | DatabaseErrorKind::ForeignKeyViolation
                    | DatabaseErrorKind::NotNullViolation => Self::Refused(text),
                    DatabaseErrorKind::SerializationFailure => Self::Busy,
                    _ if is_contention(&text) => Self::Busy,
                    _ => Self::Other(text),
                }
            }
            other => Self::Other(other.to_string()),
        }
    }
}

/// Whether a failed statement may succeed when the whole transaction is run again.
pub(super) fn is_contention(text: &str) -> bool {
    ["database is locked", "deadlock detected", "could not serialize", "lock timeout", "statement timeout"]
        .iter()
        .any(|sign| text.contains(sign))
}

/// The fixed answer to everything unexpected: what happened is in the log, under the request's id.
pub const INTERNAL: Code = Code {
    name: "internal",
    status: 500,
    title: "Something went wrong on our side",
    help: "Nothing was stored. Try again; if it persists, tell the operator the `instance` of the problem.",
};

/// The database, the processor or a queue has no room right now.
pub const UNAVAILABLE: Code = Code {
    name: "unavailable",
    status: 503,
    title: "The service cannot answer right now",
    help: "Nothing was stored. Try again after the seconds named by Retry-After.",
};

impl PublicError for DbError {
    fn code(&self) -> &'static Code {
        if matches!(self, Self::Unavailable | Self::Busy) { &UNAVAILABLE } else { &INTERNAL }
    }

    fn retry_after(&self) -> Option<u32> {
        matches!(self, Self::Unavailable | Self::Busy).then_some(2)
    }
}
