//! The mail with the link.

use super::actions::{self, MAIL, MailJob};
use crate::db::DbConnection;
use crate::identity::principals::model::PrincipalId;
use crate::platform::jobs::{Handlers, JobContext, JobError};

/// Registers the handlers.
pub fn handlers(handlers: &mut Handlers) {
    handlers.on(MAIL, mail);
}

async fn mail(context: JobContext, job: MailJob) -> Result<(), JobError> {
    let Some(id) = job.principal else { return Ok(()) };
    let id: PrincipalId = id.parse().map_err(|()| JobError::fail("the payload names no principal"))?;
    let db = context.env.db.clone();
    let work = move |conn: &mut DbConnection| {
        actions::mail(conn, &context.env, &id, job.welcome)?;
        context.finish(conn)
    };
    Ok(db.write(work).await?)
}
