//! The job that tells the processor, named here because changes of a profile enqueue it and done by `billing`, which
//! knows the processor; and the job that drops old tasks.

use super::actions;
use crate::db::{DbConnection, DbError};
use crate::kernel::ids::{Account, Id};
use crate::platform::jobs::{Handlers, JobContext, JobError, Kind};

/// Tells the processor what has changed about an account.
pub const TELL_PROCESSOR: Kind<Id<Account>> = Kind::new("ripples.tell_processor");
const PURGE: Kind<()> = Kind::new("ripples.purge");
const DAILY: i64 = 86_400;
const BATCH: i64 = 100;

/// Adds the job that drops old tasks.
pub fn handlers(handlers: &mut Handlers) {
    handlers.every(DAILY, PURGE, purge);
}

async fn purge(context: JobContext) -> Result<(), JobError> {
    loop {
        let env = context.env.clone();
        let batch = move |conn: &mut DbConnection| -> Result<usize, DbError> { actions::purge(conn, &env, BATCH) };
        if context.env.db.write(batch).await? < BATCH as usize {
            return Ok(());
        }
    }
}
