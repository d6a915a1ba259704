//! Makes the calls of the charging protocol, outside any transaction.

use chrono::Duration;

use super::actions::{self, CHARGE, Order, Reply};
use super::gateway::{GatewayError, Intent, IntentRef, PaymentGateway};
use super::setups::flow::Gateways;
use super::store;
use crate::billing::subscriptions::error::SubscriptionsError;
use crate::env::Env;
use crate::kernel::ids::{Id, Invoice};
use crate::platform::jobs::{Handlers, JobError};

/// Calls that one job makes at most before it lets others go first.
const CALLS: usize = 12;

/// Registers the handlers.
pub fn register(handlers: &mut Handlers, gateways: &Gateways) {
    let gateways = gateways.clone();
    handlers.on(CHARGE, move |context, payload| {
        let gateway = gateways.of(context.priority).clone();
        async move { charge(&context.env, &*gateway, &payload.invoice).await }
    });
}

/// Brings the payment of an invoice as far as it goes now.
///
/// # Errors
/// [`JobError::Postpone`] until there is something to do again.
pub async fn charge(env: &Env, gateway: &dyn PaymentGateway, invoice: &Id<Invoice>) -> Result<(), JobError> {
    for _ in 0..CALLS {
        let (own, id) = (env.clone(), invoice.clone());
        let order = env.db.write(move |conn| actions::next_order(conn, &own, &id)).await.map_err(again)?;
        let reply = match order {
            Order::Nothing => return Ok(()),
            Order::Wait(until) => {
                let wait = until - env.now();
                if wait > Duration::zero() {
                    return Err(JobError::Postpone(wait));
                }
                continue;
            }
            order => carry_out(gateway, order, invoice).await?,
        };
        let (own, id, told) = (env.clone(), invoice.clone(), reply.clone());
        env.db.write(move |conn| actions::record(conn, &own, &id, &told)).await.map_err(again)?;
        if let Reply::Created(Err(error @ (GatewayError::Refused { .. } | GatewayError::NotFound))) = reply {
            return Err(JobError::fail(error.to_string()));
        }
    }
    Err(JobError::Postpone(Duration::seconds(1)))
}

/// Looks at an intent at the processor and records what it says: for events that name one.
///
/// # Errors
/// The processor or the database did not answer.
pub async fn refresh(env: &Env, gateway: &dyn PaymentGateway, intent: &IntentRef) -> Result<(), JobError> {
    for _ in 0..CALLS {
        let wanted = intent.clone();
        let row = env.db.read(move |conn| store::find_by_intent(conn, &wanted)).await?;
        // Unknown to us: another installation's, or the lost making of an intent that the charge job will find.
        let Some(row) = row.filter(|row| row.settled_at.is_none()) else { return Ok(()) };
        let seen = gateway.retrieve_intent(intent).await.map_err(|error| JobError::retry(error.to_string()))?;
        let own = env.clone();
        let told = Reply::Seen(seen);
        let recorded = env.db.write(move |conn| actions::record_if_current(conn, &own, &row, &told)).await;
        if recorded.map_err(again)? {
            return Ok(());
        }
    }
    Err(JobError::Postpone(Duration::seconds(1)))
}

fn again(error: SubscriptionsError) -> JobError {
    JobError::retry(error.to_string())
}

async fn carry_out(gateway: &dyn PaymentGateway, order: Order, invoice: &Id<Invoice>) -> Result<Reply, JobError> {
    Ok(match order {
        Order::Create(key, request) => Reply::Created(gateway.create_intent(&key, &request).await),
        Order::Confirm(key, intent, request) => Reply::Confirmed(gateway.confirm_intent(&key, &intent, &request).await),
        Order::Find(customer, since, generation) => {
            let list = gateway.find_intents(&customer, since).await.map_err(not_seen)?;
            Reply::Found(list.into_iter().find(|found| is_for(found, invoice, generation)))
        }
        Order::Retrieve(intent) => Reply::Seen(gateway.retrieve_intent(&intent).await.map_err(not_seen)?),
        Order::Cancel(intent) => match gateway.cancel_intent(&intent).await {
            Ok(seen) => Reply::Seen(seen),
            Err(GatewayError::UnexpectedState { intent: Some(seen) }) => Reply::Seen(*seen),
            // Whether it was canceled shows when it is looked at.
            Err(_) => Reply::Seen(gateway.retrieve_intent(&intent).await.map_err(not_seen)?),
        },
        Order::Wait(_) | Order::Nothing => return Err(JobError::fail("no call was ordered")),
    })
}

fn is_for(found: &Intent, invoice: &Id<Invoice>, generation: u32) -> bool {
    found.metadata.invoice.as_deref() == Some(invoice.as_str()) && found.metadata.generation == Some(generation)
}

/// Looking failed: nothing changed, look again soon.
fn not_seen(error: GatewayError) -> JobError {
    match error {
        GatewayError::RateLimited { retry_after } => JobError::Postpone(retry_after.unwrap_or(Duration::seconds(2))),
        other => JobError::retry(other.to_string()),
    }
}
