//! Rows of `mails`.

use diesel::prelude::*;

use crate::db::schema::mails;
use crate::db::{DbConnection, DbError};
use crate::kernel::ids::{Account, Id, Mail, Share};
use crate::kernel::time::Timestamp;

pub(super) const QUEUED: &str = "queued";
const SENT: &str = "sent";
const REFUSED: &str = "refused";

#[derive(Insertable)]
#[diesel(table_name = mails)]
pub(super) struct NewRow<'a> {
    pub id: &'a Id<Mail>,
    pub account_id: Option<&'a Id<Account>>,
    pub kind: &'a str,
    pub share_id: &'a Id<Share>,
    pub sealed: &'a str,
    pub state: &'a str,
    pub created_at: Timestamp,
}

/// A mail that is not sent yet.
#[derive(Queryable, Selectable)]
#[diesel(table_name = mails)]
pub(super) struct Queued {
    pub share_id: Id<Share>,
    pub account_id: Option<Id<Account>>,
    pub sealed: Option<String>,
}

pub(super) fn insert(conn: &mut DbConnection, row: &NewRow<'_>) -> Result<(), DbError> {
    diesel::insert_into(mails::table).values(row).execute(conn)?;
    Ok(())
}

pub(super) fn find_queued(conn: &mut DbConnection, id: &Id<Mail>) -> Result<Option<Queued>, DbError> {
    Ok(mails::table.find(id).filter(mails::state.eq(QUEUED)).select(Queued::as_select()).first(conn).optional()?)
}

/// The text is wiped in the same statement.
pub(super) fn mark_sent(conn: &mut DbConnection, id: &Id<Mail>, now: Timestamp) -> Result<(), DbError> {
    diesel::update(mails::table.find(id).filter(mails::state.eq(QUEUED)))
        .set((mails::state.eq(SENT), mails::sealed.eq(None::<String>), mails::sent_at.eq(now)))
        .execute(conn)?;
    Ok(())
}

pub(super) fn mark_refused(conn: &mut DbConnection, id: &Id<Mail>) -> Result<(), DbError> {
    diesel::update(mails::table.find(id).filter(mails::state.eq(QUEUED)))
        .set((mails::state.eq(REFUSED), mails::sealed.eq(None::<String>)))
        .execute(conn)?;
    Ok(())
}

/// Deletes up to `limit` rows of mails that were done with before `before`; answers the shares that they were sent on.
pub(super) fn delete_done(conn: &mut DbConnection, before: Timestamp, limit: i64) -> Result<Vec<Id<Share>>, DbError> {
    let old: Vec<(Id<Mail>, Id<Share>)> = mails::table
        .filter(mails::created_at.lt(before).and(mails::state.ne(QUEUED)))
        .limit(limit)
        .select((mails::id, mails::share_id))
        .load(conn)?;
    let (ids, shares): (Vec<_>, Vec<_>) = old.into_iter().unzip();
    diesel::delete(mails::table.filter(mails::id.eq_any(ids))).execute(conn)?;
    Ok(shares)
}
