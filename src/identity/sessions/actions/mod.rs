//! What is done with sessions: [`begin`], [`step_up`], looking at one's own and ending them.

pub mod begin;
pub mod step_up;

use chrono::Duration;

use super::error::SignInError;
use super::model::{End, SessionKind, is_live};
use super::store::{self, LiveSession, retention, write};
use crate::db::{DbConnection, DbError};
use crate::env::Env;
use crate::identity::principals::model::PrincipalId;
use crate::kernel::ids::{Id, Session};
use crate::platform::audit;
use crate::platform::web::request::Claim;
pub use write::OwnSession;

/// Days that an ended session is kept, and that its network address is.
const KEPT_DAYS: i64 = 365;
const ADDRESS_DAYS: i64 = 90;

/// Who the owner of a live session is.
///
/// # Errors
/// The row names no principal, which no row does.
pub fn owner(session: &LiveSession) -> Result<PrincipalId, DbError> {
    session.principal.parse().map_err(|()| DbError::Other("a session without a principal".to_owned()))
}

/// Ends the session in use.
///
/// # Errors
/// The database failed.
pub fn sign_out(conn: &mut DbConnection, env: &Env, session: &LiveSession) -> Result<(), DbError> {
    let owner = owner(session)?;
    write::end(conn, &owner, &session.id, End::SignedOut, env.now())?;
    note(conn, env, &owner, "session.end", session.id.as_str())
}

/// Ends another session of the same person.
///
/// # Errors
/// [`SignInError::NoSuchSession`]; the database failed.
pub fn end_one(conn: &mut DbConnection, env: &Env, session: &LiveSession, id: &Id<Session>) -> Result<(), SignInError> {
    let owner = owner(session)?;
    let why = if *id == session.id { End::SignedOut } else { End::Revoked };
    if !write::end(conn, &owner, id, why, env.now())? {
        return Err(SignInError::NoSuchSession);
    }
    Ok(note(conn, env, &owner, "session.end", id.as_str())?)
}

/// Ends every session of this person but the one in use; answers how many.
///
/// # Errors
/// The database failed.
pub fn end_others(conn: &mut DbConnection, env: &Env, session: &LiveSession) -> Result<usize, DbError> {
    let owner = owner(session)?;
    let ended = write::end_all(conn, &owner, Some(&session.id), End::Revoked, env.now())?;
    note(conn, env, &owner, "session.end_others", owner.as_str())?;
    Ok(ended)
}

/// Ends every session of this person, the one in use too; answers how many.
///
/// # Errors
/// The database failed.
pub fn end_all(conn: &mut DbConnection, env: &Env, session: &LiveSession) -> Result<usize, DbError> {
    let owner = owner(session)?;
    let ended = write::end_all(conn, &owner, None, End::Revoked, env.now())?;
    note(conn, env, &owner, "session.end_all", owner.as_str())?;
    Ok(ended)
}

/// The session of a cookie that is over, if it was one on a public computer: its browser is told so, once.
///
/// # Errors
/// The database failed.
pub fn was_public(conn: &mut DbConnection, env: &Env, claim: &Claim) -> Result<bool, DbError> {
    Ok(store::kind_of(conn, claim)? == Some(SessionKind::Public) && store::resolve(conn, env, claim)?.is_none())
}

/// The live sessions of this person, the one in use first.
///
/// # Errors
/// The database failed.
pub fn list(conn: &mut DbConnection, env: &Env, session: &LiveSession) -> Result<Vec<OwnSession>, DbError> {
    let now = env.now();
    let mut all = write::list(conn, &owner(session)?)?;
    all.retain(|row| {
        let idle = store::lifetime(&env.settings.sessions, row.kind).idle;
        is_live(row.last_seen_at, row.expires_at, idle, now)
    });
    all.sort_by_key(|row| row.id != session.id);
    Ok(all)
}

/// What time does to sessions, one thing at a time: a transaction holds one batch of one of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fading {
    /// What the limits of its kind have ended is marked so.
    Expired(SessionKind),
    /// Addresses go 90 days after the end.
    Addresses,
    /// Rows go a year after the end.
    Rows,
}

/// All of it, in the order in which it happens to a session.
pub const FADING: [Fading; 6] = [
    Fading::Expired(SessionKind::Own),
    Fading::Expired(SessionKind::Kept),
    Fading::Expired(SessionKind::Public),
    Fading::Expired(SessionKind::Staff),
    Fading::Addresses,
    Fading::Rows,
];

/// Does one thing that time does, to one batch; answers how many rows it was.
///
/// # Errors
/// The database failed.
pub fn purge(conn: &mut DbConnection, env: &Env, what: Fading) -> Result<usize, DbError> {
    let now = env.now();
    match what {
        Fading::Expired(kind) => retention::end_expired(conn, kind, store::lifetime(&env.settings.sessions, kind), now),
        Fading::Addresses => retention::drop_addresses(conn, now - Duration::days(ADDRESS_DAYS)),
        Fading::Rows => retention::delete_ended(conn, now - Duration::days(KEPT_DAYS)),
    }
}

fn note(
    conn: &mut DbConnection,
    env: &Env,
    owner: &PrincipalId,
    action: &'static str,
    subject: &str,
) -> Result<(), DbError> {
    let actor = owner.actor();
    audit::record(conn, env, &audit::Event { actor: &actor, action, subject, fields: &[], refs: &[], commits_to: b"" })
}
