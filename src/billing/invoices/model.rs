//! The states of an invoice. Paid and credited are amounts; `paid` and `void` are what the amounts come to.

use serde::{Deserialize, Serialize};

use crate::kernel::money::{Money, MoneyError};

/// Where an invoice stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    /// Being put together; has no number and may still change.
    Draft,
    /// Numbered and frozen; something may be open.
    Final,
    /// Nothing is open and something was paid, or it came to zero.
    Paid,
    /// Credited in full before any payment.
    Void,
    /// Given up; a late payment still makes it paid.
    Uncollectible,
}

impl Status {
    /// Every status.
    pub const ALL: [Self; 5] = [Self::Draft, Self::Final, Self::Paid, Self::Void, Self::Uncollectible];

    /// The text in the API and the database.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::Final => "final",
            Self::Paid => "paid",
            Self::Void => "void",
            Self::Uncollectible => "uncollectible",
        }
    }

    /// Reads the text.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.as_str() == text)
    }
}

impl std::str::FromStr for Status {
    type Err = ();
    fn from_str(text: &str) -> Result<Self, ()> {
        Self::parse(text).ok_or(())
    }
}

/// Where an invoice and its money stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Standing {
    /// The state.
    pub status: Status,
    /// What the document comes to; frozen once final.
    pub total: Money,
    /// What has arrived for it.
    pub paid: Money,
    /// What has been credited.
    pub credited: Money,
}

/// How the total of an invoice is settled at issue.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Settlement {
    /// It comes to zero: final is paid, without an attempt.
    Nothing,
    /// Less than the processor charges: it waits as a pending line of the next invoice.
    NextInvoice,
    /// It is charged.
    Charge,
}

/// Where a payment went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Applied {
    /// Onto the invoice.
    pub to_invoice: Money,
    /// More than was open: unapplied money of the holder.
    pub excess: Money,
}

/// Why an invoice cannot take a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InvoiceError {
    /// Only a draft can become final.
    #[error("this invoice is final already")]
    AlreadyFinal,
    /// A draft has no number and takes no money.
    #[error("this invoice is not final yet")]
    NotFinal,
    /// Nothing is open.
    #[error("nothing is open on this invoice")]
    NothingOpen,
    /// A void needs an invoice without payments and credits.
    #[error("something was paid or credited on this invoice already")]
    Touched,
    /// An amount that cannot be.
    #[error(transparent)]
    Money(#[from] MoneyError),
}

/// How a total is settled; an error if it can be neither charged nor carried over.
pub fn settlement(total: Money) -> Result<Settlement, MoneyError> {
    if total.is_zero() {
        return Ok(Settlement::Nothing);
    }
    match total.check_chargeable() {
        Ok(()) => Ok(Settlement::Charge),
        Err(MoneyError::BelowMinimum(_)) => Ok(Settlement::NextInvoice),
        Err(other) => Err(other),
    }
}

impl Standing {
    /// A draft that comes to this total.
    #[must_use]
    pub fn draft(total: Money) -> Self {
        let nothing = Money::zero(total.currency());
        Self { status: Status::Draft, total, paid: nothing, credited: nothing }
    }

    /// What is left to pay; zero once void or overpaid, and for a draft.
    pub fn open(self) -> Result<Money, MoneyError> {
        if matches!(self.status, Status::Draft | Status::Void) {
            return Ok(Money::zero(self.total.currency()));
        }
        let open = self.total.minus(self.paid)?.minus(self.credited)?;
        Ok(if open.is_negative() { Money::zero(open.currency()) } else { open })
    }

    /// A draft becomes final; one of nothing is paid at once.
    pub fn finalise(self) -> Result<Self, InvoiceError> {
        if self.status != Status::Draft {
            return Err(InvoiceError::AlreadyFinal);
        }
        if self.total.is_negative() {
            return Err(MoneyError::NotPositive.into());
        }
        let status = if self.total.is_zero() { Status::Paid } else { Status::Final };
        Ok(Self { status, ..self })
    }

    /// Money arrives: onto what is open, the rest is excess. A partial payment leaves it final.
    pub fn pay(self, received: Money) -> Result<(Self, Applied), InvoiceError> {
        if self.status == Status::Draft {
            return Err(InvoiceError::NotFinal);
        }
        if !received.is_positive() {
            return Err(MoneyError::NotPositive.into());
        }
        let open = self.open()?;
        let rest = received.minus(open)?;
        let (to_invoice, excess) =
            if rest.is_negative() { (received, Money::zero(open.currency())) } else { (open, rest) };
        let mut paid = Self { paid: self.paid.plus(to_invoice)?, ..self };
        if to_invoice.is_positive() && paid.open()?.is_zero() {
            paid.status = Status::Paid;
        }
        Ok((paid, Applied { to_invoice, excess }))
    }

    /// Credited in full before any payment.
    pub fn void(self) -> Result<Self, InvoiceError> {
        match self.status {
            Status::Draft => Err(InvoiceError::NotFinal),
            Status::Paid | Status::Void => Err(InvoiceError::NothingOpen),
            _ if !self.paid.is_zero() || !self.credited.is_zero() => Err(InvoiceError::Touched),
            Status::Final | Status::Uncollectible => Ok(Self { status: Status::Void, credited: self.total, ..self }),
        }
    }

    /// Given up: stays payable.
    pub fn give_up(self) -> Result<Self, InvoiceError> {
        match self.status {
            Status::Final => Ok(Self { status: Status::Uncollectible, ..self }),
            Status::Draft => Err(InvoiceError::NotFinal),
            Status::Paid | Status::Void | Status::Uncollectible => Err(InvoiceError::NothingOpen),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::kernel::currency::Currency;

    fn usd(minor: i64) -> Money {
        Money::new(minor, Currency::USD)
    }

    fn issued(total: i64) -> Standing {
        Standing::draft(usd(total)).finalise().expect("a draft")
    }

    #[test]
    fn settlement_depends_on_what_the_processor_takes() {
        assert_eq!(settlement(usd(0)), Ok(Settlement::Nothing));
        assert_eq!(settlement(usd(49)), Ok(Settlement::NextInvoice));
        assert_eq!(settlement(usd(50)), Ok(Settlement::Charge));
        assert_eq!(settlement(usd(-1)), Err(MoneyError::NotPositive));
        assert_eq!(settlement(usd(100_000_000)), Err(MoneyError::AboveLargestCharge));
    }

    #[test]
    fn zero_is_paid_at_once() {
        assert_eq!(issued(0).status, Status::Paid);
        assert_eq!(issued(0).open(), Ok(usd(0)));
        assert_eq!(issued(5).finalise(), Err(InvoiceError::AlreadyFinal));
        assert!(Standing::draft(usd(-1)).finalise().is_err());
    }

    #[test]
    fn a_partial_payment_stays_final_and_late_money_is_excess() {
        let (partly, applied) = issued(100).pay(usd(40)).expect("final");
        assert_eq!((partly.status, applied.to_invoice, partly.open()), (Status::Final, usd(40), Ok(usd(60))));
        assert_eq!(partly.void(), Err(InvoiceError::Touched));
        let (paid, applied) = partly.pay(usd(70)).expect("final");
        assert_eq!((paid.status, applied.excess), (Status::Paid, usd(10)));
        let (void, applied) = issued(100).void().expect("open").pay(usd(100)).expect("money comes anyway");
        assert_eq!((void.status, applied.to_invoice, applied.excess), (Status::Void, usd(0), usd(100)));
    }

    #[test]
    fn given_up_can_still_be_paid() {
        let given_up = issued(100).give_up().expect("final");
        assert_eq!(given_up.pay(usd(100)).expect("payable").0.status, Status::Paid);
        assert_eq!(given_up.give_up(), Err(InvoiceError::NothingOpen));
        assert_eq!(Standing::draft(usd(5)).pay(usd(5)), Err(InvoiceError::NotFinal));
    }

    #[test]
    fn statuses_read_back() {
        for status in Status::ALL {
            assert_eq!(Status::parse(status.as_str()), Some(status));
        }
        assert_eq!(Status::parse("open"), None);
    }

    proptest! {
        #[test]
        fn no_money_is_lost(total in 1_i64..1_000_000, payments in prop::collection::vec(1_i64..500_000, 0..8)) {
            let (mut standing, mut excess) = (issued(total), 0);
            for payment in &payments {
                let (next, applied) = standing.pay(usd(*payment)).expect("final");
                prop_assert_eq!(applied.to_invoice.plus(applied.excess), Ok(usd(*payment)));
                excess += applied.excess.minor();
                standing = next;
            }
            prop_assert_eq!(standing.paid.minor() + excess, payments.iter().sum::<i64>());
            prop_assert_eq!(standing.open().expect("small").minor(), (total - payments.iter().sum::<i64>()).max(0));
            prop_assert_eq!(standing.status == Status::Paid, standing.open() == Ok(usd(0)));
        }
    }
}
