//! Rows of throttle buckets.

use diesel::prelude::*;

use super::model::State;
use crate::db::schema::throttles;
use crate::db::{DbConnection, DbError};
use crate::kernel::time::Timestamp;
use crate::platform::jobs::BATCH;

pub(super) fn find(conn: &mut DbConnection, bucket: &str) -> Result<Option<State>, DbError> {
    let row: Option<(Timestamp, i32, i32, Option<Timestamp>)> = throttles::table
        .find(bucket)
        .select((throttles::window_start, throttles::used, throttles::strikes, throttles::blocked_until))
        .first(conn)
        .optional()?;
    Ok(row.map(|(window_start, used, strikes, blocked_until)| State { window_start, used, strikes, blocked_until }))
}

/// False when the row is there already.
pub(super) fn insert(conn: &mut DbConnection, bucket: &str, state: &State) -> Result<bool, DbError> {
    let row = (
        throttles::bucket.eq(bucket),
        throttles::window_start.eq(state.window_start),
        throttles::used.eq(state.used),
        throttles::strikes.eq(state.strikes),
        throttles::blocked_until.eq(state.blocked_until),
    );
    let inserted = crate::each_backend!(conn, |inner| diesel::insert_into(throttles::table)
        .values(row)
        .on_conflict_do_nothing()
        .execute(inner))?;
    Ok(inserted == 1)
}

/// Compare-and-set: false when somebody else has counted meanwhile.
pub(super) fn replace(conn: &mut DbConnection, bucket: &str, from: &State, to: &State) -> Result<bool, DbError> {
    let unchanged = throttles::table
        .find(bucket)
        .filter(throttles::window_start.eq(from.window_start))
        .filter(throttles::used.eq(from.used))
        .filter(throttles::strikes.eq(from.strikes));
    let replaced = diesel::update(unchanged)
        .set((
            throttles::window_start.eq(to.window_start),
            throttles::used.eq(to.used),
            throttles::strikes.eq(to.strikes),
            throttles::blocked_until.eq(to.blocked_until),
        ))
        .execute(conn)?;
    Ok(replaced == 1)
}

pub(super) fn give_back(conn: &mut DbConnection, buckets: &[String]) -> Result<(), DbError> {
    diesel::update(throttles::table.filter(throttles::bucket.eq_any(buckets)).filter(throttles::used.gt(0)))
        .set(throttles::used.eq(throttles::used - 1))
        .execute(conn)?;
    Ok(())
}

pub(super) fn delete(conn: &mut DbConnection, buckets: &[String]) -> Result<(), DbError> {
    diesel::delete(throttles::table.filter(throttles::bucket.eq_any(buckets))).execute(conn)?;
    Ok(())
}

/// Deletes a bucket that is shut for good.
pub(super) fn delete_stopped(conn: &mut DbConnection, bucket: &str, stop_at: i32) -> Result<(), DbError> {
    diesel::delete(throttles::table.find(bucket).filter(throttles::strikes.ge(stop_at))).execute(conn)?;
    Ok(())
}

/// Deletes a batch of buckets that nobody touched since `before`, but for those that are closed until a reset.
pub(super) fn delete_idle(conn: &mut DbConnection, before: Timestamp, stop_at: i32) -> Result<usize, DbError> {
    let idle: Vec<String> = throttles::table
        .filter(throttles::window_start.lt(before))
        .filter(throttles::blocked_until.is_null().or(throttles::blocked_until.lt(before)))
        .filter(throttles::strikes.lt(stop_at))
        .limit(BATCH)
        .select(throttles::bucket)
        .load(conn)?;
    // Asked again: one that was touched in between stays.
    let still = throttles::table.filter(throttles::bucket.eq_any(idle)).filter(throttles::window_start.lt(before));
    Ok(diesel::delete(still).execute(conn)?)
}
