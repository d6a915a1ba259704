//! Letting go of cards at the processor.

use super::actions::DETACH;
use super::store;
use crate::billing::payments::gateway::PaymentMethodRef;
use crate::billing::payments::setups::flow::Gateway;
use crate::db::DbError;
use crate::kernel::ids::{Id, PaymentMethod};
use crate::platform::jobs::{Handlers, JobContext, JobError};

/// Adds the jobs of this part.
pub fn handlers(handlers: &mut Handlers, gateway: &Gateway) {
    let gateway = gateway.clone();
    handlers.on(DETACH, move |context, id| detach(context, id, gateway.clone()));
}

async fn detach(context: JobContext, id: Id<PaymentMethod>, gateway: Gateway) -> Result<(), JobError> {
    let row = context.env.db.read::<_, DbError, _>(move |conn| store::find_any(conn, &id)).await?;
    let Some(row) = row else { return Ok(()) };
    let reference = PaymentMethodRef::new(row.reference);
    gateway.detach_payment_method(&reference).await.map_err(|error| JobError::retry(error.to_string()))
}
