//! `/v1/refunds`

use super::super::errors::ApiError;
use super::super::flows::refund::{self, NewRefund};
use super::super::objects::{Charge, PaymentIntent, Refund};
use super::super::pagination::Page;
use super::super::params::Params;
use super::metadata::Change;
use super::{Work, work};

pub(super) fn create(_: &[String], params: &mut Params) -> Result<Work, ApiError> {
    let (charge, intent) = (params.text("charge")?, params.text("payment_intent")?);
    let asked = NewRefund {
        amount: params.integer("amount")?,
        reason: params.word("reason", &["duplicate", "fraudulent", "requested_by_customer"])?,
        metadata: Change::read_new(params)?,
    };
    if charge.is_none() && intent.is_none() {
        let message = "One of the following params should be provided for this request: payment_intent or charge.";
        return Err(ApiError::invalid("payment_intent", message).code("parameter_missing"));
    }
    work(move |tx| {
        let id = match (charge, intent) {
            (Some(charge), _) => charge,
            (None, intent) => {
                let intent: PaymentIntent = tx.find(&intent.unwrap_or_default(), "payment_intent")?;
                intent.latest_charge.clone().ok_or_else(|| {
                    let message =
                        format!("This PaymentIntent ({}) does not have a successful charge to refund.", intent.id);
                    ApiError::invalid("payment_intent", message)
                })?
            }
        };
        let charge: Charge = tx.find(&id, "charge")?;
        Ok(refund::create(tx, charge, asked)?.render())
    })
}

pub(super) fn retrieve(ids: &[String], _: &mut Params) -> Result<Work, ApiError> {
    let id = ids[0].clone();
    work(move |tx| Ok(tx.find::<Refund>(&id, "id")?.render()))
}

pub(super) fn list(_: &[String], params: &mut Params) -> Result<Work, ApiError> {
    let page = Page::read(params)?;
    let (charge, intent) = (params.text("charge")?, params.text("payment_intent")?);
    work(move |tx| {
        let wanted = |row: &Refund| {
            charge.as_ref().is_none_or(|charge| row.charge == *charge)
                && intent.as_ref().is_none_or(|intent| row.payment_intent == *intent)
        };
        page.list(tx.world(), "/v1/refunds", wanted, Refund::render)
    })
}
