//! The schedule of renewals.

use super::actions;
use crate::platform::jobs::{Handlers, JobError, Kind};

/// Renews what is due.
const RENEW: Kind<()> = Kind::new("billing.renew");

/// Seconds between two looks.
const PERIOD: i64 = 60;

/// Registers the schedule.
pub fn register(handlers: &mut Handlers) {
    handlers.every(PERIOD, RENEW, |context| async move {
        actions::bill_now(&context.env, &context.env.db).await.map(|_| ()).map_err(JobError::from)
    });
}
