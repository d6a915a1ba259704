//! `/v1/checkout/sessions`, mode `setup`

use super::super::currency;
use super::super::errors::ApiError;
use super::super::flows::checkout;
use super::super::objects::{CheckoutSession, Customer, PaymentTypes, SessionStatus};
use super::super::pagination::Page;
use super::super::params::{Metadata, Params};
use super::super::transaction::Tx;
use super::metadata::Change;
use super::setup_intents::NewSetupIntent;
use super::{Work, read_types, work};

/// The parameters of a new session.
struct NewSession {
    success_url: String,
    cancel_url: Option<String>,
    client_reference_id: Option<String>,
    customer: Option<String>,
    customer_email: Option<String>,
    currency: Option<String>,
    types: PaymentTypes,
    locale: Option<String>,
    expires_at: Option<i64>,
    metadata: Metadata,
    setup_metadata: Metadata,
    setup_description: Option<String>,
}

impl NewSession {
    fn read(params: &mut Params) -> Result<Self, ApiError> {
        if params.required("mode")? != "setup" {
            return Err(ApiError::invalid("mode", "The sandbox has checkout sessions in setup mode only."));
        }
        params.word("ui_mode", &["hosted_page"])?;
        let types = read_types(params)?;
        let currency = params.text("currency")?.map(|text| currency::known(&text)).transpose()?;
        if currency.is_none() {
            let message = "`currency` is required in `setup` mode.";
            return Err(ApiError::invalid("currency", message).code("parameter_missing"));
        }
        let setup =
            params.nested("setup_intent_data", |data| Ok((Change::read_new(data)?, data.text("description")?)))?;
        let (setup_metadata, setup_description) = setup.unwrap_or_default();
        let (customer, customer_email) = (params.text("customer")?, params.text("customer_email")?);
        if customer.is_some() && customer_email.is_some() {
            let message = "You may only specify one of these parameters: customer, customer_email.";
            return Err(ApiError::invalid("customer_email", message).code("parameters_exclusive"));
        }
        Ok(Self {
            success_url: read_url(params, "success_url")?.ok_or_else(|| params.lacking("success_url"))?,
            cancel_url: read_url(params, "cancel_url")?,
            client_reference_id: params.text("client_reference_id")?,
            customer,
            customer_email,
            currency,
            types,
            locale: params.text("locale")?,
            expires_at: params.integer("expires_at")?,
            metadata: Change::read_new(params)?,
            setup_metadata,
            setup_description,
        })
    }

    fn insert(self, tx: &mut Tx) -> Result<CheckoutSession, ApiError> {
        let expires_at = self.expires_at.unwrap_or(tx.now + 86_400);
        if !(tx.now + 1_800..=tx.now + 86_400).contains(&expires_at) {
            let message = "The `expires_at` timestamp must be at least 30 minutes and less than 24 hours from Checkout Session creation.";
            return Err(ApiError::invalid("expires_at", message));
        }
        if let Some(customer) = &self.customer
            && tx.find::<Customer>(customer, "customer")?.deleted
        {
            return Err(ApiError::missing("customer", customer, "customer"));
        }
        let id = tx.id("cs_test");
        let setup = NewSetupIntent {
            customer: self.customer.clone(),
            description: self.setup_description,
            metadata: self.setup_metadata,
            payment_method: None,
            usage: None,
            types: self.types.clone(),
            session: Some(id.clone()),
        };
        let session = CheckoutSession {
            url: tx.page(&format!("/checkout/{id}")),
            created: tx.now,
            expires_at,
            success_url: self.success_url,
            cancel_url: self.cancel_url,
            client_reference_id: self.client_reference_id,
            customer: self.customer,
            customer_email: self.customer_email,
            currency: self.currency,
            types: self.types,
            locale: self.locale,
            metadata: self.metadata,
            setup_intent: setup.insert(tx)?.id,
            status: SessionStatus::Open,
            id,
        };
        tx.put(&session);
        Ok(session)
    }
}

fn read_url(params: &mut Params, name: &str) -> Result<Option<String>, ApiError> {
    let given = params.text(name)?;
    if given
        .as_ref()
        .is_some_and(|text| !url::Url::parse(text).is_ok_and(|url| matches!(url.scheme(), "http" | "https")))
    {
        return Err(ApiError::invalid(name, "Not a valid URL").code("url_invalid"));
    }
    Ok(given)
}

pub(super) fn create(_: &[String], params: &mut Params) -> Result<Work, ApiError> {
    let new = NewSession::read(params)?;
    work(move |tx| {
        let session = new.insert(tx)?;
        Ok(tx.world().render_session(&session))
    })
}

pub(super) fn retrieve(ids: &[String], _: &mut Params) -> Result<Work, ApiError> {
    let id = ids[0].clone();
    work(move |tx| {
        checkout::expire_due(tx);
        let session = tx.find(&id, "id")?;
        Ok(tx.world().render_session(&session))
    })
}

pub(super) fn expire(ids: &[String], _: &mut Params) -> Result<Work, ApiError> {
    let id = ids[0].clone();
    work(move |tx| {
        let session = tx.find(&id, "id")?;
        let session = checkout::expire(tx, session)?;
        Ok(tx.world().render_session(&session))
    })
}

pub(super) fn list(_: &[String], params: &mut Params) -> Result<Work, ApiError> {
    let page = Page::read(params)?;
    let (customer, intent) = (params.text("customer")?, params.text("setup_intent")?);
    let status = params.word("status", &["open", "complete", "expired"])?;
    work(move |tx| {
        checkout::expire_due(tx);
        let world = tx.world();
        let wanted = |row: &CheckoutSession| {
            (customer.is_none() || row.customer == customer)
                && intent.as_ref().is_none_or(|intent| row.setup_intent == *intent)
                && status.as_ref().is_none_or(|status| serde_json::json!(row.status) == *status)
        };
        page.list(world, "/v1/checkout/sessions", wanted, |row| world.render_session(row))
    })
}
