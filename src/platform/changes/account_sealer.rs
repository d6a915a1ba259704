//! Texts of other features under the account's own key, so that its end is their end too.

use super::key;
use crate::db::{DbConnection, DbError};
use crate::env::{Env, Sealer};
use crate::kernel::ids::{Account, Id};
use crate::kernel::personal::Personal;

/// Seals and opens texts under one account's key. The place, `table.column|row`, binds a text to where it lies.
pub struct AccountSealer(Option<Sealer>);

/// The account's sealer; one whose key was destroyed opens nothing.
///
/// # Errors
/// The database failed.
pub fn open_sealer(conn: &mut DbConnection, env: &Env, account: &Id<Account>) -> Result<AccountSealer, DbError> {
    Ok(AccountSealer(key::find(conn, env, account)?))
}

impl AccountSealer {
    /// Seals a text.
    ///
    /// # Errors
    /// [`DbError::NotFound`] when the account's key was destroyed.
    pub fn seal(&self, text: &str, place: &str) -> Result<String, DbError> {
        Ok(self.0.as_ref().ok_or(DbError::NotFound)?.seal(text.as_bytes(), place))
    }

    /// Opens a text; `None` once the account was erased.
    #[must_use]
    pub fn open(&self, sealed: &str, place: &str) -> Option<Personal<String>> {
        let plain = self.0.as_ref()?.open(sealed, place)?;
        String::from_utf8(plain.to_vec()).ok().map(Personal::new)
    }
}
