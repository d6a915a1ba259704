//! Why somebody is not signed in, or a session cannot be ended.

use crate::db::{DbError, INTERNAL, TxError, UNAVAILABLE};
use crate::env::HashError;
use crate::identity::factors::actions::Refusal;
use crate::identity::throttle::model::Limited;
use crate::kernel::public_error::{Code, FieldError, PublicError};
use crate::platform::web::codes::{INVALID, NOT_FOUND, TOO_MANY_REQUESTS};

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
    title: "A second factor is needed too",
    help: "Within five minutes send `pending` with `factor` (the digits of the app, or a recovery code), or with a passkey's answer.",
};
/// The password was right, the code was not.
pub const WRONG_FACTOR: Code = Code {
    name: "wrong-factor",
    status: 401,
    title: "This factor is wrong or was used before",
    help: "Wait for the next code of the authenticator app, or use a recovery code or a passkey.",
};
/// The passkey did not answer the challenge, or nobody here has it.
pub const WRONG_PASSKEY: Code = Code {
    name: "wrong-passkey",
    status: 401,
    title: "This passkey does not sign in here",
    help: "Ask for a new challenge (each holds five minutes, for one answer) or sign in with the password.",
};
/// Too long ago, or not ours.
pub const SIGN_IN_EXPIRED: Code = Code {
    name: "sign-in-expired",
    status: 401,
    title: "This sign-in has waited too long for its factor",
    help: "Begin again with address and password.",
};
/// Neither, or too much of it.
pub const CREDENTIALS_MISSING: Code = Code {
    name: "credentials-missing",
    status: 422,
    title: "Say what you sign in with",
    help: "Address and password; or `pending` and a factor; or `challenge` and `credential` of a passkey.",
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
/// The password was right; its owner said that somebody else knows it.
pub const RESET_REQUIRED: Code = Code {
    name: "password-reset-required",
    status: 403,
    title: "Set a new password first",
    help: "Somebody said that a sign-in was not theirs. Choose a new password by mail: POST /v1/password-resets.",
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
    &WRONG_PASSKEY,
    &SIGN_IN_EXPIRED,
    &CREDENTIALS_MISSING,
    &EMAIL_UNVERIFIED,
    &ACCOUNT_FROZEN,
    &ACCOUNT_CLOSING,
    &RESET_REQUIRED,
    &STAFF_NEED_COOKIES,
];

/// What a sign-in still waits for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Waiting {
    /// The sealed sign-in so far: what was chosen, and that the password was right.
    pub pending: String,
    /// What may be given: `totp`, `passkey`, `recovery_code`.
    pub ways: Vec<&'static str>,
}

/// Why somebody is not signed in.
#[derive(Debug)]
pub enum SignInError {
    /// Tried too often.
    Limited(Limited),
    /// See [`WRONG_CREDENTIALS`].
    WrongCredentials,
    /// See [`FACTOR_REQUIRED`].
    FactorRequired(Waiting),
    /// See [`WRONG_FACTOR`].
    WrongFactor,
    /// See [`WRONG_PASSKEY`].
    WrongPasskey,
    /// See [`SIGN_IN_EXPIRED`].
    Expired,
    /// See [`CREDENTIALS_MISSING`]; the fields that are missing.
    Missing(&'static [&'static str]),
    /// A session is to be proved again, and this was not given: a factor where the account has one, else the password.
    ProofMissing(&'static str),
    /// See [`EMAIL_UNVERIFIED`].
    EmailUnverified,
    /// See [`ACCOUNT_FROZEN`].
    Frozen,
    /// See [`RESET_REQUIRED`].
    ResetRequired,
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

impl From<Refusal> for SignInError {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::Limited(limited) => Self::Limited(limited),
            Refusal::Wrong => Self::WrongFactor,
        }
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
            Self::FactorRequired(_) => &FACTOR_REQUIRED,
            Self::WrongFactor => &WRONG_FACTOR,
            Self::WrongPasskey => &WRONG_PASSKEY,
            Self::Expired => &SIGN_IN_EXPIRED,
            Self::Missing(_) => &CREDENTIALS_MISSING,
            Self::ProofMissing(_) => &INVALID,
            Self::EmailUnverified => &EMAIL_UNVERIFIED,
            Self::Frozen => &ACCOUNT_FROZEN,
            Self::ResetRequired => &RESET_REQUIRED,
            Self::StaffNeedCookies => &STAFF_NEED_COOKIES,
            Self::Hash(HashError::Busy) => &UNAVAILABLE,
            Self::Hash(HashError::Unreadable | HashError::List) => &INTERNAL,
            Self::NoSuchSession => &NOT_FOUND,
            Self::Db(error) => error.code(),
        }
    }

    fn fields(&self) -> Vec<FieldError> {
        match self {
            Self::FactorRequired(_) | Self::WrongFactor => vec![FieldError::new("/factor", self.code().title)],
            Self::Missing(pointers) => {
                pointers.iter().map(|pointer| FieldError::new(*pointer, "This is needed to sign in.")).collect()
            }
            Self::ProofMissing(pointer) => {
                let text = "This is needed to go on. With a second factor the password does not suffice.";
                vec![FieldError::new(*pointer, text)]
            }
            _ => Vec::new(),
        }
    }

    fn members(&self) -> Vec<(&'static str, serde_json::Value)> {
        match self {
            Self::FactorRequired(waiting) => {
                vec![("pending", waiting.pending.clone().into()), ("factors", waiting.ways.clone().into())]
            }
            _ => Vec::new(),
        }
    }

    fn detail(&self) -> Option<String> {
        match self {
            Self::Limited(limited) => Some(limited.advice()),
            Self::EmailUnverified | Self::Frozen | Self::ResetRequired => Some(self.code().help.to_owned()),
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
