//! `/v1/setup_intents`

use serde_json::Value;

use super::super::errors::{ApiError, ErrorType};
use super::super::flows::{cards, payment, setup};
use super::super::objects::{Customer, IntentStatus, PaymentTypes, SetupIntent};
use super::super::pagination::Page;
use super::super::params::{Metadata, Params};
use super::super::transaction::{Caller, Tx};
use super::metadata::Change;
use super::{Work, check_secret, read_types, refuse_old_types, work};

/// What a new setup intent is made from; checkout sessions make theirs with it too.
#[derive(Debug, Clone)]
pub(super) struct NewSetupIntent {
    pub(super) customer: Option<String>,
    pub(super) description: Option<String>,
    pub(super) metadata: Metadata,
    pub(super) payment_method: Option<String>,
    pub(super) usage: Option<String>,
    pub(super) types: PaymentTypes,
    pub(super) session: Option<String>,
}

impl NewSetupIntent {
    pub(super) fn insert(self, tx: &mut Tx) -> Result<SetupIntent, ApiError> {
        if let Some(customer) = &self.customer {
            tx.find::<Customer>(customer, "customer")?;
        }
        let method = match &self.payment_method {
            Some(given) => Some(cards::bring(tx, given)?),
            None => None,
        };
        if let Some(method) = &method {
            cards::check_holder(method, self.customer.as_deref())?;
        }
        let id = tx.id("seti");
        let payment_method = method.map(|method| method.id);
        let intent = SetupIntent {
            created: tx.now,
            client_secret: tx.client_secret(&id),
            id,
            customer: self.customer,
            description: self.description,
            metadata: self.metadata,
            status: payment::waiting_status(payment_method.as_ref()),
            payment_method,
            usage: self.usage.unwrap_or_else(|| "off_session".to_owned()),
            last_setup_error: None,
            next_action: None,
            cancellation_reason: None,
            types: self.types,
            session: self.session,
        };
        tx.put(&intent);
        tx.emit("setup_intent.created", intent.render());
        Ok(intent)
    }
}

pub(super) fn create(_: &[String], params: &mut Params) -> Result<Work, ApiError> {
    let new = NewSetupIntent {
        customer: params.text("customer")?,
        description: params.text("description")?,
        metadata: Change::read_new(params)?,
        payment_method: params.text("payment_method")?,
        usage: params.word("usage", &["on_session", "off_session"])?,
        types: read_types(params)?,
        session: None,
    };
    let confirm = params.boolean("confirm")?.unwrap_or(false);
    let return_url = params.text("return_url")?;
    if return_url.is_some() && !confirm {
        return Err(ApiError::invalid("return_url", "You may only specify return_url when confirm is true."));
    }
    work(move |tx| {
        let mut intent = new.insert(tx)?;
        if confirm {
            intent = setup::confirm(tx, intent, setup::Confirm { payment_method: None, return_url })?;
        }
        Ok(intent.render())
    })
}

pub(super) fn retrieve(ids: &[String], params: &mut Params) -> Result<Work, ApiError> {
    let id = ids[0].clone();
    let secret = params.text("client_secret")?;
    work(move |tx| {
        let intent: SetupIntent = tx.find(&id, "intent")?;
        check_secret(tx, secret.as_deref(), &intent.client_secret, "SetupIntent")?;
        Ok(view(tx, &intent))
    })
}

pub(super) fn update(ids: &[String], params: &mut Params) -> Result<Work, ApiError> {
    let id = ids[0].clone();
    refuse_old_types(params)?;
    let (description, metadata) = (params.text("description")?, Change::read(params)?);
    let payment_method = params.text("payment_method")?;
    work(move |tx| {
        let mut intent: SetupIntent = tx.find(&id, "intent")?;
        refuse_hosted(&intent)?;
        if let Some(given) = payment_method {
            if intent.status.is_final() {
                let message = "This SetupIntent's payment_method could not be updated because it has ended.".to_owned();
                return Err(setup::unexpected_state(&intent, message));
            }
            let method = cards::bring(tx, &given)?;
            cards::check_holder(&method, intent.customer.as_deref())?;
            intent.payment_method = Some(method.id);
            intent.next_action = None;
            intent.status = IntentStatus::RequiresConfirmation;
        }
        intent.description = description.or(intent.description);
        metadata.apply(&mut intent.metadata)?;
        tx.put(&intent);
        Ok(intent.render())
    })
}

pub(super) fn confirm(ids: &[String], params: &mut Params) -> Result<Work, ApiError> {
    let id = ids[0].clone();
    let secret = params.text("client_secret")?;
    let with =
        setup::Confirm { payment_method: params.text("payment_method")?, return_url: params.text("return_url")? };
    work(move |tx| {
        let intent: SetupIntent = tx.find(&id, "intent")?;
        check_secret(tx, secret.as_deref(), &intent.client_secret, "SetupIntent")?;
        refuse_hosted(&intent)?;
        let intent = setup::confirm(tx, intent, with)?;
        Ok(view(tx, &intent))
    })
}

pub(super) fn cancel(ids: &[String], params: &mut Params) -> Result<Work, ApiError> {
    let id = ids[0].clone();
    let reason = params.word("cancellation_reason", &["abandoned", "requested_by_customer", "duplicate"])?;
    work(move |tx| {
        let intent: SetupIntent = tx.find(&id, "intent")?;
        refuse_hosted(&intent)?;
        Ok(setup::cancel(tx, intent, reason.as_deref())?.render())
    })
}

pub(super) fn list(_: &[String], params: &mut Params) -> Result<Work, ApiError> {
    let page = Page::read(params)?;
    let (customer, method) = (params.text("customer")?, params.text("payment_method")?);
    work(move |tx| {
        let wanted = |row: &SetupIntent| {
            (customer.is_none() || row.customer == customer) && (method.is_none() || row.payment_method == method)
        };
        page.list(tx.world(), "/v1/setup_intents", wanted, SetupIntent::render)
    })
}

/// The set-up of a checkout session belongs to its page.
fn refuse_hosted(intent: &SetupIntent) -> Result<(), ApiError> {
    match intent.session {
        None => Ok(()),
        Some(_) => {
            let message = "You cannot confirm, update or cancel the SetupIntent of a Checkout Session. Expire the session instead.";
            Err(ApiError::new(400, ErrorType::InvalidRequest, message).code("setup_intent_unexpected_state"))
        }
    }
}

fn view(tx: &Tx, intent: &SetupIntent) -> Value {
    match tx.origin.caller {
        Caller::Server => intent.render(),
        Caller::Browser => payment::browser_view(intent.render()),
    }
}
