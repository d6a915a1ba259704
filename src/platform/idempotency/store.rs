//! Rows of `idempotency_keys`. A claim is held while its `lease_until` stands in the row.

use diesel::prelude::*;

use super::Claim;
use crate::db::schema::idempotency_keys::{self as keys, dsl};
use crate::db::{DbConnection, DbError};
use crate::kernel::time::Timestamp;

#[derive(Queryable, Selectable)]
#[diesel(table_name = keys)]
pub(super) struct KeyRow {
    pub payload_mac: String,
    pub lease_until: Timestamp,
    pub resource_id: Option<String>,
    pub status: Option<i32>,
    pub body: Option<String>,
    pub created_at: Timestamp,
}

/// False when the key is there already.
pub(super) fn insert(
    conn: &mut DbConnection,
    claim: &Claim,
    operation: &str,
    payload_mac: &str,
    now: Timestamp,
) -> Result<bool, DbError> {
    let row = (
        keys::actor.eq(&claim.actor),
        keys::key.eq(&claim.key),
        keys::operation.eq(operation),
        keys::payload_mac.eq(payload_mac),
        keys::lease_until.eq(claim.lease_until),
        keys::created_at.eq(now),
    );
    let inserted = crate::each_backend!(conn, |inner| diesel::insert_into(keys::table)
        .values(&row)
        .on_conflict_do_nothing()
        .execute(inner))?;
    Ok(inserted == 1)
}

pub(super) fn find(conn: &mut DbConnection, claim: &Claim) -> Result<Option<KeyRow>, DbError> {
    let row = keys::table.find((&claim.actor, &claim.key));
    Ok(row.select(KeyRow::as_select()).first(conn).optional()?)
}

/// Moves the lease of an unfinished request from `from` to the claim's; false when another was first.
pub(super) fn take_over(conn: &mut DbConnection, claim: &Claim, from: Timestamp) -> Result<bool, DbError> {
    let expired =
        keys::table.find((&claim.actor, &claim.key)).filter(dsl::lease_until.eq(from).and(dsl::status.is_null()));
    Ok(diesel::update(expired).set(keys::lease_until.eq(claim.lease_until)).execute(conn)? == 1)
}

pub(super) fn bind(conn: &mut DbConnection, claim: &Claim, resource_id: &str) -> Result<bool, DbError> {
    let held = keys::table
        .find((&claim.actor, &claim.key))
        .filter(dsl::lease_until.eq(claim.lease_until).and(dsl::status.is_null()));
    Ok(diesel::update(held).set(keys::resource_id.eq(resource_id)).execute(conn)? == 1)
}

pub(super) fn complete(
    conn: &mut DbConnection,
    claim: &Claim,
    status: i32,
    body: Option<&str>,
) -> Result<bool, DbError> {
    let held = keys::table
        .find((&claim.actor, &claim.key))
        .filter(dsl::lease_until.eq(claim.lease_until).and(dsl::status.is_null()));
    Ok(diesel::update(held).set((keys::status.eq(status), keys::body.eq(body))).execute(conn)? == 1)
}

pub(super) fn delete(conn: &mut DbConnection, claim: &Claim, lease_until: Timestamp) -> Result<(), DbError> {
    let seen = keys::table.find((&claim.actor, &claim.key)).filter(dsl::lease_until.eq(lease_until));
    diesel::delete(seen).execute(conn)?;
    Ok(())
}

pub(super) fn delete_unbound(conn: &mut DbConnection, claim: &Claim) -> Result<(), DbError> {
    let held = keys::table
        .find((&claim.actor, &claim.key))
        .filter(dsl::lease_until.eq(claim.lease_until).and(dsl::status.is_null()).and(dsl::resource_id.is_null()));
    diesel::delete(held).execute(conn)?;
    Ok(())
}

pub(super) fn delete_older(conn: &mut DbConnection, before: Timestamp, limit: i64) -> Result<usize, DbError> {
    let old: Vec<(String, String)> =
        keys::table.filter(keys::created_at.lt(before)).limit(limit).select((keys::actor, keys::key)).load(conn)?;
    for key in &old {
        diesel::delete(keys::table.find((&key.0, &key.1))).execute(conn)?;
    }
    Ok(old.len())
}
