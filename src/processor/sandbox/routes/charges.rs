//! `/v1/charges`

use super::super::errors::ApiError;
use super::super::objects::Charge;
use super::super::pagination::Page;
use super::super::params::Params;
use super::{Work, work};

pub(super) fn retrieve(ids: &[String], _: &mut Params) -> Result<Work, ApiError> {
    let id = ids[0].clone();
    work(move |tx| Ok(tx.find::<Charge>(&id, "id")?.render()))
}

pub(super) fn list(_: &[String], params: &mut Params) -> Result<Work, ApiError> {
    let page = Page::read(params)?;
    let (customer, intent) = (params.text("customer")?, params.text("payment_intent")?);
    work(move |tx| {
        let wanted = |row: &Charge| {
            (customer.is_none() || row.customer == customer)
                && intent.as_ref().is_none_or(|intent| row.payment_intent == *intent)
        };
        page.list(tx.world(), "/v1/charges", wanted, Charge::render)
    })
}
