//! The charging protocol as a state machine (8-money.md, "Charging protocol"): what is known about one generation of
//! an invoice's payment, and from that what to do next. Nothing here calls anybody.
//!
//! A payment is one intent at the processor; an attempt is one confirm of it. The rules that [`Payment::next_step`]
//! keeps: at most one attempt is open; an open attempt whose outcome is not known is looked at before anything is
//! sent again; what is sent again is the same confirm of the same intent; a key older than 23 hours is never sent; a
//! new generation begins only after the processor has reported the old intent canceled. Since an intent succeeds at
//! most once, no order of losses, delays and repetitions charges twice.

use super::attempt::{Attempt, AttemptState};
use super::gateway::{ChargeRef, GatewayError, IdempotencyKey, Intent, IntentRef, IntentStatus};
use super::sending::{CALL_TIMEOUT, Lost, Sending};
use crate::kernel::ids::{self, Id};
use crate::kernel::time::Timestamp;

/// What is known about the making of the intent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Creation {
    /// It was not asked for yet.
    NotSent,
    /// It was asked for; the answer is not known.
    Sent(Sending),
    /// It is there.
    Done(IntentRef),
}

/// One generation of an invoice's payment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Payment {
    /// For which invoice.
    pub invoice: Id<ids::Invoice>,
    /// From 1; a new one only after the old intent is canceled.
    pub generation: u32,
    /// The making of the intent.
    pub creation: Creation,
    /// What the processor last told of it, first hand.
    pub status: Option<IntentStatus>,
    /// The last charge it told of.
    pub latest_charge: Option<ChargeRef>,
    /// When it was last looked at while the processor was working on it.
    pub processing_seen_at: Option<Timestamp>,
    /// Its attempts, oldest first.
    pub attempts: Vec<Attempt>,
}

/// What the caller wants of a payment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Will {
    /// Get the money: begin a new attempt if none is open.
    Charge {
        /// True while the customer is there to answer 3-D Secure.
        on_session: bool,
    },
    /// Find out what became of open calls; begin nothing.
    Settle,
    /// End the intent without money.
    End,
}

/// The next thing to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// Make the intent with this key.
    Create(IdempotencyKey),
    /// Look for the intent in the customer's list.
    Find,
    /// GET the intent.
    Retrieve,
    /// Begin a new attempt: commit its row, then confirm.
    Confirm,
    /// Send the open attempt's confirm again.
    Reconfirm,
    /// Cancel the intent.
    Cancel,
    /// Nothing until the customer has answered 3-D Secure or given another card.
    AwaitCustomer,
    /// Nothing before this instant.
    Wait(Timestamp),
    /// Begin a new generation with a new intent.
    NextGeneration,
    /// Nothing is open and nothing is wanted.
    Idle,
    /// The money has come.
    Succeeded,
    /// The intent is ended, or never was: post what depends on that.
    Ended,
}

impl Payment {
    /// A generation of which nothing was sent yet.
    #[must_use]
    pub fn new(invoice: Id<ids::Invoice>, generation: u32) -> Self {
        Self {
            invoice,
            generation,
            creation: Creation::NotSent,
            status: None,
            latest_charge: None,
            processing_seen_at: None,
            attempts: Vec::new(),
        }
    }

    /// What to do next.
    #[must_use]
    pub fn next_step(&self, will: Will, now: Timestamp) -> Step {
        match (self.status, will) {
            (Some(IntentStatus::Succeeded), _) => return Step::Succeeded,
            (Some(IntentStatus::Canceled), Will::Charge { .. }) => return Step::NextGeneration,
            (Some(IntentStatus::Canceled), _) => return Step::Ended,
            _ => {}
        }
        match &self.creation {
            Creation::NotSent => match will {
                Will::Charge { .. } => Step::Create(self.create_key(1)),
                Will::Settle => Step::Idle,
                Will::End => Step::Ended,
            },
            Creation::Sent(sending) => match (sending.next(now), will) {
                (Lost::WaitUntil(at), _) => Step::Wait(at),
                (Lost::Look, _) => Step::Find,
                // An intent that appears after this was never confirmed: it has moved no money and never will.
                (Lost::SendAgain, Will::End) => Step::Ended,
                (Lost::SendAgain, Will::Settle) => Step::Idle,
                (Lost::SendAgain, Will::Charge { .. }) => Step::Create(self.create_key(sending.again(now).key_no)),
            },
            Creation::Done(_) => self.next_step_with_intent(will, now),
        }
    }

    fn next_step_with_intent(&self, will: Will, now: Timestamp) -> Step {
        if self.status == Some(IntentStatus::Processing) {
            let again = self.processing_seen_at.map_or(now, |seen| seen + CALL_TIMEOUT);
            return if now < again { Step::Wait(again) } else { Step::Retrieve };
        }
        match (self.open_attempt(), will) {
            (_, Will::End) => Step::Cancel,
            (Some(attempt), _) => match attempt.sending.next(now) {
                Lost::WaitUntil(at) => Step::Wait(at),
                Lost::Look => Step::Retrieve,
                Lost::SendAgain => Step::Reconfirm,
            },
            (None, Will::Settle) => Step::Idle,
            (None, Will::Charge { on_session }) => {
                if self.status == Some(IntentStatus::RequiresAction) && !on_session {
                    Step::AwaitCustomer
                } else {
                    Step::Confirm
                }
            }
        }
    }

    /// The attempt whose outcome is not known; there is at most one.
    #[must_use]
    pub fn open_attempt(&self) -> Option<&Attempt> {
        self.attempts.iter().find(|attempt| attempt.state.is_open())
    }

    /// The key of the intent's making.
    #[must_use]
    pub fn create_key(&self, key_no: u32) -> IdempotencyKey {
        self.key("create", key_no)
    }

    /// The key of an attempt's confirm.
    #[must_use]
    pub fn attempt_key(&self, attempt: &Attempt) -> IdempotencyKey {
        self.key(&attempt.number.to_string(), attempt.sending.key_no)
    }

    /// `inv_…:1:create`; a worn key gets a successor: `inv_…:1:create:2`.
    fn key(&self, what: &str, key_no: u32) -> IdempotencyKey {
        let successor = if key_no == 1 { String::new() } else { format!(":{key_no}") };
        IdempotencyKey::new(format!("{}:{}:{what}{successor}", self.invoice, self.generation))
    }

    /// Notes that the making of the intent is about to be sent. Commit before the call.
    pub fn begin_create(&mut self, now: Timestamp) {
        self.creation = match &self.creation {
            Creation::NotSent => Creation::Sent(Sending::first(now)),
            Creation::Sent(sending) => Creation::Sent(sending.again(now)),
            done @ Creation::Done(_) => done.clone(),
        };
    }

    /// Notes what came of making the intent, or of looking for it.
    pub fn record_create(&mut self, reply: Result<Option<&Intent>, &GatewayError>, now: Timestamp) {
        match (reply, &mut self.creation) {
            (Ok(Some(intent)), _) => self.observe(intent, now),
            (Ok(None), Creation::Sent(sending)) => sending.looked_at = Some(now),
            // A definite no: nothing was made, and the caller parks it, since the same request fails again.
            (Err(GatewayError::Refused { .. } | GatewayError::NotFound), Creation::Sent(_)) => {
                self.creation = Creation::NotSent;
            }
            (Err(error), Creation::Sent(sending)) => sending.note_failure(error, now),
            _ => {}
        }
    }

    /// Begins an attempt or sends the open one again; commit before the call. The key to send.
    pub fn begin_confirm(&mut self, now: Timestamp) -> IdempotencyKey {
        let open = self.attempts.iter().position(|attempt| attempt.state.is_open());
        let index = open.unwrap_or_else(|| {
            let number = self.attempts.last().map_or(1, |last| last.number + 1);
            self.attempts.push(Attempt::begin(number, self.latest_charge.clone(), now));
            self.attempts.len() - 1
        });
        if open.is_some() {
            self.attempts[index].send_again(now);
        }
        self.attempt_key(&self.attempts[index])
    }

    /// Notes what came of a confirm.
    pub fn record_confirm(&mut self, reply: Result<&Intent, &GatewayError>, now: Timestamp) {
        let embedded = match reply {
            Ok(intent) => Some(intent),
            Err(GatewayError::Declined { intent, .. } | GatewayError::UnexpectedState { intent }) => intent.as_deref(),
            Err(_) => None,
        };
        if let Some(attempt) = self.attempts.iter_mut().find(|attempt| attempt.state.is_open()) {
            attempt.record(reply, now);
        }
        if let Some(intent) = embedded {
            self.observe(intent, now);
        }
    }

    /// Takes in the intent as the processor tells it now, first hand: never from an old webhook unless its status is
    /// final. What has succeeded or is canceled stays so.
    pub fn observe(&mut self, intent: &Intent, now: Timestamp) {
        let is_mine = matches!(&self.creation, Creation::Done(id) if *id == intent.id);
        if matches!(self.creation, Creation::Done(_)) && !is_mine || self.is_settled() {
            return;
        }
        let waited = self.status == Some(IntentStatus::RequiresAction);
        self.creation = Creation::Done(intent.id.clone());
        self.status = Some(intent.status);
        self.processing_seen_at = (intent.status == IntentStatus::Processing).then_some(now);
        if let Some(attempt) = self.attempts.iter_mut().find(|attempt| attempt.state.is_open()) {
            attempt.observe(intent, now);
        } else if intent.status == IntentStatus::Succeeded {
            // The customer answered 3-D Secure after the attempt was closed.
            if let Some(attempt) = self.attempts.last_mut() {
                attempt.state = AttemptState::Succeeded;
            }
        } else if waited
            && intent.status == IntentStatus::RequiresPaymentMethod
            && let Some(attempt) = self.attempts.last_mut()
        {
            attempt.authentication_failed(intent.last_error.as_ref());
        }
        self.latest_charge.clone_from(&intent.latest_charge);
    }

    /// True once the processor has told a final status.
    #[must_use]
    pub fn is_settled(&self) -> bool {
        matches!(self.status, Some(IntentStatus::Succeeded | IntentStatus::Canceled))
    }
}

#[cfg(test)]
#[path = "model_tests.rs"]
mod tests;
