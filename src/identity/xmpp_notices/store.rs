//! The instant-messaging ids of a profile.

use diesel::prelude::*;

use crate::db::schema::accounts;
use crate::db::{DbConnection, DbError};
use crate::kernel::ids::{Account, Id};
use crate::kernel::im_id::ImIdInput;
use crate::kernel::personal::Personal;

/// In the order of the profile; none where the account is gone.
pub(super) fn im_ids(conn: &mut DbConnection, account: &Id<Account>) -> Result<Vec<ImIdInput>, DbError> {
    let found: Option<Personal<String>> =
        accounts::table.find(account).select(accounts::im_ids).first(conn).optional()?;
    let Some(text) = found else { return Ok(Vec::new()) };
    serde_json::from_str(text.reveal()).map_err(|_| DbError::Other("the IM ids of a profile cannot be read".to_owned()))
}
