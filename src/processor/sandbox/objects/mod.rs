//! What the sandbox keeps: one file per kind, each with its fields and its exact JSON.

pub mod balance_transaction;
pub mod charge;
pub mod checkout_session;
pub mod customer;
pub mod event;
pub mod payment_intent;
pub mod payment_method;
pub mod refund;
pub mod setup_intent;
pub mod webhook_endpoint;

pub use balance_transaction::BalanceTransaction;
pub use charge::Charge;
pub use checkout_session::{CheckoutSession, SessionStatus};
pub use customer::Customer;
pub use event::Event;
pub use payment_intent::PaymentIntent;
pub use payment_method::PaymentMethod;
pub use refund::Refund;
pub use setup_intent::SetupIntent;
pub use webhook_endpoint::WebhookEndpoint;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// Where an intent is in its life, in Stripe's words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum IntentStatus {
    /// Needs a card.
    RequiresPaymentMethod,
    /// Has a card, waits for a confirm.
    RequiresConfirmation,
    /// Waits for the holder to authenticate.
    RequiresAction,
    /// Done.
    Succeeded,
    /// Ended without success.
    Canceled,
}

impl IntentStatus {
    /// Stripe's word.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::RequiresPaymentMethod => "requires_payment_method",
            Self::RequiresConfirmation => "requires_confirmation",
            Self::RequiresAction => "requires_action",
            Self::Succeeded => "succeeded",
            Self::Canceled => "canceled",
        }
    }

    /// Whether nothing can change any more.
    #[must_use]
    pub fn is_final(self) -> bool {
        matches!(self, Self::Succeeded | Self::Canceled)
    }
}

/// The step that an intent in [`IntentStatus::RequiresAction`] waits for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NextAction {
    /// Our page where the holder authenticates.
    pub url: String,
    /// Where that page sends the holder afterwards; without it an SDK opens the page in a frame.
    pub return_url: Option<String>,
}

impl NextAction {
    /// Stripe's two shapes of it.
    #[must_use]
    pub fn render(&self) -> Value {
        match &self.return_url {
            Some(return_url) => {
                json!({"type": "redirect_to_url", "redirect_to_url": {"url": self.url, "return_url": return_url}})
            }
            None => json!({
                "type": "use_stripe_sdk",
                "use_stripe_sdk": {"type": "three_d_secure_redirect", "stripe_js": self.url, "source": null},
            }),
        }
    }
}

/// Which kinds of payment method an intent or a session takes. The sandbox has cards; the rest is what was asked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PaymentTypes {
    /// `allowed_payment_method_types`, where the request narrowed them.
    pub allowed: Option<Vec<String>>,
    /// `excluded_payment_method_types`, likewise.
    pub excluded: Option<Vec<String>>,
    /// Whether kinds that leave the page are among them, so that a confirm must say where to come back to.
    pub redirects: bool,
}

impl PaymentTypes {
    /// Whatever the dashboard enables.
    #[must_use]
    pub fn dynamic() -> Self {
        Self { allowed: None, excluded: None, redirects: true }
    }

    /// `automatic_payment_methods` of an intent.
    #[must_use]
    pub fn automatic(&self) -> Value {
        let redirects = if self.redirects { "always" } else { "never" };
        match self.allowed {
            Some(_) => Value::Null,
            None => json!({"allow_redirects": redirects, "enabled": true}),
        }
    }
}

/// Billing details as cards of the sandbox have them: none.
fn no_billing_details() -> Value {
    json!({
        "address": {"city": null, "country": null, "line1": null, "line2": null, "postal_code": null, "state": null},
        "email": null, "name": null, "phone": null, "tax_id": null,
    })
}

/// The fields of both: the macro that writes JSON cannot take the longest objects in one piece.
fn joined(mut first: Value, second: Value) -> Value {
    if let (Some(fields), Value::Object(more)) = (first.as_object_mut(), second) {
        fields.extend(more);
    }
    first
}
