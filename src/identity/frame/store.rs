//! The name in the masthead, and the language of the page.

use diesel::prelude::*;

use crate::db::schema::{accounts, staff_members};
use crate::db::{DbConnection, DbError};
use crate::identity::principals::model::PrincipalId;
use crate::kernel::ids::{Account, Id};
use crate::kernel::personal::Personal;

/// What the holder is called.
///
/// # Errors
/// The database failed.
pub fn display_name(conn: &mut DbConnection, account: &Id<Account>) -> Result<Personal<String>, DbError> {
    Ok(accounts::table.find(account).select(accounts::name).first(conn)?)
}

/// The language tag that a principal has chosen: holders have one in their profile, staff may have one in their settings.
///
/// # Errors
/// The database failed.
pub fn locale(conn: &mut DbConnection, id: &PrincipalId) -> Result<Option<String>, DbError> {
    Ok(match id {
        PrincipalId::Holder(account) => {
            accounts::table.find(account).select(accounts::locale).first(conn).optional()?
        }
        PrincipalId::Staff(id) => {
            staff_members::table.find(id).select(staff_members::language).first(conn).optional()?.flatten()
        }
    })
}
