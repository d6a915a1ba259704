//! The name in the masthead.

use diesel::prelude::*;

use crate::db::schema::accounts;
use crate::db::{DbConnection, DbError};
use crate::kernel::ids::{Account, Id};
use crate::kernel::personal::Personal;

/// What the holder is called.
///
/// # Errors
/// The database failed.
pub fn display_name(conn: &mut DbConnection, account: &Id<Account>) -> Result<Personal<String>, DbError> {
    Ok(accounts::table.find(account).select(accounts::name).first(conn)?)
}
