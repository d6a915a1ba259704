//! The table row by row, and what holds under any order of events.

use proptest::prelude::*;
use proptest::sample::select;

use super::*;
use crate::kernel::currency::Currency;
use crate::kernel::time_zone::TimeZone;

fn at(hours: i64) -> Timestamp {
    Timestamp::from_seconds(1_800_000_000 + hours * 3_600).expect("in range")
}

fn expiry(hours: i64) -> Event {
    Event::Expiry { created: at(0), now: at(hours) }
}

const BOUNDARY: Event = Event::Boundary { unpaid: UnpaidRule::Cancel };
const KEPT: Event = Event::Boundary { unpaid: UnpaidRule::StayPastDue };

#[test]
fn creation_depends_on_the_total() {
    let (state, effects) = create(Money::new(1_900, Currency::USD));
    assert_eq!((state.status, effects), (Status::Incomplete, vec![Effect::IssueInvoice, Effect::ChargeOnSession]));
    let (state, effects) = create(Money::zero(Currency::USD));
    assert_eq!((state.status, effects), (Status::Active, vec![Effect::IssueInvoice]));
}

#[test]
fn the_table_row_by_row() {
    use Effect::*;
    use Status::*;
    for (from, event, to, effects) in [
        (Incomplete, Event::Paid, Active, vec![]),
        (Incomplete, Event::PaymentFailed, Incomplete, vec![]),
        (Incomplete, Event::PaymentUnknown, Incomplete, vec![]),
        (Incomplete, expiry(23), Incomplete, vec![EndOpenInvoice]),
        (Incomplete, Event::CancelNow, Incomplete, vec![EndOpenInvoice]),
        (Active, BOUNDARY, Active, vec![AdvancePeriod, IssueInvoice, ChargeOffSession]),
        (Active, Event::PaymentUnknown, Active, vec![]),
        (Active, Event::PaymentFailed, PastDue, vec![AskForPayment]),
        (Active, Event::CancelNow, Canceled, vec![EndOpenInvoice]),
        (PastDue, Event::Paid, Active, vec![]),
        (PastDue, Event::CancelNow, Canceled, vec![EndOpenInvoice]),
        (PastDue, BOUNDARY, Canceled, vec![EndOpenInvoice]),
        (PastDue, KEPT, PastDue, vec![AdvancePeriod]),
        (Canceled, Event::Paid, Canceled, vec![RefundLateMoney]),
        (Expired, Event::Paid, Expired, vec![RefundLateMoney]),
    ] {
        let (state, done) = State::of(from).transition(event).expect("allowed");
        assert_eq!((state.status, done), (to, effects), "{from:?} × {event:?}");
    }
}

#[test]
fn refusals_say_why() {
    for (from, event, why) in [
        (Status::Incomplete, expiry(22), Refused::TooEarly),
        (Status::Incomplete, BOUNDARY, Refused::NotActiveYet),
        (Status::Incomplete, Event::Uncancel, Refused::NotActiveYet),
        (Status::PastDue, Event::CancelAtPeriodEnd, Refused::PaymentDue),
        (Status::Canceled, Event::CancelNow, Refused::Ended),
        (Status::Expired, Event::Uncancel, Refused::Ended),
        (Status::Canceled, BOUNDARY, Refused::Ended),
    ] {
        assert_eq!(State::of(from).transition(event), Err(why), "{from:?} × {event:?}");
    }
}

#[test]
fn calling_off_waits_for_the_processor_and_money_wins() {
    let (ending, _) = State::of(Status::Incomplete).transition(Event::CancelNow).expect("allowed");
    assert_eq!(ending.transition(Event::CancelNow).expect("again").1, vec![], "the intent is canceled once");
    assert_eq!(
        ending.transition(expiry(2)),
        Ok((ending, vec![])),
        "the clock looks again before the 23 hours are over"
    );
    assert_eq!(ending.transition(Event::Uncancel), Err(Refused::BeingCalledOff));
    let (paid, effects) = ending.transition(Event::Paid).expect("money wins");
    assert_eq!((paid, effects), (State::of(Status::Active), vec![]));
    let (expired, effects) = ending.transition(Event::IntentCanceled).expect("reported");
    assert_eq!((expired.status, effects), (Status::Expired, vec![Effect::CreditUnused]));
}

#[test]
fn cancel_at_the_end_wins_at_the_boundary_and_can_be_taken_back() {
    let (flagged, _) = State::of(Status::Active).transition(Event::CancelAtPeriodEnd).expect("allowed");
    assert_eq!(flagged.transition(BOUNDARY), Ok((State::of(Status::Canceled), vec![])));
    let (back, _) = flagged.transition(Event::Uncancel).expect("allowed");
    assert_eq!(back, State::of(Status::Active));
}

fn events() -> impl Strategy<Value = Event> {
    select(vec![
        Event::Paid,
        Event::PaymentFailed,
        Event::PaymentUnknown,
        Event::IntentCanceled,
        expiry(22),
        expiry(24),
        BOUNDARY,
        KEPT,
        Event::CancelNow,
        Event::CancelAtPeriodEnd,
        Event::Uncancel,
    ])
}

proptest! {
    #[test]
    fn under_any_order_of_events(events in prop::collection::vec(events(), 0..30)) {
        let (mut state, _) = create(Money::new(1_900, Currency::USD));
        let mut was_paid = false;
        for event in events {
            let Ok((next, effects)) = state.transition(event) else { continue };
            was_paid |= event == Event::Paid;
            prop_assert!(!state.status.is_ended() || next.status == state.status, "the end is final");
            prop_assert!(next.status != Status::Active || was_paid, "nothing is in service unpaid");
            let expires = next.status == Status::Expired && state.status != Status::Expired;
            prop_assert!(!expires || !was_paid, "a paid one never expires");
            if effects.contains(&Effect::IssueInvoice) {
                prop_assert!(event == BOUNDARY || event == KEPT, "only a boundary issues");
                prop_assert!(effects.contains(&Effect::AdvancePeriod), "each invoice has its own period");
                prop_assert_eq!(state.status, Status::Active);
            }
            prop_assert!(!next.is_ending || next.status == Status::Incomplete);
            prop_assert!(!next.cancels_at_period_end || matches!(next.status, Status::Active | Status::PastDue));
            state = next;
        }
    }

    #[test]
    fn positions_join(seconds in 1_500_000_000_i64..2_500_000_000, steps in 0_u32..60) {
        let start = Timestamp::from_seconds(seconds).expect("in range");
        let mut position = Position::first(Anchor::at(start, TimeZone::UTC), Interval::Month);
        prop_assert_eq!(position.period().expect("in range").start, start);
        for _ in 0..steps {
            let next = position.next().expect("in range");
            prop_assert_eq!(position.period().expect("in range").end, next.period().expect("in range").start);
            position = next;
        }
    }
}
