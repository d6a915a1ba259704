//! Events of the processor, from webhooks and from the poll of its event list, in one form.

use crate::kernel::time::Timestamp;

use super::intent::Intent;
use super::refs::{EventRef, PaymentMethodRef};
use super::setup::{Setup, SetupSession};

/// What an event is about, with the object as it was when the event was made: a hint, perhaps overtaken.
#[derive(Debug, Clone)]
pub enum Subject {
    /// An intent changed.
    Intent(Box<Intent>),
    /// A card set-up changed.
    Setup(Box<Setup>),
    /// A hosted set-up page was completed or expired.
    SetupSession(SetupSession),
    /// A card was detached.
    Detached(PaymentMethodRef),
    /// Nothing that is acted on, or an object that could not be read: kept in the inbox by its id.
    Other {
        /// The object's id, if there was one.
        object: Option<String>,
    },
}

/// One event.
#[derive(Debug, Clone)]
pub struct Event {
    /// Unique: the inbox takes each once.
    pub id: EventRef,
    /// The processor's type: `payment_intent.succeeded` …
    pub kind: String,
    /// When it was made.
    pub created: Timestamp,
    /// True for real money; must agree with the installation's mode.
    pub live: bool,
    /// What it is about.
    pub subject: Subject,
}

impl Event {
    /// The installation that the object names in its metadata; objects without ours are never touched.
    #[must_use]
    pub fn installation(&self) -> Option<&str> {
        match &self.subject {
            Subject::Intent(intent) => intent.metadata.installation.as_deref(),
            Subject::Setup(setup) => setup.installation.as_deref(),
            Subject::SetupSession(_) | Subject::Detached(_) | Subject::Other { .. } => None,
        }
    }
}

/// One page of the event list.
#[derive(Debug, Clone)]
pub struct EventPage {
    /// Oldest first.
    pub events: Vec<Event>,
    /// True if more are waiting.
    pub more: bool,
}

/// Why a webhook is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum WebhookError {
    /// No key of ours made this signature over this body.
    #[error("the signature does not fit the body")]
    Signature,
    /// The signature is right but older or newer than the tolerance.
    #[error("the signature's time is outside the tolerance")]
    Stale,
    /// Signed by the processor, yet no event with id and type.
    #[error("the signed body is not an event")]
    Malformed,
    /// A test event for a live installation or the reverse: an endpoint or a key is set up wrongly.
    #[error("the event belongs to the other mode")]
    WrongMode,
}
