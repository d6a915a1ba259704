//! Balance transactions: what a movement did to the seller's balance.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// One movement.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BalanceTransaction {
    /// `txn_…`
    pub id: String,
    /// Seconds since 1970.
    pub created: i64,
    /// Minor units; negative for money that leaves.
    pub amount: i64,
    /// The processor's fee in minor units.
    pub fee: i64,
    /// Lower case.
    pub currency: String,
    /// `charge`, `refund` or `refund_failure`
    pub kind: String,
    /// `ch_…` or `re_…`
    pub source: String,
    /// Copied from the charge.
    pub description: Option<String>,
}

/// Two days until the money may be paid out.
const SETTLES_AFTER: i64 = 2 * 86_400;

/// The processor's price for a charge: 2.9 % rounded half up, plus 30 minor units, never more than the charge itself.
#[must_use]
pub fn fee(amount: i64) -> i64 {
    ((amount * 29 + 500) / 1_000 + 30).min(amount)
}

impl BalanceTransaction {
    /// The API's JSON as seen at `now`.
    #[must_use]
    pub fn render(&self, now: i64) -> Value {
        let available_on = self.created + SETTLES_AFTER;
        let fees: Vec<Value> = (self.fee != 0)
            .then(|| {
                json!({
                    "amount": self.fee, "application": null, "currency": self.currency,
                    "description": "Stripe processing fees", "type": "stripe_fee",
                })
            })
            .into_iter()
            .collect();
        json!({
            "id": self.id,
            "object": "balance_transaction",
            "amount": self.amount,
            "available_on": available_on,
            "balance_type": "payments",
            "created": self.created,
            "currency": self.currency,
            "description": self.description,
            "exchange_rate": null,
            "fee": self.fee,
            "fee_details": fees,
            "net": self.amount - self.fee,
            "reporting_category": self.kind,
            "source": self.source,
            "status": if now >= available_on { "available" } else { "pending" },
            "type": self.kind,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::fee;

    #[test]
    fn fees_are_rounded_once() {
        assert_eq!(fee(10_000), 320);
        assert_eq!(fee(1_900), 85);
        assert_eq!(fee(30), 30);
    }
}
