//! Payment intents: one amount that is charged at most once.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::super::params::Metadata;
use super::{IntentStatus, NextAction, PaymentTypes, joined};

/// The collection of one amount.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PaymentIntent {
    /// `pi_…`
    pub id: String,
    /// Seconds since 1970.
    pub created: i64,
    /// Minor units of the currency.
    pub amount: i64,
    /// Lower case.
    pub currency: String,
    /// Lets an SDK in the browser act on it.
    pub client_secret: String,
    /// `cus_…`
    pub customer: Option<String>,
    /// Free text.
    pub description: Option<String>,
    /// Where the processor would send its receipt.
    pub receipt_email: Option<String>,
    /// What the card statement says after the seller's name.
    pub statement_descriptor_suffix: Option<String>,
    /// `on_session` or `off_session`: also keep the card.
    pub setup_future_usage: Option<String>,
    /// Notes of the integration.
    pub metadata: Metadata,
    /// Where it is.
    pub status: IntentStatus,
    /// `pm_…`
    pub payment_method: Option<String>,
    /// `ch_…` of the last try.
    pub latest_charge: Option<String>,
    /// Fields of the error that ended the last try.
    pub last_payment_error: Option<Value>,
    /// What the holder has to do.
    pub next_action: Option<NextAction>,
    /// Seconds since 1970.
    pub canceled_at: Option<i64>,
    /// Why it was canceled.
    pub cancellation_reason: Option<String>,
    /// What it takes.
    pub types: PaymentTypes,
    /// Confirms so far.
    pub confirms: u32,
}

impl PaymentIntent {
    /// The API's JSON.
    #[must_use]
    pub fn render(&self) -> Value {
        let first = json!({
            "id": self.id,
            "object": "payment_intent",
            "amount": self.amount,
            "amount_capturable": 0,
            "amount_details": {"tip": {}},
            "amount_received": if self.status == IntentStatus::Succeeded { self.amount } else { 0 },
            "application": null,
            "application_fee_amount": null,
            "allowed_payment_method_types": self.types.allowed,
            "automatic_payment_methods": self.types.automatic(),
            "canceled_at": self.canceled_at,
            "cancellation_reason": self.cancellation_reason,
            "capture_method": "automatic_async",
            "client_secret": self.client_secret,
            "confirmation_method": "automatic",
            "created": self.created,
            "currency": self.currency,
            "customer": self.customer,
            "customer_account": null,
            "description": self.description,
            "excluded_payment_method_types": self.types.excluded,
            "last_payment_error": self.last_payment_error,
        });
        let second = json!({
            "latest_charge": self.latest_charge,
            "livemode": false,
            "metadata": self.metadata,
            "next_action": self.next_action.as_ref().map(NextAction::render),
            "on_behalf_of": null,
            "payment_method": self.payment_method,
            "payment_method_configuration_details": null,
            "payment_method_options": {"card": {
                "installments": null, "mandate_options": null, "network": null, "request_three_d_secure": "automatic",
            }},
            "payment_method_types": ["card"],
            "processing": null,
            "receipt_email": self.receipt_email,
            "review": null,
            "setup_future_usage": self.setup_future_usage,
            "shipping": null,
            "source": null,
            "statement_descriptor": null,
            "statement_descriptor_suffix": self.statement_descriptor_suffix,
            "status": self.status.as_str(),
            "transfer_data": null,
            "transfer_group": null,
        });
        joined(first, second)
    }
}
