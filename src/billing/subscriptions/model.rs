//! The life of a subscription as one table (8-money.md, "Life of a subscription"): [`create`] and
//! [`State::transition`] say the next state and what has to be done, or refuse with a reason.

use chrono::Duration;
use serde::{Deserialize, Serialize};

use crate::billing::catalog::model::UnpaidRule;
use crate::kernel::calendar::{Anchor, Interval, Period};
use crate::kernel::money::Money;
use crate::kernel::time::Timestamp;

/// How long a first payment may take before the subscription expires.
pub const INCOMPLETE_LIFETIME: Duration = Duration::hours(23);

/// Where a subscription stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// Waits for its first payment.
    Incomplete,
    /// In service.
    Active,
    /// In service while a renewal waits for payment.
    PastDue,
    /// Ended.
    Canceled,
    /// Never began: the first payment did not come.
    Expired,
}

impl Status {
    /// Every status.
    pub const ALL: [Self; 5] = [Self::Incomplete, Self::Active, Self::PastDue, Self::Canceled, Self::Expired];

    /// The text in the API and the database.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Incomplete => "incomplete",
            Self::Active => "active",
            Self::PastDue => "past_due",
            Self::Canceled => "canceled",
            Self::Expired => "expired",
        }
    }

    /// Reads the text.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.as_str() == text)
    }

    /// True if nothing can happen to it any more.
    #[must_use]
    pub fn is_ended(self) -> bool {
        matches!(self, Self::Canceled | Self::Expired)
    }
}

impl std::str::FromStr for Status {
    type Err = ();
    fn from_str(text: &str) -> Result<Self, ()> {
        Self::parse(text).ok_or(())
    }
}

/// What decides about a subscription's next event.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct State {
    /// Where it stands.
    pub status: Status,
    /// True once the holder asked to end it with the current period.
    pub cancels_at_period_end: bool,
    /// True while an incomplete one waits for the processor to report its intent canceled.
    pub is_ending: bool,
}

/// What happens to a subscription.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Event {
    /// Its open invoice is paid.
    Paid,
    /// A confirm was declined or asks the customer for 3-D Secure.
    PaymentFailed,
    /// A confirm's outcome is not known yet.
    PaymentUnknown,
    /// The processor reports the open invoice's intent canceled, as we asked, or there was none.
    IntentCanceled,
    /// The time of a first payment may be over.
    Expiry {
        /// When the subscription was made.
        created: Timestamp,
        /// Now.
        now: Timestamp,
    },
    /// The current period is over.
    Boundary {
        /// The plan's rule for unpaid subscriptions.
        unpaid: UnpaidRule,
    },
    /// The holder or staff end it at once.
    CancelNow,
    /// The holder or staff end it with the current period.
    CancelAtPeriodEnd,
    /// The holder or staff take that back.
    Uncancel,
}

/// What has to be done along with a change of state, in the same transaction or by a job that it enqueues.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effect {
    /// Claim the period, issue its invoice and post it.
    IssueInvoice,
    /// Charge what the invoice leaves to pay while the customer is there.
    ChargeOnSession,
    /// Charge what the invoice leaves to pay in the background.
    ChargeOffSession,
    /// Move on to the next period.
    AdvancePeriod,
    /// Ask the customer by mail to pay, with a link.
    AskForPayment,
    /// End the open invoice, if there is one: cancel its intent first; `IntentCanceled` follows.
    EndOpenInvoice,
    /// Credit what is neither paid nor used of the open invoice; of a first invoice that is all.
    CreditUnused,
    /// Money came for what has ended: post it to Unapplied and refund it.
    RefundLateMoney,
}

/// Why an event is refused; the code goes into the problem's type.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// The subscription has ended.
    #[error("This subscription has ended. Start a new one instead.")]
    Ended,
    /// The first payment is not settled.
    #[error("The first payment is still open. Pay it, or cancel the subscription.")]
    NotActiveYet,
    /// A renewal is unpaid.
    #[error("A payment is due. Pay it first, or cancel at once.")]
    PaymentDue,
    /// An incomplete subscription may still be paid.
    #[error("The time for the first payment is not over yet.")]
    TooEarly,
    /// The first payment is being called off.
    #[error("This subscription is being called off. Wait a moment and look again.")]
    BeingCalledOff,
}

impl Refused {
    /// The stable code of the refusal.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Ended => "subscription-ended",
            Self::NotActiveYet => "first-payment-open",
            Self::PaymentDue => "payment-due",
            Self::TooEarly => "too-early",
            Self::BeingCalledOff => "being-called-off",
        }
    }
}

/// A new state and what to do along with it, in order.
pub type Outcome = Result<(State, Vec<Effect>), Refused>;

/// The state of a new subscription whose first invoice has this total.
#[must_use]
pub fn create(total: Money) -> (State, Vec<Effect>) {
    if total.is_zero() {
        (State::of(Status::Active), vec![Effect::IssueInvoice])
    } else {
        (State::of(Status::Incomplete), vec![Effect::IssueInvoice, Effect::ChargeOnSession])
    }
}

impl State {
    /// A state without a wish to end.
    #[must_use]
    pub const fn of(status: Status) -> Self {
        Self { status, cancels_at_period_end: false, is_ending: false }
    }

    /// What an event leads to. Every pair of state and event is in one of the five tables below.
    pub fn transition(self, event: Event) -> Outcome {
        match self.status {
            Status::Incomplete => self.incomplete(event),
            Status::Active => self.active(event),
            Status::PastDue => self.past_due(event),
            Status::Canceled | Status::Expired => self.ended(event),
        }
    }

    fn incomplete(self, event: Event) -> Outcome {
        match event {
            // Succeeded wins, also over a wish to call it off.
            Event::Paid => Ok((Self::of(Status::Active), vec![])),
            Event::PaymentFailed | Event::PaymentUnknown => self.stay(),
            Event::IntentCanceled if self.is_ending => Ok((Self::of(Status::Expired), vec![Effect::CreditUnused])),
            Event::IntentCanceled => self.stay(),
            // It is called off already: the clock only looks whether that has come to its end.
            Event::Expiry { .. } if self.is_ending => self.stay(),
            Event::Expiry { created, now } if now - created < INCOMPLETE_LIFETIME => Err(Refused::TooEarly),
            Event::Expiry { .. } | Event::CancelNow | Event::CancelAtPeriodEnd => {
                let ending = Self { is_ending: true, ..self };
                Ok((ending, if self.is_ending { vec![] } else { vec![Effect::EndOpenInvoice] }))
            }
            Event::Boundary { .. } => Err(Refused::NotActiveYet),
            Event::Uncancel if self.is_ending => Err(Refused::BeingCalledOff),
            Event::Uncancel => Err(Refused::NotActiveYet),
        }
    }

    fn active(self, event: Event) -> Outcome {
        match event {
            Event::Paid | Event::PaymentUnknown | Event::IntentCanceled => self.stay(),
            Event::PaymentFailed => Ok((Self { status: Status::PastDue, ..self }, vec![Effect::AskForPayment])),
            Event::Expiry { .. } => self.stay(),
            Event::Boundary { .. } if self.cancels_at_period_end => Ok((Self::of(Status::Canceled), vec![])),
            Event::Boundary { .. } => {
                Ok((self, vec![Effect::AdvancePeriod, Effect::IssueInvoice, Effect::ChargeOffSession]))
            }
            Event::CancelNow => Ok((Self::of(Status::Canceled), vec![Effect::EndOpenInvoice])),
            Event::CancelAtPeriodEnd => Ok((Self { cancels_at_period_end: true, ..self }, vec![])),
            Event::Uncancel => Ok((Self { cancels_at_period_end: false, ..self }, vec![])),
        }
    }

    fn past_due(self, event: Event) -> Outcome {
        match event {
            Event::Paid => Ok((Self { status: Status::Active, ..self }, vec![])),
            Event::PaymentFailed | Event::PaymentUnknown | Event::IntentCanceled | Event::Expiry { .. } => self.stay(),
            Event::Boundary { unpaid: UnpaidRule::StayPastDue } if !self.cancels_at_period_end => {
                Ok((self, vec![Effect::AdvancePeriod]))
            }
            Event::Boundary { .. } | Event::CancelNow => Ok((Self::of(Status::Canceled), vec![Effect::EndOpenInvoice])),
            Event::CancelAtPeriodEnd => Err(Refused::PaymentDue),
            Event::Uncancel => Ok((Self { cancels_at_period_end: false, ..self }, vec![])),
        }
    }

    fn ended(self, event: Event) -> Outcome {
        match event {
            Event::Paid => Ok((self, vec![Effect::RefundLateMoney])),
            Event::PaymentFailed | Event::PaymentUnknown | Event::Expiry { .. } => self.stay(),
            Event::IntentCanceled if self.status == Status::Canceled => Ok((self, vec![Effect::CreditUnused])),
            Event::IntentCanceled => self.stay(),
            Event::Boundary { .. } | Event::CancelNow | Event::CancelAtPeriodEnd | Event::Uncancel => {
                Err(Refused::Ended)
            }
        }
    }

    fn stay(self) -> Outcome {
        Ok((self, vec![]))
    }
}

/// Which period a subscription is in. An interval change starts a new phase; the numbers name the claim on a period.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Position {
    /// Number of the phase, from 1.
    pub phase: u32,
    /// Number of the period within the phase, from 0: boundary `period_no` starts it.
    pub period_no: u32,
    /// From where boundaries are counted.
    pub anchor: Anchor,
    /// How long a period is.
    pub interval: Interval,
}

impl Position {
    /// The first period of a subscription that starts now.
    #[must_use]
    pub fn first(anchor: Anchor, interval: Interval) -> Self {
        Self { phase: 1, period_no: 0, anchor, interval }
    }

    /// The span of the period; `None` beyond the calendar.
    #[must_use]
    pub fn period(self) -> Option<Period> {
        self.anchor.period(self.interval, self.period_no)
    }

    /// The next period of the phase; `None` beyond the calendar.
    #[must_use]
    pub fn next(self) -> Option<Self> {
        let next = Self { period_no: self.period_no.checked_add(1)?, ..self };
        next.period().map(|_| next)
    }
}

#[cfg(test)]
#[path = "model_tests.rs"]
mod tests;
