//! Rows of `jobs` and `job_schedules`.

use chrono::Duration;
use diesel::prelude::*;

use super::model::{DEAD, DeadJob, JobId, LEASED, Priority, READY, Stats};
use crate::db::dialect::lock_due_jobs;
use crate::db::schema::{job_schedules, jobs};
use crate::db::{DbConnection, DbError};
use crate::kernel::time::Timestamp;

#[derive(Insertable)]
#[diesel(table_name = jobs)]
pub(super) struct NewRow<'a> {
    pub id: JobId,
    pub kind: &'a str,
    pub payload: &'a str,
    pub unique_key: Option<&'a str>,
    pub priority: i32,
    pub state: &'a str,
    pub run_at: Timestamp,
    pub attempts: i32,
    pub again: bool,
    pub created_at: Timestamp,
}

/// A job that this process has leased.
#[derive(Queryable, Selectable, Debug, Clone)]
#[diesel(table_name = jobs)]
pub(super) struct Leased {
    pub id: JobId,
    pub kind: String,
    pub payload: String,
    pub attempts: i32,
    pub priority: i32,
}

/// How many jobs may be taken now.
#[derive(Debug, Clone, Copy)]
pub(super) struct Room {
    all: i64,
    batches: i64,
}

impl Room {
    /// Of `free` places out of `places`. Batches leave one for what a person waits for, unless there is only one.
    pub fn of(free: usize, places: usize) -> Self {
        let all = i64::try_from(free).unwrap_or(i64::MAX);
        Self { all, batches: if places > 1 { all - 1 } else { all } }
    }
}

/// The right to work on a job until an instant.
pub(super) struct Lease<'a> {
    pub token: &'a str,
    pub until: Timestamp,
}

/// How often to look again for the job whose key was taken, when it ends at the same moment.
const TRIES: usize = 3;

pub(super) fn insert(conn: &mut DbConnection, row: &NewRow<'_>) -> Result<(), DbError> {
    for _ in 0..TRIES {
        let inserted = crate::each_backend!(conn, |inner| diesel::insert_into(jobs::table)
            .values(row)
            .on_conflict_do_nothing()
            .execute(inner))?;
        if inserted == 1 || join_queued(conn, row)? {
            return Ok(());
        }
    }
    Err(DbError::Busy)
}

/// The key is queued: that job shall run no later than this one asks, and again if it is running now.
fn join_queued(conn: &mut DbConnection, row: &NewRow<'_>) -> Result<bool, DbError> {
    let queued = jobs::table.filter(jobs::unique_key.eq(row.unique_key));
    // Whoever waits for it now may be in more of a hurry than the one who asked first.
    let calmer = queued.filter(jobs::priority.gt(row.priority));
    diesel::update(calmer).set(jobs::priority.eq(row.priority)).execute(conn)?;
    let running = diesel::update(queued.filter(jobs::state.eq(LEASED))).set(jobs::again.eq(true)).execute(conn)?;
    if running == 1 {
        return Ok(true);
    }
    let run_at: Option<Timestamp> = queued.filter(jobs::state.eq(READY)).select(jobs::run_at).first(conn).optional()?;
    let Some(run_at) = run_at else { return Ok(false) };
    let ready = diesel::update(queued.filter(jobs::state.eq(READY)))
        .set(jobs::run_at.eq(run_at.min(row.run_at)))
        .execute(conn)?;
    Ok(ready == 1)
}

/// Whether anything could be claimed now; without a lock.
pub(super) fn has_due(conn: &mut DbConnection, kinds: &[&'static str], now: Timestamp) -> Result<bool, DbError> {
    for priority in Priority::ALL {
        let due: Option<JobId> = jobs::table
            .filter(jobs::state.eq(READY).and(jobs::priority.eq(priority.rank())).and(jobs::run_at.le(now)))
            .filter(jobs::kind.eq_any(kinds))
            .select(jobs::id)
            .first(conn)
            .optional()?;
        if due.is_some() {
            return Ok(true);
        }
    }
    let expired: Option<JobId> = jobs::table
        .filter(jobs::state.eq(LEASED).and(jobs::lease_until.lt(now)))
        .select(jobs::id)
        .first(conn)
        .optional()?;
    Ok(expired.is_some())
}

/// Puts jobs whose lease ran out back into the queue; those out of attempts are given up.
pub(super) fn release_expired(conn: &mut DbConnection, now: Timestamp, max_attempts: i32) -> Result<usize, DbError> {
    let expired = jobs::table.filter(jobs::state.eq(LEASED).and(jobs::lease_until.lt(now)));
    let nobody = || {
        (
            jobs::again.eq(false),
            jobs::lease_until.eq(None::<Timestamp>),
            jobs::lease_token.eq(None::<String>),
            jobs::last_error.eq("the process that worked on it stopped"),
        )
    };
    let dead = diesel::update(expired.filter(jobs::attempts.ge(max_attempts)))
        .set((jobs::state.eq(DEAD), jobs::unique_key.eq(None::<String>), nobody()))
        .execute(conn)?;
    let ready = diesel::update(expired).set((jobs::state.eq(READY), nobody())).execute(conn)?;
    Ok(dead + ready)
}

/// Leases as many due jobs as there is room for, of kinds that this process knows, the most urgent first. Runs in the caller's transaction.
pub(super) fn claim(
    conn: &mut DbConnection,
    kinds: &[&'static str],
    now: Timestamp,
    room: Room,
    lease: &Lease<'_>,
) -> Result<Vec<Leased>, DbError> {
    let mut ids: Vec<String> = Vec::new();
    for priority in Priority::ALL {
        let places = if priority == Priority::Batch { room.batches } else { room.all };
        let wanted = places - ids.len() as i64;
        if wanted > 0 {
            ids.extend(lock_due_jobs(conn, priority.rank(), kinds, now, wanted)?);
        }
    }
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let mut claimed: Vec<Leased> = diesel::update(jobs::table.filter(jobs::id.eq_any(&ids).and(jobs::state.eq(READY))))
        .set((
            jobs::state.eq(LEASED),
            jobs::attempts.eq(jobs::attempts + 1),
            jobs::lease_token.eq(lease.token),
            jobs::lease_until.eq(lease.until),
        ))
        .returning((jobs::id, jobs::kind, jobs::payload, jobs::attempts, jobs::priority))
        .load(conn)?;
    claimed.sort_by_key(|job| ids.iter().position(|id| id == job.id.as_str()));
    Ok(claimed)
}

/// Extends the lease; false when it was lost.
pub(super) fn renew(conn: &mut DbConnection, id: &JobId, lease: &Lease<'_>) -> Result<bool, DbError> {
    let held = jobs::table.find(id).filter(jobs::lease_token.eq(lease.token));
    Ok(diesel::update(held).set(jobs::lease_until.eq(lease.until)).execute(conn)? == 1)
}

/// Ends a job that this process holds: deleted, or ready once more if its key was enqueued meanwhile. False when the
/// lease was lost.
pub(super) fn finish(conn: &mut DbConnection, id: &JobId, token: &str, now: Timestamp) -> Result<bool, DbError> {
    let held = jobs::table.find(id).filter(jobs::lease_token.eq(token));
    if diesel::delete(held.filter(jobs::again.eq(false))).execute(conn)? == 1 {
        return Ok(true);
    }
    let again = diesel::update(held.filter(jobs::again.eq(true)))
        .set((
            jobs::state.eq(READY),
            jobs::again.eq(false),
            jobs::attempts.eq(0),
            jobs::run_at.eq(now),
            jobs::lease_until.eq(None::<Timestamp>),
            jobs::lease_token.eq(None::<String>),
            jobs::last_error.eq(None::<String>),
        ))
        .execute(conn)?;
    Ok(again == 1)
}

/// What becomes of a job that failed.
pub(super) struct Failed<'a> {
    /// When to try again; `None`: never.
    pub retry_at: Option<Timestamp>,
    /// Whether this attempt counts.
    pub counts: bool,
    pub reason: &'a str,
}

/// Puts a failed job back or gives it up; nothing happens when the lease was lost.
pub(super) fn fail(conn: &mut DbConnection, id: &JobId, token: &str, failed: &Failed<'_>) -> Result<(), DbError> {
    let held = jobs::table.find(id).filter(jobs::lease_token.eq(token));
    let nobody = || {
        (
            jobs::again.eq(false),
            jobs::lease_until.eq(None::<Timestamp>),
            jobs::lease_token.eq(None::<String>),
            jobs::last_error.eq(failed.reason),
        )
    };
    match failed.retry_at {
        Some(at) => {
            let uncounted = i32::from(!failed.counts);
            let attempts = jobs::attempts.eq(jobs::attempts - uncounted);
            diesel::update(held).set((jobs::state.eq(READY), jobs::run_at.eq(at), attempts, nobody())).execute(conn)?
        }
        None => {
            // Enqueued anew while it ran: the change that did so gets its run.
            let anew = (jobs::state.eq(READY), jobs::attempts.eq(0), nobody());
            match diesel::update(held.filter(jobs::again.eq(true))).set(anew).execute(conn)? {
                // Given up, its key is free for the next change.
                0 => diesel::update(held)
                    .set((jobs::state.eq(DEAD), jobs::unique_key.eq(None::<String>), nobody()))
                    .execute(conn)?,
                revived => revived,
            }
        }
    };
    Ok(())
}

/// Moves a schedule to `tick`; false when a process was there already.
pub(super) fn take_tick(conn: &mut DbConnection, name: &str, tick: i64) -> Result<bool, DbError> {
    let first = (job_schedules::name.eq(name), job_schedules::last_tick.eq(tick));
    let inserted = crate::each_backend!(conn, |inner| diesel::insert_into(job_schedules::table)
        .values(first)
        .on_conflict_do_nothing()
        .execute(inner))?;
    if inserted == 1 {
        return Ok(true);
    }
    let behind = job_schedules::table.find(name).filter(job_schedules::last_tick.lt(tick));
    Ok(diesel::update(behind).set(job_schedules::last_tick.eq(tick)).execute(conn)? == 1)
}

pub(super) fn last_tick(conn: &mut DbConnection, name: &str) -> Result<Option<i64>, DbError> {
    Ok(job_schedules::table.find(name).select(job_schedules::last_tick).first(conn).optional()?)
}

pub(super) fn stats(conn: &mut DbConnection, now: Timestamp) -> Result<Stats, DbError> {
    let due = jobs::table.filter(jobs::state.eq(READY).and(jobs::run_at.le(now)));
    let longest: Option<Timestamp> = due.order(jobs::run_at).select(jobs::run_at).first(conn).optional()?;
    Ok(Stats {
        due: due.count().get_result(conn)?,
        lag: longest.map_or_else(Duration::zero, |at| now - at),
        running: jobs::table.filter(jobs::state.eq(LEASED)).count().get_result(conn)?,
        dead: jobs::table.filter(jobs::state.eq(DEAD)).count().get_result(conn)?,
    })
}

pub(super) fn list_dead(conn: &mut DbConnection, limit: i64) -> Result<Vec<DeadJob>, DbError> {
    let rows: Vec<(JobId, String, i32, Option<String>, Timestamp)> = jobs::table
        .filter(jobs::state.eq(DEAD))
        .order(jobs::id.desc())
        .limit(limit)
        .select((jobs::id, jobs::kind, jobs::attempts, jobs::last_error, jobs::created_at))
        .load(conn)?;
    let dead = rows.into_iter().map(|(id, kind, attempts, last_error, created_at)| DeadJob {
        id,
        kind,
        attempts,
        last_error: last_error.unwrap_or_default(),
        created_at,
    });
    Ok(dead.collect())
}

/// One attempt stays counted: a handler can tell a fresh job from one that was tried before.
pub(super) fn revive(conn: &mut DbConnection, id: &JobId, now: Timestamp) -> Result<(), DbError> {
    let dead = jobs::table.find(id).filter(jobs::state.eq(DEAD));
    let revived =
        diesel::update(dead).set((jobs::state.eq(READY), jobs::attempts.eq(1), jobs::run_at.eq(now))).execute(conn)?;
    if revived == 1 { Ok(()) } else { Err(DbError::NotFound) }
}
