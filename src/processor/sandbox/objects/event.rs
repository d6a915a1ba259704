//! Events: what happened, as webhooks and the event list tell it.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// The API version whose shapes the sandbox speaks.
pub const API_VERSION: &str = "2026-09-30.endive";

/// One thing that happened, with the object as it was then.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Event {
    /// `evt_…`
    pub id: String,
    /// Seconds since 1970.
    pub created: i64,
    /// `payment_intent.succeeded`, …
    #[serde(rename = "type")]
    pub kind: String,
    /// The object as it was.
    pub object: Value,
    /// What the changed fields were before.
    pub previous: Option<Value>,
    /// `req_…` of the call that caused it; `None` when nobody called.
    pub request: Option<String>,
    /// Its idempotency key.
    pub idempotency_key: Option<String>,
}

impl Event {
    /// The API's JSON, with how many deliveries are still to be made.
    #[must_use]
    pub fn render(&self, pending_webhooks: usize) -> Value {
        let mut data = json!({"object": self.object});
        if let Some(previous) = &self.previous {
            data["previous_attributes"] = previous.clone();
        }
        json!({
            "id": self.id,
            "object": "event",
            "api_version": API_VERSION,
            "created": self.created,
            "data": data,
            "livemode": false,
            "pending_webhooks": pending_webhooks,
            "request": {"id": self.request, "idempotency_key": self.idempotency_key},
            "type": self.kind,
        })
    }
}
