//! Once a day everybody whose list is due gets it.

use super::actions;
use crate::db::{DbConnection, DbError};
use crate::kernel::ids::{Account, Id};
use crate::platform::jobs::{BATCH, Handlers, JobContext, JobError, Kind};

const REMIND: Kind<()> = Kind::new("accounts.remind");
const DAILY: i64 = 86_400;

/// Adds the job.
pub fn handlers(handlers: &mut Handlers) {
    handlers.every(DAILY, REMIND, remind);
}

async fn remind(context: JobContext) -> Result<(), JobError> {
    let mut after: Option<Id<Account>> = None;
    loop {
        let (env, behind) = (context.env.clone(), after.take());
        let look = move |conn: &mut DbConnection| actions::candidates(conn, &env, behind.as_ref(), BATCH);
        let found = context.env.db.read::<_, DbError, _>(look).await?;
        let Some(last) = found.last().cloned() else { return Ok(()) };
        for account in found {
            let env = context.env.clone();
            context.env.db.write::<_, DbError, _>(move |conn| actions::remind(conn, &env, &account)).await?;
        }
        after = Some(last);
    }
}
