//! Rows of staff members.

use diesel::prelude::*;

use crate::db::schema::staff_members;
use crate::db::{DbConnection, DbError};
use crate::kernel::ids::{Id, StaffMember};
use crate::kernel::permission::Role;

pub(super) fn insert(conn: &mut DbConnection, id: &Id<StaffMember>, name: &str, role: Role) -> Result<(), DbError> {
    diesel::insert_into(staff_members::table)
        .values((
            staff_members::id.eq(id),
            staff_members::name.eq(name),
            staff_members::role.eq(role),
            staff_members::totp_sealed.eq(""),
        ))
        .execute(conn)?;
    Ok(())
}

/// A new secret also forgets which step was used last.
pub(super) fn set_totp(conn: &mut DbConnection, id: &Id<StaffMember>, sealed: &str) -> Result<(), DbError> {
    let changed = diesel::update(staff_members::table.find(id))
        .set((staff_members::totp_sealed.eq(sealed), staff_members::totp_last_step.eq(0)))
        .execute(conn)?;
    if changed == 1 { Ok(()) } else { Err(DbError::NotFound) }
}
