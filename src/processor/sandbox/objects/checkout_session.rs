//! Checkout sessions in setup mode: the hosted page where a card is added.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::super::params::Metadata;
use super::{PaymentTypes, joined};

/// Where a session is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SessionStatus {
    /// The page can be used.
    Open,
    /// The card is set up.
    Complete,
    /// Too late, or called off.
    Expired,
}

/// One visit to the hosted page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CheckoutSession {
    /// `cs_test_…`
    pub id: String,
    /// Seconds since 1970.
    pub created: i64,
    /// Seconds since 1970; 24 hours after creation unless asked otherwise.
    pub expires_at: i64,
    /// The hosted page.
    pub url: String,
    /// Where it sends the visitor afterwards; `{CHECKOUT_SESSION_ID}` is filled in then.
    pub success_url: String,
    /// Where its way back leads.
    pub cancel_url: Option<String>,
    /// The integration's own reference.
    pub client_reference_id: Option<String>,
    /// `cus_…`
    pub customer: Option<String>,
    /// For a session without customer.
    pub customer_email: Option<String>,
    /// Of the payments that the card is meant for.
    pub currency: Option<String>,
    /// Language of the page.
    pub locale: Option<String>,
    /// Notes of the integration.
    pub metadata: Metadata,
    /// `seti_…`
    pub setup_intent: String,
    /// What the page takes.
    pub types: PaymentTypes,
    /// Where it is.
    pub status: SessionStatus,
}

impl CheckoutSession {
    /// The success URL with the session's id filled in.
    #[must_use]
    pub fn success_target(&self) -> String {
        self.success_url.replace("{CHECKOUT_SESSION_ID}", &self.id)
    }

    /// The API's JSON; `email` is the customer's.
    #[must_use]
    pub fn render(&self, email: Option<&str>) -> Value {
        let email = email.or(self.customer_email.as_deref());
        let details = email.map(|email| {
            json!({
                "address": null, "business_name": null, "email": email, "individual_name": null, "name": null,
                "phone": null, "tax_exempt": "none", "tax_ids": null,
            })
        });
        let first = json!({
            "id": self.id,
            "object": "checkout.session",
            "adaptive_pricing": null,
            "after_expiration": null,
            "allow_promotion_codes": null,
            "allowed_payment_method_types": self.types.allowed,
            "amount_subtotal": null,
            "amount_total": null,
            "automatic_tax": {"enabled": false, "liability": null, "provider": null, "status": null},
            "billing_address_collection": null,
            "cancel_url": self.cancel_url,
            "client_reference_id": self.client_reference_id,
            "client_secret": null,
            "collected_information": null,
            "consent": null,
            "consent_collection": null,
            "created": self.created,
            "currency": self.currency,
            "currency_conversion": null,
            "custom_fields": [],
            "custom_text": {
                "after_submit": null, "shipping_address": null, "submit": null, "terms_of_service_acceptance": null,
            },
            "customer": self.customer,
            "customer_account": null,
            "customer_creation": null,
            "customer_details": details,
            "customer_email": self.customer_email,
            "discounts": null,
        });
        let second = json!({
            "excluded_payment_method_types": self.types.excluded,
            "expires_at": self.expires_at,
            "invoice": null,
            "invoice_creation": null,
            "livemode": false,
            "locale": self.locale,
            "metadata": self.metadata,
            "mode": "setup",
            "origin_context": null,
            "payment_intent": null,
            "payment_link": null,
            "payment_method_collection": "always",
            "payment_method_configuration_details": null,
            "payment_method_options": {"card": {"request_three_d_secure": "automatic"}},
            "payment_method_types": ["card"],
            "payment_status": "no_payment_required",
            "permissions": null,
            "phone_number_collection": {"enabled": false},
            "recovered_from": null,
            "saved_payment_method_options": null,
            "setup_intent": self.setup_intent,
            "shipping_address_collection": null,
            "shipping_cost": null,
            "shipping_options": [],
            "status": self.status,
            "submit_type": null,
            "subscription": null,
            "success_url": self.success_url,
            "total_details": null,
            "ui_mode": "hosted_page",
            "url": (self.status == SessionStatus::Open).then_some(&self.url),
            "wallet_options": null,
        });
        joined(first, second)
    }
}
