//! The two clocks. The security clock (sessions, tokens, webhook tolerance) is always real; the business clock
//! (periods, dunning, retention) is the security clock plus an offset that the database keeps and never moves back.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use chrono::Duration;
use diesel::prelude::*;

use crate::db::schema::installation;
use crate::db::{DbConnection, DbError};
use crate::kernel::time::Timestamp;

/// Tells the time.
#[derive(Clone, Debug, Default)]
pub struct Clock {
    /// Microseconds that a test has set; none in the product.
    fixed: Option<Arc<AtomicI64>>,
}

impl Clock {
    /// The machine's clock.
    #[must_use]
    pub fn real() -> Self {
        Self::default()
    }

    /// A clock that stands still until it is set: for tests of actions.
    #[must_use]
    pub fn fixed(at: Timestamp) -> Self {
        Self { fixed: Some(Arc::new(AtomicI64::new(at.micros()))) }
    }

    /// Moves a fixed clock; a real one does not listen.
    pub fn set(&self, at: Timestamp) {
        if let Some(fixed) = &self.fixed {
            fixed.store(at.micros(), Ordering::SeqCst);
        }
    }

    /// Now.
    #[must_use]
    #[allow(clippy::disallowed_methods)] // the one place that asks the machine
    pub fn now(&self) -> Timestamp {
        match &self.fixed {
            Some(fixed) => Timestamp::from_micros(fixed.load(Ordering::SeqCst))
                .unwrap_or_else(|| Timestamp::new(chrono::Utc::now())),
            None => Timestamp::new(chrono::Utc::now()),
        }
    }
}

/// What time business has: periods, renewals, retention.
///
/// # Errors
/// The installation's row cannot be read.
pub fn business_now(conn: &mut DbConnection, clock: &Clock) -> Result<Timestamp, DbError> {
    let offset: i64 = installation::table.select(installation::business_offset_us).first(conn)?;
    Ok(clock.now() + Duration::microseconds(offset))
}

/// Moves the business clock forward to `to`; where it is later already, nothing happens (it never moves back).
///
/// # Errors
/// The database refuses; the caller has made sure that this is no live installation.
pub fn advance_business_clock(conn: &mut DbConnection, clock: &Clock, to: Timestamp) -> Result<Timestamp, DbError> {
    let now = business_now(conn, clock)?;
    if to <= now {
        return Ok(now);
    }
    let offset = (to - clock.now()).num_microseconds().unwrap_or(0).max(0);
    // Two runs with one aim differ by the time between them: the farther one holds.
    diesel::update(installation::table.filter(installation::business_offset_us.lt(offset)))
        .set(installation::business_offset_us.eq(offset))
        .execute(conn)?;
    Ok(to)
}
