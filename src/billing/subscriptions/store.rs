//! Rows of subscriptions, of what is due and of quotes.

use chrono::{NaiveDate, NaiveTime, Timelike};
use diesel::prelude::*;

use super::model::{Position, State, Status};
use crate::db::schema::{accounts, billing_due, invoices, quotes, subscriptions};
use crate::db::{DbConnection, DbError};
use crate::kernel::calendar::{Anchor, Interval, Period};
use crate::kernel::currency::Currency;
use crate::kernel::ids::{self, Account, Id, PaymentMethod, Quote, Subscription};
use crate::kernel::time::Timestamp;
use crate::kernel::time_zone::TimeZone;
use crate::platform::jobs::BATCH;

crate::text_column!(Status);

/// A subscription as it stands.
#[derive(Debug, Clone, Queryable)]
#[allow(missing_docs)] // columns are documented in the field registry
pub struct SubscriptionRow {
    pub id: Id<Subscription>,
    pub account_id: Id<Account>,
    pub plan_id: Id<ids::Plan>,
    pub price_id: Id<ids::Price>,
    pub quantity: i32,
    pub currency: Currency,
    pub status: Status,
    pub cancels_at_period_end: bool,
    pub is_ending: bool,
    pub phase: i32,
    pub period_no: i32,
    pub anchor_date: NaiveDate,
    pub anchor_second: i32,
    pub zone: String,
    pub period: Interval,
    pub period_start: Timestamp,
    pub period_end: Timestamp,
    pub payment_method_id: Option<Id<PaymentMethod>>,
    pub version: i64,
    pub created_at: Timestamp,
    pub ended_at: Option<Timestamp>,
}

/// A subscription to be added.
#[derive(Debug, Clone)]
#[allow(missing_docs)]
pub struct NewSubscription<'a> {
    pub id: &'a Id<Subscription>,
    pub account: &'a Id<Account>,
    pub plan: &'a Id<ids::Plan>,
    pub price: &'a Id<ids::Price>,
    pub quantity: u32,
    pub currency: Currency,
    pub state: State,
    pub position: Position,
    pub period: Period,
    pub payment_method: Option<&'a Id<PaymentMethod>>,
    pub created_at: Timestamp,
}

fn whole<A: TryInto<B>, B>(number: A) -> Result<B, DbError> {
    number.try_into().map_err(|_| DbError::Other("a number of a subscription does not fit".to_owned()))
}

impl SubscriptionRow {
    /// The state, for the model.
    #[must_use]
    pub fn state(&self) -> State {
        State { status: self.status, cancels_at_period_end: self.cancels_at_period_end, is_ending: self.is_ending }
    }

    /// Where in the calendar it is.
    ///
    /// # Errors
    /// A text of ours cannot be read back.
    pub fn position(&self) -> Result<Position, DbError> {
        let zone = TimeZone::parse(&self.zone).map_err(|error| DbError::Other(error.to_string()))?;
        let time = NaiveTime::from_num_seconds_from_midnight_opt(whole(self.anchor_second)?, 0)
            .ok_or_else(|| DbError::Other("an anchor's time does not fit".to_owned()))?;
        Ok(Position {
            phase: whole(self.phase)?,
            period_no: whole(self.period_no)?,
            anchor: Anchor::new(self.anchor_date, time, zone),
            interval: self.period,
        })
    }

    /// The period under way.
    #[must_use]
    pub fn span(&self) -> Period {
        Period { start: self.period_start, end: self.period_end }
    }
}

/// Adds a subscription and what the clock has to look at next.
pub fn insert(conn: &mut DbConnection, new: &NewSubscription<'_>, due_at: Timestamp) -> Result<(), DbError> {
    let anchor = new.position.anchor;
    diesel::insert_into(subscriptions::table)
        .values((
            subscriptions::id.eq(new.id),
            subscriptions::account_id.eq(new.account),
            subscriptions::plan_id.eq(new.plan),
            subscriptions::price_id.eq(new.price),
            subscriptions::quantity.eq(whole::<_, i32>(new.quantity)?),
            subscriptions::currency.eq(new.currency),
            subscriptions::status.eq(new.state.status),
            subscriptions::cancels_at_period_end.eq(new.state.cancels_at_period_end),
            subscriptions::is_ending.eq(new.state.is_ending),
            subscriptions::phase.eq(whole::<_, i32>(new.position.phase)?),
            subscriptions::period_no.eq(whole::<_, i32>(new.position.period_no)?),
            subscriptions::anchor_date.eq(anchor.date()),
            subscriptions::anchor_second.eq(whole::<_, i32>(anchor.time().num_seconds_from_midnight())?),
            subscriptions::zone.eq(anchor.zone().as_str()),
            subscriptions::period.eq(new.position.interval),
            subscriptions::period_start.eq(new.period.start),
            subscriptions::period_end.eq(new.period.end),
            subscriptions::payment_method_id.eq(new.payment_method),
            subscriptions::version.eq(1_i64),
            subscriptions::created_at.eq(new.created_at),
        ))
        .execute(conn)?;
    diesel::insert_into(billing_due::table)
        .values((billing_due::subscription_id.eq(new.id), billing_due::due_at.eq(due_at)))
        .execute(conn)?;
    Ok(())
}

/// A subscription.
pub fn find(conn: &mut DbConnection, id: &Id<Subscription>) -> Result<Option<SubscriptionRow>, DbError> {
    Ok(subscriptions::table.find(id).first(conn).optional()?)
}

/// The subscriptions of an account, newest first, behind an id.
pub fn list(
    conn: &mut DbConnection,
    account: &Id<Account>,
    before: Option<&Id<Subscription>>,
    limit: i64,
) -> Result<Vec<SubscriptionRow>, DbError> {
    let of = subscriptions::table.filter(subscriptions::account_id.eq(account));
    let mut query = of.order(subscriptions::id.desc()).limit(limit).into_boxed();
    if let Some(before) = before {
        query = query.filter(subscriptions::id.lt(before.clone()));
    }
    Ok(query.load(conn)?)
}

/// Writes state and position if nobody else did since the row was read, and when the clock has to look again.
///
/// # Errors
/// [`DbError::Busy`] if somebody did: the transaction is run again.
pub fn update(
    conn: &mut DbConnection,
    row: &SubscriptionRow,
    (state, period_no, span): (State, i32, Period),
    (due_at, now): (Option<Timestamp>, Timestamp),
) -> Result<(), DbError> {
    let ended = row.ended_at.or_else(|| state.status.is_ended().then_some(now));
    let changed = diesel::update(subscriptions::table.find(&row.id))
        .filter(subscriptions::version.eq(row.version))
        .set((
            subscriptions::status.eq(state.status),
            subscriptions::cancels_at_period_end.eq(state.cancels_at_period_end),
            subscriptions::is_ending.eq(state.is_ending),
            subscriptions::period_no.eq(period_no),
            subscriptions::period_start.eq(span.start),
            subscriptions::period_end.eq(span.end),
            subscriptions::ended_at.eq(ended),
            subscriptions::version.eq(row.version + 1),
        ))
        .execute(conn)?;
    if changed != 1 {
        return Err(DbError::Busy);
    }
    match due_at {
        Some(at) => {
            let row = billing_due::table.find(&row.id);
            diesel::update(row).set(billing_due::due_at.eq(at)).execute(conn)?;
        }
        None => {
            diesel::delete(billing_due::table.find(&row.id)).execute(conn)?;
        }
    }
    Ok(())
}

/// Ids that are due until an instant, in order, behind an id.
pub fn list_due(
    conn: &mut DbConnection,
    until: Timestamp,
    after: Option<&Id<Subscription>>,
    limit: i64,
) -> Result<Vec<Id<Subscription>>, DbError> {
    let mut query = billing_due::table
        .filter(billing_due::due_at.le(until))
        .filter(billing_due::parked_at.is_null())
        .order(billing_due::subscription_id)
        .select(billing_due::subscription_id)
        .limit(limit)
        .into_boxed();
    if let Some(after) = after {
        query = query.filter(billing_due::subscription_id.gt(after.clone()));
    }
    Ok(query.load(conn)?)
}

/// When the clock has to look at a subscription; none once it has ended.
pub fn due_at(conn: &mut DbConnection, id: &Id<Subscription>) -> Result<Option<Timestamp>, DbError> {
    Ok(billing_due::table.find(id).select(billing_due::due_at).first(conn).optional()?)
}

/// Sets a subscription aside that cannot be renewed, for people to look at.
pub fn park(conn: &mut DbConnection, id: &Id<Subscription>, why: &str, now: Timestamp) -> Result<(), DbError> {
    diesel::update(billing_due::table.find(id))
        .set((billing_due::parked_at.eq(now), billing_due::parked_why.eq(why)))
        .execute(conn)?;
    Ok(())
}

/// How many invoices of a subscription are final and open.
pub fn count_open_invoices(conn: &mut DbConnection, id: &Id<Subscription>) -> Result<i64, DbError> {
    let open = invoices::table.filter(invoices::subscription_id.eq(id)).filter(invoices::status.eq("final"));
    Ok(open.count().get_result(conn)?)
}

/// A quote as it stands.
#[derive(Debug, Clone, Queryable)]
#[allow(missing_docs)]
pub struct QuoteRow {
    pub id: Id<Quote>,
    pub account_id: Id<Account>,
    pub price_id: Id<ids::Price>,
    pub quantity: i32,
    pub starts_at: Timestamp,
    pub content: String,
    pub created_at: Timestamp,
    pub expires_at: Timestamp,
    pub subscription_id: Option<Id<Subscription>>,
}

/// Adds a quote.
pub fn insert_quote(conn: &mut DbConnection, quote: &QuoteRow) -> Result<(), DbError> {
    diesel::insert_into(quotes::table)
        .values((
            quotes::id.eq(&quote.id),
            quotes::account_id.eq(&quote.account_id),
            quotes::price_id.eq(&quote.price_id),
            quotes::quantity.eq(quote.quantity),
            quotes::starts_at.eq(quote.starts_at),
            quotes::content.eq(&quote.content),
            quotes::created_at.eq(quote.created_at),
            quotes::expires_at.eq(quote.expires_at),
        ))
        .execute(conn)?;
    Ok(())
}

/// A quote of this account.
pub fn find_quote(conn: &mut DbConnection, account: &Id<Account>, id: &Id<Quote>) -> Result<Option<QuoteRow>, DbError> {
    Ok(quotes::table.find(id).filter(quotes::account_id.eq(account)).first(conn).optional()?)
}

/// Spends a quote; false if it was spent already.
pub fn use_quote(conn: &mut DbConnection, id: &Id<Quote>, by: &Id<Subscription>) -> Result<bool, DbError> {
    let unused = diesel::update(quotes::table.find(id)).filter(quotes::subscription_id.is_null());
    Ok(unused.set(quotes::subscription_id.eq(by)).execute(conn)? == 1)
}

/// Deletes a batch of quotes from before.
pub fn delete_quotes(conn: &mut DbConnection, before: Timestamp) -> Result<usize, DbError> {
    let old: Vec<Id<Quote>> =
        quotes::table.filter(quotes::created_at.lt(before)).limit(BATCH).select(quotes::id).load(conn)?;
    Ok(diesel::delete(quotes::table.filter(quotes::id.eq_any(old))).execute(conn)?)
}

/// The holder's time zone.
pub fn zone_of(conn: &mut DbConnection, account: &Id<Account>) -> Result<String, DbError> {
    Ok(accounts::table.find(account).select(accounts::time_zone).first(conn)?)
}
