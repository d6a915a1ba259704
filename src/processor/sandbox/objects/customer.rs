//! Customers.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::super::params::Metadata;

/// Someone who pays.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Customer {
    /// `cus_…`
    pub id: String,
    /// Seconds since 1970.
    pub created: i64,
    /// Deleted customers keep their id and nothing else.
    pub deleted: bool,
    /// Free text.
    pub description: Option<String>,
    /// E-mail address.
    pub email: Option<String>,
    /// Name.
    pub name: Option<String>,
    /// Phone number.
    pub phone: Option<String>,
    /// Postal address: `city`, `country`, `line1`, `line2`, `postal_code`, `state`.
    pub address: Option<Metadata>,
    /// Languages, the preferred first.
    pub preferred_locales: Vec<String>,
    /// `pm_…` that invoices of the processor's own would use.
    pub default_payment_method: Option<String>,
    /// Prefix of the processor's own invoice numbers.
    pub invoice_prefix: String,
    /// Notes of the integration.
    pub metadata: Metadata,
}

impl Customer {
    /// The API's JSON.
    #[must_use]
    pub fn render(&self) -> Value {
        if self.deleted {
            return json!({"id": self.id, "object": "customer", "deleted": true});
        }
        let address = self.address.as_ref().map(|given| {
            let part = |name: &str| given.get(name);
            json!({
                "city": part("city"), "country": part("country"), "line1": part("line1"), "line2": part("line2"),
                "postal_code": part("postal_code"), "state": part("state"),
            })
        });
        json!({
            "id": self.id,
            "object": "customer",
            "address": address,
            "balance": 0,
            "created": self.created,
            "currency": null,
            "default_source": null,
            "delinquent": false,
            "description": self.description,
            "discount": null,
            "email": self.email,
            "invoice_prefix": self.invoice_prefix,
            "invoice_settings": {
                "custom_fields": null,
                "default_payment_method": self.default_payment_method,
                "footer": null,
                "rendering_options": null,
            },
            "livemode": false,
            "metadata": self.metadata,
            "name": self.name,
            "next_invoice_sequence": 1,
            "phone": self.phone,
            "preferred_locales": self.preferred_locales,
            "shipping": null,
            "tax_exempt": "none",
            "test_clock": null,
        })
    }
}
