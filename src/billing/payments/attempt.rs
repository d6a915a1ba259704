//! One confirm of an intent: its states and what closes it.

use chrono::Duration;
use serde::{Deserialize, Serialize};

use super::gateway::{ChargeRef, Decline, GatewayError, Intent, IntentStatus};
use super::sending::Sending;
use crate::kernel::time::Timestamp;

/// From this age on, an attempt without known outcome stands in the staff's queue.
pub const STAFF_AFTER: Duration = Duration::minutes(15);

/// From this age on it raises an alarm.
pub const ALARM_AFTER: Duration = Duration::hours(24);

/// The error of an attempt whose intent was canceled before it moved money.
pub const INTENT_CANCELED: &str = "intent_canceled";

/// How an attempt stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AttemptState {
    /// Committed and about to be sent, or sent and not answered.
    Sending,
    /// The answer said nothing: timeout, 5xx, unreadable.
    Unknown,
    /// The money has moved.
    Succeeded,
    /// Refused by the issuer or the processor.
    Failed,
    /// The customer must answer 3-D Secure. Closes the attempt, not the intent.
    RequiresAction,
}

impl AttemptState {
    /// Every state.
    pub const ALL: [Self; 5] = [Self::Sending, Self::Unknown, Self::Succeeded, Self::Failed, Self::RequiresAction];

    /// The stored text.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Sending => "sending",
            Self::Unknown => "unknown",
            Self::Succeeded => "succeeded",
            Self::Failed => "failed",
            Self::RequiresAction => "requires_action",
        }
    }

    /// Reads the stored text.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == text)
    }

    /// True while the outcome is not known: at most one attempt of an invoice is.
    #[must_use]
    pub fn is_open(self) -> bool {
        matches!(self, Self::Sending | Self::Unknown)
    }
}

impl std::str::FromStr for AttemptState {
    type Err = ();
    fn from_str(text: &str) -> Result<Self, ()> {
        Self::parse(text).ok_or(())
    }
}

/// How urgently people must look at an open attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Urgency {
    /// The protocol settles it.
    None,
    /// Staff should look.
    Staff,
    /// Somebody must look now.
    Alarm,
}

/// One confirm.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attempt {
    /// From 1 within the payment.
    pub number: u32,
    /// How it stands.
    pub state: AttemptState,
    /// When it began.
    pub begun_at: Timestamp,
    /// Its call.
    pub sending: Sending,
    /// True once its call was sent more than once: then no refusal proves that the first did nothing.
    pub was_resent: bool,
    /// The intent's last charge when it began: another one is the trace of this attempt.
    pub charge_before: Option<ChargeRef>,
    /// Why it failed.
    pub decline: Option<Decline>,
}

impl Attempt {
    /// An attempt about to be sent.
    #[must_use]
    pub fn begin(number: u32, charge_before: Option<ChargeRef>, now: Timestamp) -> Self {
        Self {
            number,
            state: AttemptState::Sending,
            begun_at: now,
            sending: Sending::first(now),
            was_resent: false,
            charge_before,
            decline: None,
        }
    }

    /// The same confirm is about to be sent again.
    pub fn send_again(&mut self, now: Timestamp) {
        // A call that never left has not been sent before.
        self.was_resent |= self.sending.resend_at.is_none();
        self.sending = self.sending.again(now);
        self.state = AttemptState::Sending;
    }

    /// Notes the answer to the confirm.
    pub fn record(&mut self, reply: Result<&Intent, &GatewayError>, now: Timestamp) {
        match reply {
            Ok(intent) => {
                self.state = state_after_reply(intent.status);
                self.decline.clone_from(&intent.last_error);
            }
            Err(GatewayError::Declined { decline, .. }) => {
                self.state = closed_by(decline);
                self.decline = Some(decline.clone());
            }
            Err(GatewayError::Refused { code, .. }) if !self.was_resent => self.fail_without_charge(code),
            Err(GatewayError::NotFound) if !self.was_resent => self.fail_without_charge("not_found"),
            Err(error) => {
                self.state = AttemptState::Unknown;
                self.sending.note_failure(error, now);
            }
        }
    }

    /// Takes in the intent as it is now. Closes the attempt if the intent shows its trace, and otherwise notes that
    /// it was looked for.
    pub fn observe(&mut self, intent: &Intent, now: Timestamp) {
        match intent.status {
            IntentStatus::Succeeded => self.state = AttemptState::Succeeded,
            IntentStatus::RequiresAction => self.state = AttemptState::RequiresAction,
            IntentStatus::Canceled => self.fail_without_charge(INTENT_CANCELED),
            IntentStatus::RequiresPaymentMethod if intent.latest_charge != self.charge_before => {
                self.decline.clone_from(&intent.last_error);
                self.state = intent.last_error.as_ref().map_or(AttemptState::Failed, closed_by);
            }
            IntentStatus::Processing => self.state = AttemptState::Unknown,
            IntentStatus::RequiresPaymentMethod | IntentStatus::RequiresConfirmation => {
                self.state = AttemptState::Unknown;
                self.sending.looked_at = Some(now);
            }
        }
    }

    /// Takes in that the customer failed at the bank's page, or left it until it was closed.
    pub fn authentication_failed(&mut self, error: Option<&Decline>) {
        // Without an error it is what the intent was before it was confirmed.
        if self.state == AttemptState::RequiresAction && error.is_some() {
            self.state = AttemptState::Failed;
            self.decline = error.cloned();
        }
    }

    /// How urgently people must look at it.
    #[must_use]
    pub fn urgency(&self, now: Timestamp) -> Urgency {
        match now - self.begun_at {
            _ if !self.state.is_open() => Urgency::None,
            age if age >= ALARM_AFTER => Urgency::Alarm,
            age if age >= STAFF_AFTER => Urgency::Staff,
            _ => Urgency::None,
        }
    }

    fn fail_without_charge(&mut self, code: &str) {
        self.state = AttemptState::Failed;
        self.decline = Some(Decline { code: code.to_owned(), decline_code: None, advice: None, charge: None });
    }
}

fn closed_by(decline: &Decline) -> AttemptState {
    if decline.needs_authentication() { AttemptState::RequiresAction } else { AttemptState::Failed }
}

fn state_after_reply(status: IntentStatus) -> AttemptState {
    match status {
        IntentStatus::Succeeded => AttemptState::Succeeded,
        IntentStatus::RequiresAction => AttemptState::RequiresAction,
        IntentStatus::Processing | IntentStatus::RequiresConfirmation => AttemptState::Unknown,
        IntentStatus::RequiresPaymentMethod | IntentStatus::Canceled => AttemptState::Failed,
    }
}
