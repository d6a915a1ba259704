//! `Idempotency-Key` (3-rules "HTTP contract"): a request that was sent twice acts once and is answered alike.
//!
//! [`claim`] is committed before anything happens; [`bind`] names what was made, in the transaction that makes it;
//! [`complete`] keeps the answer. A process that dies in between leaves a claim whose lease runs out: the next try
//! goes on with what is bound, or starts anew when nothing is. Keys live for 24 hours.

mod fields;
mod store;

pub use fields::TABLES;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::Duration;

use crate::db::{DbConnection, DbError};
use crate::env::{Env, Purpose};
use crate::kernel::actor::Actor;
use crate::kernel::time::Timestamp;
use crate::platform::jobs::{Handlers, JobContext, JobError, Kind};

/// How long a key is remembered.
pub const KEPT: Duration = Duration::hours(24);
/// After this a request that was not completed counts as dead. Longer than any request may take.
const LEASE: Duration = Duration::seconds(60);
const TRIES: usize = 3;
const PURGE: Kind<()> = Kind::new("idempotency.purge");
const BATCH: i64 = 100;

/// A key as a client sends it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Key(String);

/// The text is no key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("an idempotency key is 1 to 255 visible ASCII characters")]
pub struct NotAKey;

impl Key {
    /// Reads a key.
    ///
    /// # Errors
    /// [`NotAKey`].
    pub fn parse(text: &str) -> Result<Self, NotAKey> {
        let fits = (1..=255).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic());
        if fits { Ok(Self(text.to_owned())) } else { Err(NotAKey) }
    }
}

/// What a client asked for.
#[derive(Debug, Clone, Copy)]
pub struct Request<'a> {
    /// Who asks: keys of different actors never meet.
    pub actor: &'a Actor,
    /// The key.
    pub key: &'a Key,
    /// The operation's id.
    pub operation: &'static str,
    /// The request as parsed, in one canonical form. Only a keyed hash of it is kept.
    pub payload: &'a [u8],
}

/// The right to carry a request out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claim {
    actor: String,
    key: String,
    /// Tells this claim from a later one that took over.
    lease_until: Timestamp,
}

/// An answer that was kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// HTTP status.
    pub status: u16,
    /// The body; `None` where it held a secret, which is shown once only.
    pub body: Option<String>,
    /// What was made.
    pub resource_id: Option<String>,
}

/// What to do with a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Claimed {
    /// Carry it out.
    Fresh(Claim),
    /// An earlier try died after making this: go on with it instead of making another.
    Resume {
        /// The claim, taken over.
        claim: Claim,
        /// What was made.
        resource_id: String,
    },
    /// It was carried out: answer this again.
    Replay(Answer),
    /// It is being carried out: 409.
    Running,
    /// The key belongs to another request: 422.
    Mismatch,
}

/// Claims the key. The caller commits this before it does anything else.
///
/// # Errors
/// The database failed.
pub fn claim(conn: &mut DbConnection, env: &Env, request: &Request<'_>) -> Result<Claimed, DbError> {
    let now = env.now();
    let claim = Claim { actor: scope(request.actor), key: request.key.0.clone(), lease_until: now + LEASE };
    let payload = [request.operation.as_bytes(), b"\0", request.payload].concat();
    let payload_mac = URL_SAFE_NO_PAD.encode(env.keys.current_mac(Purpose::Idempotency, &payload));
    for _ in 0..TRIES {
        if store::insert(conn, &claim, request.operation, &payload_mac, now)? {
            return Ok(Claimed::Fresh(claim));
        }
        let Some(row) = store::find(conn, &claim)? else { continue };
        if row.created_at + KEPT <= now {
            store::delete(conn, &claim, row.lease_until)?;
            continue;
        }
        let is_same =
            env.keys.macs(Purpose::Idempotency, &payload).any(|mac| URL_SAFE_NO_PAD.encode(mac) == row.payload_mac);
        if !is_same {
            return Ok(Claimed::Mismatch);
        }
        if let Some(status) = row.status {
            return replay(env, &claim, row.resource_id, status, row.body).map(Claimed::Replay);
        }
        if row.lease_until > now || !store::take_over(conn, &claim, row.lease_until)? {
            return Ok(Claimed::Running);
        }
        return Ok(match row.resource_id {
            Some(resource_id) => Claimed::Resume { claim, resource_id },
            None => Claimed::Fresh(claim),
        });
    }
    Err(DbError::Busy)
}

/// Names what the request made, in the transaction that makes it.
///
/// # Errors
/// [`DbError::Refused`] when the lease ran out and another process goes on: the transaction must not be committed.
pub fn bind(conn: &mut DbConnection, claim: &Claim, resource_id: &str) -> Result<(), DbError> {
    held(store::bind(conn, claim, resource_id)?)
}

/// Keeps the answer. With a secret in it, pass no body: then only status and id are kept.
///
/// # Errors
/// [`DbError::Refused`] when another process has taken over; the database failed.
pub fn complete(
    conn: &mut DbConnection,
    env: &Env,
    claim: &Claim,
    status: u16,
    body: Option<&str>,
) -> Result<(), DbError> {
    let sealed = body.map(|body| env.keys.columns().seal(body.as_bytes(), &place(claim)));
    held(store::complete(conn, claim, i32::from(status), sealed.as_deref())?)
}

/// Lets go of a key whose request was refused before it made anything, so that the client may correct it. What is
/// bound stays.
///
/// # Errors
/// The database failed.
pub fn abandon(conn: &mut DbConnection, claim: &Claim) -> Result<(), DbError> {
    store::delete_unbound(conn, claim)
}

fn held(is_held: bool) -> Result<(), DbError> {
    if is_held { Ok(()) } else { Err(DbError::Refused("the idempotency key's lease is lost".to_owned())) }
}

fn scope(actor: &Actor) -> String {
    format!("{}:{}", actor.kind(), actor.id())
}

fn place(claim: &Claim) -> String {
    format!("idempotency_keys.body|{}|{}", claim.actor, claim.key)
}

fn replay(
    env: &Env,
    claim: &Claim,
    resource_id: Option<String>,
    status: i32,
    sealed: Option<String>,
) -> Result<Answer, DbError> {
    let unreadable = || DbError::Other("a kept answer does not open with this key ring".to_owned());
    let body = match sealed {
        Some(sealed) => {
            let plain = env.keys.columns().open(&sealed, &place(claim)).ok_or_else(unreadable)?;
            Some(String::from_utf8(plain).map_err(|_| unreadable())?)
        }
        None => None,
    };
    Ok(Answer { status: u16::try_from(status).map_err(|_| unreadable())?, body, resource_id })
}

/// Adds the job that forgets keys after 24 hours.
pub fn handlers(handlers: &mut Handlers) {
    handlers.every(900, PURGE, purge);
}

async fn purge(context: JobContext) -> Result<(), JobError> {
    let before = context.env.now() - KEPT;
    loop {
        let deleted = context.env.db.write(move |conn| store::delete_older(conn, before, BATCH)).await?;
        if deleted < BATCH as usize {
            return Ok(());
        }
    }
}

#[cfg(test)]
mod tests;
