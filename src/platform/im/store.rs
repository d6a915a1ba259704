//! Rows of `im_messages`.

use diesel::prelude::*;

use crate::db::schema::im_messages;
use crate::db::{DbConnection, DbError};
use crate::kernel::ids::{Account, Id, Im, Share};
use crate::kernel::time::Timestamp;

pub(super) const QUEUED: &str = "queued";
pub(super) const SENT: &str = "sent";
pub(super) const REFUSED: &str = "refused";
pub(super) const EXPIRED: &str = "expired";

#[derive(Insertable)]
#[diesel(table_name = im_messages)]
pub(super) struct NewRow<'a> {
    pub id: &'a Id<Im>,
    pub account_id: &'a Id<Account>,
    pub kind: &'a str,
    pub share_id: &'a Id<Share>,
    pub sealed: &'a str,
    pub state: &'a str,
    pub created_at: Timestamp,
}

/// A message that is not sent yet.
#[derive(Queryable, Selectable)]
#[diesel(table_name = im_messages)]
pub(super) struct Queued {
    pub id: Id<Im>,
    pub share_id: Id<Share>,
    pub sealed: Option<String>,
}

pub(super) fn insert(conn: &mut DbConnection, row: &NewRow<'_>) -> Result<(), DbError> {
    diesel::insert_into(im_messages::table).values(row).execute(conn)?;
    Ok(())
}

/// The oldest that wait, from behind `after`.
pub(super) fn list_queued(conn: &mut DbConnection, after: Option<&Id<Im>>, limit: i64) -> Result<Vec<Queued>, DbError> {
    let mut waiting = im_messages::table.filter(im_messages::state.eq(QUEUED)).into_boxed();
    if let Some(id) = after {
        waiting = waiting.filter(im_messages::id.gt(id));
    }
    Ok(waiting.order(im_messages::id).limit(limit).select(Queued::as_select()).load(conn)?)
}

/// Whether any message waits.
pub(super) fn has_queued(conn: &mut DbConnection) -> Result<bool, DbError> {
    Ok(!list_queued(conn, None, 1)?.is_empty())
}

/// Ends a message that waits; its text is wiped in the same statement.
pub(super) fn end(conn: &mut DbConnection, id: &Id<Im>, state: &str, now: Timestamp) -> Result<(), DbError> {
    let sent_at = (state == SENT).then_some(now);
    diesel::update(im_messages::table.find(id).filter(im_messages::state.eq(QUEUED)))
        .set((im_messages::state.eq(state), im_messages::sealed.eq(None::<String>), im_messages::sent_at.eq(sent_at)))
        .execute(conn)?;
    Ok(())
}

/// Gives up what an account has waiting, of one kind or of any; answers how much.
pub(super) fn recall(conn: &mut DbConnection, account: &Id<Account>, kind: Option<&str>) -> Result<usize, DbError> {
    let ended = (im_messages::state.eq(REFUSED), im_messages::sealed.eq(None::<String>));
    let waiting = im_messages::table.filter(im_messages::account_id.eq(account).and(im_messages::state.eq(QUEUED)));
    Ok(match kind {
        Some(kind) => diesel::update(waiting.filter(im_messages::kind.eq(kind))).set(ended).execute(conn)?,
        None => diesel::update(waiting).set(ended).execute(conn)?,
    })
}

/// Gives up what has waited since before `before`; answers how many.
pub(super) fn expire(conn: &mut DbConnection, before: Timestamp) -> Result<usize, DbError> {
    let stale = im_messages::table.filter(im_messages::state.eq(QUEUED).and(im_messages::created_at.lt(before)));
    Ok(diesel::update(stale)
        .set((im_messages::state.eq(EXPIRED), im_messages::sealed.eq(None::<String>)))
        .execute(conn)?)
}

/// Deletes up to `limit` rows of messages that were done with before `before`; answers how many.
pub(super) fn delete_done(conn: &mut DbConnection, before: Timestamp, limit: i64) -> Result<usize, DbError> {
    let old: Vec<Id<Im>> = im_messages::table
        .filter(im_messages::created_at.lt(before).and(im_messages::state.ne(QUEUED)))
        .limit(limit)
        .select(im_messages::id)
        .load(conn)?;
    Ok(diesel::delete(im_messages::table.filter(im_messages::id.eq_any(old))).execute(conn)?)
}
