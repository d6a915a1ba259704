//! Why an address is not changed.

use crate::db::{DbError, TxError};
use crate::env::HashError;
use crate::identity::freezing::error::FreezeError;
use crate::kernel::public_error::{Code, FieldError, PublicError};
use crate::platform::web::codes::INVALID;

/// Somebody else has taken the address between asking and confirming.
pub const ADDRESS_TAKEN: Code = Code {
    name: "address-taken",
    status: 409,
    title: "This address signs in to another account",
    help: "An address belongs to one account. Change to another one, or sign in to that account with it.",
};

/// All of them, for docs/reference/errors.md.
pub const CODES: &[&Code] = &[&ADDRESS_TAKEN];

/// Why an address is not changed.
#[derive(Debug)]
pub enum EmailChangeError {
    /// The address needs a correction.
    Field(FieldError),
    /// See [`ADDRESS_TAKEN`]; told to who has proved to own the address.
    Taken,
    /// What a frozen account, a link, a password or a limit says.
    Freeze(FreezeError),
}

impl From<FreezeError> for EmailChangeError {
    fn from(error: FreezeError) -> Self {
        Self::Freeze(error)
    }
}

impl From<DbError> for EmailChangeError {
    fn from(error: DbError) -> Self {
        Self::Freeze(FreezeError::Db(error))
    }
}

impl From<HashError> for EmailChangeError {
    fn from(error: HashError) -> Self {
        Self::Freeze(FreezeError::Hash(error))
    }
}

impl TxError for EmailChangeError {
    fn is_contention(&self) -> bool {
        matches!(self, Self::Freeze(error) if error.is_contention())
    }
}

impl PublicError for EmailChangeError {
    fn code(&self) -> &'static Code {
        match self {
            Self::Field(_) => &INVALID,
            Self::Taken => &ADDRESS_TAKEN,
            Self::Freeze(error) => error.code(),
        }
    }

    fn fields(&self) -> Vec<FieldError> {
        match self {
            Self::Field(field) => vec![field.clone()],
            Self::Taken => Vec::new(),
            Self::Freeze(error) => error.fields(),
        }
    }

    fn detail(&self) -> Option<String> {
        if let Self::Freeze(error) = self { error.detail() } else { None }
    }

    fn retry_after(&self) -> Option<u32> {
        if let Self::Freeze(error) = self { error.retry_after() } else { None }
    }
}
