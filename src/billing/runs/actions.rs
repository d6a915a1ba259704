//! One run: due subscriptions in order of their ids, each in its own transaction, going on past those that fail.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::billing::catalog::store as catalog;
use crate::billing::invoices::store as invoices;
use crate::billing::subscriptions::actions as subscriptions;
use crate::billing::subscriptions::error::SubscriptionsError;
use crate::billing::subscriptions::model::{Event, Status};
use crate::billing::subscriptions::store as rows;
use crate::db::{DbConnection, DbError, TxError, nested, write};
use crate::env::Env;
use crate::env::clock::advance_business_clock;
use crate::kernel::ids::{Id, Subscription};
use crate::kernel::time::Timestamp;

/// How many are read at a time.
const PAGE: i64 = 100;
/// How often one subscription is tried against other runs, beyond the retries of a transaction.
const TRIES: usize = 5;

/// What one run did.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct BillReport {
    /// Up to which instant of the business clock.
    pub as_of: Timestamp,
    /// Invoices issued.
    pub invoices: u64,
    /// Their totals by currency, in minor units.
    pub totals: BTreeMap<&'static str, i64>,
    /// Subscriptions set aside because they could not be renewed.
    pub parked: u64,
    /// Subscriptions that were due and wait for something else.
    pub held: u64,
}

impl BillReport {
    fn new(as_of: Timestamp) -> Self {
        Self { as_of, invoices: 0, totals: BTreeMap::new(), parked: 0, held: 0 }
    }

    fn add(&mut self, step: &Stepped) -> Result<(), DbError> {
        if let Some((currency, total)) = step.issued {
            self.invoices += 1;
            let sum = self.totals.entry(currency).or_default();
            *sum = sum.checked_add(total).ok_or_else(|| DbError::Other("a total does not fit".to_owned()))?;
        }
        self.parked += u64::from(step.parked);
        self.held += u64::from(step.held);
        Ok(())
    }
}

/// What became of one subscription at one event.
struct Stepped {
    issued: Option<(&'static str, i64)>,
    parked: bool,
    held: bool,
    again: bool,
}

/// Carries a rehearsal's report out of the transaction that is rolled back.
enum Rehearsed {
    Report(BillReport),
    Failed(DbError),
}

impl From<DbError> for Rehearsed {
    fn from(error: DbError) -> Self {
        Self::Failed(error)
    }
}

impl TxError for Rehearsed {}

/// Bills everything due until `as_of` and moves the business clock there. The caller has made sure that a live
/// installation names no future instant. A rehearsal does the same and takes it back.
///
/// # Errors
/// The database failed. What single subscriptions fail at parks them and is counted.
pub fn bill(conn: &mut DbConnection, env: &Env, as_of: Timestamp, rehearse: bool) -> Result<BillReport, DbError> {
    if rehearse {
        let outcome: Result<(), Rehearsed> = write(conn, |conn| {
            advance_business_clock(conn, &env.clock, as_of)?;
            let mut report = BillReport::new(as_of);
            each_due(conn, as_of, |conn, id| {
                let step = step(conn, env, id, as_of)?;
                report.add(&step)?;
                Ok(step.again)
            })?;
            Err(Rehearsed::Report(report))
        });
        return match outcome {
            Err(Rehearsed::Report(report)) => Ok(report),
            Err(Rehearsed::Failed(error)) => Err(error),
            Ok(()) => Err(DbError::Other("a rehearsal was committed".to_owned())),
        };
    }
    write(conn, |conn| advance_business_clock(conn, &env.clock, as_of))?;
    let mut report = BillReport::new(as_of);
    each_due(conn, as_of, |conn, id| {
        let step = step_among_others(conn, env, id, as_of)?;
        report.add(&step)?;
        Ok(step.again)
    })?;
    Ok(report)
}

/// One step in a transaction of its own. Where another run is faster, what it did is read first; a subscription over
/// which they keep meeting is left to them and to the next run.
fn step_among_others(
    conn: &mut DbConnection,
    env: &Env,
    id: &Id<Subscription>,
    as_of: Timestamp,
) -> Result<Stepped, DbError> {
    for _ in 0..TRIES {
        match write(conn, |conn| step(conn, env, id, as_of)) {
            Err(DbError::Busy) => {}
            done => return done,
        }
    }
    Ok(Stepped { issued: None, parked: false, held: true, again: false })
}

/// Subscriptions that are due, one page, from behind `after`.
///
/// # Errors
/// The database failed.
pub fn list_due(
    conn: &mut DbConnection,
    as_of: Timestamp,
    after: Option<&Id<Subscription>>,
) -> Result<Vec<Id<Subscription>>, DbError> {
    rows::list_due(conn, as_of, after, PAGE)
}

/// Brings one due subscription a step further, in the caller's transaction; `true` when it is due again.
///
/// # Errors
/// The database failed.
pub fn bill_one(conn: &mut DbConnection, env: &Env, id: &Id<Subscription>, as_of: Timestamp) -> Result<bool, DbError> {
    step(conn, env, id, as_of).map(|stepped| stepped.again)
}

/// Calls `work` for each due subscription until it says that it is done with it.
fn each_due(
    conn: &mut DbConnection,
    as_of: Timestamp,
    mut work: impl FnMut(&mut DbConnection, &Id<Subscription>) -> Result<bool, DbError>,
) -> Result<(), DbError> {
    let mut after: Option<Id<Subscription>> = None;
    loop {
        let page = rows::list_due(conn, as_of, after.as_ref(), PAGE)?;
        let Some(last) = page.last().cloned() else { return Ok(()) };
        for id in &page {
            while work(conn, id)? {}
        }
        after = Some(last);
    }
}

/// Brings one subscription on by one event, if it is still due.
fn step(conn: &mut DbConnection, env: &Env, id: &Id<Subscription>, as_of: Timestamp) -> Result<Stepped, DbError> {
    let nothing = Stepped { issued: None, parked: false, held: false, again: false };
    let Some(row) = rows::find(conn, id)?.filter(|row| !row.status.is_ended()) else { return Ok(nothing) };
    let due = rows::due_at(conn, id)?.filter(|due| *due <= as_of);
    if due.is_none() {
        return Ok(nothing);
    }
    let event = match row.status {
        Status::Incomplete => Event::Expiry { created: row.created_at, now: as_of },
        _ => Event::Boundary { unpaid: catalog::find_plan(conn, &row.plan_id)?.unpaid_rule },
    };
    let before = invoices::find_latest(conn, id)?;
    // Behind a savepoint, so that one that fails leaves no half renewal when it is set aside.
    let applied = nested(conn, |conn| {
        subscriptions::apply(conn, env, &row, event).map_err(|error| match error {
            error if error.is_contention() => DbError::Busy,
            SubscriptionsError::Db(error) => error,
            other => DbError::Refused(other.to_string()),
        })
    });
    match applied {
        Ok(()) => {}
        Err(error @ (DbError::Unavailable | DbError::Busy)) => return Err(error),
        Err(error) => {
            tracing::warn!(target: "steward::billing", subscription = %id, %error, "a renewal is set aside");
            rows::park(conn, id, &error.to_string(), as_of)?;
            return Ok(Stepped { parked: true, ..nothing });
        }
    }
    let latest = invoices::find_latest(conn, id)?;
    let is_new = latest.as_ref().map(|invoice| &invoice.id) != before.as_ref().map(|invoice| &invoice.id);
    let issued = latest.filter(|_| is_new).map(|invoice| (invoice.currency.code(), invoice.total));
    let again = rows::due_at(conn, id)?.is_some_and(|due| due <= as_of);
    let held = again && row.status == Status::Incomplete;
    Ok(Stepped { issued, parked: false, held, again: again && !held })
}
