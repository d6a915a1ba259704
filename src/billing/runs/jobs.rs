//! The schedule of renewals.

use super::actions;
use crate::db::DbError;
use crate::env::Env;
use crate::env::clock::business_now;
use crate::kernel::ids::{Id, Subscription};
use crate::platform::jobs::{Handlers, JobError, Kind};

/// Renews what is due.
const RENEW: Kind<()> = Kind::new("billing.renew");

/// Seconds between two looks.
const PERIOD: i64 = 60;

/// Registers the schedule.
pub fn register(handlers: &mut Handlers) {
    handlers.every(PERIOD, RENEW, |context| async move { bill_due(&context.env).await.map_err(JobError::from) });
}

/// Bills until now by the business clock, one subscription a transaction, so that interactive writes get in between.
async fn bill_due(env: &Env) -> Result<(), DbError> {
    let clock = env.clock.clone();
    let as_of = env.db.read(move |conn| business_now(conn, &clock)).await?;
    let mut after: Option<Id<Subscription>> = None;
    loop {
        let behind = after.clone();
        let page = env.db.read(move |conn| actions::list_due(conn, as_of, behind.as_ref())).await?;
        let Some(last) = page.last().cloned() else { return Ok(()) };
        for id in page {
            let mut again = true;
            while again {
                let (own, one) = (env.clone(), id.clone());
                again = env.db.write(move |conn| actions::bill_one(conn, &own, &one, as_of)).await?;
            }
        }
        after = Some(last);
    }
}
