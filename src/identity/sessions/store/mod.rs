//! Rows of sessions.

pub mod retention;
pub mod write;

use chrono::Duration;
use diesel::prelude::*;

use crate::config::Sessions as Limits;
use crate::db::schema::{principals, sessions, staff_members};
use crate::db::{DbConnection, DbError};
use crate::env::Env;
use crate::identity::api_tokens::store as api_tokens;
use crate::identity::principals::model::Status;
use crate::identity::sessions::model::{End, Lifetime, SessionKind, is_live, needs_note};
use crate::kernel::deed::Deed;
use crate::kernel::ids::{ApiToken, Id, Session, StaffMember};
use crate::kernel::permission::Role;
use crate::kernel::time::Timestamp;
use crate::platform::web::call::Afterwards;
use crate::platform::web::request::Claim;

crate::text_column!(SessionKind, Role);

/// A session that is good right now.
#[derive(Debug, Clone)]
pub struct LiveSession {
    /// Text of the principal's id, whose prefix tells holder from staff.
    pub principal: String,
    /// Public id, as shown to its owner.
    pub id: Id<Session>,
    /// When the person signed in: the other half of the row's key.
    pub signed_in_at: Timestamp,
    /// What the person said about the computer.
    pub kind: SessionKind,
    /// When password or factor were last given.
    pub stepped_up_at: Timestamp,
    /// When the session ends at the latest.
    pub expires_at: Timestamp,
    /// When it was last noted as used.
    pub last_seen_at: Timestamp,
    /// The state of the account.
    pub status: Status,
    /// The API token that stands for a session here. Then `id` has the token's digits and names no row, and password
    /// and factor were never given.
    pub token: Option<Id<ApiToken>>,
    /// Whether answers may show what is stored. A token that may change something may not look at it by that alone.
    pub may_read: bool,
}

#[derive(Queryable)]
struct Row {
    principal: String,
    id: Id<Session>,
    signed_in_at: Timestamp,
    kind: SessionKind,
    stepped_up_at: Timestamp,
    expires_at: Timestamp,
    last_seen_at: Timestamp,
    transport: String,
    status: Status,
}

impl LiveSession {
    /// The minute's note of use, where one is due.
    #[must_use]
    pub fn afterwards(&self, env: &Env) -> Option<Afterwards> {
        let now = env.now();
        if !needs_note(self.last_seen_at, now) {
            return None;
        }
        if let Some(token) = self.token.clone() {
            return Some(Box::new(move |conn: &mut DbConnection| api_tokens::note_use(conn, &token, now)));
        }
        let id = self.id.clone();
        Some(Box::new(move |conn: &mut DbConnection| {
            diesel::update(sessions::table.filter(sessions::id.eq(&id)).filter(sessions::last_seen_at.lt(now)))
                .set(sessions::last_seen_at.eq(now))
                .execute(conn)?;
            Ok(())
        }))
    }
}

/// How long sessions of a kind live, from configuration.
#[must_use]
pub fn lifetime(limits: &Limits, kind: SessionKind) -> Lifetime {
    let (idle, absolute) = match kind {
        SessionKind::Own => (limits.own_idle_minutes, limits.own_absolute_minutes),
        SessionKind::Kept => (limits.kept_idle_minutes, limits.kept_absolute_minutes),
        SessionKind::Public => (limits.public_idle_minutes, limits.public_absolute_minutes),
        SessionKind::Staff => (limits.staff_idle_minutes, limits.staff_absolute_minutes),
    };
    Lifetime { idle: Duration::minutes(idle), absolute: Duration::minutes(absolute) }
}

/// The live session that a claim names: `None` for no claim, a forged one, one that ended, expired, or whose owner may
/// no longer sign in.
///
/// # Errors
/// The database failed.
pub fn resolve(conn: &mut DbConnection, env: &Env, claim: &Claim) -> Result<Option<LiveSession>, DbError> {
    let (digest, transport) = match claim {
        Claim::Nobody | Claim::Unreadable | Claim::ApiToken(..) => return Ok(None),
        Claim::Cookie(cookie) => (&cookie.digest, "cookie"),
        Claim::Bearer(digest) => (digest, "bearer"),
    };
    // Straight to the backend: every request of a session comes by here, and the other way writes the SQL anew.
    let row: Option<Row> = crate::each_backend!(conn, |inner| sessions::table
        .inner_join(principals::table)
        .filter(sessions::digest.eq(digest.as_str()))
        .filter(sessions::ended_at.is_null())
        .filter(principals::disabled_at.is_null())
        .select((
            sessions::principal_id,
            sessions::id,
            sessions::signed_in_at,
            sessions::kind,
            sessions::stepped_up_at,
            sessions::expires_at,
            sessions::last_seen_at,
            sessions::transport,
            principals::status,
        ))
        .first(inner)
        .optional())?;
    Ok(row.filter(|row| row.transport == transport && matches_cookie(row, claim)).and_then(|row| {
        let idle = lifetime(&env.settings.sessions, row.kind).idle;
        let live = is_live(row.last_seen_at, row.expires_at, idle, env.now());
        (live && row.status.allows(Deed::Session)).then_some(LiveSession {
            principal: row.principal,
            id: row.id,
            signed_in_at: row.signed_in_at,
            kind: row.kind,
            stepped_up_at: row.stepped_up_at,
            expires_at: row.expires_at,
            last_seen_at: row.last_seen_at,
            status: row.status,
            token: None,
            may_read: true,
        })
    }))
}

/// Whether a claim names a session that ended when its account was frozen, and the freeze lasts: who held it is told so.
///
/// # Errors
/// The database failed.
pub fn is_frozen(conn: &mut DbConnection, claim: &Claim) -> Result<bool, DbError> {
    let digest = match claim {
        Claim::Nobody | Claim::Unreadable | Claim::ApiToken(..) => return Ok(false),
        Claim::Cookie(cookie) => &cookie.digest,
        Claim::Bearer(digest) => digest,
    };
    let ended = sessions::table
        .inner_join(principals::table)
        .filter(sessions::digest.eq(digest.as_str()))
        .filter(sessions::ended_why.eq(End::Frozen.as_str()))
        .filter(principals::status.eq(Status::Frozen));
    Ok(ended.select(sessions::id).first::<Id<Session>>(conn).optional()?.is_some())
}

/// The kind of the session that a cookie was made for, whether or not it is over.
///
/// # Errors
/// The database failed.
pub fn kind_of(conn: &mut DbConnection, claim: &Claim) -> Result<Option<SessionKind>, DbError> {
    let Claim::Cookie(cookie) = claim else { return Ok(None) };
    let own = sessions::table.filter(sessions::digest.eq(cookie.digest.as_str()));
    Ok(own.select(sessions::kind).first(conn).optional()?)
}

/// The pair in the cookie is the row's key: both must agree, so that neither a leaked digest nor a leaked key suffices.
fn matches_cookie(row: &Row, claim: &Claim) -> bool {
    let Claim::Cookie(cookie) = claim else { return true };
    let same_principal = row.principal.ends_with(&cookie.principal.simple().to_string());
    same_principal && row.signed_in_at == cookie.signed_in_at
}

/// Name and role of a member of staff.
///
/// # Errors
/// The database failed.
pub fn staff_member(conn: &mut DbConnection, id: &Id<StaffMember>) -> Result<Option<(String, Role)>, DbError> {
    Ok(staff_members::table.find(id).select((staff_members::name, staff_members::role)).first(conn).optional()?)
}
