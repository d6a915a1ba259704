//! What can go wrong in the back office.

use crate::accounts::corrections::error::CorrectionError;
use crate::billing::invoices::error::InvoicesError;
use crate::db::{DbError, TxError};
use crate::identity::freezing::error::FreezeError;
use crate::kernel::public_error::{Code, FieldError, PublicError};
use crate::platform::web::codes::{NOT_FOUND, PURPOSE_REQUIRED};

/// See the variants.
#[derive(Debug, thiserror::Error)]
pub enum StaffError {
    /// A look without a purpose.
    #[error("a purpose is missing")]
    PurposeRequired,
    /// No such account.
    #[error("no such account")]
    NotFound,
    /// No such invoice.
    #[error(transparent)]
    Invoice(#[from] InvoicesError),
    /// A freeze is neither made nor lifted.
    #[error("the freeze is refused")]
    Freeze(FreezeError),
    /// A correction is not decided.
    #[error(transparent)]
    Correction(#[from] CorrectionError),
    /// The database.
    #[error(transparent)]
    Db(#[from] DbError),
}

impl StaffError {
    /// A row that is not there is a thing that was not found, where an id was asked for.
    #[must_use]
    pub fn of_missing(error: DbError) -> Self {
        if matches!(error, DbError::NotFound) { Self::NotFound } else { Self::Db(error) }
    }
}

impl From<FreezeError> for StaffError {
    fn from(error: FreezeError) -> Self {
        Self::Freeze(error)
    }
}

impl TxError for StaffError {
    fn is_contention(&self) -> bool {
        match self {
            Self::Db(error) => error.is_contention(),
            Self::Invoice(error) => error.is_contention(),
            Self::Freeze(error) => error.is_contention(),
            Self::Correction(error) => error.is_contention(),
            Self::PurposeRequired | Self::NotFound => false,
        }
    }
}

impl PublicError for StaffError {
    fn code(&self) -> &'static Code {
        match self {
            Self::PurposeRequired => &PURPOSE_REQUIRED,
            Self::NotFound => &NOT_FOUND,
            Self::Invoice(error) => error.code(),
            Self::Freeze(error) => error.code(),
            Self::Correction(error) => error.code(),
            Self::Db(error) => error.code(),
        }
    }

    fn fields(&self) -> Vec<FieldError> {
        match self {
            Self::PurposeRequired => {
                let names: Vec<&str> =
                    crate::privacy::looks::model::PURPOSES.iter().map(|purpose| purpose.as_str()).collect();
                vec![FieldError::new("/purpose", format!("One of {}.", names.join(", ")))]
            }
            Self::Freeze(error) => error.fields(),
            Self::Correction(error) => error.fields(),
            _ => Vec::new(),
        }
    }

    fn detail(&self) -> Option<String> {
        match self {
            Self::Freeze(error) => error.detail(),
            Self::Correction(error) => error.detail(),
            _ => None,
        }
    }

    fn retry_after(&self) -> Option<u32> {
        match self {
            Self::Db(error) => error.retry_after(),
            Self::Correction(error) => error.retry_after(),
            _ => None,
        }
    }
}
