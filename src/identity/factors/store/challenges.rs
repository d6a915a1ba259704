//! Rows of passkey challenges: kept on our side, for one answer.

use diesel::prelude::*;

use crate::db::schema::passkey_challenges;
use crate::db::{DbConnection, DbError};
use crate::identity::principals::model::PrincipalId;
use crate::kernel::secret_token::TokenDigest;
use crate::kernel::time::Timestamp;

/// A challenge. `purpose` is `register`, `known` (asked of one principal) or `discover` (of whoever has a passkey).
#[derive(Insertable)]
#[diesel(table_name = passkey_challenges)]
pub struct NewChallenge<'a> {
    /// Digest of what the client answers with.
    pub digest: &'a str,
    /// What it is for.
    pub purpose: &'static str,
    /// Of whom it is asked.
    pub principal_id: Option<&'a PrincipalId>,
    /// What a new passkey is to be called.
    pub name: &'a str,
    /// The library's state, sealed.
    pub state: &'a str,
    /// When it holds no more.
    pub expires_at: Timestamp,
}

/// What a spent challenge was.
#[derive(Queryable)]
pub struct Spent {
    /// What it was for.
    pub purpose: String,
    /// Of whom it was asked.
    pub principal_id: Option<PrincipalId>,
    /// What a new passkey is to be called.
    pub name: String,
    /// The library's state, sealed.
    pub state: String,
}

/// Inserts a challenge.
///
/// # Errors
/// The database failed.
pub fn insert(conn: &mut DbConnection, new: &NewChallenge<'_>) -> Result<(), DbError> {
    diesel::insert_into(passkey_challenges::table).values(new).execute(conn)?;
    Ok(())
}

/// Spends a challenge: of any number at once one gets it.
///
/// # Errors
/// The database failed.
pub fn spend(conn: &mut DbConnection, digest: &TokenDigest, now: Timestamp) -> Result<Option<Spent>, DbError> {
    let good = passkey_challenges::table.find(digest.as_str()).filter(passkey_challenges::expires_at.gt(now));
    let columns = (
        passkey_challenges::purpose,
        passkey_challenges::principal_id,
        passkey_challenges::name,
        passkey_challenges::state,
    );
    Ok(diesel::delete(good).returning(columns).get_result(conn).optional()?)
}

/// Deletes what has expired.
///
/// # Errors
/// The database failed.
pub fn delete_expired(conn: &mut DbConnection, now: Timestamp) -> Result<usize, DbError> {
    Ok(diesel::delete(passkey_challenges::table.filter(passkey_challenges::expires_at.le(now))).execute(conn)?)
}
