//! Plans and prices: what can be subscribed to.

use serde::{Deserialize, Serialize};

use crate::kernel::calendar::Interval;
use crate::kernel::currency::Currency;
use crate::kernel::ids::{self, Id};
use crate::kernel::money::{Money, MoneyError};

/// The most seats that one subscription can have.
pub const LARGEST_QUANTITY: u32 = 10_000;

/// What happens to a subscription that is still past due when its next period would begin.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum UnpaidRule {
    /// It ends.
    Cancel,
    /// It stays past due, without new invoices, until it is paid or canceled.
    StayPastDue,
}

impl UnpaidRule {
    /// The stored text.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Cancel => "cancel",
            Self::StayPastDue => "stay_past_due",
        }
    }

    /// Reads the stored text.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Cancel, Self::StayPastDue].into_iter().find(|rule| rule.as_str() == text)
    }
}

impl std::str::FromStr for UnpaidRule {
    type Err = ();
    fn from_str(text: &str) -> Result<Self, ()> {
        Self::parse(text).ok_or(())
    }
}

/// A plan as customers see it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    /// Its id.
    pub id: Id<ids::Plan>,
    /// Stable short name for filters and seed data: lower-case letters, digits and hyphens.
    pub code: String,
    /// Name for people.
    pub name: String,
    /// One sentence for people.
    pub description: String,
    /// Place in the list, lowest first.
    pub position: i32,
    /// What happens when it stays unpaid.
    pub unpaid_rule: UnpaidRule,
}

/// A price of a plan: so much per seat and interval, in one currency. Never changed, only archived and replaced.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Price {
    /// Its id.
    pub id: Id<ids::Price>,
    /// The plan it belongs to.
    pub plan: Id<ids::Plan>,
    /// How long one period is.
    pub interval: Interval,
    /// Net amount for one seat and one period; zero for a free plan.
    pub per_seat: Money,
    /// The most seats it can be taken for.
    pub largest_quantity: u32,
    /// False once archived: running subscriptions keep it, new ones cannot take it.
    pub is_offered: bool,
}

/// Why a price cannot be taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[allow(missing_docs)] // the sentence is the documentation
pub enum CatalogError {
    #[error("Choose 1 to {0} seats.")]
    Quantity(u32),
    #[error("This price is no longer offered. Choose one from the list of plans.")]
    NotOffered,
    #[error("A price needs an amount of zero or more that can be charged, and 1 to 10000 seats.")]
    PriceInvalid,
    #[error("{0}")]
    Amount(#[from] MoneyError),
}

impl Price {
    /// True if it costs nothing.
    #[must_use]
    pub fn is_free(&self) -> bool {
        self.per_seat.is_zero()
    }

    /// The currency of every invoice of a subscription to it.
    #[must_use]
    pub fn currency(&self) -> Currency {
        self.per_seat.currency()
    }

    /// Checks what staff or seed data put in: not negative, a multiple of what the processor takes, and chargeable
    /// for one seat as for all.
    pub fn check(&self) -> Result<(), CatalogError> {
        if !(1..=LARGEST_QUANTITY).contains(&self.largest_quantity) || self.per_seat.is_negative() {
            return Err(CatalogError::PriceInvalid);
        }
        if !self.is_free() {
            self.per_seat.check_chargeable()?;
            self.per_seat.times(self.largest_quantity.into())?.check_chargeable()?;
        }
        Ok(())
    }

    /// The net amount of a whole period for so many seats, if the price can be taken for them.
    pub fn for_seats(&self, quantity: u32) -> Result<Money, CatalogError> {
        if !self.is_offered {
            return Err(CatalogError::NotOffered);
        }
        if !(1..=self.largest_quantity).contains(&quantity) {
            return Err(CatalogError::Quantity(self.largest_quantity));
        }
        Ok(self.per_seat.times(quantity.into())?)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn price(per_seat: i64, largest_quantity: u32) -> Price {
        let id = uuid::Uuid::from_u128(1);
        Price {
            id: Id::from_uuid(id),
            plan: Id::from_uuid(id),
            interval: Interval::Month,
            per_seat: Money::new(per_seat, Currency::USD),
            largest_quantity,
            is_offered: true,
        }
    }

    #[test]
    fn prices_that_cannot_be_charged_are_refused() {
        assert_eq!(price(0, 1).check(), Ok(()));
        assert_eq!(price(1_900, 10_000).check(), Ok(()));
        assert_eq!(price(-1, 1).check(), Err(CatalogError::PriceInvalid));
        assert_eq!(price(1_900, 0).check(), Err(CatalogError::PriceInvalid));
        assert_eq!(price(1_900, 10_001).check(), Err(CatalogError::PriceInvalid));
        assert!(matches!(price(49, 1).check(), Err(CatalogError::Amount(MoneyError::BelowMinimum(_)))));
        assert_eq!(price(1_000_000, 10_000).check(), Err(MoneyError::AboveLargestCharge.into()));
        let archived = Price { is_offered: false, ..price(1_900, 5) };
        assert_eq!(archived.for_seats(1), Err(CatalogError::NotOffered));
    }

    proptest! {
        #[test]
        fn seats_multiply(per_seat in 50_i64..9_999, quantity: u32) {
            let price = price(per_seat, 10_000);
            match price.for_seats(quantity) {
                Ok(amount) => {
                    prop_assert_eq!(amount.minor(), per_seat * i64::from(quantity));
                    prop_assert_eq!(amount.check_chargeable(), Ok(()));
                }
                Err(refused) => {
                    prop_assert_eq!(refused, CatalogError::Quantity(10_000));
                    prop_assert!(!(1..=10_000).contains(&quantity));
                }
            }
        }
    }
}
