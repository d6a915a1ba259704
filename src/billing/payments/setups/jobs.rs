//! Set-ups whose end was not told: looked at again while they can still end.

use chrono::Duration;

use super::actions;
use super::error::SetupError;
use super::flow::{self, Gateway};
use super::store;
use crate::billing::payments::gateway::CustomerRef;
use crate::db::DbError;
use crate::identity::email_changes::actions::{SWITCHED_JOB, Switched};
use crate::kernel::ids::{Id, PaymentSetup};
use crate::platform::jobs::{Handlers, JobContext, JobError, Kind};

/// Asks how one set-up stands.
pub const SETTLE: Kind<Id<PaymentSetup>> = Kind::new("payments.settle_setup");
/// Asks about all that are open.
const SWEEP: Kind<()> = Kind::new("payments.sweep_setups");

/// Hosted pages live a day; a set-up older than two cannot end well any more.
const WORTH_ASKING: Duration = Duration::days(2);
const BATCH: i64 = 50;

/// Adds the jobs of this part.
pub fn handlers(handlers: &mut Handlers, gateway: &Gateway) {
    let one = gateway.clone();
    handlers.on(SETTLE, move |context, id| settle(context, id, one.clone()));
    let told = gateway.clone();
    handlers.on(SWITCHED_JOB, move |context, switched| tell(context, switched, told.clone()));
    let all = gateway.clone();
    handlers.every(300, SWEEP, move |context| sweep(context, all.clone()));
}

async fn settle(context: JobContext, id: Id<PaymentSetup>, gateway: Gateway) -> Result<(), JobError> {
    flow::settle(&context.env, &gateway, &id).await.map_err(|error| JobError::retry(error.to_string()))
}

/// An account has another address: the processor's customer gets it, on the same consent and with a share row of its own.
async fn tell(context: JobContext, switched: Switched, gateway: Gateway) -> Result<(), JobError> {
    let (env, account) = (context.env.clone(), switched.account);
    let news = context
        .env
        .db
        .write::<_, SetupError, _>(move |conn| actions::news(conn, &env, &account))
        .await
        .map_err(|error| JobError::retry(error.to_string()))?;
    let Some((customer, details)) = news else { return Ok(()) };
    gateway
        .update_customer(&CustomerRef::new(customer), &details)
        .await
        .map_err(|error| JobError::retry(error.to_string()))
}

async fn sweep(context: JobContext, gateway: Gateway) -> Result<(), JobError> {
    let after = context.env.now() - WORTH_ASKING;
    let open: Vec<_> = context.env.db.read::<_, DbError, _>(move |conn| store::list_open(conn, after, BATCH)).await?;
    for id in open {
        // One that cannot be asked about now is asked about in the next sweep.
        if let Err(error) = flow::settle(&context.env, &gateway, &id).await {
            tracing::warn!(target: "steward::payments", setup = %id, error = %error, "set-up not settled");
        }
    }
    Ok(())
}
