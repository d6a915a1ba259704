//! Webhook endpoints: where events are delivered.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::super::params::Metadata;
use super::event::API_VERSION;

/// A receiver of events.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WebhookEndpoint {
    /// `we_…`
    pub id: String,
    /// Seconds since 1970.
    pub created: i64,
    /// Where to.
    pub url: String,
    /// Signs the deliveries; shown once, at creation.
    pub secret: String,
    /// Event types, or `*`.
    pub enabled_events: Vec<String>,
    /// Free text.
    pub description: Option<String>,
    /// Notes of the integration.
    pub metadata: Metadata,
    /// Whether it was deleted.
    pub deleted: bool,
}

impl WebhookEndpoint {
    /// Whether it wants events of that type.
    #[must_use]
    pub fn wants(&self, kind: &str) -> bool {
        !self.deleted && self.enabled_events.iter().any(|wanted| wanted == "*" || wanted == kind)
    }

    /// The API's JSON, without the secret.
    #[must_use]
    pub fn render(&self) -> Value {
        if self.deleted {
            return json!({"id": self.id, "object": "webhook_endpoint", "deleted": true});
        }
        json!({
            "id": self.id,
            "object": "webhook_endpoint",
            "api_version": API_VERSION,
            "application": null,
            "created": self.created,
            "description": self.description,
            "enabled_events": self.enabled_events,
            "livemode": false,
            "metadata": self.metadata,
            "status": "enabled",
            "url": self.url,
        })
    }
}
