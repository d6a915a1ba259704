//! What time takes away from sessions (3-rules "Retention"), a batch at a time.

use diesel::prelude::*;

use crate::db::schema::sessions;
use crate::db::{DbConnection, DbError};
use crate::identity::sessions::model::{End, Lifetime, SessionKind};
use crate::kernel::ids::{Id, Session};
use crate::kernel::time::Timestamp;
use crate::platform::jobs::BATCH;

/// Marks sessions as ended that their limits have ended already.
///
/// # Errors
/// The database failed.
pub fn end_expired(
    conn: &mut DbConnection,
    kind: SessionKind,
    life: Lifetime,
    now: Timestamp,
) -> Result<usize, DbError> {
    let over: Vec<Id<Session>> = sessions::table
        .filter(sessions::kind.eq(kind))
        .filter(sessions::ended_at.is_null())
        .filter(sessions::expires_at.le(now).or(sessions::last_seen_at.le(now - life.idle)))
        .limit(BATCH)
        .select(sessions::id)
        .load(conn)?;
    // Asked again: one that was used in between goes on.
    let still = sessions::table
        .filter(sessions::id.eq_any(over))
        .filter(sessions::ended_at.is_null())
        .filter(sessions::expires_at.le(now).or(sessions::last_seen_at.le(now - life.idle)));
    Ok(diesel::update(still)
        .set((sessions::ended_at.eq(now), sessions::ended_why.eq(End::Expired.as_str())))
        .execute(conn)?)
}

/// Drops the network address of sessions that ended before.
///
/// # Errors
/// The database failed.
pub fn drop_addresses(conn: &mut DbConnection, ended_before: Timestamp) -> Result<usize, DbError> {
    let old: Vec<Id<Session>> = sessions::table
        .filter(sessions::ended_at.lt(ended_before))
        .filter(sessions::ip.is_not_null())
        .limit(BATCH)
        .select(sessions::id)
        .load(conn)?;
    Ok(diesel::update(sessions::table.filter(sessions::id.eq_any(old)))
        .set(sessions::ip.eq(None::<String>))
        .execute(conn)?)
}

/// Deletes sessions that ended before.
///
/// # Errors
/// The database failed.
pub fn delete_ended(conn: &mut DbConnection, before: Timestamp) -> Result<usize, DbError> {
    let old: Vec<Id<Session>> =
        sessions::table.filter(sessions::ended_at.lt(before)).limit(BATCH).select(sessions::id).load(conn)?;
    Ok(diesel::delete(sessions::table.filter(sessions::id.eq_any(old))).execute(conn)?)
}
