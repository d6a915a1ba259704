//! Rows of looks.

use diesel::prelude::*;

use super::model::Purpose;
use crate::db::schema::{staff_looks, staff_members};
use crate::db::{DbConnection, DbError};
use crate::kernel::ids::{Account, Id, StaffLook, StaffMember};
use crate::kernel::time::Timestamp;
use crate::platform::jobs::BATCH;

crate::text_column!(Purpose);

/// A look.
#[derive(Insertable)]
#[diesel(table_name = staff_looks)]
pub struct NewLook<'a> {
    /// The row.
    pub id: &'a Id<StaffLook>,
    /// Who looked.
    pub staff_id: &'a Id<StaffMember>,
    /// At whom.
    pub account_id: &'a Id<Account>,
    /// Why.
    pub purpose: Purpose,
    /// The case.
    pub case_ref: Option<&'a str>,
    /// Which fields were shown.
    pub shown: &'a str,
    /// When.
    pub at: Timestamp,
}

/// Adds a look.
///
/// # Errors
/// The database failed.
pub fn insert_look(conn: &mut DbConnection, look: &NewLook<'_>) -> Result<(), DbError> {
    diesel::insert_into(staff_looks::table).values(look).execute(conn)?;
    Ok(())
}

/// A look, as the holder reads it: when, by which role, why, what was shown.
#[derive(Debug, Clone, Queryable)]
pub struct LookRow {
    /// The row.
    pub id: Id<StaffLook>,
    /// In which role.
    pub role: String,
    /// Why.
    pub purpose: Purpose,
    /// Which fields were shown.
    pub shown: String,
    /// When.
    pub at: Timestamp,
}

/// Looks at an account, newest first, from behind `before`.
///
/// # Errors
/// The database failed.
pub fn list_looks(
    conn: &mut DbConnection,
    account: &Id<Account>,
    before: Option<&Id<StaffLook>>,
    limit: i64,
) -> Result<Vec<LookRow>, DbError> {
    let mut query = staff_looks::table
        .inner_join(staff_members::table.on(staff_members::id.eq(staff_looks::staff_id)))
        .filter(staff_looks::account_id.eq(account))
        .into_boxed();
    if let Some(before) = before {
        query = query.filter(staff_looks::id.lt(before.clone()));
    }
    Ok(query
        .order(staff_looks::id.desc())
        .limit(limit)
        .select((staff_looks::id, staff_members::role, staff_looks::purpose, staff_looks::shown, staff_looks::at))
        .load(conn)?)
}

/// Deletes a batch of looks from before.
///
/// # Errors
/// The database failed.
pub fn delete_looks(conn: &mut DbConnection, before: Timestamp) -> Result<usize, DbError> {
    let old: Vec<Id<StaffLook>> =
        staff_looks::table.filter(staff_looks::at.lt(before)).limit(BATCH).select(staff_looks::id).load(conn)?;
    Ok(diesel::delete(staff_looks::table.filter(staff_looks::id.eq_any(old))).execute(conn)?)
}
