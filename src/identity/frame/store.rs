//! The name in the masthead, and the language of the page.

use diesel::prelude::*;

use crate::db::schema::{accounts, principals};
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

/// The language tag of a principal: a holder's profile has it, staff have it from the command that made them.
///
/// # Errors
/// The database failed.
pub fn locale(conn: &mut DbConnection, id: &PrincipalId) -> Result<Option<String>, DbError> {
    Ok(match id {
        PrincipalId::Holder(account) => {
            accounts::table.find(account).select(accounts::locale).first(conn).optional()?
        }
        PrincipalId::Staff(_) => principals::table.find(id).select(principals::locale).first(conn).optional()?,
    })
}
