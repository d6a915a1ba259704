//! Rows of staff members.

use diesel::prelude::*;

use crate::db::schema::{principals, sessions, staff_members};
use crate::db::{DbConnection, DbError};
use crate::kernel::ids::{Id, StaffMember};
use crate::kernel::permission::Role;
use crate::kernel::time::Timestamp;

pub(super) fn insert(conn: &mut DbConnection, id: &Id<StaffMember>, name: &str, role: Role) -> Result<(), DbError> {
    diesel::insert_into(staff_members::table)
        .values((staff_members::id.eq(id), staff_members::name.eq(name), staff_members::role.eq(role)))
        .execute(conn)?;
    Ok(())
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
