//! What can go wrong with a holder's decisions.

use crate::billing::payments::setups::error::CONSENT_REQUIRED;
use crate::db::{DbError, TxError};
use crate::kernel::public_error::{Code, PublicError};
use crate::platform::web::codes::{CONFLICT, NOT_FOUND};

/// Why a decision cannot be recorded.
#[derive(Debug, thiserror::Error)]
pub enum PrivacyError {
    /// Consent is never asked for a purpose of this name.
    #[error("there is no such purpose")]
    NoSuchPurpose,
    /// Only a yes records a consent.
    #[error("the holder has not agreed")]
    NotAgreed,
    /// The operator has no XMPP account.
    #[error("notices by XMPP are not offered")]
    NotOffered,
    /// The profile has no XMPP address.
    #[error("the profile has no XMPP address")]
    NoXmppAddress,
    /// There is no such policy version.
    #[error("there is no such policy version")]
    NoSuchVersion,
    /// Only the newest version can be accepted.
    #[error("only the newest policy version can be accepted")]
    Superseded,
    /// The database failed.
    #[error(transparent)]
    Db(#[from] DbError),
}

impl TxError for PrivacyError {
    fn is_contention(&self) -> bool {
        matches!(self, Self::Db(error) if error.is_contention())
    }
}

impl PublicError for PrivacyError {
    fn code(&self) -> &'static Code {
        match self {
            Self::NoSuchVersion | Self::NoSuchPurpose | Self::NotOffered => &NOT_FOUND,
            Self::NotAgreed => &CONSENT_REQUIRED,
            Self::Superseded | Self::NoXmppAddress => &CONFLICT,
            Self::Db(error) => error.code(),
        }
    }

    fn detail(&self) -> Option<String> {
        match self {
            Self::Superseded => Some("Only the newest policy version can be accepted: see GET /v1/policy.".to_owned()),
            Self::NoSuchVersion => Some("There is no policy version with this number.".to_owned()),
            Self::NoSuchPurpose => Some("Consent is never asked for a purpose of this name.".to_owned()),
            Self::NotOffered => Some("Whoever runs this service sends no notices by XMPP.".to_owned()),
            Self::NoXmppAddress => Some("Enter an XMPP address in your profile first: notices go there.".to_owned()),
            Self::NotAgreed | Self::Db(_) => None,
        }
    }

    fn retry_after(&self) -> Option<u32> {
        if let Self::Db(error) = self { error.retry_after() } else { None }
    }
}
