//! The mail with the link that lifts a freeze.

use super::actions::{self, MAIL, MailJob};
use crate::db::DbConnection;
use crate::kernel::ids::{Account, Id};
use crate::platform::jobs::{Handlers, JobContext, JobError};

/// Registers the handlers.
pub fn handlers(handlers: &mut Handlers) {
    handlers.on(MAIL, mail);
}

async fn mail(context: JobContext, job: MailJob) -> Result<(), JobError> {
    let Some(id) = job.principal else { return Ok(()) };
    let id: Id<Account> = id.parse().map_err(|_| JobError::fail("the payload names no account"))?;
    let db = context.env.db.clone();
    let work = move |conn: &mut DbConnection| {
        actions::mail(conn, &context.env, &id)?;
        context.finish(conn)
    };
    Ok(db.write(work).await?)
}
