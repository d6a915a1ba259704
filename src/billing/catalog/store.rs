//! Rows of plans and prices.

use diesel::prelude::*;

use super::model::{Plan, Price, UnpaidRule};
use crate::db::schema::{plans, prices};
use crate::db::{DbConnection, DbError};
use crate::kernel::calendar::Interval;
use crate::kernel::currency::Currency;
use crate::kernel::ids::{self, Id};
use crate::kernel::money::Money;
use crate::kernel::time::Timestamp;

crate::text_column!(Currency, Interval, UnpaidRule);

#[derive(Queryable)]
struct PlanRow {
    id: Id<ids::Plan>,
    code: String,
    name: String,
    description: String,
    position: i32,
    unpaid_rule: UnpaidRule,
    _created_at: Timestamp,
}

#[derive(Queryable)]
struct PriceRow {
    id: Id<ids::Price>,
    plan_id: Id<ids::Plan>,
    period: Interval,
    currency: Currency,
    per_seat: i64,
    largest_quantity: i32,
    is_offered: bool,
    _created_at: Timestamp,
}

impl From<PlanRow> for Plan {
    fn from(row: PlanRow) -> Self {
        let PlanRow { id, code, name, description, position, unpaid_rule, .. } = row;
        Self { id, code, name, description, position, unpaid_rule }
    }
}

impl From<PriceRow> for Price {
    fn from(row: PriceRow) -> Self {
        Self {
            id: row.id,
            plan: row.plan_id,
            interval: row.period,
            per_seat: Money::new(row.per_seat, row.currency),
            largest_quantity: u32::try_from(row.largest_quantity).unwrap_or(0),
            is_offered: row.is_offered,
        }
    }
}

/// Every plan with its offered prices, in the order of the list.
pub fn list_offered(conn: &mut DbConnection) -> Result<Vec<(Plan, Vec<Price>)>, DbError> {
    let rows: Vec<PlanRow> = plans::table.order((plans::position, plans::id)).load(conn)?;
    let offered: Vec<PriceRow> = prices::table
        .filter(prices::is_offered.eq(true))
        .order((prices::period, prices::currency, prices::id))
        .load(conn)?;
    let mut offered: Vec<Price> = offered.into_iter().map(Price::from).collect();
    let mut list = Vec::with_capacity(rows.len());
    for plan in rows.into_iter().map(Plan::from) {
        let (own, rest) = offered.into_iter().partition(|price: &Price| price.plan == plan.id);
        offered = rest;
        list.push((plan, own));
    }
    Ok(list)
}

/// A price with its plan.
pub fn find_price(conn: &mut DbConnection, id: &Id<ids::Price>) -> Result<Option<(Plan, Price)>, DbError> {
    let found: Option<(PlanRow, PriceRow)> =
        plans::table.inner_join(prices::table).filter(prices::id.eq(id)).first(conn).optional()?;
    Ok(found.map(|(plan, price)| (plan.into(), price.into())))
}

/// A plan by its short name.
pub fn find_plan_by_code(conn: &mut DbConnection, code: &str) -> Result<Option<Plan>, DbError> {
    let found: Option<PlanRow> = plans::table.filter(plans::code.eq(code)).first(conn).optional()?;
    Ok(found.map(Plan::from))
}

/// A plan.
pub fn find_plan(conn: &mut DbConnection, id: &Id<ids::Plan>) -> Result<Plan, DbError> {
    let found: PlanRow = plans::table.find(id).first(conn)?;
    Ok(found.into())
}

/// Adds a plan.
pub fn insert_plan(conn: &mut DbConnection, plan: &Plan, now: Timestamp) -> Result<(), DbError> {
    diesel::insert_into(plans::table)
        .values((
            plans::id.eq(&plan.id),
            plans::code.eq(&plan.code),
            plans::name.eq(&plan.name),
            plans::description.eq(&plan.description),
            plans::position.eq(plan.position),
            plans::unpaid_rule.eq(plan.unpaid_rule),
            plans::created_at.eq(now),
        ))
        .execute(conn)?;
    Ok(())
}

/// Writes a plan's texts, place and rule; its short name stays. False if it is no longer as it was read.
pub fn update_plan(conn: &mut DbConnection, known: &Plan, plan: &Plan) -> Result<bool, DbError> {
    let as_read = plans::table
        .find(&plan.id)
        .filter(plans::name.eq(&known.name).and(plans::description.eq(&known.description)))
        .filter(plans::position.eq(known.position).and(plans::unpaid_rule.eq(known.unpaid_rule)));
    let changed = diesel::update(as_read)
        .set((
            plans::name.eq(&plan.name),
            plans::description.eq(&plan.description),
            plans::position.eq(plan.position),
            plans::unpaid_rule.eq(plan.unpaid_rule),
        ))
        .execute(conn)?;
    Ok(changed == 1)
}

/// The offered prices of a plan.
pub fn list_prices(conn: &mut DbConnection, plan: &Id<ids::Plan>) -> Result<Vec<Price>, DbError> {
    let query = prices::table.filter(prices::plan_id.eq(plan)).filter(prices::is_offered.eq(true));
    let rows: Vec<PriceRow> = query.order(prices::id).load(conn)?;
    Ok(rows.into_iter().map(Price::from).collect())
}

/// Ends the offer of a price; running subscriptions keep it. False if it has ended already.
pub fn archive_price(conn: &mut DbConnection, id: &Id<ids::Price>) -> Result<bool, DbError> {
    let offered = prices::table.find(id).filter(prices::is_offered.eq(true));
    Ok(diesel::update(offered).set(prices::is_offered.eq(false)).execute(conn)? == 1)
}

/// Adds a price.
pub fn insert_price(conn: &mut DbConnection, price: &Price, now: Timestamp) -> Result<(), DbError> {
    diesel::insert_into(prices::table)
        .values((
            prices::id.eq(&price.id),
            prices::plan_id.eq(&price.plan),
            prices::period.eq(price.interval),
            prices::currency.eq(price.currency()),
            prices::per_seat.eq(price.per_seat.minor()),
            prices::largest_quantity.eq(i32::try_from(price.largest_quantity).unwrap_or(i32::MAX)),
            prices::is_offered.eq(price.is_offered),
            prices::created_at.eq(now),
        ))
        .execute(conn)?;
    Ok(())
}
