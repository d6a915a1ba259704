//! Rows of changes of the address, and of the account's version.

use diesel::prelude::*;

use crate::db::schema::{accounts, email_changes};
use crate::db::{DbConnection, DbError};
use crate::kernel::ids::{Account, EmailChange, Id};
use crate::kernel::personal::Personal;
use crate::kernel::time::Timestamp;

/// Waits for its confirmation.
pub const PENDING: &str = "pending";
/// Made, and can be undone.
pub const SWITCHED: &str = "switched";

/// A change. Has no `Debug`: a password's hash is in it.
#[derive(Queryable, Selectable)]
#[diesel(table_name = email_changes)]
pub struct ChangeRow {
    /// `emc_…`
    pub id: Id<EmailChange>,
    /// Whose.
    pub account_id: Id<Account>,
    /// [`PENDING`] or [`SWITCHED`].
    pub state: String,
    /// The address before.
    pub old_email: Personal<String>,
    /// The address that is wanted.
    pub new_email: Personal<String>,
    /// Hash of the password at the moment of the switch.
    pub old_password_phc: Option<String>,
    /// When it was asked for.
    pub requested_at: Timestamp,
    /// Until when it can be confirmed, or undone.
    pub holds_until: Timestamp,
}

/// A change that is asked for.
#[derive(Insertable)]
#[diesel(table_name = email_changes)]
pub struct NewChange<'a> {
    /// `emc_…`
    pub id: &'a Id<EmailChange>,
    /// Whose.
    pub account_id: &'a Id<Account>,
    /// [`PENDING`]
    pub state: &'static str,
    /// The address before.
    pub old_email: &'a str,
    /// The address that is wanted.
    pub new_email: &'a str,
    /// Now.
    pub requested_at: Timestamp,
    /// Until when it can be confirmed.
    pub holds_until: Timestamp,
}

/// Adds a change.
///
/// # Errors
/// [`DbError::Duplicate`] when one is pending; the database failed.
pub fn insert(conn: &mut DbConnection, new: &NewChange<'_>) -> Result<(), DbError> {
    diesel::insert_into(email_changes::table).values(new).execute(conn)?;
    Ok(())
}

/// A change that still holds.
///
/// # Errors
/// The database failed.
pub fn find(
    conn: &mut DbConnection,
    id: &Id<EmailChange>,
    state: &str,
    now: Timestamp,
) -> Result<Option<ChangeRow>, DbError> {
    let row =
        email_changes::table.find(id).filter(email_changes::state.eq(state)).filter(email_changes::holds_until.gt(now));
    Ok(row.select(ChangeRow::as_select()).first(conn).optional()?)
}

/// The change of an account that waits for its confirmation.
///
/// # Errors
/// The database failed.
pub fn find_of(
    conn: &mut DbConnection,
    account: &Id<Account>,
    state: &str,
    now: Timestamp,
) -> Result<Option<ChangeRow>, DbError> {
    let rows = email_changes::table
        .filter(email_changes::account_id.eq(account))
        .filter(email_changes::state.eq(state))
        .filter(email_changes::holds_until.gt(now));
    Ok(rows.order(email_changes::id.desc()).select(ChangeRow::as_select()).first(conn).optional()?)
}

/// The change that holds an address for the account that left it; [`switch`] says until when.
///
/// # Errors
/// The database failed.
pub fn find_holding(conn: &mut DbConnection, key: &str, now: Timestamp) -> Result<Option<ChangeRow>, DbError> {
    let rows = email_changes::table.filter(email_changes::held_key.eq(key)).filter(email_changes::holds_until.gt(now));
    Ok(rows.order(email_changes::id.desc()).select(ChangeRow::as_select()).first(conn).optional()?)
}

/// Notes that a change was made, away from an address as written and as unique, which is held from now on; `false` when
/// the change is pending no more.
///
/// # Errors
/// The database failed.
pub fn switch(
    conn: &mut DbConnection,
    id: &Id<EmailChange>,
    (old_email, old_key): (&str, &str),
    old_password: &str,
    until: Timestamp,
) -> Result<bool, DbError> {
    let pending = email_changes::table.find(id).filter(email_changes::state.eq(PENDING));
    let columns = (
        email_changes::state.eq(SWITCHED),
        email_changes::old_email.eq(old_email),
        email_changes::held_key.eq(old_key),
        email_changes::old_password_phc.eq(old_password),
        email_changes::holds_until.eq(until),
    );
    Ok(diesel::update(pending).set(columns).execute(conn)? == 1)
}

/// Deletes what an account has, of one state or of all; answers the ids, whose links go too.
///
/// # Errors
/// The database failed.
pub fn delete_of(
    conn: &mut DbConnection,
    account: &Id<Account>,
    state: Option<&str>,
) -> Result<Vec<Id<EmailChange>>, DbError> {
    let (id, theirs) = (email_changes::id, email_changes::account_id.eq(account));
    Ok(match state {
        Some(state) => {
            let of = theirs.and(email_changes::state.eq(state));
            diesel::delete(email_changes::table.filter(of)).returning(id).get_results(conn)?
        }
        None => diesel::delete(email_changes::table.filter(theirs)).returning(id).get_results(conn)?,
    })
}

/// Deletes what can neither be confirmed nor undone any more.
///
/// # Errors
/// The database failed.
pub fn delete_expired(conn: &mut DbConnection, now: Timestamp) -> Result<usize, DbError> {
    Ok(diesel::delete(email_changes::table.filter(email_changes::holds_until.le(now))).execute(conn)?)
}

/// Raises the version of the account, which covers its address; answers the new one.
///
/// # Errors
/// [`DbError::NotFound`]; the database failed.
pub fn raise_version(conn: &mut DbConnection, account: &Id<Account>, now: Timestamp) -> Result<i64, DbError> {
    Ok(diesel::update(accounts::table.find(account))
        .set((accounts::version.eq(accounts::version + 1), accounts::updated_at.eq(now)))
        .returning(accounts::version)
        .get_result(conn)?)
}
