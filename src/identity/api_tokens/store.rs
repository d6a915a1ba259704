//! Rows of API tokens.

use diesel::prelude::*;

use crate::db::schema::{api_tokens, principals};
use crate::db::{DbConnection, DbError};
use crate::identity::principals::model::Status;
use crate::kernel::ids::{Account, ApiToken, Id};
use crate::kernel::time::Timestamp;
use crate::platform::jobs::BATCH;

/// A token as its owner sees it.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = api_tokens)]
pub struct OwnToken {
    /// Public id.
    pub id: Id<ApiToken>,
    /// What its owner calls it.
    pub name: String,
    /// What it may do, separated by spaces.
    pub scopes: String,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it ends.
    pub expires_at: Timestamp,
    /// When it was last noted as used.
    pub last_used_at: Option<Timestamp>,
}

#[derive(Insertable)]
#[diesel(table_name = api_tokens)]
pub(super) struct NewRow<'a> {
    pub id: &'a Id<ApiToken>,
    pub account_id: &'a Id<Account>,
    pub name: &'a str,
    pub scopes: &'a str,
    pub digest: &'a str,
    pub created_at: Timestamp,
    pub expires_at: Timestamp,
}

pub(super) fn insert(conn: &mut DbConnection, row: &NewRow<'_>) -> Result<(), DbError> {
    diesel::insert_into(api_tokens::table).values(row).execute(conn)?;
    Ok(())
}

/// A token that is good at `now`, whose account it is and that account's state.
pub(super) fn find(
    conn: &mut DbConnection,
    digest: &str,
    now: Timestamp,
) -> Result<Option<(OwnToken, String, Status)>, DbError> {
    Ok(api_tokens::table
        .inner_join(principals::table)
        .filter(api_tokens::digest.eq(digest))
        .filter(api_tokens::expires_at.gt(now))
        .select((OwnToken::as_select(), api_tokens::account_id, principals::status))
        .first(conn)
        .optional()?)
}

pub(super) fn list(conn: &mut DbConnection, account: &Id<Account>, now: Timestamp) -> Result<Vec<OwnToken>, DbError> {
    Ok(api_tokens::table
        .filter(api_tokens::account_id.eq(account))
        .filter(api_tokens::expires_at.gt(now))
        .order(api_tokens::id.desc())
        .select(OwnToken::as_select())
        .load(conn)?)
}

pub(super) fn count(conn: &mut DbConnection, account: &Id<Account>, now: Timestamp) -> Result<i64, DbError> {
    let live = api_tokens::table.filter(api_tokens::account_id.eq(account)).filter(api_tokens::expires_at.gt(now));
    Ok(live.count().get_result(conn)?)
}

/// False when this account has no such token, or not any more.
pub(super) fn delete(conn: &mut DbConnection, account: &Id<Account>, id: &Id<ApiToken>) -> Result<bool, DbError> {
    let own = api_tokens::table.find(id).filter(api_tokens::account_id.eq(account));
    Ok(diesel::delete(own).execute(conn)? == 1)
}

/// Deletes every token of an account; answers how many.
///
/// # Errors
/// The database failed.
pub fn delete_all(conn: &mut DbConnection, account: &Id<Account>) -> Result<usize, DbError> {
    Ok(diesel::delete(api_tokens::table.filter(api_tokens::account_id.eq(account))).execute(conn)?)
}

/// Notes the use of a token.
///
/// # Errors
/// The database failed.
pub fn note_use(conn: &mut DbConnection, id: &Id<ApiToken>, now: Timestamp) -> Result<(), DbError> {
    let earlier = api_tokens::last_used_at.is_null().or(api_tokens::last_used_at.lt(now));
    diesel::update(api_tokens::table.find(id).filter(earlier)).set(api_tokens::last_used_at.eq(now)).execute(conn)?;
    Ok(())
}

pub(super) fn delete_expired(conn: &mut DbConnection, now: Timestamp) -> Result<usize, DbError> {
    let old: Vec<Id<ApiToken>> =
        api_tokens::table.filter(api_tokens::expires_at.le(now)).limit(BATCH).select(api_tokens::id).load(conn)?;
    Ok(diesel::delete(api_tokens::table.filter(api_tokens::id.eq_any(old))).execute(conn)?)
}
