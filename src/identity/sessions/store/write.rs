//! Beginning, listing and ending sessions.

use diesel::prelude::*;

use crate::db::schema::sessions;
use crate::db::{DbConnection, DbError};
use crate::identity::principals::model::PrincipalId;
use crate::identity::sessions::model::{End, SessionKind};
use crate::kernel::ids::{Id, Session};
use crate::kernel::time::Timestamp;

/// How many sessions are looked at for a device that is known.
const PLACES: i64 = 100;

/// A session that begins.
#[derive(Insertable)]
#[diesel(table_name = sessions)]
pub struct NewSession<'a> {
    /// Whose.
    pub principal_id: &'a PrincipalId,
    /// The other half of the key.
    pub signed_in_at: Timestamp,
    /// Public id.
    pub id: &'a Id<Session>,
    /// `cookie` or `bearer`.
    pub transport: &'static str,
    /// Decides its life.
    pub kind: SessionKind,
    /// Digest of the issued cookie or token.
    pub digest: &'a str,
    /// Now.
    pub last_seen_at: Timestamp,
    /// Now: password and factor were just given.
    pub stepped_up_at: Timestamp,
    /// When it ends at the latest.
    pub expires_at: Timestamp,
    /// Where from.
    pub ip: Option<String>,
    /// The browser's own words.
    pub user_agent: &'a str,
    /// The language it asked for.
    pub language: &'a str,
}

/// A live session as its owner sees it.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = sessions)]
pub struct OwnSession {
    /// Public id.
    pub id: Id<Session>,
    /// When it began.
    pub signed_in_at: Timestamp,
    /// What was said about the computer.
    pub kind: SessionKind,
    /// `cookie` or `bearer`.
    pub transport: String,
    /// When it was last noted as used.
    pub last_seen_at: Timestamp,
    /// When it ends at the latest.
    pub expires_at: Timestamp,
    /// Where it began.
    pub ip: Option<String>,
    /// The browser's own words.
    pub user_agent: String,
    /// The language it asked for.
    pub language: String,
}

/// Whose session this is.
///
/// # Errors
/// The database failed.
pub fn owner_of(conn: &mut DbConnection, id: &Id<Session>) -> Result<Option<PrincipalId>, DbError> {
    Ok(sessions::table.filter(sessions::id.eq(id)).select(sessions::principal_id).first(conn).optional()?)
}

/// Inserts a session; false when this person has one of this very microsecond.
///
/// # Errors
/// The database failed.
pub fn insert(conn: &mut DbConnection, new: &NewSession<'_>) -> Result<bool, DbError> {
    let inserted = crate::each_backend!(conn, |inner| diesel::insert_into(sessions::table)
        .values(new)
        .on_conflict((sessions::principal_id, sessions::signed_in_at))
        .do_nothing()
        .execute(inner))?;
    Ok(inserted == 1)
}

/// Ends the oldest live sessions beyond `most`.
///
/// # Errors
/// The database failed.
pub fn trim(conn: &mut DbConnection, owner: &PrincipalId, most: usize, now: Timestamp) -> Result<(), DbError> {
    let oldest_to_go: Option<Timestamp> = sessions::table
        .filter(sessions::principal_id.eq(owner))
        .filter(sessions::ended_at.is_null())
        .order(sessions::signed_in_at.desc())
        .offset(i64::try_from(most).unwrap_or(i64::MAX))
        .select(sessions::signed_in_at)
        .first(conn)
        .optional()?;
    let Some(oldest_to_go) = oldest_to_go else { return Ok(()) };
    let leaving = sessions::table
        .filter(sessions::principal_id.eq(owner))
        .filter(sessions::ended_at.is_null())
        .filter(sessions::signed_in_at.le(oldest_to_go));
    diesel::update(leaving)
        .set((sessions::ended_at.eq(now), sessions::ended_why.eq(End::Replaced.as_str())))
        .execute(conn)?;
    Ok(())
}

/// Ends one session of this person; false when there is no such live one.
///
/// # Errors
/// The database failed.
pub fn end(
    conn: &mut DbConnection,
    owner: &PrincipalId,
    id: &Id<Session>,
    why: End,
    now: Timestamp,
) -> Result<bool, DbError> {
    let one = sessions::table
        .filter(sessions::id.eq(id))
        .filter(sessions::principal_id.eq(owner))
        .filter(sessions::ended_at.is_null());
    let ended =
        diesel::update(one).set((sessions::ended_at.eq(now), sessions::ended_why.eq(why.as_str()))).execute(conn)?;
    Ok(ended == 1)
}

/// Ends every live session of this person but `spared`; answers how many.
///
/// # Errors
/// The database failed.
pub fn end_all(
    conn: &mut DbConnection,
    owner: &PrincipalId,
    spared: Option<&Id<Session>>,
    why: End,
    now: Timestamp,
) -> Result<usize, DbError> {
    let spared = spared.map_or("", Id::as_str);
    let live = sessions::table
        .filter(sessions::principal_id.eq(owner))
        .filter(sessions::ended_at.is_null())
        .filter(sessions::id.ne(spared));
    Ok(diesel::update(live).set((sessions::ended_at.eq(now), sessions::ended_why.eq(why.as_str()))).execute(conn)?)
}

/// Ends the live session whose cookie has this digest, but for `spared`: the one that takes its place.
///
/// # Errors
/// The database failed.
pub fn replace(conn: &mut DbConnection, digest: &str, spared: &Id<Session>, now: Timestamp) -> Result<(), DbError> {
    let live = sessions::table
        .filter(sessions::digest.eq(digest))
        .filter(sessions::ended_at.is_null())
        .filter(sessions::id.ne(spared));
    diesel::update(live)
        .set((sessions::ended_at.eq(now), sessions::ended_why.eq(End::Replaced.as_str())))
        .execute(conn)?;
    Ok(())
}

/// Ends every live session of everybody; answers how many.
///
/// # Errors
/// The database failed.
pub fn end_everybodys(conn: &mut DbConnection, why: End, now: Timestamp) -> Result<usize, DbError> {
    let live = sessions::table.filter(sessions::ended_at.is_null());
    Ok(diesel::update(live).set((sessions::ended_at.eq(now), sessions::ended_why.eq(why.as_str()))).execute(conn)?)
}

/// Where this person's newest sessions began, but for one of them: network address, where it is still kept, and the
/// browser's own words.
///
/// # Errors
/// The database failed.
pub fn places(
    conn: &mut DbConnection,
    owner: &PrincipalId,
    but: &Id<Session>,
) -> Result<Vec<(Option<String>, String)>, DbError> {
    Ok(sessions::table
        .filter(sessions::principal_id.eq(owner))
        .filter(sessions::id.ne(but))
        .order(sessions::signed_in_at.desc())
        .limit(PLACES)
        .select((sessions::ip, sessions::user_agent))
        .load(conn)?)
}

/// The sessions of this person that have not ended, the newest first. Those past a limit are among them until the
/// next cleaning.
///
/// # Errors
/// The database failed.
pub fn list(conn: &mut DbConnection, owner: &PrincipalId) -> Result<Vec<OwnSession>, DbError> {
    Ok(sessions::table
        .filter(sessions::principal_id.eq(owner))
        .filter(sessions::ended_at.is_null())
        .order(sessions::signed_in_at.desc())
        .select(OwnSession::as_select())
        .load(conn)?)
}

/// Notes that password or factor were just given.
///
/// # Errors
/// The database failed.
pub fn step_up(conn: &mut DbConnection, id: &Id<Session>, now: Timestamp) -> Result<(), DbError> {
    diesel::update(sessions::table.filter(sessions::id.eq(id))).set(sessions::stepped_up_at.eq(now)).execute(conn)?;
    Ok(())
}
