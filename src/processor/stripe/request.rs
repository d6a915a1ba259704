//! What is asked of the processor, made with the crate's builders. Everything that leaves the house is in this file.
//!
//! Cards are named by `allowed_payment_method_types`: API version 2026-09-30 answers 400 to the older
//! `payment_method_types` (<https://docs.stripe.com/changelog/endive/2026-09-30>).

use std::collections::HashMap;
use std::convert::Infallible;

use stripe_checkout::checkout_session::{
    CreateCheckoutSession, CreateCheckoutSessionAllowedPaymentMethodTypes, CreateCheckoutSessionSetupIntentData,
    RetrieveCheckoutSession,
};
use stripe_client_core::{RequestBuilder, StripeRequest};
use stripe_core::customer::{CreateCustomer, UpdateCustomer};
use stripe_core::event::ListEvent;
use stripe_core::payment_intent::{
    CancelPaymentIntent, ConfirmPaymentIntent, ConfirmPaymentIntentOffSession, CreatePaymentIntent, ListPaymentIntent,
    RetrievePaymentIntent,
};
use stripe_core::setup_intent::{CreateSetupIntent, CreateSetupIntentUsage, RetrieveSetupIntent};
use stripe_payment::payment_method::{DetachPaymentMethod, RetrievePaymentMethod};
use stripe_shared::{
    CheckoutSessionMode, PaymentIntentAllowedPaymentMethodTypes, SetupIntentAllowedPaymentMethodTypes,
};
use stripe_types::{Currency, RangeQueryTs};

use super::event::EVENT_TYPES;
use crate::billing::payments::gateway::{
    ConfirmRequest, CustomerDetails, CustomerRef, IntentRef, IntentRequest, PaymentMethodRef, SetupIntentRequest,
    SetupRef, SetupSessionRef, SetupSessionRequest,
};
use crate::kernel::ids::{Id, Installation};
use crate::kernel::time::Timestamp;

/// Rows of a list that are asked for at once: the most the processor gives.
const PAGE: i64 = 100;

/// Where a page of a list begins.
#[derive(Debug, Clone)]
pub enum From {
    /// At the newest.
    Newest,
    /// Behind this row, towards the older.
    OlderThan(String),
    /// Before this row, towards the newer.
    NewerThan(String),
}

fn notes<const N: usize>(pairs: [(&str, String); N]) -> HashMap<String, String> {
    pairs.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}

fn setup_notes(installation: &Id<Installation>, reference: &str) -> HashMap<String, String> {
    notes([("installation", installation.to_string()), ("reference", reference.to_owned())])
}

/// All that the processor learns about a person.
pub fn create_customer(details: &CustomerDetails) -> RequestBuilder {
    CreateCustomer::new()
        .name(details.name.reveal())
        .email(details.email.reveal())
        .metadata(notes([("installation", details.installation.to_string()), ("account", details.account.to_string())]))
        .build()
}

/// The same again, after a change.
pub fn update_customer(id: &CustomerRef, details: &CustomerDetails) -> RequestBuilder {
    UpdateCustomer::new(id.as_str()).name(details.name.reveal()).email(details.email.reveal()).build()
}

pub fn create_setup_session(request: &SetupSessionRequest) -> RequestBuilder {
    let notes = setup_notes(&request.installation, &request.reference);
    let setup = CreateCheckoutSessionSetupIntentData { metadata: Some(notes.clone()), ..Default::default() };
    CreateCheckoutSession::new()
        .mode(CheckoutSessionMode::Setup)
        .allowed_payment_method_types(vec![CreateCheckoutSessionAllowedPaymentMethodTypes::Card])
        // Only sorts out what can be offered, and cards can be in every currency; no charge comes of it.
        .currency(Currency::USD)
        .customer(request.customer.as_str())
        .client_reference_id(&request.reference)
        .metadata(notes)
        .setup_intent_data(setup)
        .success_url(&request.success_url)
        .cancel_url(&request.cancel_url)
        .build()
}

pub fn retrieve_setup_session(id: &SetupSessionRef) -> RequestBuilder {
    RetrieveCheckoutSession::new(id.as_str()).build()
}

pub fn create_setup_intent(request: &SetupIntentRequest) -> RequestBuilder {
    CreateSetupIntent::new()
        .customer(request.customer.as_str())
        .allowed_payment_method_types(vec![SetupIntentAllowedPaymentMethodTypes::Card])
        .usage(CreateSetupIntentUsage::OffSession)
        .metadata(setup_notes(&request.installation, &request.reference))
        .build()
}

pub fn retrieve_setup(id: &SetupRef) -> RequestBuilder {
    RetrieveSetupIntent::new(id.as_str()).build()
}

pub fn retrieve_payment_method(id: &PaymentMethodRef) -> RequestBuilder {
    RetrievePaymentMethod::new(id.as_str()).build()
}

pub fn detach_payment_method(id: &PaymentMethodRef) -> RequestBuilder {
    DetachPaymentMethod::new(id.as_str()).build()
}

/// Unconfirmed: no money moves.
pub fn create_intent(request: &IntentRequest) -> RequestBuilder {
    let currency: Result<Currency, Infallible> = request.amount.currency().processor_code().parse();
    let Ok(currency) = currency;
    let about = &request.metadata;
    CreatePaymentIntent::new(request.amount.minor(), currency)
        .customer(request.customer.as_str())
        .allowed_payment_method_types(vec![PaymentIntentAllowedPaymentMethodTypes::Card])
        .metadata(notes([
            ("installation", about.installation.to_string()),
            ("account", about.account.to_string()),
            ("subscription", about.subscription.to_string()),
            ("period_no", about.period_no.to_string()),
            ("kind", about.kind.clone()),
            ("invoice", about.invoice.to_string()),
            ("invoice_number", about.invoice_number.clone()),
            ("generation", about.generation.to_string()),
        ]))
        .build()
}

pub fn list_intents(customer: &CustomerRef, since: Timestamp, from: From) -> RequestBuilder {
    let list =
        ListPaymentIntent::new().customer(customer.as_str()).created(RangeQueryTs::gte(since.seconds())).limit(PAGE);
    match from {
        From::Newest => list.build(),
        From::OlderThan(id) => list.starting_after(id).build(),
        From::NewerThan(id) => list.ending_before(id).build(),
    }
}

pub fn confirm_intent(id: &IntentRef, request: &ConfirmRequest) -> RequestBuilder {
    let mut confirm = ConfirmPaymentIntent::new(id.as_str()).payment_method(request.payment_method.as_str());
    if request.off_session {
        confirm = confirm.off_session(ConfirmPaymentIntentOffSession::Bool(true));
    }
    if let Some(url) = &request.return_url {
        confirm = confirm.return_url(url);
    }
    confirm.build()
}

pub fn retrieve_intent(id: &IntentRef) -> RequestBuilder {
    RetrievePaymentIntent::new(id.as_str()).build()
}

pub fn cancel_intent(id: &IntentRef) -> RequestBuilder {
    CancelPaymentIntent::new(id.as_str()).build()
}

/// Only the types that mean something here.
pub fn list_events(since: Option<Timestamp>, from: From) -> RequestBuilder {
    let types: Vec<String> = EVENT_TYPES.iter().map(ToString::to_string).collect();
    let mut list = ListEvent::new().types(types).limit(PAGE);
    if let Some(since) = since {
        list = list.created(RangeQueryTs::gte(since.seconds()));
    }
    match from {
        From::Newest => list.build(),
        From::OlderThan(id) => list.starting_after(id).build(),
        From::NewerThan(id) => list.ending_before(id).build(),
    }
}
