//! What time does to codes that nobody has given.

use super::actions;
use crate::platform::jobs::{Handlers, JobContext, JobError, Kind};

const PURGE: Kind<()> = Kind::new("identity.xmpp_code_purge");
const HOUR: i64 = 3_600;

/// Registers the handlers.
pub fn handlers(handlers: &mut Handlers) {
    handlers.every(HOUR, PURGE, purge);
}

async fn purge(context: JobContext) -> Result<(), JobError> {
    let env = context.env.clone();
    context.in_batches(move |conn| actions::purge(conn, &env)).await
}
