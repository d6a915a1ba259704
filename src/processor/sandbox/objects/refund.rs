//! Refunds.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::super::params::Metadata;

/// Where a refund is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RefundStatus {
    /// On its way.
    Pending,
    /// Sent to the card; may still fail later.
    Succeeded,
    /// The bank sent it back.
    Failed,
    /// Called off.
    Canceled,
}

/// Money that goes back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refund {
    /// `re_…`
    pub id: String,
    /// Seconds since 1970.
    pub created: i64,
    /// Minor units of the currency.
    pub amount: i64,
    /// Lower case.
    pub currency: String,
    /// `ch_…`
    pub charge: String,
    /// `pi_…`
    pub payment_intent: String,
    /// `duplicate`, `fraudulent` or `requested_by_customer`
    pub reason: Option<String>,
    /// Notes of the integration.
    pub metadata: Metadata,
    /// Where it is.
    pub status: RefundStatus,
    /// Why the bank sent it back.
    pub failure_reason: Option<String>,
    /// `txn_…` that took the money.
    pub balance_transaction: Option<String>,
    /// `txn_…` that brought it back.
    pub failure_balance_transaction: Option<String>,
}

impl Refund {
    /// The API's JSON.
    #[must_use]
    pub fn render(&self) -> Value {
        let mut value = json!({
            "id": self.id,
            "object": "refund",
            "amount": self.amount,
            "balance_transaction": self.balance_transaction,
            "charge": self.charge,
            "created": self.created,
            "currency": self.currency,
            "destination_details": {"card": {
                "reference_status": "pending", "reference_type": "acquirer_reference_number", "type": "refund",
            }, "type": "card"},
            "metadata": self.metadata,
            "payment_intent": self.payment_intent,
            "reason": self.reason,
            "receipt_number": null,
            "source_transfer_reversal": null,
            "status": self.status,
            "transfer_reversal": null,
        });
        if let Some(reason) = &self.failure_reason {
            value["failure_reason"] = json!(reason);
            value["failure_balance_transaction"] = json!(self.failure_balance_transaction);
        }
        if self.status == RefundStatus::Pending {
            value["pending_reason"] = json!("processing");
        }
        value
    }
}
