//! Why no code is sent, or an address is not confirmed.

use crate::db::{DbError, TxError};
use crate::identity::throttle::model::Limited;
use crate::kernel::public_error::{Code, FieldError, PublicError};
use crate::platform::web::codes::{CONFLICT, INVALID, NOT_FOUND, TOO_MANY_REQUESTS};

/// Another code than the one that was sent.
pub const XMPP_CODE_WRONG: Code = Code {
    name: "xmpp-code-wrong",
    status: 422,
    title: "This is not the code that was sent",
    help: "Give the eight digits of the newest message at the address. A code allows five tries; POST \
           /v1/account/xmpp-address/codes sends another.",
};
/// No code can be tried.
pub const XMPP_CODE_SPENT: Code = Code {
    name: "xmpp-code-spent",
    status: 409,
    title: "No code waits for this address",
    help: "A code holds for 15 minutes, works once and allows five tries: POST /v1/account/xmpp-address/codes sends another.",
};
/// There is nothing to prove.
pub const XMPP_ADDRESS_PROVED: Code = Code {
    name: "xmpp-address-proved",
    status: 409,
    title: "This address is confirmed already",
    help: "Security notices go there already: GET /v1/account/xmpp-address says since when.",
};

/// All of them, for docs/reference/errors.md.
pub const CODES: &[&Code] = &[&XMPP_CODE_WRONG, &XMPP_CODE_SPENT, &XMPP_ADDRESS_PROVED];

/// Why a code opens nothing any more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Spent {
    /// None waits: none was sent to this address, or it was used.
    Gone,
    /// It is too old.
    Expired,
    /// It was guessed at too often.
    UsedUp,
}

/// See the module.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ProofError {
    /// The operator has no XMPP account.
    NotOffered,
    /// The profile has no XMPP address.
    NoAddress,
    /// There is no consent to the words of today.
    NotAgreed,
    /// The holder contests what the address stands in, and it is not decided yet.
    Restricted,
    /// See [`XMPP_ADDRESS_PROVED`].
    Proved,
    /// Asked for too often.
    Limited(Limited),
    /// What was given cannot be a code.
    Unreadable,
    /// See [`XMPP_CODE_WRONG`]; tries that are left.
    Wrong(i32),
    /// See [`XMPP_CODE_SPENT`].
    Spent(Spent),
    /// The database failed.
    Db(DbError),
}

impl From<DbError> for ProofError {
    fn from(error: DbError) -> Self {
        Self::Db(error)
    }
}

impl TxError for ProofError {
    fn is_contention(&self) -> bool {
        matches!(self, Self::Db(error) if error.is_contention())
    }
}

impl ProofError {
    /// What to say beside the field of the code, if that is where it belongs.
    fn about_the_code(&self) -> Option<String> {
        Some(match self {
            Self::Unreadable => "Give the eight digits of the message, with or without the space.".to_owned(),
            Self::Wrong(0) => {
                "This is not the code that was sent, and it was the last try. Ask for another code.".to_owned()
            }
            Self::Wrong(1) => "This is not the code that was sent. One try is left.".to_owned(),
            Self::Wrong(left) => format!("This is not the code that was sent. {left} tries are left."),
            Self::Spent(Spent::Gone) => "No code waits for this address. Ask for another code.".to_owned(),
            Self::Spent(Spent::Expired) => "This code has expired. Ask for another code.".to_owned(),
            Self::Spent(Spent::UsedUp) => "This code was tried too often. Ask for another code.".to_owned(),
            _ => return None,
        })
    }
}

impl PublicError for ProofError {
    fn code(&self) -> &'static Code {
        match self {
            Self::NotOffered => &NOT_FOUND,
            Self::NoAddress | Self::NotAgreed | Self::Restricted => &CONFLICT,
            Self::Proved => &XMPP_ADDRESS_PROVED,
            Self::Limited(_) => &TOO_MANY_REQUESTS,
            Self::Unreadable => &INVALID,
            Self::Wrong(_) => &XMPP_CODE_WRONG,
            Self::Spent(_) => &XMPP_CODE_SPENT,
            Self::Db(error) => error.code(),
        }
    }

    fn fields(&self) -> Vec<FieldError> {
        self.about_the_code().map(|text| FieldError::new("/code", text)).into_iter().collect()
    }

    fn detail(&self) -> Option<String> {
        Some(match self {
            Self::NotOffered => "Whoever runs this service sends no notices by XMPP.".to_owned(),
            Self::NoAddress => "Enter an XMPP address in your profile first: notices go there.".to_owned(),
            Self::NotAgreed => {
                "Agree to security notices by XMPP first: PUT /v1/account/consents/xmpp-notices.".to_owned()
            }
            Self::Restricted => {
                "You have asked for a correction of this address: nothing goes there until it is decided.".to_owned()
            }
            Self::Proved => "This address is confirmed already.".to_owned(),
            Self::Limited(limited) => limited.advice(),
            _ => return None,
        })
    }

    fn retry_after(&self) -> Option<u32> {
        match self {
            Self::Limited(limited) => Some(limited.seconds()),
            Self::Db(error) => error.retry_after(),
            _ => None,
        }
    }
}
