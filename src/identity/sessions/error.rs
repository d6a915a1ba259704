//! Why somebody is not signed in, or a session cannot be ended.

use crate::db::{DbError, INTERNAL, TxError, UNAVAILABLE};
use crate::env::HashError;
use crate::identity::throttle::model::Limited;
use crate::kernel::public_error::{Code, FieldError, PublicError};
use crate::platform::web::codes::{NOT_FOUND, TOO_MANY_REQUESTS};

/// The address or the password is wrong; which, is never told.
pub const WRONG_CREDENTIALS: Code = Code {
    name: "wrong-credentials",
    status: 401,
    title: "This address and this password do not belong together",
    help: "Check both. A new password can be chosen by mail: POST /v1/password-resets.",
};
/// The password was right; the account has a second factor.
pub const FACTOR_REQUIRED: Code = Code {
    name: "factor-required",
    status: 401,
    title: "A one-time code is needed too",
    help: "Send the same request with `factor`: the six digits that the authenticator app shows.",
};
/// The password was right, the code was not.
pub const WRONG_FACTOR: Code = Code {
    name: "wrong-factor",
    status: 401,
    title: "This one-time code is wrong or was used before",
    help: "Wait for the next code of the authenticator app and send that.",
};
/// The password was right; the address was never proved.
pub const EMAIL_UNVERIFIED: Code = Code {
    name: "email-unverified",
    status: 403,
    title: "The e-mail address is not confirmed yet",
    help: "Open the link in the mail; POST /v1/accounts/resend sends it again.",
};
/// The password was right; the account is frozen.
pub const ACCOUNT_FROZEN: Code = Code {
    name: "account-frozen",
    status: 403,
    title: "This account is frozen",
    help: "Nobody is signed in, nothing is ordered or changed; paid service goes on. To lift it: POST /v1/unfreezes mails a link; or write to the operator.",
};
/// The holder has asked for the end of the account.
pub const ACCOUNT_CLOSING: Code = Code {
    name: "account-closing",
    status: 403,
    title: "This account is being closed",
    help: "Reading, a copy of the data, paying what is owed, ending subscriptions, password, sessions and freezing still work. For the rest, ask for the closure to be taken back: the contact page says whom to write to.",
};
/// Staff sign in with cookies only.
pub const STAFF_NEED_COOKIES: Code = Code {
    name: "staff-need-cookies",
    status: 403,
    title: "Staff sign in with a cookie only",
    help: "Send `\"transport\": \"cookie\"`.",
};

/// All of them, for docs/reference/errors.md.
pub const CODES: &[&Code] = &[
    &WRONG_CREDENTIALS,
    &FACTOR_REQUIRED,
    &WRONG_FACTOR,
    &EMAIL_UNVERIFIED,
    &ACCOUNT_FROZEN,
    &ACCOUNT_CLOSING,
    &STAFF_NEED_COOKIES,
];

/// Why somebody is not signed in.
#[derive(Debug)]
pub enum SignInError {
    /// Tried too often.
    Limited(Limited),
    /// See [`WRONG_CREDENTIALS`].
    WrongCredentials,
    /// See [`FACTOR_REQUIRED`].
    FactorRequired,
    /// See [`WRONG_FACTOR`].
    WrongFactor,
    /// See [`EMAIL_UNVERIFIED`].
    EmailUnverified,
    /// See [`ACCOUNT_FROZEN`].
    Frozen,
    /// See [`STAFF_NEED_COOKIES`].
    StaffNeedCookies,
    /// The password could not be judged.
    Hash(HashError),
    /// There is no such session of this person.
    NoSuchSession,
    /// The database failed.
    Db(DbError),
}

impl From<DbError> for SignInError {
    fn from(error: DbError) -> Self {
        Self::Db(error)
    }
}

impl From<HashError> for SignInError {
    fn from(error: HashError) -> Self {
        Self::Hash(error)
    }
}

impl TxError for SignInError {
    fn is_contention(&self) -> bool {
        matches!(self, Self::Db(error) if error.is_contention())
    }
}

impl PublicError for SignInError {
    fn code(&self) -> &'static Code {
        match self {
            Self::Limited(_) => &TOO_MANY_REQUESTS,
            Self::WrongCredentials => &WRONG_CREDENTIALS,
            Self::FactorRequired => &FACTOR_REQUIRED,
            Self::WrongFactor => &WRONG_FACTOR,
            Self::EmailUnverified => &EMAIL_UNVERIFIED,
            Self::Frozen => &ACCOUNT_FROZEN,
            Self::StaffNeedCookies => &STAFF_NEED_COOKIES,
            Self::Hash(HashError::Busy) => &UNAVAILABLE,
            Self::Hash(HashError::Unreadable) => &INTERNAL,
            Self::NoSuchSession => &NOT_FOUND,
            Self::Db(error) => error.code(),
        }
    }

    fn fields(&self) -> Vec<FieldError> {
        match self {
            Self::FactorRequired | Self::WrongFactor => vec![FieldError::new("/factor", self.code().title)],
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
            Self::Hash(HashError::Busy) => Some(2),
            Self::Db(error) => error.retry_after(),
            _ => None,
        }
    }
}
