//! Why a token is not made, or does not open what was asked for.

use crate::db::{DbError, TxError};
use crate::identity::factors::error::PUBLIC_COMPUTER;
use crate::kernel::public_error::{Code, FieldError, PublicError};
use crate::kernel::scope::Scope;
use crate::platform::web::codes::{CONFLICT, INVALID, NOT_FOUND, NOT_SIGNED_IN};

/// The token lacks the scope.
pub const TOKEN_SCOPE: Code = Code {
    name: "token-scope",
    status: 403,
    title: "This API token may not do that",
    help: "`detail` names the scope that it lacks. Make a token that has it: POST /v1/account/tokens.",
};
/// Closed to every token.
pub const TOKEN_REFUSED: Code = Code {
    name: "token-refused",
    status: 403,
    title: "API tokens cannot do this",
    help: "What decides who gets into an account needs its holder: sign in with POST /v1/sessions.",
};

/// All of them, for docs/reference/errors.md.
pub const CODES: &[&Code] = &[&TOKEN_SCOPE, &TOKEN_REFUSED];

/// See the module.
#[derive(Debug)]
pub enum TokenError {
    /// Fields need a correction.
    Fields(Vec<FieldError>),
    /// As many as an account may have.
    TooMany,
    /// See [`PUBLIC_COMPUTER`].
    PublicComputer,
    /// There is no such token of this account.
    NoSuchToken,
    /// Made up, expired or revoked, or its account is not open.
    NotSignedIn,
    /// See [`TOKEN_SCOPE`].
    Lacks(Scope),
    /// See [`TOKEN_REFUSED`].
    Refused,
    /// The database failed.
    Db(DbError),
}

impl From<DbError> for TokenError {
    fn from(error: DbError) -> Self {
        Self::Db(error)
    }
}

impl TxError for TokenError {
    fn is_contention(&self) -> bool {
        matches!(self, Self::Db(error) if error.is_contention())
    }
}

impl PublicError for TokenError {
    fn code(&self) -> &'static Code {
        match self {
            Self::Fields(_) => &INVALID,
            Self::PublicComputer => &PUBLIC_COMPUTER,
            Self::TooMany => &CONFLICT,
            Self::NoSuchToken => &NOT_FOUND,
            Self::NotSignedIn => &NOT_SIGNED_IN,
            Self::Lacks(_) => &TOKEN_SCOPE,
            Self::Refused => &TOKEN_REFUSED,
            Self::Db(error) => error.code(),
        }
    }

    fn fields(&self) -> Vec<FieldError> {
        if let Self::Fields(fields) = self { fields.clone() } else { Vec::new() }
    }

    fn detail(&self) -> Option<String> {
        match self {
            Self::TooMany => Some("You have 50 tokens, which is the most. Revoke one that you do not need.".to_owned()),
            Self::Lacks(scope) => Some(format!("This needs the scope {scope}.")),
            _ => None,
        }
    }

    fn retry_after(&self) -> Option<u32> {
        if let Self::Db(error) = self { error.retry_after() } else { None }
    }
}
