//! What the two databases say differently. Everything else in the product is one code for both.

use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Text};

use super::connection::DbConnection;
use super::error::DbError;
use super::schema::{audit_entries, jobs};
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

/// Writes number and chain value of each of these audit entries that has none; answers how many. On PostgreSQL, where
/// each statement is a round trip and a sealer works beside every writer, in one statement.
///
/// # Errors
/// The database failed.
pub fn seal_audit_entries(
    conn: &mut DbConnection,
    ids: &[&str],
    sequences: &[i64],
    chains: &[&str],
) -> Result<usize, DbError> {
    match conn {
        DbConnection::Postgresql(inner) => Ok(diesel::sql_query(
            "UPDATE audit_entries SET sequence = seal.sequence, chain = seal.chain \
             FROM unnest($1, $2, $3) AS seal (id, sequence, chain) \
             WHERE audit_entries.id = seal.id AND audit_entries.sequence IS NULL",
        )
        .bind::<Array<Text>, _>(ids)
        .bind::<Array<BigInt>, _>(sequences)
        .bind::<Array<Text>, _>(chains)
        .execute(inner)?),
        DbConnection::Sqlite(inner) => {
            let mut sealed = 0;
            for ((id, sequence), chain) in ids.iter().zip(sequences).zip(chains) {
                let waiting = audit_entries::table.find(id).filter(audit_entries::sequence.is_null());
                let seal = (audit_entries::sequence.eq(sequence), audit_entries::chain.eq(chain));
                sealed += diesel::update(waiting).set(seal).execute(inner)?;
            }
            Ok(sealed)
        }
    }
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
