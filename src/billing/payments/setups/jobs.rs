//! Set-ups whose end was not told: looked at again while they can still end.

use chrono::Duration;

use super::error::SetupError;
use super::flow::{self, Gateway};
use super::news::{self, News};
use super::store;
use crate::accounts::ripples::jobs::TELL_PROCESSOR;
use crate::billing::payments::gateway::CustomerRef;
use crate::db::{DbConnection, DbError};
use crate::identity::email_changes::actions::{SWITCHED_JOB, Switched};
use crate::kernel::ids::{Account, Id, PaymentSetup};
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
    handlers.on(SWITCHED_JOB, move |context, change| switched(context, change, told.clone()));
    let owed = gateway.clone();
    handlers.on(TELL_PROCESSOR, move |context, account| tell(context, (account, "correction"), false, owed.clone()));
    let all = gateway.clone();
    handlers.every(300, SWEEP, move |context| sweep(context, all.clone()));
}

async fn settle(context: JobContext, id: Id<PaymentSetup>, gateway: Gateway) -> Result<(), JobError> {
    flow::settle(&context.env, &gateway, &id).await.map_err(|error| JobError::retry(error.to_string()))
}

/// An account has another address: whoever got the old one is told, and the processor in any case.
async fn switched(context: JobContext, switched: Switched, gateway: Gateway) -> Result<(), JobError> {
    let (env, change) = (context.env.clone(), switched.clone());
    let is_owed = context.env.db.write::<_, DbError, _>(move |conn| news::ripple(conn, &env, &change)).await?;
    if is_owed { Ok(()) } else { tell(context, (switched.account, "email_change"), true, gateway).await }
}

/// The processor's customer gets name and address as they are now, on the same consent and with a share row of its own.
async fn tell(
    context: JobContext,
    (account, about): (Id<Account>, &'static str),
    always: bool,
    gateway: Gateway,
) -> Result<(), JobError> {
    let (env, db) = (context.env.clone(), context.env.db.clone());
    let look = move |conn: &mut DbConnection| news::prepare(conn, &env, (&account, about), always);
    let owed = db.write::<_, SetupError, _>(look).await.map_err(|error| JobError::retry(error.to_string()))?;
    let Some(News { customer, details, tasks }) = owed else { return Ok(()) };
    let was_told = match gateway.update_customer(&CustomerRef::new(customer), &details).await {
        Ok(()) => true,
        Err(error) if news::is_final(&error) => {
            tracing::warn!(target: "steward::payments", error = %error, "the processor does not take what has changed");
            false
        }
        Err(error) => return Err(JobError::retry(error.to_string())),
    };
    let env = context.env.clone();
    db.write::<_, DbError, _>(move |conn| {
        news::record(conn, &env, &tasks, was_told)?;
        context.finish(conn)
    })
    .await?;
    Ok(())
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
