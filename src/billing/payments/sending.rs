//! A call to the processor whose answer is not known: when to look, when and with which key to send it again.

use chrono::Duration;
use serde::{Deserialize, Serialize};

use super::gateway::GatewayError;
use crate::config::LONGEST_CALL_MS;
use crate::kernel::time::Timestamp;

/// How long a call to the processor may take; the adapter gives up by then, since no longer `stripe.timeout_ms` is taken.
pub const CALL_TIMEOUT: Duration = Duration::milliseconds(LONGEST_CALL_MS.cast_signed());

/// How long a key may be sent: the processor forgets keys after 24 hours.
pub const KEY_LIFETIME: Duration = Duration::hours(23);

/// A call whose answer is not known.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sending {
    /// Number of the key, from 1.
    pub key_no: u32,
    /// When this key was first sent.
    pub key_since: Timestamp,
    /// When the call was last sent.
    pub sent_at: Timestamp,
    /// True if the processor answered 5xx, which the same key would replay.
    pub stored_failure: bool,
    /// When looking last showed no trace of it.
    pub looked_at: Option<Timestamp>,
    /// Not to be sent again before this instant.
    pub resend_at: Option<Timestamp>,
}

impl Sending {
    /// A call sent now for the first time.
    #[must_use]
    pub fn first(now: Timestamp) -> Self {
        Self { key_no: 1, key_since: now, sent_at: now, stored_failure: false, looked_at: None, resend_at: None }
    }

    /// The same call, sent again now: with the same key, unless that is old or would replay a failure.
    #[must_use]
    pub fn again(&self, now: Timestamp) -> Self {
        let worn = self.stored_failure || now - self.key_since >= KEY_LIFETIME;
        let (key_no, key_since) = if worn { (self.key_no + 1, now) } else { (self.key_no, self.key_since) };
        Self { key_no, key_since, ..Self::first(now) }
    }

    /// Notes why no answer came.
    pub fn note_failure(&mut self, error: &GatewayError, now: Timestamp) {
        match error {
            GatewayError::Unknown { replied: true, .. } => self.stored_failure = true,
            GatewayError::NotSent { .. } => self.resend_at = Some(now + Duration::seconds(5)),
            GatewayError::RateLimited { retry_after } => {
                self.resend_at = Some(now + retry_after.unwrap_or(Duration::seconds(2)).max(Duration::seconds(1)));
            }
            _ => {}
        }
    }

    /// What a lost call asks for: wait while it may still be running, look, and only then send again.
    pub(super) fn next(&self, now: Timestamp) -> Lost {
        let (answered_by, settled_by) = (self.sent_at + CALL_TIMEOUT, self.sent_at + CALL_TIMEOUT * 2);
        if let Some(at) = self.resend_at {
            return if now < at { Lost::WaitUntil(at) } else { Lost::SendAgain };
        }
        match self.looked_at {
            Some(looked) if looked >= settled_by => Lost::SendAgain,
            Some(_) if now < settled_by => Lost::WaitUntil(settled_by),
            None if now < answered_by && !self.stored_failure => Lost::WaitUntil(answered_by),
            _ => Lost::Look,
        }
    }
}

/// What a lost call asks for.
pub(super) enum Lost {
    WaitUntil(Timestamp),
    Look,
    SendAgain,
}
