//! The protocol against a made-up processor that loses, delays, repeats and declines in any order.

use std::collections::BTreeMap;

use chrono::Duration;
use proptest::prelude::*;
use proptest::sample::select;
use uuid::Uuid;

use super::super::gateway::{Decline, IntentMarks};
use super::super::sending::KEY_LIFETIME;
use super::*;
use crate::kernel::currency::Currency;
use crate::kernel::money::Money;

/// What the network does to one call.
#[derive(Debug, Clone, Copy)]
enum Fault {
    None,
    NeverArrives,
    AnswerLost,
    ExecutedLate(i64),
    StoredFailure,
    StoredFailureAfterwards,
    RateLimited,
    NotSent,
}

/// What the issuer says to one executed confirm.
#[derive(Debug, Clone, Copy)]
enum Issuer {
    Pays,
    Declines,
    DeclinesWithoutCharge,
    AsksCustomer,
}

type Reply = Result<Intent, GatewayError>;

struct Processor {
    intent: Option<Intent>,
    stored: BTreeMap<IdempotencyKey, Reply>,
    late: Vec<(Timestamp, IdempotencyKey, Issuer)>,
    charges: u32,
    moved: u32,
}

fn unknown(replied: bool) -> GatewayError {
    GatewayError::Unknown { reason: "made up".into(), replied }
}

impl Processor {
    fn new() -> Self {
        Self { intent: None, stored: BTreeMap::new(), late: Vec::new(), charges: 0, moved: 0 }
    }

    fn create(&mut self, now: Timestamp) -> Intent {
        let made = Intent {
            id: IntentRef::new("pi_1"),
            status: IntentStatus::RequiresPaymentMethod,
            amount: Money::new(1_900, Currency::USD),
            amount_received: 0,
            customer: None,
            latest_charge: None,
            last_error: None,
            next_action: None,
            created: now,
            metadata: IntentMarks::default(),
        };
        self.intent.get_or_insert(made).clone()
    }

    /// Executes a confirm once per key; an intent that is over refuses.
    fn confirm(&mut self, key: &IdempotencyKey, issuer: Issuer) -> Reply {
        if let Some(reply) = self.stored.get(key) {
            return reply.clone();
        }
        let intent = self.intent.as_mut().expect("created before it is confirmed");
        if matches!(intent.status, IntentStatus::Succeeded | IntentStatus::Canceled) {
            return Err(GatewayError::UnexpectedState { intent: Some(Box::new(intent.clone())) });
        }
        if !matches!(issuer, Issuer::DeclinesWithoutCharge | Issuer::AsksCustomer) {
            self.charges += 1;
            intent.latest_charge = Some(ChargeRef::new(format!("ch_{}", self.charges)));
        }
        let reply = match issuer {
            Issuer::Pays => {
                intent.status = IntentStatus::Succeeded;
                self.moved += 1;
                Ok(intent.clone())
            }
            Issuer::AsksCustomer => {
                intent.status = IntentStatus::RequiresAction;
                Ok(intent.clone())
            }
            Issuer::Declines | Issuer::DeclinesWithoutCharge => {
                let decline = Decline { code: "card_declined".into(), decline_code: None, advice: None, charge: None };
                intent.status = IntentStatus::RequiresPaymentMethod;
                intent.last_error = Some(decline.clone());
                Err(GatewayError::Declined { decline, intent: Some(Box::new(intent.clone())) })
            }
        };
        self.stored.insert(key.clone(), reply.clone());
        reply
    }

    fn run_late(&mut self, now: Timestamp) {
        let (due, waiting) = std::mem::take(&mut self.late).into_iter().partition(|(at, ..)| *at <= now);
        self.late = waiting;
        for (_, key, issuer) in due {
            let _ = self.confirm(&key, issuer);
        }
    }

    fn call(&mut self, key: &IdempotencyKey, issuer: Issuer, fault: Fault, now: Timestamp) -> Reply {
        match fault {
            Fault::None => self.confirm(key, issuer),
            Fault::NeverArrives => Err(unknown(false)),
            Fault::AnswerLost => self.confirm(key, issuer).and(Err(unknown(false))),
            Fault::ExecutedLate(seconds) => {
                self.late.push((now + Duration::seconds(seconds), key.clone(), issuer));
                Err(unknown(false))
            }
            Fault::StoredFailure => self.stored.entry(key.clone()).or_insert(Err(unknown(true))).clone(),
            Fault::StoredFailureAfterwards => {
                let _ = self.confirm(key, issuer);
                self.stored.insert(key.clone(), Err(unknown(true)));
                Err(unknown(true))
            }
            Fault::RateLimited => Err(GatewayError::RateLimited { retry_after: Some(Duration::seconds(3)) }),
            Fault::NotSent => Err(GatewayError::NotSent { reason: "made up".into() }),
        }
    }
}

/// Drives one payment and checks the rules at every step.
struct Drive {
    payment: Payment,
    processor: Processor,
    now: Timestamp,
    first_sent: BTreeMap<IdempotencyKey, Timestamp>,
    must_look: bool,
}

impl Drive {
    fn new() -> Self {
        Self {
            payment: Payment::new(Id::from_uuid(Uuid::from_u128(1)), 1),
            processor: Processor::new(),
            now: Timestamp::from_seconds(1_800_000_000).expect("in range"),
            first_sent: BTreeMap::new(),
            must_look: false,
        }
    }

    fn sends(&mut self, key: &IdempotencyKey) {
        let first = *self.first_sent.entry(key.clone()).or_insert(self.now);
        assert!(self.now - first < KEY_LIFETIME, "{key} is sent at an age of {}", self.now - first);
    }

    fn confirm(&mut self, issuer: Issuer, fault: Fault) {
        let key = self.payment.begin_confirm(self.now);
        assert_eq!(self.payment.attempts.iter().filter(|attempt| attempt.state.is_open()).count(), 1);
        self.sends(&key);
        let reply = self.processor.call(&key, issuer, fault, self.now);
        self.must_look = matches!(reply, Err(GatewayError::Unknown { .. }));
        self.payment.record_confirm(reply.as_ref(), self.now);
    }

    fn step(&mut self, will: Will, issuer: Issuer, fault: Fault) -> Step {
        self.processor.run_late(self.now);
        let step = self.payment.next_step(will, self.now);
        match &step {
            Step::Create(key) => {
                self.sends(key);
                self.payment.begin_create(self.now);
                let reply = match fault {
                    Fault::NeverArrives | Fault::ExecutedLate(_) => Err(unknown(false)),
                    Fault::StoredFailure => Err(unknown(true)),
                    Fault::AnswerLost | Fault::StoredFailureAfterwards => {
                        self.processor.create(self.now);
                        Err(unknown(false))
                    }
                    Fault::NotSent => Err(GatewayError::NotSent { reason: "made up".into() }),
                    Fault::None | Fault::RateLimited => Ok(self.processor.create(self.now)),
                };
                self.payment.record_create(reply.as_ref().map(Some), self.now);
            }
            Step::Find => {
                let found = self.processor.intent.clone();
                self.payment.record_create(Ok(found.as_ref()), self.now);
            }
            Step::Retrieve => {
                self.must_look = false;
                let intent = self.processor.intent.clone().expect("it is known");
                self.payment.observe(&intent, self.now);
            }
            Step::Confirm => {
                assert!(!self.must_look, "a new attempt before the last outcome was looked at");
                self.confirm(issuer, fault);
            }
            Step::Reconfirm => {
                assert!(!self.must_look, "sent again before it was looked at");
                self.confirm(issuer, fault);
            }
            Step::Wait(until) => self.now = *until,
            Step::Cancel => {
                let intent = self.processor.intent.as_mut().expect("it is known");
                if intent.status != IntentStatus::Succeeded {
                    intent.status = IntentStatus::Canceled;
                }
                let intent = intent.clone();
                self.payment.observe(&intent, self.now);
            }
            Step::AwaitCustomer | Step::NextGeneration | Step::Idle | Step::Succeeded | Step::Ended => {}
        }
        assert!(self.processor.moved <= 1, "charged twice");
        step
    }
}

fn faults() -> impl Strategy<Value = Fault> {
    select(vec![
        Fault::None,
        Fault::NeverArrives,
        Fault::AnswerLost,
        Fault::ExecutedLate(5),
        Fault::ExecutedLate(60),
        Fault::ExecutedLate(7_200),
        Fault::StoredFailure,
        Fault::StoredFailureAfterwards,
        Fault::RateLimited,
        Fault::NotSent,
    ])
}

fn issuers() -> impl Strategy<Value = Issuer> {
    select(vec![Issuer::Pays, Issuer::Declines, Issuer::DeclinesWithoutCharge, Issuer::AsksCustomer])
}

fn wills() -> impl Strategy<Value = Will> {
    select(vec![
        Will::Charge { on_session: true },
        Will::Charge { on_session: false },
        Will::Charge { on_session: true },
        Will::Settle,
    ])
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_500))]

    #[test]
    fn at_most_one_success_under_any_order_of_outcomes(
        steps in prop::collection::vec((wills(), issuers(), faults(), select(vec![0_i64, 1, 30, 3_600, 90_000])), 0..80),
        ends in any::<bool>(),
    ) {
        let mut drive = Drive::new();
        for (will, issuer, fault, pause) in steps {
            drive.step(will, issuer, fault);
            drive.now = drive.now + Duration::seconds(pause);
        }
        // When the troubles end, the payment comes to its end and agrees with the processor.
        let will = if ends { Will::End } else { Will::Charge { on_session: true } };
        let mut last = Step::Idle;
        for _ in 0..60 {
            last = drive.step(will, Issuer::Pays, Fault::None);
            if matches!(last, Step::Succeeded | Step::Ended | Step::NextGeneration) {
                break;
            }
        }
        prop_assert_eq!(last == Step::Succeeded, drive.processor.moved == 1);
        prop_assert!(ends || last == Step::Succeeded, "stuck at {:?}", last);
        prop_assert!(matches!(last, Step::Succeeded | Step::Ended), "stuck at {:?}", last);
        prop_assert!(drive.payment.open_attempt().is_none());
        let succeeded = drive.payment.attempts.iter().filter(|a| a.state == AttemptState::Succeeded).count();
        prop_assert_eq!(succeeded, usize::from(last == Step::Succeeded));
    }
}

#[test]
fn the_usual_way_has_two_calls() {
    let mut drive = Drive::new();
    let will = Will::Charge { on_session: true };
    let steps: Vec<Step> = (0..3).map(|_| drive.step(will, Issuer::Pays, Fault::None)).collect();
    let create = Step::Create(IdempotencyKey::new(format!("{}:1:create", drive.payment.invoice)));
    assert_eq!(steps, [create, Step::Confirm, Step::Succeeded]);
    assert!(drive.first_sent.contains_key(&IdempotencyKey::new(format!("{}:1:1", drive.payment.invoice))));
}

#[test]
fn a_declined_card_leaves_the_intent_for_the_next() {
    let mut drive = Drive::new();
    let will = Will::Charge { on_session: false };
    drive.step(will, Issuer::Declines, Fault::None);
    drive.step(will, Issuer::Declines, Fault::None);
    assert_eq!(drive.payment.next_step(Will::Settle, drive.now), Step::Idle);
    assert_eq!(drive.payment.attempts[0].state, AttemptState::Failed);
    assert_eq!(drive.payment.attempts[0].decline.as_ref().expect("told").code, "card_declined");
    drive.step(will, Issuer::Pays, Fault::None);
    assert_eq!(drive.payment.next_step(will, drive.now), Step::Succeeded);
    assert_eq!((drive.payment.attempts.len(), drive.processor.moved), (2, 1));
}

#[test]
fn an_abandoned_question_locks_nobody_out() {
    let mut drive = Drive::new();
    drive.step(Will::Charge { on_session: true }, Issuer::AsksCustomer, Fault::None);
    drive.step(Will::Charge { on_session: true }, Issuer::AsksCustomer, Fault::None);
    assert_eq!(drive.payment.next_step(Will::Charge { on_session: false }, drive.now), Step::AwaitCustomer);
    assert_eq!(drive.payment.next_step(Will::Charge { on_session: true }, drive.now), Step::Confirm);
    assert_eq!(drive.payment.next_step(Will::End, drive.now), Step::Cancel);
}

#[test]
fn a_lost_answer_is_looked_for_before_anything_is_sent() {
    let mut drive = Drive::new();
    let will = Will::Charge { on_session: true };
    drive.step(will, Issuer::Pays, Fault::None);
    drive.step(will, Issuer::Pays, Fault::AnswerLost);
    let steps: Vec<Step> = (0..3).map(|_| drive.step(will, Issuer::Pays, Fault::None)).collect();
    assert!(matches!(steps[0], Step::Wait(_)), "it may still be running");
    assert_eq!(steps[1..], [Step::Retrieve, Step::Succeeded]);
}

#[test]
fn a_call_that_never_arrived_is_sent_again_with_its_key() {
    let mut drive = Drive::new();
    let will = Will::Charge { on_session: true };
    drive.step(will, Issuer::Pays, Fault::None);
    drive.step(will, Issuer::Pays, Fault::NeverArrives);
    let mut seen = Vec::new();
    while drive.processor.moved == 0 {
        seen.push(drive.step(will, Issuer::Pays, Fault::None));
    }
    assert!(
        matches!(seen[..], [Step::Wait(_), Step::Retrieve, Step::Wait(_), Step::Retrieve, Step::Reconfirm]),
        "{seen:?}"
    );
    assert_eq!(drive.payment.attempts.len(), 1);
    assert_eq!(drive.first_sent.len(), 2, "one key to create, one to confirm");
}

#[test]
fn a_new_generation_needs_a_canceled_intent() {
    let mut drive = Drive::new();
    drive.step(Will::Charge { on_session: true }, Issuer::Pays, Fault::None);
    drive.step(Will::End, Issuer::Pays, Fault::None);
    assert_eq!(drive.payment.next_step(Will::End, drive.now), Step::Ended);
    assert_eq!(drive.payment.next_step(Will::Charge { on_session: true }, drive.now), Step::NextGeneration);
}

#[test]
fn old_news_changes_nothing_that_is_final() {
    let mut drive = Drive::new();
    let will = Will::Charge { on_session: true };
    drive.step(will, Issuer::Pays, Fault::None);
    let before = drive.processor.intent.clone().expect("made");
    drive.step(will, Issuer::Pays, Fault::None);
    drive.payment.observe(&before, drive.now);
    assert_eq!(drive.payment.status, Some(IntentStatus::Succeeded));
    let foreign = Intent { id: IntentRef::new("pi_2"), ..before };
    let mut other = Drive::new();
    other.step(will, Issuer::Pays, Fault::None);
    let known = other.payment.clone();
    other.payment.observe(&foreign, other.now);
    assert_eq!(other.payment, known, "another intent is none of its business");
}
