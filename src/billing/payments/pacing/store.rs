//! Rows of `processor_lanes`.

use diesel::prelude::*;

use crate::db::schema::processor_lanes;
use crate::db::{DbConnection, DbError};
use crate::kernel::time::Timestamp;

/// When the lane's next call may leave. Counts the turn, which locks the row until the transaction ends: nobody else
/// gets the same place.
///
/// # Errors
/// The database failed.
pub fn claim(conn: &mut DbConnection, lane: &str, now: Timestamp) -> Result<Timestamp, DbError> {
    if let Some(next) = count(conn, lane)? {
        return Ok(next);
    }
    let first = (processor_lanes::lane.eq(lane), processor_lanes::next_at.eq(now), processor_lanes::turns.eq(0));
    crate::each_backend!(conn, |inner| diesel::insert_into(processor_lanes::table)
        .values(first)
        .on_conflict_do_nothing()
        .execute(inner))?;
    count(conn, lane)?.ok_or(DbError::NotFound)
}

fn count(conn: &mut DbConnection, lane: &str) -> Result<Option<Timestamp>, DbError> {
    let row = processor_lanes::table.filter(processor_lanes::lane.eq(lane));
    let next: Vec<Timestamp> = diesel::update(row)
        .set(processor_lanes::turns.eq(processor_lanes::turns + 1))
        .returning(processor_lanes::next_at)
        .load(conn)?;
    Ok(next.into_iter().next())
}

/// Moves a lane on that this transaction has claimed.
///
/// # Errors
/// The database failed.
pub fn update_next(conn: &mut DbConnection, lane: &str, next_at: Timestamp) -> Result<(), DbError> {
    diesel::update(processor_lanes::table.find(lane)).set(processor_lanes::next_at.eq(next_at)).execute(conn)?;
    Ok(())
}
