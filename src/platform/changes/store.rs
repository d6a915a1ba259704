//! Rows of `account_keys` and `field_changes`.

use diesel::prelude::*;

use crate::db::schema::{account_keys, accounts, field_changes};
use crate::db::statements::Statement;
use crate::db::{DbConnection, DbError};
use crate::kernel::ids::{Account, Change, Id};
use crate::kernel::time::Timestamp;

/// What is absent is bound as NULL: left out, it would make a statement of another shape, prepared anew each time.
#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = field_changes, treat_none_as_default_value = false)]
pub(super) struct ChangeRow {
    pub id: Id<Change>,
    pub account_id: Id<Account>,
    pub field: String,
    pub before: String,
    pub after: String,
    pub actor_kind: String,
    pub actor_id: String,
    pub overwrite: bool,
    pub version: i64,
    pub at: Timestamp,
    pub origin: Option<String>,
    pub restores: Option<Id<Change>>,
}

pub(super) fn insert_key(
    conn: &mut DbConnection,
    account: &Id<Account>,
    wrapped: &str,
    now: Timestamp,
) -> Result<(), DbError> {
    diesel::insert_into(account_keys::table)
        .values((
            account_keys::account_id.eq(account),
            account_keys::wrapped.eq(wrapped),
            account_keys::created_at.eq(now),
        ))
        .execute(conn)?;
    Ok(())
}

pub(super) fn find_key(conn: &mut DbConnection, account: &Id<Account>) -> Result<Option<String>, DbError> {
    Ok(account_keys::table.find(account).select(account_keys::wrapped).first(conn).optional()?)
}

/// The key of the account whose row a query reads, as it is stored; NULL once it was destroyed.
#[diesel::dsl::auto_type]
pub(crate) fn wrapped_key() -> _ {
    account_keys::table.filter(account_keys::account_id.eq(accounts::id)).select(account_keys::wrapped).single_value()
}

pub(super) fn delete_key(conn: &mut DbConnection, account: &Id<Account>) -> Result<(), DbError> {
    diesel::delete(account_keys::table.find(account)).execute(conn)?;
    Ok(())
}

pub(super) fn insertion(row: &ChangeRow) -> impl Statement + '_ {
    diesel::insert_into(field_changes::table).values(row)
}

pub(super) fn insert(conn: &mut DbConnection, rows: &[ChangeRow]) -> Result<(), DbError> {
    if let [only] = rows {
        // The usual case: one row is one prepared statement, a batch is planned anew each time.
        diesel::insert_into(field_changes::table).values(only).execute(conn)?;
        return Ok(());
    }
    crate::each_backend!(conn, |inner| diesel::insert_into(field_changes::table).values(rows).execute(inner))?;
    Ok(())
}

pub(super) fn list(
    conn: &mut DbConnection,
    account: &Id<Account>,
    older_than: Option<&Id<Change>>,
    limit: i64,
) -> Result<Vec<ChangeRow>, DbError> {
    let mut query = field_changes::table.filter(field_changes::account_id.eq(account)).into_boxed();
    if let Some(id) = older_than {
        query = query.filter(field_changes::id.lt(id));
    }
    Ok(query.order(field_changes::id.desc()).limit(limit).select(ChangeRow::as_select()).load(conn)?)
}

pub(super) fn find(conn: &mut DbConnection, account: &Id<Account>, change: &Id<Change>) -> Result<ChangeRow, DbError> {
    Ok(field_changes::table
        .find(change)
        .filter(field_changes::account_id.eq(account))
        .select(ChangeRow::as_select())
        .first(conn)?)
}

pub(super) fn list_fields_since(
    conn: &mut DbConnection,
    account: &Id<Account>,
    version: i64,
) -> Result<Vec<String>, DbError> {
    Ok(field_changes::table
        .filter(field_changes::account_id.eq(account).and(field_changes::version.gt(version)))
        .select(field_changes::field)
        .distinct()
        .load(conn)?)
}

pub(super) fn find_first_since(
    conn: &mut DbConnection,
    account: &Id<Account>,
    field: &str,
    version: i64,
) -> Result<Option<ChangeRow>, DbError> {
    Ok(field_changes::table
        .filter(field_changes::account_id.eq(account).and(field_changes::version.gt(version)))
        .filter(field_changes::field.eq(field))
        .order(field_changes::version)
        .select(ChangeRow::as_select())
        .first(conn)
        .optional()?)
}

pub(super) fn delete_older(conn: &mut DbConnection, before: Timestamp, limit: i64) -> Result<usize, DbError> {
    let old: Vec<Id<Change>> =
        field_changes::table.filter(field_changes::at.lt(before)).limit(limit).select(field_changes::id).load(conn)?;
    Ok(diesel::delete(field_changes::table.filter(field_changes::id.eq_any(old))).execute(conn)?)
}
