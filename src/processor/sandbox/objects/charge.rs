//! Charges: one try at a card, successful or not.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::super::cards::Decline;
use super::super::params::Metadata;
use super::{PaymentMethod, joined, no_billing_details};

/// One try.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Charge {
    /// `ch_…`
    pub id: String,
    /// Seconds since 1970.
    pub created: i64,
    /// Minor units of the currency.
    pub amount: i64,
    /// Minor units that went back, pending refunds included.
    pub amount_refunded: i64,
    /// Lower case.
    pub currency: String,
    /// `cus_…`
    pub customer: Option<String>,
    /// Copied from the intent.
    pub description: Option<String>,
    /// Copied from the intent at the time of the try.
    pub metadata: Metadata,
    /// `pi_…`
    pub payment_intent: String,
    /// The card as it was.
    pub card: PaymentMethod,
    /// Whether the holder authenticated.
    pub authenticated: bool,
    /// Why it failed; `None` for success.
    pub decline: Option<Decline>,
    /// `txn_…`, once it is settled.
    pub balance_transaction: Option<String>,
}

impl Charge {
    fn outcome(&self) -> Value {
        match self.decline {
            None => json!({
                "advice_code": null, "network_advice_code": null, "network_decline_code": null,
                "network_status": "approved_by_network", "reason": null, "risk_level": "normal", "risk_score": 20,
                "seller_message": "Payment complete.", "type": "authorized",
            }),
            Some(why) => json!({
                "advice_code": why.advice(), "network_advice_code": null, "network_decline_code": why.network_code(),
                "network_status": "declined_by_network", "reason": why.decline_code(), "risk_level": "normal",
                "risk_score": 20, "seller_message": format!("The bank returned the decline code `{}`.", why.decline_code()),
                "type": "issuer_declined",
            }),
        }
    }

    fn card_details(&self) -> Value {
        let secured = self.authenticated.then(|| {
            json!({
                "authentication_flow": "challenge", "electronic_commerce_indicator": "05", "exemption_indicator": null,
                "result": "authenticated", "result_reason": null, "transaction_id": null, "version": "2.2.0",
            })
        });
        json!({
            "amount_authorized": self.decline.is_none().then_some(self.amount),
            "authorization_code": null,
            "brand": self.card.brand,
            "checks": {"address_line1_check": null, "address_postal_code_check": null, "cvc_check": null},
            "country": self.card.country,
            "exp_month": self.card.exp_month,
            "exp_year": self.card.exp_year,
            "extended_authorization": {"status": "disabled"},
            "fingerprint": self.card.fingerprint,
            "funding": "credit",
            "incremental_authorization": {"status": "unavailable"},
            "installments": null,
            "last4": self.card.last4,
            "mandate": null,
            "multicapture": {"status": "unavailable"},
            "network": self.card.brand,
            "network_token": {"used": false},
            "network_transaction_id": null,
            "overcapture": {"maximum_amount_capturable": self.amount, "status": "unavailable"},
            "regulated_status": "unregulated",
            "three_d_secure": secured,
            "wallet": null,
        })
    }

    /// The API's JSON.
    #[must_use]
    pub fn render(&self) -> Value {
        let paid = self.decline.is_none();
        let first = json!({
            "id": self.id,
            "object": "charge",
            "amount": self.amount,
            "amount_captured": if paid { self.amount } else { 0 },
            "amount_refunded": self.amount_refunded,
            "application": null,
            "application_fee": null,
            "application_fee_amount": null,
            "balance_transaction": self.balance_transaction,
            "billing_details": no_billing_details(),
            "calculated_statement_descriptor": "SANDBOX",
            "captured": paid,
            "created": self.created,
            "currency": self.currency,
            "customer": self.customer,
            "description": self.description,
            "disputed": false,
            "failure_balance_transaction": null,
            "failure_code": self.decline.map(Decline::code),
            "failure_message": self.decline.map(Decline::message),
        });
        let second = json!({
            "fraud_details": {},
            "livemode": false,
            "metadata": self.metadata,
            "on_behalf_of": null,
            "outcome": self.outcome(),
            "paid": paid,
            "payment_intent": self.payment_intent,
            "payment_method": self.card.id,
            "payment_method_details": {"card": self.card_details(), "type": "card"},
            "radar_options": {},
            "receipt_email": null,
            "receipt_number": null,
            "receipt_url": null,
            "refunded": paid && self.amount_refunded == self.amount,
            "review": null,
            "shipping": null,
            "source": null,
            "source_transfer": null,
            "statement_descriptor": null,
            "statement_descriptor_suffix": null,
            "status": if paid { "succeeded" } else { "failed" },
            "transfer_data": null,
            "transfer_group": null,
        });
        joined(first, second)
    }
}
