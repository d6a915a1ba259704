//! Rows of the inbox, and how far the event list was read.

use std::str::FromStr;

use diesel::prelude::*;

use crate::db::schema::{event_cursor, inbox_events};
use crate::db::{DbConnection, DbError};
use crate::kernel::ids::{Id, InboxEvent};
use crate::kernel::time::Timestamp;

/// How an event came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Source {
    /// The processor sent it.
    Webhook,
    /// We read it from the event list.
    Poll,
}

impl Source {
    /// The word in the database.
    #[must_use]
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Webhook => "webhook",
            Self::Poll => "poll",
        }
    }
}

impl FromStr for Source {
    type Err = ();
    fn from_str(text: &str) -> Result<Self, ()> {
        [Self::Webhook, Self::Poll].into_iter().find(|source| source.as_str() == text).ok_or(())
    }
}

crate::text_column!(Source);

/// A new event.
#[derive(Insertable)]
#[diesel(table_name = inbox_events)]
pub struct NewEvent<'a> {
    /// Our id.
    pub id: &'a Id<InboxEvent>,
    /// The processor's id of the event.
    pub reference: &'a str,
    /// `payment_intent.succeeded` …
    pub kind: &'a str,
    /// How it came.
    pub source: Source,
    /// What it is about.
    pub subject: &'static str,
    /// The object it is about.
    pub object_ref: Option<&'a str>,
    /// When the processor made it.
    pub made_at: Timestamp,
    /// When it came.
    pub received_at: Timestamp,
}

/// An event that waits.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = inbox_events)]
pub struct EventRow {
    /// Our id.
    pub id: Id<InboxEvent>,
    /// `payment_intent.succeeded` …
    pub kind: String,
    /// What it is about.
    pub subject: String,
    /// The object it is about.
    pub object_ref: Option<String>,
    /// When it was worked on.
    pub handled_at: Option<Timestamp>,
}

/// Keeps an event; `false` when it is known already.
///
/// # Errors
/// The database failed.
pub fn insert(conn: &mut DbConnection, row: &NewEvent<'_>) -> Result<bool, DbError> {
    let inserted = crate::db::nested(conn, |conn| {
        diesel::insert_into(inbox_events::table).values(row).execute(conn)?;
        Ok(())
    });
    match inserted {
        Ok(()) => Ok(true),
        Err(DbError::Duplicate(_)) => Ok(false),
        Err(error) => Err(error),
    }
}

/// The event with this id.
///
/// # Errors
/// The database failed.
pub fn find(conn: &mut DbConnection, id: &Id<InboxEvent>) -> Result<Option<EventRow>, DbError> {
    Ok(inbox_events::table.find(id).select(EventRow::as_select()).first(conn).optional()?)
}

/// Notes that an event was worked on, and what came of it.
///
/// # Errors
/// The database failed.
pub fn mark_handled(
    conn: &mut DbConnection,
    id: &Id<InboxEvent>,
    outcome: &str,
    now: Timestamp,
) -> Result<(), DbError> {
    diesel::update(inbox_events::table.find(id).filter(inbox_events::handled_at.is_null()))
        .set((inbox_events::handled_at.eq(now), inbox_events::outcome.eq(outcome)))
        .execute(conn)?;
    Ok(())
}

/// How far the event list was read: the instant from which to list, and the last event seen.
///
/// # Errors
/// The database failed.
pub fn find_cursor(conn: &mut DbConnection) -> Result<Option<(Timestamp, Option<String>)>, DbError> {
    Ok(event_cursor::table.select((event_cursor::since, event_cursor::after)).first(conn).optional()?)
}

/// Moves the cursor.
///
/// # Errors
/// The database failed.
pub fn update_cursor(conn: &mut DbConnection, since: Timestamp, after: Option<&str>) -> Result<(), DbError> {
    let changed = diesel::update(event_cursor::table)
        .set((event_cursor::since.eq(since), event_cursor::after.eq(after)))
        .execute(conn)?;
    if changed == 0 {
        diesel::insert_into(event_cursor::table)
            .values((event_cursor::singleton.eq(1), event_cursor::since.eq(since), event_cursor::after.eq(after)))
            .execute(conn)?;
    }
    Ok(())
}
