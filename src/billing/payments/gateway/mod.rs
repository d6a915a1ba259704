//! The processor port: what the product asks of a card processor, in the product's own words.
//!
//! An adapter implements [`PaymentGateway`] and is injected when the app is built. Calls happen outside any database
//! transaction. The reply that matters most is [`GatewayError::Unknown`]: the processor may or may not have done what
//! was asked, so the only right continuation is to look (8-money.md, "Charging protocol").

use std::future::Future;
use std::pin::Pin;

use crate::kernel::time::Timestamp;
use crate::platform::trust::Shared;

mod error;
mod event;
mod intent;
mod pace;
mod refs;
mod setup;

pub use error::GatewayError;
pub use event::{Event, EventPage, Subject, WebhookError};
pub use intent::{
    Advice, ConfirmRequest, Decline, Intent, IntentMarks, IntentMetadata, IntentRequest, IntentStatus, NextAction,
};
pub use pace::{NoTurn, Pace, Turn, Unpaced};
pub use refs::{
    ChargeRef, CustomerRef, EventRef, IdempotencyKey, IntentRef, PaymentMethodRef, SetupRef, SetupSessionRef,
};
pub use setup::{Card, CustomerDetails, Setup, SetupIntentRequest, SetupSession, SetupSessionRequest, SetupStatus};

/// A call under way.
pub type Call<'a, T> = Pin<Box<dyn Future<Output = Result<T, GatewayError>> + Send + 'a>>;

/// A card processor. Object-safe: kept as `Arc<dyn PaymentGateway>`.
pub trait PaymentGateway: Send + Sync {
    /// The name customers are shown when they consent to sharing.
    fn name(&self) -> &'static str;

    /// Makes a customer. What it learns about a person has a row that says so.
    fn create_customer<'a>(
        &'a self,
        key: &'a IdempotencyKey,
        details: &'a Shared<CustomerDetails>,
    ) -> Call<'a, CustomerRef>;

    /// Tells a customer's new details. What it learns about a person has a row that says so.
    fn update_customer<'a>(&'a self, id: &'a CustomerRef, details: &'a Shared<CustomerDetails>) -> Call<'a, ()>;

    /// Makes a hosted page to add a card (`flow: hosted`).
    fn create_setup_session<'a>(
        &'a self,
        key: &'a IdempotencyKey,
        request: &'a Shared<SetupSessionRequest>,
    ) -> Call<'a, SetupSession>;

    /// The hosted page as it is now.
    fn retrieve_setup_session<'a>(&'a self, id: &'a SetupSessionRef) -> Call<'a, SetupSession>;

    /// Makes a set-up whose client secret goes to the API client (`flow: client`).
    fn create_setup_intent<'a>(
        &'a self,
        key: &'a IdempotencyKey,
        request: &'a Shared<SetupIntentRequest>,
    ) -> Call<'a, Setup>;

    /// The set-up as it is now.
    fn retrieve_setup<'a>(&'a self, id: &'a SetupRef) -> Call<'a, Setup>;

    /// The kept card.
    fn retrieve_payment_method<'a>(&'a self, id: &'a PaymentMethodRef) -> Call<'a, Card>;

    /// Makes the processor forget the card. A card that is detached already is a success.
    fn detach_payment_method<'a>(&'a self, id: &'a PaymentMethodRef) -> Call<'a, ()>;

    /// Makes an unconfirmed intent. It tells who owes what for which invoice, so it has a row that says so.
    fn create_intent<'a>(&'a self, key: &'a IdempotencyKey, request: &'a Shared<IntentRequest>) -> Call<'a, Intent>;

    /// The customer's intents made since an instant, newest first, by the consistent list (never the search).
    fn find_intents<'a>(&'a self, customer: &'a CustomerRef, since: Timestamp) -> Call<'a, Vec<Intent>>;

    /// Confirms an intent: the only call that moves money. It tells that the person pays now, and by which card.
    fn confirm_intent<'a>(
        &'a self,
        key: &'a IdempotencyKey,
        id: &'a IntentRef,
        request: &'a Shared<ConfirmRequest>,
    ) -> Call<'a, Intent>;

    /// The intent as it is now.
    fn retrieve_intent<'a>(&'a self, id: &'a IntentRef) -> Call<'a, Intent>;

    /// Ends an intent that has not succeeded; [`GatewayError::UnexpectedState`] if it has.
    fn cancel_intent<'a>(&'a self, id: &'a IntentRef) -> Call<'a, Intent>;

    /// Events since an instant, oldest first, one page; `after` continues behind an event already seen.
    fn list_events<'a>(&'a self, since: Timestamp, after: Option<&'a EventRef>) -> Call<'a, EventPage>;

    /// Checks the signature of a webhook over its raw body and reads it. `now` is the security clock.
    fn verify_webhook(&self, body: &[u8], signature: &str, now: Timestamp) -> Result<Event, WebhookError>;
}
