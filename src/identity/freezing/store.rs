//! Rows of freezes.

use diesel::prelude::*;

use super::model::{Cause, Lifted};
use crate::db::schema::account_freezes;
use crate::db::{DbConnection, DbError};
use crate::kernel::ids::{Account, Freeze, Id};
use crate::kernel::time::Timestamp;

/// A freeze as its holder reads it.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = account_freezes)]
pub struct FreezeRow {
    /// `frz_…`
    pub id: Id<Freeze>,
    /// `holder`, `link`, `email_undo` or `staff`.
    pub cause: String,
    /// Staff's reason.
    pub reason: Option<String>,
    /// When it began.
    pub started_at: Timestamp,
    /// When it ended; none while it lasts.
    pub ended_at: Option<Timestamp>,
    /// `holder`, `email_undo` or `staff`.
    pub ended_by: Option<String>,
    /// Staff's reason to lift it.
    pub ended_reason: Option<String>,
}

/// Opens a freeze.
///
/// # Errors
/// [`DbError::Duplicate`] when one is open; the database failed.
pub fn insert(
    conn: &mut DbConnection,
    id: &Id<Freeze>,
    account: &Id<Account>,
    cause: &Cause,
    now: Timestamp,
) -> Result<(), DbError> {
    let row = (
        account_freezes::id.eq(id),
        account_freezes::account_id.eq(account),
        account_freezes::cause.eq(cause.as_str()),
        account_freezes::reason.eq(cause.reason()),
        account_freezes::started_at.eq(now),
    );
    diesel::insert_into(account_freezes::table).values(row).execute(conn)?;
    Ok(())
}

/// The open freeze of an account.
///
/// # Errors
/// The database failed.
pub fn find_open(conn: &mut DbConnection, account: &Id<Account>) -> Result<Option<FreezeRow>, DbError> {
    let open = account_freezes::table
        .filter(account_freezes::account_id.eq(account))
        .filter(account_freezes::ended_at.is_null());
    Ok(open.select(FreezeRow::as_select()).first(conn).optional()?)
}

/// Ends the open freeze of an account; `false` when there is none.
///
/// # Errors
/// The database failed.
pub fn end(conn: &mut DbConnection, account: &Id<Account>, how: &Lifted, now: Timestamp) -> Result<bool, DbError> {
    let open = account_freezes::table
        .filter(account_freezes::account_id.eq(account))
        .filter(account_freezes::ended_at.is_null());
    let columns = (
        account_freezes::ended_at.eq(now),
        account_freezes::ended_by.eq(how.as_str()),
        account_freezes::ended_reason.eq(how.reason()),
    );
    Ok(diesel::update(open).set(columns).execute(conn)? == 1)
}

/// All freezes of an account, the newest first.
///
/// # Errors
/// The database failed.
pub fn list(conn: &mut DbConnection, account: &Id<Account>, limit: i64) -> Result<Vec<FreezeRow>, DbError> {
    Ok(account_freezes::table
        .filter(account_freezes::account_id.eq(account))
        .order(account_freezes::id.desc())
        .limit(limit)
        .select(FreezeRow::as_select())
        .load(conn)?)
}
