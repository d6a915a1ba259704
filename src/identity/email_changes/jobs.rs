//! The mail to the new address, and what time does to changes.

use super::actions::{self, MAIL};
use crate::db::DbConnection;
use crate::kernel::ids::{EmailChange, Id};
use crate::platform::jobs::{Handlers, JobContext, JobError, Kind};

const PURGE: Kind<()> = Kind::new("identity.email_change_purge");
const HOUR: i64 = 3_600;

/// Registers the handlers.
pub fn handlers(handlers: &mut Handlers) {
    handlers.on(MAIL, mail);
    handlers.every(HOUR, PURGE, purge);
}

async fn mail(context: JobContext, id: Id<EmailChange>) -> Result<(), JobError> {
    let db = context.env.db.clone();
    let work = move |conn: &mut DbConnection| {
        actions::mail(conn, &context.env, &id)?;
        context.finish(conn)
    };
    Ok(db.write(work).await?)
}

async fn purge(context: JobContext) -> Result<(), JobError> {
    let db = context.env.db.clone();
    let work = move |conn: &mut DbConnection| {
        actions::purge(conn, &context.env)?;
        context.finish(conn)
    };
    Ok(db.write(work).await?)
}
