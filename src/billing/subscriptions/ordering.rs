//! Ordering a subscription once, however often the request is sent: what the API and the pages do alike.

use super::actions::{self, Subscribe};
use super::error::SubscriptionsError;
use super::store::SubscriptionRow;
use crate::billing::payments::actions::PaymentView;
use crate::billing::payments::outcome;
use crate::identity::actors::Holder;
use crate::kernel::ids::{Id, Invoice, Subscription};
use crate::platform::idempotency::{self, Claim};
use crate::platform::web::call::Call;
use crate::platform::web::once;
use crate::platform::web::problem::Problem;

/// What came of an order.
#[derive(Debug, Clone)]
pub struct Ordered {
    /// The subscription as it stands now.
    pub subscription: SubscriptionRow,
    /// Its first invoice.
    pub invoice: Id<Invoice>,
    /// How its payment stands.
    pub payment: PaymentView,
}

/// Carries an order out under a claim of [`once::begin`] and waits for its payment. `bound` is the subscription that an
/// earlier try made: then it makes no other.
///
/// # Errors
/// The order was refused; its key is free again.
pub async fn order(
    call: &Call<Holder>,
    command: Subscribe,
    claim: &Claim,
    bound: Option<String>,
) -> Result<Ordered, Problem> {
    let invoice = match bound {
        Some(id) => first_invoice(call, &id).await?,
        None => match subscribe(call, command, claim).await {
            Ok(made) => made,
            Err(problem) => {
                once::let_go(&call.env, claim).await;
                return Err(problem);
            }
        },
    };
    let (id, invoice) = invoice;
    let payment = outcome::wait(&call.env, &invoice).await?;
    let subscription = call.read(move |conn, context| actions::find(conn, &context.actor.account, &id)).await?;
    Ok(Ordered { subscription, invoice, payment })
}

type Made = (Id<Subscription>, Id<Invoice>);

async fn subscribe(call: &Call<Holder>, command: Subscribe, claim: &Claim) -> Result<Made, Problem> {
    let claim = claim.clone();
    call.write::<_, SubscriptionsError, _>(move |conn, context| {
        let (row, invoice) = actions::subscribe(conn, &context.env, &context.actor.account, &command)?;
        idempotency::bind(conn, &claim, row.id.as_str())?;
        Ok((row.id, invoice.id))
    })
    .await
}

async fn first_invoice(call: &Call<Holder>, id: &str) -> Result<Made, Problem> {
    let id: Id<Subscription> = id.parse().map_err(|_| SubscriptionsError::NotFound)?;
    call.read(move |conn, context| {
        let row = actions::find(conn, &context.actor.account, &id)?;
        let invoice = actions::first_invoice(conn, &row)?;
        Ok::<_, SubscriptionsError>((row.id, invoice.id))
    })
    .await
}
