//! What the two databases say differently. Everything else in the product is one code for both.

use diesel::prelude::*;

use super::connection::DbConnection;
use super::error::DbError;
use super::schema::jobs;
use crate::kernel::time::Timestamp;

/// Ids of due jobs of one priority and of these kinds, longest due first, to be claimed in the open transaction. PostgreSQL locks them and
/// passes over those that another process is claiming; on SQLite the one writer needs no lock.
///
/// # Errors
/// The database failed.
pub fn lock_due_jobs(
    conn: &mut DbConnection,
    priority: i32,
    kinds: &[&str],
    now: Timestamp,
    limit: i64,
) -> Result<Vec<String>, DbError> {
    let due = jobs::table
        .filter(jobs::state.eq("ready").and(jobs::priority.eq(priority)).and(jobs::run_at.le(now)))
        .filter(jobs::kind.eq_any(kinds))
        .order(jobs::run_at)
        .limit(limit)
        .select(jobs::id);
    Ok(match conn {
        DbConnection::Postgresql(inner) => due.for_update().skip_locked().load(inner)?,
        DbConnection::Sqlite(inner) => due.load(inner)?,
    })
}

/// Runs one statement on the concrete connection, for what diesel's multi connection lacks: batch inserts above all.
///
/// `each_backend!(conn, |inner| diesel::insert_into(table).values(&rows).execute(inner))`
#[macro_export]
macro_rules! each_backend {
    ($conn:expr, |$inner:ident| $run:expr) => {
        match $conn {
            $crate::db::DbConnection::Postgresql($inner) => $run,
            $crate::db::DbConnection::Sqlite($inner) => $run,
        }
    };
}
