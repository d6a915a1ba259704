//! Rows of orders.

use diesel::prelude::*;

use super::model::End;
use crate::db::schema::factor_resets;
use crate::db::{DbConnection, DbError};
use crate::kernel::ids::{Account, FactorReset, Id};
use crate::kernel::time::Timestamp;
use crate::platform::jobs::BATCH;

/// An order that waits.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = factor_resets)]
pub struct Waiting {
    /// `frs_…`
    pub id: Id<FactorReset>,
    /// Whose factors.
    pub account_id: Id<Account>,
    /// The operator's name of the case.
    pub case_ref: String,
    /// When it was ordered.
    pub requested_at: Timestamp,
    /// When it takes effect.
    pub due_at: Timestamp,
}

/// Adds an order.
///
/// # Errors
/// [`DbError::Duplicate`] when one of this account waits; the database failed.
pub fn insert(conn: &mut DbConnection, new: &Waiting) -> Result<(), DbError> {
    let row = (
        factor_resets::id.eq(&new.id),
        factor_resets::account_id.eq(&new.account_id),
        factor_resets::case_ref.eq(&new.case_ref),
        factor_resets::requested_at.eq(new.requested_at),
        factor_resets::due_at.eq(new.due_at),
    );
    diesel::insert_into(factor_resets::table).values(row).execute(conn)?;
    Ok(())
}

/// The order of an account that waits.
///
/// # Errors
/// The database failed.
pub fn find_waiting(conn: &mut DbConnection, account: &Id<Account>) -> Result<Option<Waiting>, DbError> {
    let waiting =
        factor_resets::table.filter(factor_resets::account_id.eq(account)).filter(factor_resets::ended_at.is_null());
    Ok(waiting.select(Waiting::as_select()).first(conn).optional()?)
}

/// A batch of orders whose time has come.
///
/// # Errors
/// The database failed.
pub fn list_due(conn: &mut DbConnection, now: Timestamp) -> Result<Vec<Waiting>, DbError> {
    let due = factor_resets::table.filter(factor_resets::ended_at.is_null()).filter(factor_resets::due_at.le(now));
    Ok(due.order(factor_resets::due_at).limit(BATCH).select(Waiting::as_select()).load(conn)?)
}

/// Ends the order of an account that waits; answers which it was. Of any number at once one ends it.
///
/// # Errors
/// [`DbError::Refused`] for an effect before its time; the database failed.
pub fn end(
    conn: &mut DbConnection,
    account: &Id<Account>,
    how: End,
    now: Timestamp,
) -> Result<Option<Id<FactorReset>>, DbError> {
    let waiting =
        factor_resets::table.filter(factor_resets::account_id.eq(account)).filter(factor_resets::ended_at.is_null());
    let ended = (factor_resets::ended_at.eq(now), factor_resets::ended_how.eq(how.as_str()));
    Ok(diesel::update(waiting).set(ended).returning(factor_resets::id).get_result(conn).optional()?)
}
