//! Values that are contested: until it is decided who is right, they go to nobody who would keep them (policy clause 3).

use diesel::prelude::*;

use super::FieldName;
use super::recipients::{Corrected, Recipient};
use crate::db::schema::field_restrictions;
use crate::db::{DbConnection, DbError, nested};
use crate::kernel::ids::{Account, Id};
use crate::kernel::time::Timestamp;

/// Restricts a field of an account until `cause` is settled; a field that is restricted already stays so.
///
/// # Errors
/// The database failed.
pub fn restrict(
    conn: &mut DbConnection,
    account: &Id<Account>,
    field: FieldName,
    (cause, since): (&str, Timestamp),
) -> Result<(), DbError> {
    let inserted = nested(conn, |conn| {
        diesel::insert_into(field_restrictions::table)
            .values((
                field_restrictions::account_id.eq(account),
                field_restrictions::field.eq(field.0),
                field_restrictions::cause.eq(cause),
                field_restrictions::since.eq(since),
            ))
            .execute(conn)?;
        Ok(())
    });
    match inserted {
        Ok(()) | Err(DbError::Duplicate(_)) => Ok(()),
        Err(error) => Err(error),
    }
}

/// Lifts what `cause` restricted; whether there was anything.
///
/// # Errors
/// The database failed.
pub fn lift(conn: &mut DbConnection, cause: &str) -> Result<bool, DbError> {
    let theirs = field_restrictions::table.filter(field_restrictions::cause.eq(cause));
    Ok(diesel::delete(theirs).execute(conn)? > 0)
}

/// Restricted fields of an account, as the data map names them.
///
/// # Errors
/// The database failed.
pub fn list(conn: &mut DbConnection, account: &Id<Account>) -> Result<Vec<String>, DbError> {
    let theirs = field_restrictions::table.filter(field_restrictions::account_id.eq(account));
    Ok(theirs.select(field_restrictions::field).load(conn)?)
}

/// Whether something among the fields must not go to this recipient now. Only what people can contest is looked up.
pub(super) fn bars(
    conn: &mut DbConnection,
    account: Option<&Id<Account>>,
    (recipient, fields): (&Recipient, &[FieldName]),
) -> Result<bool, DbError> {
    let Some(account) = account else { return Ok(false) };
    let contestable = fields.iter().any(|field| field.0.starts_with("accounts.") || field.0 == "principals.email");
    if recipient.corrected == Corrected::KeepsNothing || !contestable {
        return Ok(false);
    }
    let restricted = list(conn, account)?;
    Ok(fields.iter().any(|field| restricted.iter().any(|name| name == field.0)))
}
