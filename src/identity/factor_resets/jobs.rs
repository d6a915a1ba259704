//! Carries out orders whose waiting period is over.

use super::{actions, store};
use crate::db::{DbConnection, DbError};
use crate::platform::jobs::{Handlers, JobContext, JobError, Kind};

/// Looks for what is due.
pub const DUE: Kind<()> = Kind::new("identity.factor_reset_due");
const FIVE_MINUTES: i64 = 300;

/// Registers the handlers.
pub fn handlers(handlers: &mut Handlers) {
    handlers.every(FIVE_MINUTES, DUE, carry_out);
}

async fn carry_out(context: JobContext) -> Result<(), JobError> {
    let (db, now) = (context.env.db.clone(), context.env.now());
    for due in db.read::<_, DbError, _>(move |conn| store::list_due(conn, now)).await? {
        let env = context.env.clone();
        db.write(move |conn: &mut DbConnection| actions::carry_out(conn, &env, &due.account_id)).await?;
    }
    Ok(())
}
