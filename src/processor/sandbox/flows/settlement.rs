//! The seller's balance.

use serde_json::json;

use super::super::objects::balance_transaction::{BalanceTransaction, fee};
use super::super::objects::{Charge, Refund};
use super::super::transaction::Tx;

/// Books a successful charge. It happens just after the reply to the confirm, as with asynchronous capture: that reply
/// shows no balance transaction yet, the next read does.
pub fn settle_charge(tx: &mut Tx, charge_id: &str) {
    let Ok(mut charge) = tx.find::<Charge>(charge_id, "charge") else { return };
    let booked = BalanceTransaction {
        id: tx.id("txn"),
        created: tx.now,
        amount: charge.amount,
        fee: fee(charge.amount),
        currency: charge.currency.clone(),
        kind: "charge".to_owned(),
        source: charge.id.clone(),
        description: charge.description.clone(),
    };
    tx.put(&booked);
    charge.balance_transaction = Some(booked.id);
    tx.put(&charge);
    tx.emit_change("charge.updated", charge.render(), Some(json!({"balance_transaction": null})));
}

/// Books a refund that leaves, or one that came back.
pub fn book_refund(tx: &mut Tx, refund: &Refund, came_back: bool) -> String {
    let booked = BalanceTransaction {
        id: tx.id("txn"),
        created: tx.now,
        amount: if came_back { refund.amount } else { -refund.amount },
        fee: 0,
        currency: refund.currency.clone(),
        kind: if came_back { "refund_failure" } else { "refund" }.to_owned(),
        source: refund.id.clone(),
        description: Some("REFUND FOR CHARGE".to_owned()),
    };
    tx.put(&booked);
    booked.id
}
