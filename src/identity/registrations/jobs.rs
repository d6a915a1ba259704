//! The mail of a sign-up, and the end of those that nobody proves.

use super::actions::{self, MAIL, MailJob, Mailed};
use super::store;
use crate::db::DbConnection;
use crate::identity::throttle::actions as throttle;
use crate::identity::tokens::store as tokens;
use crate::platform::jobs::{Handlers, JobContext, JobError, Kind};

const PURGE: Kind<()> = Kind::new("identity.registration_purge");
const HOUR: i64 = 3_600;

/// Registers the handlers.
pub fn handlers(handlers: &mut Handlers) {
    handlers.on(MAIL, mail);
    handlers.every(HOUR, PURGE, purge);
}

async fn mail(context: JobContext, job: MailJob) -> Result<(), JobError> {
    let Some(registration) = job.registration else { return Ok(()) };
    let (db, env) = (context.env.db.clone(), context.env.clone());
    let mailed = db
        .write::<_, JobError, _>(move |conn: &mut DbConnection| {
            let mailed = actions::mail(conn, &env, &registration)?;
            if mailed == Mailed::Done {
                context.finish(conn)?;
            }
            Ok(mailed)
        })
        .await?;
    match mailed {
        Mailed::Done => Ok(()),
        Mailed::Later(wait) => Err(JobError::Postpone(wait)),
    }
}

async fn purge(context: JobContext) -> Result<(), JobError> {
    let (env, now) = (context.env.clone(), context.env.now());
    context.in_batches(move |conn| store::delete_expired(conn, now)).await?;
    context.in_batches(move |conn| tokens::delete_expired(conn, now)).await?;
    context.in_batches(move |conn| throttle::purge(conn, &env)).await
}
