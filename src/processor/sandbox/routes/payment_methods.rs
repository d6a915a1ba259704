//! `/v1/payment_methods` and a customer's

use super::super::errors::ApiError;
use super::super::flows::cards;
use super::super::objects::{Customer, PaymentMethod};
use super::super::pagination::Page;
use super::super::params::Params;
use super::super::transaction::Tx;
use super::metadata::Change;
use super::{Work, work};

pub(super) fn retrieve(ids: &[String], _: &mut Params) -> Result<Work, ApiError> {
    let id = ids[0].clone();
    work(move |tx| Ok(tx.find::<PaymentMethod>(&id, "id")?.render()))
}

pub(super) fn retrieve_of_customer(ids: &[String], _: &mut Params) -> Result<Work, ApiError> {
    let (customer, id) = (ids[0].clone(), ids[1].clone());
    work(move |tx| {
        tx.find::<Customer>(&customer, "id")?;
        let method: PaymentMethod = tx.find(&id, "id")?;
        if method.customer.as_ref() == Some(&customer) {
            Ok(method.render())
        } else {
            Err(ApiError::missing("PaymentMethod", &id, "id"))
        }
    })
}

pub(super) fn update(ids: &[String], params: &mut Params) -> Result<Work, ApiError> {
    let id = ids[0].clone();
    let metadata = Change::read(params)?;
    work(move |tx| {
        let mut method: PaymentMethod = tx.find(&id, "id")?;
        if method.customer.is_none() {
            let message = "You must save this PaymentMethod to a customer before you can update it.";
            return Err(ApiError::invalid("payment_method", message));
        }
        metadata.apply(&mut method.metadata)?;
        tx.put(&method);
        tx.emit("payment_method.updated", method.render());
        Ok(method.render())
    })
}

pub(super) fn attach(ids: &[String], params: &mut Params) -> Result<Work, ApiError> {
    let id = ids[0].clone();
    let customer = params.required("customer")?;
    work(move |tx| {
        let method = match super::super::cards::find(&id) {
            Some(_) => cards::bring(tx, &id)?,
            None => tx.find(&id, "id")?,
        };
        Ok(cards::attach(tx, method, &customer)?.render())
    })
}

pub(super) fn detach(ids: &[String], _: &mut Params) -> Result<Work, ApiError> {
    let id = ids[0].clone();
    work(move |tx| {
        let method = tx.find(&id, "id")?;
        Ok(cards::detach(tx, method)?.render())
    })
}

pub(super) fn list(_: &[String], params: &mut Params) -> Result<Work, ApiError> {
    let customer = params.text("customer")?;
    listing(params, "/v1/payment_methods".to_owned(), customer)
}

pub(super) fn list_of_customer(ids: &[String], params: &mut Params) -> Result<Work, ApiError> {
    listing(params, format!("/v1/customers/{}/payment_methods", ids[0]), Some(ids[0].clone()))
}

fn listing(params: &mut Params, url: String, customer: Option<String>) -> Result<Work, ApiError> {
    let page = Page::read(params)?;
    let kind = params.text("type")?;
    work(move |tx: &mut Tx| {
        if let Some(customer) = &customer {
            tx.find::<Customer>(customer, "customer")?;
        }
        let cards_wanted = kind.as_deref().is_none_or(|kind| kind == "card");
        let wanted = |row: &PaymentMethod| {
            cards_wanted && row.customer.is_some() && (customer.is_none() || row.customer == customer)
        };
        page.list(tx.world(), &url, wanted, PaymentMethod::render)
    })
}
