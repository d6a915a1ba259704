//! The audit log: who did what to which record, in the transaction that did it (3-rules "Audit and logs").
//!
//! An entry holds ids, field names and a keyed commitment to what was decided on, never a value about a person.
//! [`record`] inserts it unsealed; within a second [`seal`] numbers new entries and chains each to the one before, so
//! that an entry changed or taken out later shows in [`verify`]. Numbering in every transaction instead would make all
//! writers wait for one row.
//!
//! Entries leave after twelve months, the oldest first, and leave behind what the next one is chained to (`retention`).

mod chain;
mod fields;
mod retention;
mod store;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};

pub use chain::{BATCH, Finding, Head, Verified, head, seal, verify};
pub use fields::TABLES;
pub use retention::purge;

use crate::db::statements::Statement;
use crate::db::{DbConnection, DbError};
use crate::env::{Env, Purpose};
use crate::kernel::actor::Actor;
use crate::kernel::ids::{AuditEntry, Id};
use crate::kernel::time::Timestamp;
use crate::platform::jobs::Handlers;

/// Something that was done.
#[derive(Debug, Clone, Copy)]
pub struct Event<'a> {
    /// Who did it.
    pub actor: &'a Actor,
    /// What was done: `account.update`, `session.create`. The route registry and the coverage tests use the same names.
    pub action: &'static str,
    /// The id of the record it was done to.
    pub subject: &'a str,
    /// Names of the fields concerned; never their values.
    pub fields: &'a [&'a str],
    /// Further ids, by role: `("session", "ses_…")`.
    pub refs: &'a [(&'a str, &'a str)],
    /// What the entry commits to: kept only as a keyed hash, so that a value produced later can be checked against it.
    pub commits_to: &'a [u8],
}

/// Adds the sealer, and the job that lets old entries go.
pub fn handlers(handlers: &mut Handlers) {
    chain::handlers(handlers);
    retention::handlers(handlers);
}

/// Writes the entry into the caller's transaction.
///
/// # Errors
/// The database failed.
pub fn record(conn: &mut DbConnection, env: &Env, event: &Event<'_>) -> Result<(), DbError> {
    prepare(env, event).insert(conn)
}

/// The entry, for whoever writes it together with what it is about.
#[must_use]
pub fn prepare(env: &Env, event: &Event<'_>) -> Entry {
    let id = env.id();
    let commitment = URL_SAFE_NO_PAD.encode(env.keys.current_mac(Purpose::Audit, &committed(&id, event.commits_to)));
    let refs: serde_json::Map<String, serde_json::Value> =
        event.refs.iter().map(|(role, id)| ((*role).to_owned(), (*id).into())).collect();
    Entry(store::NewEntry {
        id,
        at: env.now(),
        actor_kind: event.actor.kind(),
        actor_id: event.actor.id().to_owned(),
        action: event.action,
        subject: event.subject.to_owned(),
        fields: event.fields.join(" "),
        refs: serde_json::Value::Object(refs).to_string(),
        commitment,
    })
}

/// An entry that is ready to be written.
pub struct Entry(store::NewEntry);

impl Entry {
    /// Writes it into the caller's transaction.
    ///
    /// # Errors
    /// The database failed.
    pub fn insert(&self, conn: &mut DbConnection) -> Result<(), DbError> {
        store::insert(conn, &self.0)
    }

    /// It as a statement.
    #[must_use]
    pub fn as_statement(&self) -> impl Statement + '_ {
        store::insertion(&self.0)
    }
}

/// Writes several entries into the caller's transaction.
///
/// # Errors
/// The database failed.
pub fn insert(conn: &mut DbConnection, entries: &[Entry]) -> Result<(), DbError> {
    if let [only] = entries {
        return only.insert(conn);
    }
    store::insert_all(conn, entries.iter().map(|entry| &entry.0).collect())
}

/// When one of these actions was last done to the record; `None` where the log does not go back so far.
///
/// # Errors
/// The database failed.
pub fn last(conn: &mut DbConnection, subject: &str, actions: &[&str]) -> Result<Option<Timestamp>, DbError> {
    store::find_last(conn, subject, actions)
}

/// Whether the entry was recorded for exactly these bytes, under any live key.
///
/// # Errors
/// There is no such entry, or the database failed.
pub fn commits_to(conn: &mut DbConnection, env: &Env, entry: &Id<AuditEntry>, content: &[u8]) -> Result<bool, DbError> {
    let stored = store::find_commitment(conn, entry)?;
    let message = committed(entry, content);
    Ok(env.keys.macs(Purpose::Audit, &message).any(|mac| URL_SAFE_NO_PAD.encode(mac) == stored))
}

/// The id stands in front: equal contents give unequal commitments.
fn committed(id: &Id<AuditEntry>, content: &[u8]) -> Vec<u8> {
    [id.as_str().as_bytes(), b"\0", content].concat()
}
