//! Why a call to the processor brought no result, sorted by what must happen next.

use chrono::Duration;

use super::intent::{Decline, Intent};

/// Why a call brought no result.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum GatewayError {
    /// It may have happened or not: timeout, 5xx, cut connection, unreadable reply. Look before acting again.
    #[error("the processor's answer is unknown: {reason}")]
    Unknown {
        /// What was seen, without personal data.
        reason: String,
        /// True if the processor itself answered 5xx: the same key would replay that answer.
        replied: bool,
    },
    /// The call never left: it has not happened.
    #[error("the processor could not be reached: {reason}")]
    NotSent {
        /// What was seen.
        reason: String,
    },
    /// The card was not charged.
    #[error("the card was declined: {}", decline.code)]
    Declined {
        /// Why.
        decline: Decline,
        /// The intent as embedded in the reply.
        intent: Option<Box<Intent>>,
    },
    /// Too many calls: nothing happened, and the same key may be sent again later.
    #[error("the processor asks to slow down")]
    RateLimited {
        /// How long it asks to wait.
        retry_after: Option<Duration>,
    },
    /// A call with the same key is still running: wait and look.
    #[error("the same call is still running at the processor")]
    InFlight,
    /// The object is in a state that does not allow this, perhaps because it happened already: look.
    #[error("the processor's object is in another state")]
    UnexpectedState {
        /// The intent as embedded in the reply.
        intent: Option<Box<Intent>>,
    },
    /// There is no such object.
    #[error("the processor knows no such object")]
    NotFound,
    /// The request is wrong and will be wrong again: a fault of ours or of the configuration.
    #[error("the processor refuses the request: {code}")]
    Refused {
        /// HTTP status.
        status: u16,
        /// The processor's code or type; its free text may quote personal data and is dropped.
        code: String,
        /// Which parameter, if told.
        parameter: Option<String>,
    },
}
