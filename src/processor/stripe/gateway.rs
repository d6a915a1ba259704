//! The processor port over the transport: request, exchange, outcome, reading. No rules of ours live here.

use std::sync::Arc;

use serde_json::Value;
use stripe_client_core::{IdempotencyKey as CrateKey, RequestBuilder, RequestStrategy};
use tokio::time::Instant;

use super::access::Access;
use super::outcome::{outcome, unreadable};
use super::transport::Transport;
use super::{event, lists, read, request, signature};
use crate::billing::payments::gateway::{
    Call, Card, ConfirmRequest, CustomerDetails, CustomerRef, Event, EventPage, EventRef, GatewayError, IdempotencyKey,
    Intent, IntentRef, IntentRequest, Pace, PaymentGateway, PaymentMethodRef, Setup, SetupIntentRequest, SetupRef,
    SetupSession, SetupSessionRef, SetupSessionRequest, WebhookError,
};
use crate::config::{ConfigError, Stripe};
use crate::kernel::ids::{Id, Installation};
use crate::kernel::time::Timestamp;
use crate::platform::trust::Shared;
use crate::platform::trust::recipients::PAYMENT_PROCESSOR;

/// Stripe, or any server that speaks its protocol. Kept once per process as `Arc<dyn PaymentGateway>`: it owns the
/// connections.
pub struct StripeGateway {
    transport: Transport,
    pace: Arc<dyn Pace>,
    webhook_secret: Option<secrecy::SecretString>,
    installation: Id<Installation>,
    live: bool,
}

impl std::fmt::Debug for StripeGateway {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("StripeGateway").field("transport", &self.transport).finish_non_exhaustive()
    }
}

impl StripeGateway {
    /// For the objects of one installation; `live` tells whether it moves real money. Calls nobody yet, and later no
    /// faster than `pace` lets it.
    ///
    /// # Errors
    /// The settings do not fit each other or the mode; names the key.
    pub fn new(
        settings: &Stripe,
        installation: Id<Installation>,
        live: bool,
        pace: Arc<dyn Pace>,
    ) -> Result<Self, ConfigError> {
        let access = Access::new(settings, live)?;
        let transport = Transport::new(&access)?;
        Ok(Self { transport, pace, webhook_secret: access.webhook_secret, installation, live })
    }

    /// Looks; may be repeated at will.
    pub(super) async fn get(&self, request: RequestBuilder) -> Result<Value, GatewayError> {
        self.call(request, RequestStrategy::Once).await
    }

    /// Does; a repeated call with the same key is the same call.
    async fn post(&self, key: &IdempotencyKey, request: RequestBuilder) -> Result<Value, GatewayError> {
        let key = CrateKey::new(key.as_str()).map_err(|error| GatewayError::NotSent { reason: error.to_string() })?;
        self.call(request, RequestStrategy::Idempotent(key)).await
    }

    async fn call(&self, request: RequestBuilder, strategy: RequestStrategy) -> Result<Value, GatewayError> {
        if !self.transport.has_key() {
            return Err(GatewayError::NotSent { reason: "no processor is configured: stripe.secret_key".to_owned() });
        }
        let resource = request.path.split('/').nth(1).unwrap_or_default().to_owned();
        // Half of the time at most is spent waiting, so that the processor has the other half.
        let (begun, whole) = (Instant::now(), self.transport.timeout());
        self.pace.turn(&resource, whole / 2).await?;
        let sent = self.transport.send(request, strategy, whole.saturating_sub(begun.elapsed())).await;
        match &sent {
            Ok(reply) => tracing::debug!(resource, status = reply.status, request_id = reply.request_id(), "processor"),
            Err(error) => tracing::warn!(resource, %error, "the processor did not answer"),
        }
        outcome(sent)
    }

    /// Reads an event and refuses the other mode's.
    pub(super) fn event(&self, value: &Value) -> Option<Result<Event, WebhookError>> {
        let event = event::read(value, &self.installation)?;
        Some(if event.live == self.live { Ok(event) } else { Err(WebhookError::WrongMode) })
    }

    pub(super) fn is_ours(&self, object: &Value) -> bool {
        read::note(object, "installation") == Some(self.installation.as_str())
    }

    async fn detach(&self, id: &PaymentMethodRef) -> Result<(), GatewayError> {
        let refused = match self.call(request::detach_payment_method(id), RequestStrategy::Once).await {
            Ok(_) => return Ok(()),
            Err(error @ GatewayError::Refused { status: 400, .. }) => error,
            Err(error) => return Err(error),
        };
        // The refusal of a second detach has no code of its own: look.
        match self.get(request::retrieve_payment_method(id)).await {
            Ok(method) if read::id(&method, "customer").is_none() => Ok(()),
            _ => Err(refused),
        }
    }
}

/// What is shared, if it is shared with the processor.
fn told<T>(shared: &Shared<T>) -> Result<&T, GatewayError> {
    if shared.recipient() == &PAYMENT_PROCESSOR {
        Ok(shared.value())
    } else {
        Err(GatewayError::NotSent { reason: "this is shared with somebody else".to_owned() })
    }
}

fn intent(reply: &Value) -> Result<Intent, GatewayError> {
    read::intent(reply).ok_or_else(|| unreadable("payment intent"))
}

fn setup(reply: &Value, just_made: bool) -> Result<Setup, GatewayError> {
    read::setup(reply, just_made).ok_or_else(|| unreadable("set-up"))
}

fn setup_session(reply: &Value) -> Result<SetupSession, GatewayError> {
    read::setup_session(reply).ok_or_else(|| unreadable("set-up page"))
}

impl PaymentGateway for StripeGateway {
    fn name(&self) -> &'static str {
        "Stripe"
    }

    fn create_customer<'a>(
        &'a self,
        key: &'a IdempotencyKey,
        details: &'a Shared<CustomerDetails>,
    ) -> Call<'a, CustomerRef> {
        Box::pin(async move {
            let reply = self.post(key, request::create_customer(told(details)?)).await?;
            read::id(&reply, "id").map(CustomerRef::new).ok_or_else(|| unreadable("customer"))
        })
    }

    fn update_customer<'a>(&'a self, id: &'a CustomerRef, details: &'a Shared<CustomerDetails>) -> Call<'a, ()> {
        Box::pin(async move {
            self.call(request::update_customer(id, told(details)?), RequestStrategy::Once).await.map(|_| ())
        })
    }

    fn create_setup_session<'a>(
        &'a self,
        key: &'a IdempotencyKey,
        request: &'a Shared<SetupSessionRequest>,
    ) -> Call<'a, SetupSession> {
        Box::pin(async move { setup_session(&self.post(key, request::create_setup_session(told(request)?)).await?) })
    }

    fn retrieve_setup_session<'a>(&'a self, id: &'a SetupSessionRef) -> Call<'a, SetupSession> {
        Box::pin(async move { setup_session(&self.get(request::retrieve_setup_session(id)).await?) })
    }

    fn create_setup_intent<'a>(
        &'a self,
        key: &'a IdempotencyKey,
        request: &'a Shared<SetupIntentRequest>,
    ) -> Call<'a, Setup> {
        Box::pin(async move { setup(&self.post(key, request::create_setup_intent(told(request)?)).await?, true) })
    }

    fn retrieve_setup<'a>(&'a self, id: &'a SetupRef) -> Call<'a, Setup> {
        Box::pin(async move { setup(&self.get(request::retrieve_setup(id)).await?, false) })
    }

    fn retrieve_payment_method<'a>(&'a self, id: &'a PaymentMethodRef) -> Call<'a, Card> {
        Box::pin(async move {
            let reply = self.get(request::retrieve_payment_method(id)).await?;
            read::card(&reply).ok_or_else(|| unreadable("card"))
        })
    }

    fn detach_payment_method<'a>(&'a self, id: &'a PaymentMethodRef) -> Call<'a, ()> {
        Box::pin(self.detach(id))
    }

    fn create_intent<'a>(&'a self, key: &'a IdempotencyKey, request: &'a Shared<IntentRequest>) -> Call<'a, Intent> {
        Box::pin(async move { intent(&self.post(key, request::create_intent(told(request)?)).await?) })
    }

    fn find_intents<'a>(&'a self, customer: &'a CustomerRef, since: Timestamp) -> Call<'a, Vec<Intent>> {
        Box::pin(lists::intents(self, customer, since))
    }

    fn confirm_intent<'a>(
        &'a self,
        key: &'a IdempotencyKey,
        id: &'a IntentRef,
        request: &'a Shared<ConfirmRequest>,
    ) -> Call<'a, Intent> {
        Box::pin(async move { intent(&self.post(key, request::confirm_intent(id, told(request)?)).await?) })
    }

    fn retrieve_intent<'a>(&'a self, id: &'a IntentRef) -> Call<'a, Intent> {
        Box::pin(async move { intent(&self.get(request::retrieve_intent(id)).await?) })
    }

    fn cancel_intent<'a>(&'a self, id: &'a IntentRef) -> Call<'a, Intent> {
        Box::pin(async move { intent(&self.call(request::cancel_intent(id), RequestStrategy::Once).await?) })
    }

    fn list_events<'a>(&'a self, since: Timestamp, after: Option<&'a EventRef>) -> Call<'a, EventPage> {
        Box::pin(async move {
            if self.transport.has_key() {
                lists::events(self, since, after).await
            } else {
                // Where nothing was ever asked, nothing has happened.
                Ok(EventPage { events: Vec::new(), more: false })
            }
        })
    }

    fn verify_webhook(&self, body: &[u8], signature: &str, now: Timestamp) -> Result<Event, WebhookError> {
        let secret = self.webhook_secret.as_ref().ok_or(WebhookError::Signature)?;
        signature::verify(secret, body, signature, now)?;
        let value: Value = serde_json::from_slice(body).map_err(|_| WebhookError::Malformed)?;
        self.event(&value).ok_or(WebhookError::Malformed)?
    }
}
