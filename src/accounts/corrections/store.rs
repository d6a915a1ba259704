//! Rows of requests.

use diesel::prelude::*;

use super::model::State;
use crate::db::schema::correction_requests;
use crate::db::{DbConnection, DbError, nested};
use crate::kernel::ids::{Account, Change, Correction, Id, StaffMember};
use crate::kernel::time::Timestamp;

crate::text_column!(State);

/// A request as stored.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = correction_requests)]
pub(super) struct Row {
    pub id: Id<Correction>,
    pub account_id: Id<Account>,
    pub subject: String,
    pub field: String,
    pub state: State,
    /// The account's version when it was asked.
    pub version: i64,
    pub sealed: String,
    pub reason: Option<String>,
    pub decided_by: Option<Id<StaffMember>>,
    pub change_id: Option<Id<Change>>,
    pub opened_at: Timestamp,
    pub due_at: Timestamp,
    pub decided_at: Option<Timestamp>,
}

/// How a request ends.
pub(super) struct End<'a> {
    pub state: State,
    pub reason: Option<&'a str>,
    pub by: Option<&'a Id<StaffMember>>,
    pub change: Option<&'a Id<Change>>,
    pub at: Timestamp,
}

/// Adds a request; `false` when one about the same value is open.
pub(super) fn insert(conn: &mut DbConnection, row: &Row) -> Result<bool, DbError> {
    let inserted = nested(conn, |conn| {
        diesel::insert_into(correction_requests::table).values(row).execute(conn)?;
        Ok(())
    });
    match inserted {
        Ok(()) => Ok(true),
        Err(DbError::Duplicate(_)) => Ok(false),
        Err(error) => Err(error),
    }
}

pub(super) fn count_open(conn: &mut DbConnection, account: &Id<Account>) -> Result<i64, DbError> {
    let open = correction_requests::table
        .filter(correction_requests::account_id.eq(account))
        .filter(correction_requests::state.eq(State::Open));
    Ok(open.count().get_result(conn)?)
}

pub(super) fn find(conn: &mut DbConnection, id: &Id<Correction>) -> Result<Option<Row>, DbError> {
    Ok(correction_requests::table.find(id).select(Row::as_select()).first(conn).optional()?)
}

/// Requests of an account, newest first.
pub(super) fn list(conn: &mut DbConnection, account: &Id<Account>, limit: i64) -> Result<Vec<Row>, DbError> {
    Ok(correction_requests::table
        .filter(correction_requests::account_id.eq(account))
        .order(correction_requests::id.desc())
        .limit(limit)
        .select(Row::as_select())
        .load(conn)?)
}

/// Open requests of all accounts, the first due first, from behind `after`. All have the same time, and ids are in the
/// order in which they were made, so the first due is the one with the least id.
pub(super) fn list_open(
    conn: &mut DbConnection,
    after: Option<&Id<Correction>>,
    limit: i64,
) -> Result<Vec<Row>, DbError> {
    let mut query = correction_requests::table.filter(correction_requests::state.eq(State::Open)).into_boxed();
    if let Some(after) = after {
        query = query.filter(correction_requests::id.gt(after));
    }
    Ok(query.order(correction_requests::id).limit(limit).select(Row::as_select()).load(conn)?)
}

/// Ends an open request: of any number at once one does. `false` when it was ended already.
pub(super) fn end(conn: &mut DbConnection, id: &Id<Correction>, end: &End<'_>) -> Result<bool, DbError> {
    let open = correction_requests::table.find(id).filter(correction_requests::state.eq(State::Open));
    let columns = (
        correction_requests::state.eq(end.state),
        correction_requests::reason.eq(end.reason),
        correction_requests::decided_by.eq(end.by),
        correction_requests::change_id.eq(end.change),
        correction_requests::decided_at.eq(end.at),
    );
    Ok(diesel::update(open).set(columns).execute(conn)? == 1)
}

/// Open requests that were due before `now`, whose holders have not been told that we are late.
pub(super) fn list_late(conn: &mut DbConnection, now: Timestamp, limit: i64) -> Result<Vec<Row>, DbError> {
    Ok(correction_requests::table
        .filter(correction_requests::state.eq(State::Open))
        .filter(correction_requests::due_at.le(now).and(correction_requests::late_told.eq(false)))
        .order((correction_requests::due_at, correction_requests::id))
        .limit(limit)
        .select(Row::as_select())
        .load(conn)?)
}

/// Notes that the holder is told; `false` when that was noted already, or the request has ended.
pub(super) fn mark_late(conn: &mut DbConnection, id: &Id<Correction>) -> Result<bool, DbError> {
    let untold = correction_requests::table
        .find(id)
        .filter(correction_requests::state.eq(State::Open))
        .filter(correction_requests::late_told.eq(false));
    Ok(diesel::update(untold).set(correction_requests::late_told.eq(true)).execute(conn)? == 1)
}
