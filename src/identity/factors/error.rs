//! Why a factor is not added, removed or accepted.

use crate::db::{DbError, TxError};
use crate::identity::throttle::model::Limited;
use crate::kernel::label::LabelError;
use crate::kernel::public_error::{Code, FieldError, PublicError};
use crate::platform::web::codes::{INVALID, NOT_FOUND, TOO_MANY_REQUESTS};

/// The code or the passkey's answer was not right.
pub const FACTOR_NOT_CONFIRMED: Code = Code {
    name: "factor-not-confirmed",
    status: 422,
    title: "This does not confirm the factor",
    help: "Give the code that the app shows now, or begin again: POST /v1/account/factors.",
};
/// Others use this computer.
pub const PUBLIC_COMPUTER: Code = Code {
    name: "public-computer",
    status: 403,
    title: "Not at a public computer",
    help: "Sign in at a computer of your own (`\"computer\": \"own\"`) to add a factor, to see recovery codes or to make an API token.",
};
/// There are as many as there may be.
pub const TOO_MANY_FACTORS: Code = Code {
    name: "too-many-factors",
    status: 409,
    title: "There are ten factors already",
    help: "Remove one that is no longer used first.",
};
/// Staff keep one.
pub const LAST_FACTOR: Code =
    Code { name: "last-factor", status: 409, title: "Staff keep at least one factor", help: "Add another one first." };
/// Recovery codes stand in for a factor.
pub const NO_FACTOR: Code = Code {
    name: "no-factor",
    status: 409,
    title: "There is no factor that recovery codes could stand in for",
    help: "Add an authenticator app or a passkey first; codes come with it.",
};
/// Browsers make no passkeys for an address of digits.
pub const NO_PASSKEYS: Code = Code {
    name: "no-passkeys",
    status: 409,
    title: "Passkeys do not work at this address",
    help: "Passkeys need a host name: the operator sets `http.base_url` to one. Codes work everywhere.",
};
/// The account has none.
pub const NO_PASSKEY: Code = Code {
    name: "no-passkey",
    status: 409,
    title: "This account has no passkey",
    help: "Use the password or a code. A passkey is added by POST /v1/account/factors.",
};
/// The passkey belongs to somebody already.
pub const PASSKEY_KNOWN: Code = Code {
    name: "passkey-known",
    status: 409,
    title: "This passkey has been added already",
    help: "Use another device or another password manager.",
};

/// All of them, for docs/reference/errors.md.
pub const CODES: &[&Code] = &[
    &FACTOR_NOT_CONFIRMED,
    &PUBLIC_COMPUTER,
    &TOO_MANY_FACTORS,
    &LAST_FACTOR,
    &NO_FACTOR,
    &NO_PASSKEYS,
    &NO_PASSKEY,
    &PASSKEY_KNOWN,
];

/// Why a factor is not added, removed or accepted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FactorError {
    /// Tried too often.
    Limited(Limited),
    /// See [`FACTOR_NOT_CONFIRMED`]; the pointer of the field at fault.
    NotConfirmed(&'static str),
    /// The name cannot be one.
    Name(LabelError),
    /// There is no such factor of this person.
    NoSuchFactor,
    /// See [`PUBLIC_COMPUTER`].
    PublicComputer,
    /// See [`TOO_MANY_FACTORS`].
    TooMany,
    /// See [`LAST_FACTOR`].
    Last,
    /// See [`NO_FACTOR`].
    NoFactor,
    /// See [`NO_PASSKEYS`].
    NoPasskeys,
    /// See [`NO_PASSKEY`].
    NoPasskey,
    /// See [`PASSKEY_KNOWN`].
    Known,
    /// The database failed.
    Db(DbError),
}

impl From<DbError> for FactorError {
    fn from(error: DbError) -> Self {
        Self::Db(error)
    }
}

impl TxError for FactorError {
    fn is_contention(&self) -> bool {
        matches!(self, Self::Db(error) if error.is_contention())
    }
}

impl PublicError for FactorError {
    fn code(&self) -> &'static Code {
        match self {
            Self::Limited(_) => &TOO_MANY_REQUESTS,
            Self::NotConfirmed(_) => &FACTOR_NOT_CONFIRMED,
            Self::Name(_) => &INVALID,
            Self::NoSuchFactor => &NOT_FOUND,
            Self::PublicComputer => &PUBLIC_COMPUTER,
            Self::TooMany => &TOO_MANY_FACTORS,
            Self::Last => &LAST_FACTOR,
            Self::NoFactor => &NO_FACTOR,
            Self::NoPasskeys => &NO_PASSKEYS,
            Self::NoPasskey => &NO_PASSKEY,
            Self::Known => &PASSKEY_KNOWN,
            Self::Db(error) => error.code(),
        }
    }

    fn fields(&self) -> Vec<FieldError> {
        match self {
            Self::NotConfirmed("/code") => {
                vec![FieldError::new(
                    "/code",
                    "This is not the code that the app shows now. Check the time of the phone.",
                )]
            }
            Self::NotConfirmed(pointer) => {
                vec![FieldError::new(*pointer, "This answer does not fit the challenge. Begin again.")]
            }
            Self::Name(wrong) => vec![FieldError::new("/name", wrong)],
            _ => Vec::new(),
        }
    }

    fn detail(&self) -> Option<String> {
        match self {
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
