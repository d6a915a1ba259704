//! Reading and filling the catalogue.

use serde::Deserialize;

use super::model::{Plan, Price, UnpaidRule};
use super::store;
use crate::db::{DbConnection, DbError};
use crate::env::Env;
use crate::kernel::calendar::Interval;
use crate::kernel::ids::{self, Id};
use crate::kernel::money::Money;

/// A plan to be added, with its prices.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewPlan {
    /// Stable short name.
    pub code: String,
    /// Name for people.
    pub name: String,
    /// One sentence for people.
    pub description: String,
    /// What happens when it stays unpaid.
    pub unpaid_rule: UnpaidRule,
    /// Its prices.
    pub prices: Vec<NewPrice>,
}

/// A price to be added.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewPrice {
    /// How long a period is.
    pub interval: Interval,
    /// Net amount for one seat and one period.
    pub per_seat: Money,
    /// The most seats.
    pub largest_quantity: u32,
}

/// The catalogue as it is offered.
pub fn list(conn: &mut DbConnection) -> Result<Vec<(Plan, Vec<Price>)>, DbError> {
    store::list_offered(conn)
}

/// A price, offered or not, with its plan.
///
/// # Errors
/// The database failed.
pub fn find_price(conn: &mut DbConnection, id: &Id<ids::Price>) -> Result<Option<(Plan, Price)>, DbError> {
    store::find_price(conn, id)
}

/// Adds the plans whose short name is not there yet, each with its prices; answers how many.
///
/// # Errors
/// [`DbError::Refused`] if a price cannot be charged.
pub fn seed(conn: &mut DbConnection, env: &Env, catalogue: &[NewPlan]) -> Result<usize, DbError> {
    let now = env.now();
    let mut added = 0;
    for (position, new) in (1_i32..).zip(catalogue) {
        if store::find_plan_by_code(conn, &new.code)?.is_some() {
            continue;
        }
        let plan = Plan {
            id: env.id(),
            code: new.code.clone(),
            name: new.name.clone(),
            description: new.description.clone(),
            position,
            unpaid_rule: new.unpaid_rule,
        };
        store::insert_plan(conn, &plan, now)?;
        for price in &new.prices {
            let price = Price {
                id: env.id(),
                plan: plan.id.clone(),
                interval: price.interval,
                per_seat: price.per_seat,
                largest_quantity: price.largest_quantity,
                is_offered: true,
            };
            price.check().map_err(|error| DbError::Refused(format!("{}: {error}", new.code)))?;
            store::insert_price(conn, &price, now)?;
        }
        added += 1;
    }
    Ok(added)
}

/// The catalogue that `demo` and `seed` start with (`config/demo-catalogue.json`).
///
/// # Panics
/// Never: a test reads the file.
#[must_use]
pub fn demo_catalogue() -> Vec<NewPlan> {
    serde_json::from_str(include_str!("../../../config/demo-catalogue.json")).expect("checked by a test")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_demo_catalogue_can_be_charged() {
        let plans = demo_catalogue();
        assert!(plans.iter().any(|plan| plan.prices.iter().all(|price| price.per_seat.is_zero())), "a free plan");
        for plan in &plans {
            for interval in [Interval::Month, Interval::Year] {
                let currencies = plan.prices.iter().filter(|price| price.interval == interval).count();
                assert!(currencies >= 3 || plan.prices[0].per_seat.is_zero(), "{}", plan.code);
            }
        }
    }
}
