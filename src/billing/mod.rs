//! Billing: what is sold, to whom, what they owe and what they paid. The rules are in docs/BILLING.md; the models
//! here are pure and take `now` as an argument.

pub mod catalog;
pub mod corrections;
mod fields;
pub mod invoices;
pub mod ledger;
pub mod letters;
pub mod pages;
pub mod payments;
mod post;
pub mod runs;
pub mod subscriptions;
pub mod views;
pub mod wire;

use crate::config::Settings;
use crate::kernel::public_error::Code;
use crate::platform::jobs::Handlers;
use crate::platform::web::registry::{Operation, PageRoute};
pub use fields::TABLES;
use payments::setups::flow::Gateways;

/// Every documented failure of billing.
pub const CODES: &[&Code] = &[
    &subscriptions::error::SUBSCRIPTION_NOT_FOUND,
    &subscriptions::error::SUBSCRIPTION_STATE,
    &subscriptions::error::QUOTE_STALE,
    &subscriptions::error::PAYMENT_METHOD_REQUIRED,
    &subscriptions::error::ORDER_INVALID,
    &invoices::error::INVOICE_NOT_FOUND,
    &invoices::error::NOT_CHARGEABLE,
    &invoices::error::NOTHING_OPEN,
    &payments::setups::error::CONSENT_REQUIRED,
    &payments::setups::error::PROCESSOR_REFUSED,
    &payments::paying::error::PAYMENT_RUNNING,
    &payments::inbox::api::WEBHOOK_REFUSED,
];

/// Every operation of billing.
#[must_use]
pub fn operations() -> Vec<Operation> {
    let mut all = catalog::api::routes();
    all.extend(subscriptions::api::routes());
    all.extend(invoices::api::routes());
    all.extend(corrections::api::operations());
    all.extend(payments::setups::operations());
    all.extend(payments::methods::operations());
    all.extend(payments::paying::operations());
    all.extend(payments::inbox::operations());
    all
}

/// Every page of billing.
#[must_use]
pub fn pages() -> Vec<PageRoute> {
    let mut all = pages::pages();
    all.extend(corrections::pages::pages());
    all.extend(payments::setups::pages());
    all.extend(payments::methods::pages());
    all
}

/// Every job of billing.
pub fn handlers(handlers: &mut Handlers, settings: &Settings, gateways: &Gateways) {
    let poll = i64::try_from(settings.stripe.poll_seconds).unwrap_or(300).max(1);
    payments::jobs::register(handlers, gateways);
    runs::jobs::register(handlers);
    subscriptions::jobs::handlers(handlers);
    payments::setups::handlers(handlers, &gateways.batches);
    payments::methods::handlers(handlers, &gateways.batches);
    payments::inbox::handlers(handlers, &gateways.batches, poll);
}
