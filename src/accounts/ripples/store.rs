//! Rows of tasks.

use diesel::prelude::*;

use super::model::{State, Why};
use crate::db::schema::ripple_tasks;
use crate::db::{DbConnection, DbError, nested};
use crate::kernel::ids::{Account, Change, Id, RippleTask, Share, StaffMember};
use crate::kernel::time::Timestamp;

crate::text_column!(State, Why);

/// A task: somebody has a value that has changed.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = ripple_tasks)]
pub struct Task {
    /// Its id.
    pub id: Id<RippleTask>,
    /// Whose value.
    pub account_id: Id<Account>,
    /// The change in the history.
    pub change_id: Id<Change>,
    /// Name of the field in the profile.
    pub field: String,
    /// Key of the recipient.
    pub recipient: String,
    /// Version of the account that the change made.
    pub version: i64,
    /// How it stands.
    pub state: State,
    /// Why a person has to do it.
    pub why: Option<Why>,
    /// The sharing by which the new value went.
    pub share_id: Option<Id<Share>>,
    /// Who of the staff did it.
    pub settled_by: Option<Id<StaffMember>>,
    /// When the value changed.
    pub opened_at: Timestamp,
    /// When the recipient was told.
    pub settled_at: Option<Timestamp>,
}

/// Adds a task; one about the same change and recipient stays as it is.
///
/// # Errors
/// The database failed.
pub fn insert(conn: &mut DbConnection, task: &Task) -> Result<(), DbError> {
    let inserted = nested(conn, |conn| {
        diesel::insert_into(ripple_tasks::table).values(task).execute(conn)?;
        Ok(())
    });
    match inserted {
        Ok(()) | Err(DbError::Duplicate(_)) => Ok(()),
        Err(error) => Err(error),
    }
}

/// Tasks of an account about a recipient that a job has to do, oldest first.
///
/// # Errors
/// The database failed.
pub fn list_open(conn: &mut DbConnection, account: &Id<Account>, recipient: &str) -> Result<Vec<Task>, DbError> {
    Ok(ripple_tasks::table
        .filter(ripple_tasks::account_id.eq(account).and(ripple_tasks::recipient.eq(recipient)))
        .filter(ripple_tasks::state.eq(State::Open))
        .order(ripple_tasks::id)
        .select(Task::as_select())
        .load(conn)?)
}

/// Tasks of an account, newest first.
///
/// # Errors
/// The database failed.
pub fn list(conn: &mut DbConnection, account: &Id<Account>, limit: i64) -> Result<Vec<Task>, DbError> {
    Ok(ripple_tasks::table
        .filter(ripple_tasks::account_id.eq(account))
        .order(ripple_tasks::id.desc())
        .limit(limit)
        .select(Task::as_select())
        .load(conn)?)
}

/// Tasks that these changes made necessary.
///
/// # Errors
/// The database failed.
pub fn list_of(conn: &mut DbConnection, changes: &[&Id<Change>]) -> Result<Vec<Task>, DbError> {
    let ids: Vec<&str> = changes.iter().map(|id| id.as_str()).collect();
    Ok(ripple_tasks::table
        .filter(ripple_tasks::change_id.eq_any(ids))
        .order(ripple_tasks::id)
        .select(Task::as_select())
        .load(conn)?)
}

/// Tasks of all accounts that wait for a person, oldest first, from behind `after`.
///
/// # Errors
/// The database failed.
pub fn list_by_person(
    conn: &mut DbConnection,
    after: Option<&Id<RippleTask>>,
    limit: i64,
) -> Result<Vec<Task>, DbError> {
    let mut query = ripple_tasks::table.filter(ripple_tasks::state.eq(State::ByPerson)).into_boxed();
    if let Some(after) = after {
        query = query.filter(ripple_tasks::id.gt(after));
    }
    Ok(query.order(ripple_tasks::id).limit(limit).select(Task::as_select()).load(conn)?)
}

/// Notes by which sharing the new value goes, before it does.
///
/// # Errors
/// The database failed.
pub fn set_share(conn: &mut DbConnection, tasks: &[Id<RippleTask>], share: &Id<Share>) -> Result<(), DbError> {
    let open = ripple_tasks::table.filter(ripple_tasks::id.eq_any(tasks)).filter(ripple_tasks::state.eq(State::Open));
    diesel::update(open).set(ripple_tasks::share_id.eq(share)).execute(conn)?;
    Ok(())
}

/// Ends tasks that a job has done.
///
/// # Errors
/// The database failed.
pub fn settle(conn: &mut DbConnection, tasks: &[Id<RippleTask>], now: Timestamp) -> Result<(), DbError> {
    let open = ripple_tasks::table.filter(ripple_tasks::id.eq_any(tasks)).filter(ripple_tasks::state.eq(State::Open));
    diesel::update(open).set((ripple_tasks::state.eq(State::Done), ripple_tasks::settled_at.eq(now))).execute(conn)?;
    Ok(())
}

/// Leaves tasks that a job cannot do to a person.
///
/// # Errors
/// The database failed.
pub fn hand_over(conn: &mut DbConnection, tasks: &[Id<RippleTask>], why: Why) -> Result<(), DbError> {
    let open = ripple_tasks::table.filter(ripple_tasks::id.eq_any(tasks)).filter(ripple_tasks::state.eq(State::Open));
    diesel::update(open).set((ripple_tasks::state.eq(State::ByPerson), ripple_tasks::why.eq(why))).execute(conn)?;
    Ok(())
}

/// Ends a task that a person has done; `None` when it waits for nobody.
///
/// # Errors
/// The database failed.
pub fn settle_by(
    conn: &mut DbConnection,
    task: &Id<RippleTask>,
    by: &Id<StaffMember>,
    now: Timestamp,
) -> Result<Option<Task>, DbError> {
    let waiting = ripple_tasks::table.find(task).filter(ripple_tasks::state.eq(State::ByPerson));
    let done = (ripple_tasks::state.eq(State::Done), ripple_tasks::settled_by.eq(by), ripple_tasks::settled_at.eq(now));
    Ok(diesel::update(waiting).set(done).returning(ripple_tasks::all_columns).get_result(conn).optional()?)
}

/// Whether there is such a task at all.
///
/// # Errors
/// The database failed.
pub fn exists(conn: &mut DbConnection, task: &Id<RippleTask>) -> Result<bool, DbError> {
    let found: Option<Id<RippleTask>> =
        ripple_tasks::table.find(task).select(ripple_tasks::id).first(conn).optional()?;
    Ok(found.is_some())
}

/// Deletes up to `limit` tasks done before an instant.
///
/// # Errors
/// The database failed.
pub fn delete_done(conn: &mut DbConnection, before: Timestamp, limit: i64) -> Result<usize, DbError> {
    let old: Vec<Id<RippleTask>> = ripple_tasks::table
        .filter(ripple_tasks::settled_at.lt(before))
        .limit(limit)
        .select(ripple_tasks::id)
        .load(conn)?;
    Ok(diesel::delete(ripple_tasks::table.filter(ripple_tasks::id.eq_any(old))).execute(conn)?)
}
