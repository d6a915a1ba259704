//! Rows of staff members.

use diesel::prelude::*;

use crate::db::schema::{principals, sessions, staff_members};
use crate::db::{DbConnection, DbError};
use crate::kernel::ids::{Id, StaffMember};
use crate::kernel::lang::Lang;
use crate::kernel::permission::Role;
use crate::kernel::time::Timestamp;

/// A new member of staff.
#[derive(Insertable)]
#[diesel(table_name = staff_members)]
pub(super) struct NewRow<'a> {
    pub id: &'a Id<StaffMember>,
    pub name: &'a str,
    pub role: Role,
    pub language: Option<Lang>,
}

pub(super) fn insert(conn: &mut DbConnection, new: &NewRow<'_>) -> Result<(), DbError> {
    diesel::insert_into(staff_members::table).values(new).execute(conn)?;
    Ok(())
}

/// A member of staff as they see themselves.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = staff_members)]
pub struct Settings {
    /// Who.
    pub id: Id<StaffMember>,
    /// What colleagues call them.
    pub name: String,
    /// What they may do.
    pub role: Role,
    /// The language of pages and mails that they have chosen.
    pub language: Option<Lang>,
    /// Grows with each change.
    pub version: i64,
}

pub(super) fn settings(conn: &mut DbConnection, id: &Id<StaffMember>) -> Result<Settings, DbError> {
    Ok(staff_members::table.find(id).select(Settings::as_select()).first(conn)?)
}

/// `false` when the row is at another version.
pub(super) fn set_language(
    conn: &mut DbConnection,
    id: &Id<StaffMember>,
    version: i64,
    language: Option<Lang>,
) -> Result<bool, DbError> {
    let seen = staff_members::table.find(id).filter(staff_members::version.eq(version));
    let set = (staff_members::language.eq(language), staff_members::version.eq(version + 1));
    Ok(diesel::update(seen).set(set).execute(conn)? == 1)
}

/// A member of staff, for the list of the command line.
#[derive(Debug, Clone, Queryable)]
pub struct ListedMember {
    /// Who.
    pub id: Id<StaffMember>,
    /// The address they sign in with.
    pub email: String,
    /// What colleagues call them.
    pub name: String,
    /// What they may do.
    pub role: Role,
    /// Since when they have no access.
    pub disabled_at: Option<Timestamp>,
    /// When a session of theirs was last used, as far back as sessions are kept.
    pub last_seen_at: Option<Timestamp>,
}

/// All of them, in the order of their addresses.
pub(super) fn list(conn: &mut DbConnection) -> Result<Vec<ListedMember>, DbError> {
    let used = sessions::table.filter(sessions::principal_id.eq(principals::id));
    let last_seen = used.select(diesel::dsl::max(sessions::last_seen_at)).single_value();
    Ok(staff_members::table
        .inner_join(principals::table)
        .order(principals::email_key)
        .select((
            staff_members::id,
            principals::email,
            staff_members::name,
            staff_members::role,
            principals::disabled_at,
            last_seen,
        ))
        .load(conn)?)
}
