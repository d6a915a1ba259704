//! What can go wrong while a card is added.

use crate::billing::payments::gateway::GatewayError;
use crate::db::{DbError, TxError, UNAVAILABLE};
use crate::kernel::public_error::{Code, FieldError, PublicError};
use crate::platform::trust::ShareError;
use crate::platform::web::codes::{CONFLICT, INVALID, NOT_FOUND};

/// Consent is a precondition, and never assumed.
pub const CONSENT_REQUIRED: Code = Code {
    name: "consent-required",
    status: 422,
    title: "This needs your consent",
    help: "Show what is shared with whom, and send `consent: true` once the person has agreed.",
};

/// The processor said no, or something we cannot use.
pub const PROCESSOR_REFUSED: Code = Code {
    name: "processor-refused",
    status: 502,
    title: "The payment processor refused the request",
    help: "Nothing was charged. Try again; if it persists, tell the operator the `instance` of the problem.",
};

/// See the variants.
#[derive(Debug, thiserror::Error)]
pub enum SetupError {
    /// The box was not ticked.
    #[error("consent is missing")]
    ConsentRequired,
    /// The address to return to is not one of ours.
    #[error("the return address is not allowed")]
    ReturnUrl,
    /// No such set-up of this account.
    #[error("no such set-up")]
    NotFound,
    /// The processor.
    #[error(transparent)]
    Gateway(#[from] GatewayError),
    /// The database.
    #[error(transparent)]
    Db(#[from] DbError),
    /// Sharing was not allowed.
    #[error(transparent)]
    Share(#[from] ShareError),
}

impl TxError for SetupError {
    fn is_contention(&self) -> bool {
        matches!(self, Self::Db(error) if error.is_contention())
    }
}

impl PublicError for SetupError {
    fn code(&self) -> &'static Code {
        match self {
            Self::ConsentRequired | Self::Share(ShareError::NoConsent(_)) => &CONSENT_REQUIRED,
            Self::ReturnUrl => &INVALID,
            Self::NotFound => &NOT_FOUND,
            Self::Gateway(error) => gateway_code(error),
            Self::Db(error) => error.code(),
            Self::Share(ShareError::Restricted(_)) => &CONFLICT,
            Self::Share(_) => &crate::db::INTERNAL,
        }
    }

    fn detail(&self) -> Option<String> {
        let restricted = "You have asked for a correction of your name or address, and it is not decided yet. Until then \
                          the processor is told neither. Wait for the decision, or withdraw the request.";
        matches!(self, Self::Share(ShareError::Restricted(_))).then(|| restricted.to_owned())
    }

    fn fields(&self) -> Vec<FieldError> {
        match self {
            Self::ConsentRequired => {
                vec![FieldError::new("/consent", "Must be true: show what is shared with whom, and ask.")]
            }
            Self::ReturnUrl => {
                vec![FieldError::new(
                    "/return_url",
                    "Must be an address of this site, such as its base URL and a path.",
                )]
            }
            _ => Vec::new(),
        }
    }

    fn retry_after(&self) -> Option<u32> {
        match self {
            Self::Gateway(error) if gateway_code(error).status == 503 => Some(5),
            Self::Db(error) => error.retry_after(),
            _ => None,
        }
    }
}

/// What a failed call to the processor means for whoever asked.
#[must_use]
pub fn gateway_code(error: &GatewayError) -> &'static Code {
    match error {
        GatewayError::Unknown { .. }
        | GatewayError::NotSent { .. }
        | GatewayError::RateLimited { .. }
        | GatewayError::InFlight => &UNAVAILABLE,
        _ => &PROCESSOR_REFUSED,
    }
}
