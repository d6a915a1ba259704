//! Once a day whoever still waits for a decision that was due is told so.

use super::deciding::tell_late;
use crate::db::DbConnection;
use crate::platform::jobs::{Handlers, JobContext, JobError, Kind};

const LATE: Kind<()> = Kind::new("accounts.corrections_late");
const DAILY: i64 = 86_400;

/// Adds the job.
pub fn handlers(handlers: &mut Handlers) {
    handlers.every(DAILY, LATE, late);
}

async fn late(context: JobContext) -> Result<(), JobError> {
    let env = context.env.clone();
    context.in_batches(move |conn: &mut DbConnection| tell_late(conn, &env)).await
}
