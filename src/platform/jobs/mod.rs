//! The durable queue, in the same database as everything else: a job is enqueued in the transaction that makes it
//! necessary, so there is neither a change without its job nor a job without its change. Knows no feature.
//!
//! A job runs **at least once**: a process may die behind the effect and before the deletion. A handler is therefore
//! idempotent, or ends its own transaction with [`JobContext::finish`], which makes effect and deletion one commit and
//! fails when another process has taken the job over meanwhile.

mod backoff;
mod fields;
mod handlers;
mod model;
mod schedules;
mod store;
mod worker;

pub use fields::TABLES;
pub use handlers::{BATCH, Handlers, JobContext, JobError};
pub use model::{DeadJob, JobId, Kind, NewJob, Priority, Stats};
pub use worker::{Drained, Worker, run_until_idle};

use serde::Serialize;

use crate::db::{DbConnection, DbError};
use crate::env::Env;
use crate::kernel::time::Timestamp;

/// Puts a job into the queue, in the caller's transaction. With a unique key that is queued already nothing is added;
/// if that job is running at this moment it will run once more, since it may have read the state before this change.
///
/// # Errors
/// The database failed.
pub fn enqueue<P: Serialize>(conn: &mut DbConnection, env: &Env, job: NewJob<'_, P>) -> Result<(), DbError> {
    let now = env.now();
    let payload = serde_json::to_string(job.payload).map_err(|error| DbError::Other(error.to_string()))?;
    let row = store::NewRow {
        id: env.id(),
        kind: job.kind.name,
        payload: &payload,
        unique_key: job.unique_key.as_deref(),
        priority: job.priority.rank(),
        state: model::READY,
        run_at: job.run_at.unwrap_or(now),
        attempts: 0,
        again: false,
        created_at: now,
    };
    store::insert(conn, &row)?;
    // Told before the commit: a worker that looks too early looks again in a moment.
    env.jobs_waiting.notify_one();
    Ok(())
}

/// Figures for the metrics and `/readyz`.
///
/// # Errors
/// The database failed.
pub fn stats(conn: &mut DbConnection, now: Timestamp) -> Result<Stats, DbError> {
    store::stats(conn, now)
}

/// Jobs that were given up, newest first.
///
/// # Errors
/// The database failed.
pub fn list_dead(conn: &mut DbConnection, limit: i64) -> Result<Vec<DeadJob>, DbError> {
    store::list_dead(conn, limit)
}

/// Gives a dead job another round of attempts, now.
///
/// # Errors
/// [`DbError::NotFound`] when there is no such dead job; the database failed.
pub fn revive(conn: &mut DbConnection, env: &Env, job: &JobId) -> Result<(), DbError> {
    store::revive(conn, job, env.now())?;
    env.jobs_waiting.notify_one();
    Ok(())
}

#[cfg(test)]
mod tests;
