//! `/v1/payment_intents`

use serde_json::Value;

use super::super::currency;
use super::super::errors::ApiError;
use super::super::flows::{cards, payment};
use super::super::objects::{Customer, IntentStatus, PaymentIntent, PaymentTypes};
use super::super::pagination::Page;
use super::super::params::{Metadata, Params};
use super::super::transaction::{Caller, Tx};
use super::metadata::Change;
use super::{Work, check_secret, read_types, refuse_old_types, work};

/// The parameters of a new intent.
struct NewPaymentIntent {
    amount: i64,
    currency: String,
    customer: Option<String>,
    description: Option<String>,
    receipt_email: Option<String>,
    statement_descriptor_suffix: Option<String>,
    setup_future_usage: Option<String>,
    metadata: Metadata,
    payment_method: Option<String>,
    types: PaymentTypes,
}

impl NewPaymentIntent {
    fn read(params: &mut Params) -> Result<Self, ApiError> {
        let amount = params.integer("amount")?.ok_or_else(|| params.lacking("amount"))?;
        let currency = currency::known(&params.required("currency")?)?;
        currency::check_amount(amount, &currency)?;
        params.word("capture_method", &["automatic", "automatic_async"])?;
        params.word("confirmation_method", &["automatic"])?;
        Ok(Self {
            amount,
            currency,
            customer: params.text("customer")?,
            description: params.text("description")?,
            receipt_email: params.text("receipt_email")?,
            statement_descriptor_suffix: params.text("statement_descriptor_suffix")?,
            setup_future_usage: read_future_usage(params)?,
            metadata: Change::read_new(params)?,
            payment_method: params.text("payment_method")?,
            types: read_types(params)?,
        })
    }

    fn insert(self, tx: &mut Tx) -> Result<PaymentIntent, ApiError> {
        check_customer(tx, self.customer.as_deref())?;
        let payment_method = choose_card(tx, self.payment_method.as_deref(), self.customer.as_deref())?;
        let id = tx.id("pi");
        let intent = PaymentIntent {
            created: tx.now,
            amount: self.amount,
            currency: self.currency,
            client_secret: tx.client_secret(&id),
            id,
            customer: self.customer,
            description: self.description,
            receipt_email: self.receipt_email,
            statement_descriptor_suffix: self.statement_descriptor_suffix,
            setup_future_usage: self.setup_future_usage,
            metadata: self.metadata,
            status: payment::waiting_status(payment_method.as_ref()),
            payment_method,
            latest_charge: None,
            last_payment_error: None,
            next_action: None,
            canceled_at: None,
            cancellation_reason: None,
            types: self.types,
            confirms: 0,
        };
        tx.put(&intent);
        tx.emit("payment_intent.created", intent.render());
        Ok(intent)
    }
}

fn read_future_usage(params: &mut Params) -> Result<Option<String>, ApiError> {
    params.word("setup_future_usage", &["on_session", "off_session"])
}

/// `true`, `false`, or why the holder is away.
fn read_off_session(params: &mut Params) -> Result<Option<bool>, ApiError> {
    Ok(params.word("off_session", &["true", "false", "one_off", "recurring"])?.map(|word| word != "false"))
}

fn check_customer(tx: &Tx, id: Option<&str>) -> Result<(), ApiError> {
    let Some(id) = id else { return Ok(()) };
    match tx.find::<Customer>(id, "customer")?.deleted {
        true => Err(ApiError::missing("customer", id, "customer")),
        false => Ok(()),
    }
}

fn choose_card(tx: &mut Tx, given: Option<&str>, customer: Option<&str>) -> Result<Option<String>, ApiError> {
    let Some(given) = given else { return Ok(None) };
    let method = cards::bring(tx, given)?;
    cards::check_holder(&method, customer)?;
    Ok(Some(method.id))
}

pub(super) fn create(_: &[String], params: &mut Params) -> Result<Work, ApiError> {
    let new = NewPaymentIntent::read(params)?;
    let confirm = params.boolean("confirm")?.unwrap_or(false);
    let (off_session, return_url) = (read_off_session(params)?, params.text("return_url")?);
    for (name, given) in [("off_session", off_session.is_some()), ("return_url", return_url.is_some())] {
        if given && !confirm {
            return Err(ApiError::invalid(name, format!("You may only specify {name} when confirm is true.")));
        }
    }
    work(move |tx| {
        let mut intent = new.insert(tx)?;
        if confirm {
            let with = payment::Confirm { off_session: off_session.unwrap_or(false), return_url, ..Default::default() };
            intent = payment::confirm(tx, intent, with)?;
        }
        Ok(intent.render())
    })
}

pub(super) fn retrieve(ids: &[String], params: &mut Params) -> Result<Work, ApiError> {
    let id = ids[0].clone();
    let secret = params.text("client_secret")?;
    work(move |tx| {
        let intent: PaymentIntent = tx.find(&id, "intent")?;
        check_secret(tx, secret.as_deref(), &intent.client_secret, "PaymentIntent")?;
        Ok(view(tx, &intent))
    })
}

pub(super) fn confirm(ids: &[String], params: &mut Params) -> Result<Work, ApiError> {
    let id = ids[0].clone();
    refuse_old_types(params)?;
    let secret = params.text("client_secret")?;
    let with = payment::Confirm {
        payment_method: params.text("payment_method")?,
        off_session: read_off_session(params)?.unwrap_or(false),
        return_url: params.text("return_url")?,
        setup_future_usage: read_future_usage(params)?,
    };
    work(move |tx| {
        let intent: PaymentIntent = tx.find(&id, "intent")?;
        check_secret(tx, secret.as_deref(), &intent.client_secret, "PaymentIntent")?;
        let intent = payment::confirm(tx, intent, with)?;
        Ok(view(tx, &intent))
    })
}

pub(super) fn cancel(ids: &[String], params: &mut Params) -> Result<Work, ApiError> {
    let id = ids[0].clone();
    let reasons = &["duplicate", "fraudulent", "requested_by_customer", "abandoned"];
    let reason = params.word("cancellation_reason", reasons)?;
    work(move |tx| {
        let intent: PaymentIntent = tx.find(&id, "intent")?;
        Ok(payment::cancel(tx, intent, reason.as_deref())?.render())
    })
}

pub(super) fn list(_: &[String], params: &mut Params) -> Result<Work, ApiError> {
    let page = Page::read(params)?;
    let customer = params.text("customer")?;
    work(move |tx| {
        let wanted = |row: &PaymentIntent| customer.is_none() || row.customer == customer;
        page.list(tx.world(), "/v1/payment_intents", wanted, PaymentIntent::render)
    })
}

/// The parameters of an update.
struct Update {
    amount: Option<i64>,
    currency: Option<String>,
    customer: Option<String>,
    description: Option<String>,
    receipt_email: Option<String>,
    setup_future_usage: Option<String>,
    payment_method: Option<String>,
    metadata: Change,
}

impl Update {
    fn read(params: &mut Params) -> Result<Self, ApiError> {
        refuse_old_types(params)?;
        Ok(Self {
            amount: params.integer("amount")?,
            currency: params.text("currency")?.map(|text| currency::known(&text)).transpose()?,
            customer: params.text("customer")?,
            description: params.clearable("description")?,
            receipt_email: params.clearable("receipt_email")?,
            setup_future_usage: read_future_usage(params)?,
            payment_method: params.text("payment_method")?,
            metadata: Change::read(params)?,
        })
    }

    /// The first parameter that decides what is charged, and how.
    fn decisive(&self) -> Option<&'static str> {
        [
            ("amount", self.amount.is_some()),
            ("currency", self.currency.is_some()),
            ("customer", self.customer.is_some()),
            ("setup_future_usage", self.setup_future_usage.is_some()),
            ("payment_method", self.payment_method.is_some()),
        ]
        .into_iter()
        .find_map(|(name, given)| given.then_some(name))
    }

    fn apply(self, tx: &mut Tx, intent: &mut PaymentIntent) -> Result<(), ApiError> {
        let decisive = self.decisive();
        if let Some(name) = decisive.filter(|_| intent.status.is_final()) {
            let message = format!(
                "This PaymentIntent's {name} could not be updated because it has a status of {}. You may only update the {name} of a \
                 PaymentIntent with one of the following statuses: requires_payment_method, requires_confirmation, requires_action.",
                intent.status.as_str()
            );
            return Err(payment::unexpected_state(intent, message));
        }
        check_customer(tx, self.customer.as_deref())?;
        intent.amount = self.amount.unwrap_or(intent.amount);
        intent.currency = self.currency.unwrap_or_else(|| intent.currency.clone());
        currency::check_amount(intent.amount, &intent.currency)?;
        intent.customer = self.customer.or(intent.customer.take());
        intent.setup_future_usage = self.setup_future_usage.or(intent.setup_future_usage.take());
        if let Some(chosen) = choose_card(tx, self.payment_method.as_deref(), intent.customer.as_deref())? {
            intent.payment_method = Some(chosen);
        }
        if let Some(text) = self.description {
            intent.description = (!text.is_empty()).then_some(text);
        }
        if let Some(text) = self.receipt_email {
            intent.receipt_email = (!text.is_empty()).then_some(text);
        }
        if decisive.is_some() {
            intent.next_action = None;
            intent.status = payment::waiting_status(intent.payment_method.as_ref());
        }
        self.metadata.apply(&mut intent.metadata)
    }
}

pub(super) fn update(ids: &[String], params: &mut Params) -> Result<Work, ApiError> {
    let id = ids[0].clone();
    let update = Update::read(params)?;
    work(move |tx| {
        let mut intent: PaymentIntent = tx.find(&id, "intent")?;
        update.apply(tx, &mut intent)?;
        debug_assert!(intent.status != IntentStatus::RequiresAction || intent.next_action.is_some());
        tx.put(&intent);
        Ok(intent.render())
    })
}

fn view(tx: &Tx, intent: &PaymentIntent) -> Value {
    match tx.origin.caller {
        Caller::Server => intent.render(),
        Caller::Browser => payment::browser_view(intent.render()),
    }
}
