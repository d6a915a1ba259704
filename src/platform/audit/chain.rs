//! The chain: numbers new entries, and proves later that nothing was changed, taken out or slipped in.

use std::fmt::Write;

use chrono::Duration;
use sha2::{Digest, Sha256};

use super::retention;
use super::store::{self, EntryRow, HeadRow};
use crate::db::{self, DbConnection, DbError};
use crate::env::Env;
use crate::kernel::time::Timestamp;
use crate::platform::jobs::{Handlers, Kind};

/// Entries sealed in one transaction: few enough never to hold SQLite's one writer for long.
pub const BATCH: usize = 100;
/// Entries a verification reads at a time.
const PAGE: i64 = 1_000;
const SEAL_EVERY: std::time::Duration = std::time::Duration::from_secs(1);
const HEAD: Kind<()> = Kind::new("audit.head");
const HOUR: i64 = 3_600;
/// An entry not sealed by then means that no sealer runs.
const SEALED_WITHIN: Duration = Duration::minutes(5);
/// What the first entry is chained to.
const GENESIS: &str = "0000000000000000000000000000000000000000000000000000000000000000";

/// The end of the chain: whoever keeps a copy elsewhere can tell whether the log was rewritten since.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Head {
    /// Number of the last sealed entry; 0 before the first.
    pub sequence: i64,
    /// Its chain value, SHA-256 in hexadecimal.
    pub chain: String,
}

/// Something that is wrong with the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Finding {
    /// The entry's content, or one before it, is not what was sealed.
    Altered {
        /// Number in the chain.
        sequence: i64,
    },
    /// Entries with these numbers are gone.
    Missing {
        /// First number that is not there.
        from: i64,
        /// Last number that is not there.
        to: i64,
    },
    /// An entry has waited longer than five minutes: no process seals.
    Unsealed {
        /// Its id.
        entry: String,
    },
}

/// Outcome of a verification.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Verified {
    /// Sealed entries that were recomputed.
    pub entries: u64,
    /// What is wrong; empty when all is right.
    pub findings: Vec<Finding>,
}

/// Seals up to [`BATCH`] waiting entries in one transaction and answers how many. Any number of processes may call it
/// at any time: the head moves by compare-and-set, and who comes second seals nothing.
///
/// # Errors
/// The database failed; nothing is sealed then.
pub fn seal(conn: &mut DbConnection, env: &Env) -> Result<usize, DbError> {
    // Most of the time nothing waits: find out without asking for the write lock.
    if !store::has_unsealed(conn)? {
        return Ok(0);
    }
    db::write(conn, |conn| seal_batch(conn, env.now()))
}

/// Adds the sealer: every process looks once a second, and asks for the write lock only when something waits.
pub fn handlers(handlers: &mut Handlers) {
    handlers.chore("audit.seal", SEAL_EVERY, |env| async move {
        while env.db.read(store::has_unsealed).await? {
            let now = env.now();
            if env.db.write(move |conn| seal_batch(conn, now)).await? == 0 {
                break; // another process seals
            }
        }
        Ok(())
    });
    handlers.every(HOUR, HEAD, |context| async move {
        context.env.db.read::<_, DbError, _>(log_head).await?;
        Ok(())
    });
}

/// Writes the head to the log of the process, which goes where the operator sends it: who rewrites the entries on this
/// machine later cannot rewrite what was told elsewhere.
fn log_head(conn: &mut DbConnection) -> Result<(), DbError> {
    if let Some(HeadRow { sequence, chain, .. }) = store::find_head(conn)? {
        tracing::info!(target: "steward::audit", sequence, chain = %chain, "head of the audit log");
    }
    Ok(())
}

fn seal_batch(conn: &mut DbConnection, now: Timestamp) -> Result<usize, DbError> {
    let Some(head) = store::find_head(conn)? else {
        // The head starts empty; the next call seals.
        store::insert_head(conn, GENESIS, now)?;
        return seal_from(conn, &HeadRow { sequence: 0, chain: GENESIS.to_owned(), sealed_at: now }, now);
    };
    seal_from(conn, &head, now)
}

fn seal_from(conn: &mut DbConnection, head: &HeadRow, now: Timestamp) -> Result<usize, DbError> {
    // Postgres: moving the head first makes a second sealer wait here and then lose, before it touches an entry.
    let waiting = store::list_unsealed(conn, BATCH as i64)?;
    let mut links = Vec::with_capacity(waiting.len());
    let (mut sequence, mut chain) = (head.sequence, head.chain.clone());
    for entry in &waiting {
        sequence += 1;
        chain = link(&chain, sequence, entry);
        links.push((sequence, chain.clone()));
    }
    let next = HeadRow { sequence, chain, sealed_at: now };
    if waiting.is_empty() || !store::advance_head(conn, head.sequence, &next)? {
        return Ok(0);
    }
    let seals: Vec<_> =
        waiting.iter().zip(&links).map(|(entry, (number, chain))| (&entry.id, *number, &**chain)).collect();
    if store::seal_entries(conn, &seals)? != waiting.len() {
        return Err(DbError::Busy);
    }
    Ok(waiting.len())
}

/// Chain value of an entry: SHA-256 over the one before, the number and every column, each with its length in front.
fn link(before: &str, sequence: i64, entry: &EntryRow) -> String {
    let mut hash = Sha256::new();
    let number = sequence.to_string();
    let at = entry.at.micros().to_string();
    let parts = [
        before,
        &number,
        entry.id.as_str(),
        &at,
        &entry.actor_kind,
        &entry.actor_id,
        &entry.action,
        &entry.subject,
        &entry.fields,
        &entry.refs,
        &entry.commitment,
    ];
    for part in parts {
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part.as_bytes());
    }
    hash.finalize().iter().fold(String::with_capacity(64), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// The end of the chain, for publishing; `None` before the first sealing.
///
/// # Errors
/// The database failed.
pub fn head(conn: &mut DbConnection) -> Result<Option<Head>, DbError> {
    Ok(store::find_head(conn)?.map(|head| Head { sequence: head.sequence, chain: head.chain }))
}

/// Recomputes the whole chain on one snapshot.
///
/// # Errors
/// The database failed.
pub fn verify(conn: &mut DbConnection, env: &Env) -> Result<Verified, DbError> {
    let now = env.now();
    db::snapshot(conn, |conn| {
        let mut verified = Verified::default();
        let (mut sequence, mut chain) = start(conn, &mut verified, now)?;
        let first = (sequence, chain.clone());
        loop {
            let page = store::list_sealed(conn, sequence, PAGE)?;
            if page.is_empty() {
                break;
            }
            for entry in page {
                (sequence, chain) = check(&mut verified, sequence, &chain, &entry);
            }
        }
        check_end(conn, &mut verified, (sequence, &chain), &first)?;
        let stale = store::list_unsealed(conn, 1)?.into_iter().find(|entry| now - entry.at > SEALED_WITHIN);
        verified.findings.extend(stale.map(|entry| Finding::Unsealed { entry: entry.id.to_string() }));
        Ok(verified)
    })
}

/// Where the log begins: behind what has left. Entries leave when they are old enough and not before, so an anchor that
/// covers younger ones was put there by somebody who took them out.
fn start(conn: &mut DbConnection, verified: &mut Verified, now: Timestamp) -> Result<(i64, String), DbError> {
    let Some(anchor) = store::find_anchor(conn)? else { return Ok((0, GENESIS.to_owned())) };
    if retention::leaves_before(now).is_none_or(|before| anchor.last_at >= before) {
        verified.findings.push(Finding::Missing { from: 1, to: anchor.sequence });
    }
    Ok((anchor.sequence, anchor.chain))
}

/// Checks one entry and answers where the chain stands behind it. It goes on from the stored value, so that one
/// altered entry is one finding.
fn check(verified: &mut Verified, sequence: i64, chain: &str, entry: &EntryRow) -> (i64, String) {
    let found = entry.sequence.unwrap_or(0);
    let stored = entry.chain.clone().unwrap_or_default();
    verified.entries += 1;
    if found != sequence + 1 {
        verified.findings.push(Finding::Missing { from: sequence + 1, to: found - 1 });
    } else if link(chain, found, entry) != stored {
        verified.findings.push(Finding::Altered { sequence: found });
    }
    (found, stored)
}

fn check_end(
    conn: &mut DbConnection,
    verified: &mut Verified,
    (sequence, chain): (i64, &str),
    first: &(i64, String),
) -> Result<(), DbError> {
    let head = store::find_head(conn)?;
    let (last, last_chain) = head.map_or_else(|| first.clone(), |head| (head.sequence, head.chain));
    if last > sequence {
        verified.findings.push(Finding::Missing { from: sequence + 1, to: last });
    } else if last != sequence || last_chain != chain {
        verified.findings.push(Finding::Altered { sequence });
    }
    Ok(())
}

#[cfg(test)]
#[path = "chain_tests.rs"]
mod tests;
