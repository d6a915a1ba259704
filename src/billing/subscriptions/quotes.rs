//! Previews that bind: what a subscription would cost, frozen for 15 minutes. Acceptance computes it again at the
//! frozen instant; any difference makes the quote stale.

use chrono::Duration;
use serde_json::json;

use super::error::SubscriptionsError;
use super::model::Position;
use super::store::{self, QuoteRow};
use crate::billing::catalog::model::{Plan, Price};
use crate::billing::catalog::store as catalog;
use crate::billing::invoices::actions as invoices;
use crate::billing::invoices::calculation::Calculation;
use crate::db::{DbConnection, DbError};
use crate::env::Env;
use crate::env::clock::business_now;
use crate::kernel::calendar::{Anchor, Interval, Period};
use crate::kernel::ids::{self, Account, Id, Quote};
use crate::kernel::time::Timestamp;
use crate::kernel::time_zone::TimeZone;

/// How long a quote binds.
pub const LIFETIME: Duration = Duration::minutes(15);

/// What is asked for.
#[derive(Debug, Clone)]
pub struct Order {
    /// Which price.
    pub price: Id<ids::Price>,
    /// How many seats.
    pub quantity: u32,
}

/// What an order comes to.
#[derive(Debug, Clone)]
pub struct Offer {
    /// The plan.
    pub plan: Plan,
    /// The price.
    pub price: Price,
    /// How many seats.
    pub quantity: u32,
    /// Where in the calendar the subscription starts.
    pub position: Position,
    /// The first period.
    pub period: Period,
    /// The first invoice; a renewal comes to the same.
    pub calculation: Calculation,
}

/// Computes an order that starts at an instant.
///
/// # Errors
/// The price is unknown or cannot be taken like this.
pub fn offer(
    conn: &mut DbConnection,
    env: &Env,
    order: &Order,
    starts_at: Timestamp,
    zone: TimeZone,
) -> Result<Offer, SubscriptionsError> {
    let (plan, price) = catalog::find_price(conn, &order.price)?.ok_or(SubscriptionsError::PriceUnknown)?;
    price.for_seats(order.quantity)?;
    let position = Position::first(Anchor::at(starts_at, zone), price.interval);
    let period = position.period().ok_or_else(|| DbError::Other("beyond the calendar".to_owned()))?;
    let description = describe(&plan, &price, order.quantity);
    let calculation = invoices::compute(env, description, order.quantity, price.per_seat, period)?;
    Ok(Offer { plan, price, quantity: order.quantity, position, period, calculation })
}

/// What an invoice's line says: `Basic, 3 agents, monthly`.
#[must_use]
pub fn describe(plan: &Plan, price: &Price, quantity: u32) -> String {
    let plan = &plan.name;
    match (price.interval, quantity) {
        (Interval::Month, 1) => format!("{plan}, {quantity} agent, monthly"),
        (Interval::Month, _) => format!("{plan}, {quantity} agents, monthly"),
        (Interval::Year, 1) => format!("{plan}, {quantity} agent, yearly"),
        (Interval::Year, _) => format!("{plan}, {quantity} agents, yearly"),
    }
}

/// Everything a quote freezes, as text that is compared at acceptance.
fn content(offer: &Offer) -> String {
    let inputs: Vec<_> = offer.calculation.lines.iter().map(|line| &line.input).collect();
    json!({ "lines": inputs, "total": offer.calculation.total, "zone": offer.position.anchor.zone().as_str() })
        .to_string()
}

/// Makes a binding preview.
///
/// # Errors
/// The price is unknown or cannot be taken like this.
pub fn preview(
    conn: &mut DbConnection,
    env: &Env,
    account: &Id<Account>,
    order: &Order,
) -> Result<(QuoteRow, Offer), SubscriptionsError> {
    let now = business_now(conn, &env.clock)?;
    let zone = zone(conn, account)?;
    let offer = offer(conn, env, order, now, zone)?;
    let quote = QuoteRow {
        id: env.id(),
        account_id: account.clone(),
        price_id: order.price.clone(),
        quantity: i32::try_from(order.quantity).map_err(|error| DbError::Other(error.to_string()))?,
        starts_at: now,
        content: content(&offer),
        created_at: now,
        expires_at: now + LIFETIME,
        subscription_id: None,
    };
    store::insert_quote(conn, &quote)?;
    Ok((quote, offer))
}

/// The offer of a quote that still holds for this order.
///
/// # Errors
/// [`SubscriptionsError::QuoteStale`] if it does not.
pub fn accept(
    conn: &mut DbConnection,
    env: &Env,
    account: &Id<Account>,
    id: &Id<Quote>,
    order: &Order,
) -> Result<Offer, SubscriptionsError> {
    let quote = store::find_quote(conn, account, id)?.ok_or(SubscriptionsError::QuoteStale)?;
    let now = business_now(conn, &env.clock)?;
    let same = quote.price_id == order.price && i64::from(quote.quantity) == i64::from(order.quantity);
    if !same || quote.subscription_id.is_some() || now >= quote.expires_at {
        return Err(SubscriptionsError::QuoteStale);
    }
    let zone = zone(conn, account)?;
    let offer = offer(conn, env, order, quote.starts_at, zone)?;
    if content(&offer) == quote.content { Ok(offer) } else { Err(SubscriptionsError::QuoteStale) }
}

/// The zone whose calendar counts: the holder's own.
///
/// # Errors
/// The database failed.
pub fn zone(conn: &mut DbConnection, account: &Id<Account>) -> Result<TimeZone, DbError> {
    let name = store::zone_of(conn, account)?;
    TimeZone::parse(&name).map_err(|error| DbError::Other(error.to_string()))
}
