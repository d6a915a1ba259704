//! Rows of staff members.

use diesel::prelude::*;

use crate::db::schema::staff_members;
use crate::db::{DbConnection, DbError};
use crate::kernel::ids::{Id, StaffMember};
use crate::kernel::permission::Role;

pub(super) fn insert(conn: &mut DbConnection, id: &Id<StaffMember>, name: &str, role: Role) -> Result<(), DbError> {
    diesel::insert_into(staff_members::table)
        .values((staff_members::id.eq(id), staff_members::name.eq(name), staff_members::role.eq(role)))
        .execute(conn)?;
    Ok(())
}
