//! The account's own key. It is read and unwrapped anew each time: a copy kept in memory would outlive an erasure.

use zeroize::Zeroizing;

use super::store;
use crate::db::{DbConnection, DbError};
use crate::env::{Env, Sealer, random};
use crate::kernel::ids::{Account, Id};

/// Key id within an account's own sealer: it has one key for life.
const ONLY: u8 = 1;

fn place(account: &Id<Account>) -> String {
    format!("account_keys.wrapped|{account}")
}

/// Makes the account's key, once, when the account is made.
///
/// # Errors
/// [`DbError::Duplicate`] when it has one; the database failed.
pub fn create_key(conn: &mut DbConnection, env: &Env, account: &Id<Account>) -> Result<(), DbError> {
    let key = Zeroizing::new(random::bytes::<32>());
    store::insert_key(conn, account, &env.keys.columns().seal(&*key, &place(account)), env.now())
}

/// Destroys the key: everything sealed with it is unreadable from then on.
///
/// # Errors
/// The database failed.
pub fn destroy_key(conn: &mut DbConnection, account: &Id<Account>) -> Result<(), DbError> {
    store::delete_key(conn, account)
}

/// Seals and opens with the account's key; `None` when it was destroyed.
pub(super) fn find(conn: &mut DbConnection, env: &Env, account: &Id<Account>) -> Result<Option<Sealer>, DbError> {
    store::find_key(conn, account)?.map(|wrapped| unwrap(env, account, &wrapped)).transpose()
}

/// Opens a key as it is stored.
pub(super) fn unwrap(env: &Env, account: &Id<Account>, wrapped: &str) -> Result<Sealer, DbError> {
    let Some(key) = env.keys.columns().open(wrapped, &place(account)).map(Zeroizing::new) else {
        return Err(DbError::Other("an account's key does not open with this key ring".to_owned()));
    };
    let key: [u8; 32] =
        key.as_slice().try_into().map_err(|_| DbError::Other("an account's key has not its length".to_owned()))?;
    Ok(Sealer::new(vec![(ONLY, key)]))
}
