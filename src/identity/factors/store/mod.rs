//! Rows of factors.

pub mod challenges;
pub mod codes;

use diesel::prelude::*;

use super::model::FactorKind;
use crate::db::schema::factors;
use crate::db::{DbConnection, DbError};
use crate::identity::principals::model::PrincipalId;
use crate::kernel::ids::{Factor, Id};
use crate::kernel::time::Timestamp;

crate::text_column!(FactorKind);

/// A factor. Has no `Debug`: the secret is in it.
#[derive(Clone, Queryable, Selectable)]
#[diesel(table_name = factors)]
pub struct FactorRow {
    /// Which.
    pub id: Id<Factor>,
    /// Whose.
    pub principal_id: PrincipalId,
    /// What it is.
    pub kind: FactorKind,
    /// What its owner calls it.
    pub name: String,
    /// The secret of an app or the public key of a passkey, sealed.
    pub sealed: String,
    /// The credential's id, of a passkey.
    pub credential_id: Option<String>,
    /// The last step used, or the passkey's count of signatures.
    pub counter: i64,
    /// When it was added.
    pub created_at: Timestamp,
    /// When it was last used.
    pub last_used_at: Option<Timestamp>,
}

/// A factor to be.
#[derive(Insertable)]
#[diesel(table_name = factors)]
pub struct NewFactor<'a> {
    /// Which.
    pub id: &'a Id<Factor>,
    /// Whose.
    pub principal_id: &'a PrincipalId,
    /// What it is.
    pub kind: FactorKind,
    /// What its owner calls it.
    pub name: &'a str,
    /// The secret, sealed.
    pub sealed: &'a str,
    /// The credential's id, of a passkey.
    pub credential_id: Option<&'a str>,
    /// Where counting begins.
    pub counter: i64,
    /// Now.
    pub created_at: Timestamp,
    /// Now, of a passkey; `None` for an app until its first code.
    pub confirmed_at: Option<Timestamp>,
}

/// Inserts a factor.
///
/// # Errors
/// [`DbError::Duplicate`] when the passkey has been added already; the database failed.
pub fn insert(conn: &mut DbConnection, new: &NewFactor<'_>) -> Result<(), DbError> {
    diesel::insert_into(factors::table).values(new).execute(conn)?;
    Ok(())
}

/// The factors that count, the oldest first.
///
/// # Errors
/// The database failed.
pub fn list(conn: &mut DbConnection, owner: &PrincipalId) -> Result<Vec<FactorRow>, DbError> {
    let theirs = factors::table.filter(factors::principal_id.eq(owner)).filter(factors::confirmed_at.is_not_null());
    Ok(theirs.order(factors::id).select(FactorRow::as_select()).load(conn)?)
}

/// One of this owner's factors that waits for its first code.
///
/// # Errors
/// The database failed.
pub fn find_unconfirmed(
    conn: &mut DbConnection,
    owner: &PrincipalId,
    id: &Id<Factor>,
) -> Result<Option<FactorRow>, DbError> {
    let theirs = factors::table.find(id).filter(factors::principal_id.eq(owner));
    Ok(theirs.filter(factors::confirmed_at.is_null()).select(FactorRow::as_select()).first(conn).optional()?)
}

/// Lets a factor count from now on, its first step used up; false when it counts already.
///
/// # Errors
/// The database failed.
pub fn confirm(conn: &mut DbConnection, id: &Id<Factor>, step: i64, now: Timestamp) -> Result<bool, DbError> {
    let waiting = factors::table.find(id).filter(factors::confirmed_at.is_null());
    let counts = (factors::confirmed_at.eq(now), factors::last_used_at.eq(now), factors::counter.eq(step));
    Ok(diesel::update(waiting).set(counts).execute(conn)? == 1)
}

/// The passkey with this credential.
///
/// # Errors
/// The database failed.
pub fn find_credential(conn: &mut DbConnection, credential_id: &str) -> Result<Option<FactorRow>, DbError> {
    let named = factors::table.filter(factors::credential_id.eq(credential_id));
    Ok(named.select(FactorRow::as_select()).first(conn).optional()?)
}

/// A use of a factor: where its counter is now, and its secret as it is to be kept.
pub struct Use<'a> {
    /// The step, or the count of signatures.
    pub counter: i64,
    /// Sealed anew.
    pub sealed: &'a str,
    /// Now.
    pub at: Timestamp,
}

/// Moves the counter forward: false when it, or a later one, was used already. Of any number at once one wins.
///
/// # Errors
/// The database failed.
pub fn advance(conn: &mut DbConnection, id: &Id<Factor>, used: &Use<'_>) -> Result<bool, DbError> {
    let unused = factors::table.find(id).filter(factors::counter.lt(used.counter));
    let set =
        (factors::counter.eq(used.counter), factors::sealed.eq(used.sealed), factors::last_used_at.eq(Some(used.at)));
    Ok(diesel::update(unused).set(set).execute(conn)? == 1)
}

/// Notes the use of a passkey that does not count (those kept in several devices answer 0 for ever).
///
/// # Errors
/// The database failed.
pub fn touch(conn: &mut DbConnection, id: &Id<Factor>, used: &Use<'_>) -> Result<bool, DbError> {
    let uncounted = factors::table.find(id).filter(factors::counter.eq(0));
    let set = (factors::sealed.eq(used.sealed), factors::last_used_at.eq(Some(used.at)));
    Ok(diesel::update(uncounted).set(set).execute(conn)? == 1)
}

/// Removes one of this owner's factors; answers what it was.
///
/// # Errors
/// The database failed.
pub fn delete(
    conn: &mut DbConnection,
    owner: &PrincipalId,
    id: &Id<Factor>,
) -> Result<Option<(FactorKind, String)>, DbError> {
    let theirs = factors::table.find(id).filter(factors::principal_id.eq(owner));
    Ok(diesel::delete(theirs.filter(factors::confirmed_at.is_not_null()))
        .returning((factors::kind, factors::name))
        .get_result(conn)
        .optional()?)
}

/// Removes what this owner added since a moment, confirmed or not; answers which.
///
/// # Errors
/// The database failed.
pub fn delete_since(
    conn: &mut DbConnection,
    owner: &PrincipalId,
    since: Timestamp,
) -> Result<Vec<Id<Factor>>, DbError> {
    let theirs = factors::table.filter(factors::principal_id.eq(owner)).filter(factors::created_at.ge(since));
    Ok(diesel::delete(theirs).returning(factors::id).get_results(conn)?)
}

/// Removes every factor of this owner.
///
/// # Errors
/// The database failed.
pub fn delete_all(conn: &mut DbConnection, owner: &PrincipalId) -> Result<(), DbError> {
    diesel::delete(factors::table.filter(factors::principal_id.eq(owner))).execute(conn)?;
    Ok(())
}

/// Removes what this owner began and did not confirm.
///
/// # Errors
/// The database failed.
pub fn delete_unconfirmed(conn: &mut DbConnection, owner: &PrincipalId) -> Result<(), DbError> {
    let theirs = factors::table.filter(factors::principal_id.eq(owner)).filter(factors::confirmed_at.is_null());
    diesel::delete(theirs).execute(conn)?;
    Ok(())
}

/// Removes what nobody has confirmed since.
///
/// # Errors
/// The database failed.
pub fn delete_stale(conn: &mut DbConnection, begun_before: Timestamp) -> Result<usize, DbError> {
    let stale = factors::table.filter(factors::confirmed_at.is_null()).filter(factors::created_at.lt(begun_before));
    Ok(diesel::delete(stale).execute(conn)?)
}
