//! Rows of recovery codes.

use diesel::prelude::*;

use crate::db::schema::recovery_codes;
use crate::db::{DbConnection, DbError};
use crate::identity::principals::model::PrincipalId;
use crate::kernel::time::Timestamp;

/// Puts new codes in the place of the old ones.
///
/// # Errors
/// The database failed.
pub fn replace(
    conn: &mut DbConnection,
    owner: &PrincipalId,
    digests: &[String],
    now: Timestamp,
) -> Result<(), DbError> {
    delete(conn, owner)?;
    for digest in digests {
        diesel::insert_into(recovery_codes::table)
            .values((
                recovery_codes::principal_id.eq(owner),
                recovery_codes::digest.eq(digest),
                recovery_codes::created_at.eq(now),
            ))
            .execute(conn)?;
    }
    Ok(())
}

/// Removes all of them.
///
/// # Errors
/// The database failed.
pub fn delete(conn: &mut DbConnection, owner: &PrincipalId) -> Result<(), DbError> {
    diesel::delete(recovery_codes::table.filter(recovery_codes::principal_id.eq(owner))).execute(conn)?;
    Ok(())
}

/// Whether the codes that this owner has were made before a moment: they are made all at once.
///
/// # Errors
/// The database failed.
pub fn made_before(conn: &mut DbConnection, owner: &PrincipalId, moment: Timestamp) -> Result<bool, DbError> {
    let earlier = recovery_codes::table
        .filter(recovery_codes::principal_id.eq(owner))
        .filter(recovery_codes::created_at.lt(moment));
    Ok(earlier.count().get_result::<i64>(conn)? > 0)
}

/// How many are left.
///
/// # Errors
/// The database failed.
pub fn left(conn: &mut DbConnection, owner: &PrincipalId) -> Result<i64, DbError> {
    let unused = recovery_codes::table.filter(recovery_codes::principal_id.eq(owner));
    Ok(unused.filter(recovery_codes::used_at.is_null()).count().get_result(conn)?)
}

/// Uses a code up: of any number at once one wins. `digests` are those of one code under each live key.
///
/// # Errors
/// The database failed.
pub fn spend(
    conn: &mut DbConnection,
    owner: &PrincipalId,
    digests: &[String],
    now: Timestamp,
) -> Result<bool, DbError> {
    let unused = recovery_codes::table
        .filter(recovery_codes::principal_id.eq(owner))
        .filter(recovery_codes::digest.eq_any(digests))
        .filter(recovery_codes::used_at.is_null());
    Ok(diesel::update(unused).set(recovery_codes::used_at.eq(Some(now))).execute(conn)? == 1)
}
