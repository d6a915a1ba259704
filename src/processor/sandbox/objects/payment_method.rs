//! Payment methods: cards.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::super::cards::{Behaviour, TestCard};
use super::super::params::Metadata;
use super::no_billing_details;

/// A card that was brought in by its test token.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PaymentMethod {
    /// `pm_…`
    pub id: String,
    /// Seconds since 1970.
    pub created: i64,
    /// `cus_…` it is attached to.
    pub customer: Option<String>,
    /// Was attached once and detached, or used without being attached: may not be used again.
    pub spent: bool,
    /// Whether the holder authenticated when it was set up.
    pub authenticated_setup: bool,
    /// How it behaves; the control API may change it later.
    pub behaviour: Behaviour,
    /// `visa`, `mastercard`, …
    pub brand: String,
    /// Last four digits.
    pub last4: String,
    /// Country of the issuer.
    pub country: String,
    /// Month of expiry, 1 to 12.
    pub exp_month: u32,
    /// Year of expiry.
    pub exp_year: i32,
    /// Same for the same card.
    pub fingerprint: String,
    /// Notes of the integration.
    pub metadata: Metadata,
}

impl PaymentMethod {
    /// A fresh payment method over a test card.
    #[must_use]
    pub fn of(card: &TestCard, id: String, created: i64) -> Self {
        let year = chrono::DateTime::from_timestamp(created, 0).map_or(2030, |at| chrono::Datelike::year(&at));
        Self {
            id,
            created,
            customer: None,
            spent: false,
            authenticated_setup: false,
            behaviour: card.behaviour,
            brand: card.brand.to_owned(),
            last4: card.last4.to_owned(),
            country: card.country.to_owned(),
            exp_month: 12,
            exp_year: year + 3,
            fingerprint: card.fingerprint(),
            metadata: Metadata::new(),
        }
    }

    /// The API's JSON.
    #[must_use]
    pub fn render(&self) -> Value {
        json!({
            "id": self.id,
            "object": "payment_method",
            "allow_redisplay": "unspecified",
            "billing_details": no_billing_details(),
            "card": {
                "brand": self.brand,
                "checks": {"address_line1_check": null, "address_postal_code_check": null, "cvc_check": "pass"},
                "country": self.country,
                "display_brand": if self.brand == "amex" { "american_express" } else { &self.brand },
                "exp_month": self.exp_month,
                "exp_year": self.exp_year,
                "fingerprint": self.fingerprint,
                "funding": "credit",
                "generated_from": null,
                "last4": self.last4,
                "networks": {"available": [self.brand], "preferred": null},
                "regulated_status": "unregulated",
                "three_d_secure_usage": {"supported": true},
                "wallet": null,
            },
            "created": self.created,
            "customer": self.customer,
            "customer_account": null,
            "livemode": false,
            "metadata": self.metadata,
            "type": "card",
        })
    }
}
