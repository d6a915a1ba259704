//! Setup intents: a card is kept for later, without charging it.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::super::params::Metadata;
use super::{IntentStatus, NextAction, PaymentTypes};

/// The set-up of one card.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SetupIntent {
    /// `seti_…`
    pub id: String,
    /// Seconds since 1970.
    pub created: i64,
    /// Lets an SDK in the browser act on it.
    pub client_secret: String,
    /// `cus_…` the card will be attached to.
    pub customer: Option<String>,
    /// Free text.
    pub description: Option<String>,
    /// Notes of the integration.
    pub metadata: Metadata,
    /// Where it is.
    pub status: IntentStatus,
    /// `pm_…`
    pub payment_method: Option<String>,
    /// `on_session` or `off_session`
    pub usage: String,
    /// Fields of the error that ended the last try.
    pub last_setup_error: Option<Value>,
    /// What the holder has to do.
    pub next_action: Option<NextAction>,
    /// Why it was canceled.
    pub cancellation_reason: Option<String>,
    /// What it takes.
    pub types: PaymentTypes,
    /// `cs_…` that it belongs to; then only the hosted page may act on it.
    pub session: Option<String>,
}

impl SetupIntent {
    /// The API's JSON.
    #[must_use]
    pub fn render(&self) -> Value {
        json!({
            "id": self.id,
            "object": "setup_intent",
            "application": null,
            "allowed_payment_method_types": self.types.allowed,
            "automatic_payment_methods": self.types.automatic(),
            "cancellation_reason": self.cancellation_reason,
            "client_secret": self.client_secret,
            "created": self.created,
            "customer": self.customer,
            "customer_account": null,
            "description": self.description,
            "excluded_payment_method_types": self.types.excluded,
            "flow_directions": null,
            "last_setup_error": self.last_setup_error,
            "latest_attempt": null,
            "livemode": false,
            "mandate": null,
            "metadata": self.metadata,
            "next_action": self.next_action.as_ref().map(NextAction::render),
            "on_behalf_of": null,
            "payment_method": self.payment_method,
            "payment_method_configuration_details": null,
            "payment_method_options": {"card": {"mandate_options": null, "network": null, "request_three_d_secure": "automatic"}},
            "payment_method_types": ["card"],
            "single_use_mandate": null,
            "status": self.status.as_str(),
            "usage": self.usage,
        })
    }
}
