//! What time does to factors that were begun and not confirmed.

use super::actions;
use crate::db::DbConnection;
use crate::platform::jobs::{Handlers, JobContext, JobError, Kind};

const PURGE: Kind<()> = Kind::new("identity.factor_purge");
const HOUR: i64 = 3_600;

/// Registers the handlers.
pub fn handlers(handlers: &mut Handlers) {
    handlers.every(HOUR, PURGE, purge);
}

async fn purge(context: JobContext) -> Result<(), JobError> {
    let db = context.env.db.clone();
    let work = move |conn: &mut DbConnection| {
        actions::purge(conn, &context.env)?;
        context.finish(conn)
    };
    Ok(db.write(work).await?)
}
