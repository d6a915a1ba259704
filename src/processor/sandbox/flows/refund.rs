//! The life of a refund: it may fail even after it succeeded.

use serde_json::json;

use super::super::errors::{ApiError, ErrorType};
use super::super::objects::refund::RefundStatus;
use super::super::objects::{Charge, Refund};
use super::super::params::Metadata;
use super::super::transaction::Tx;
use super::settlement;

/// What is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewRefund {
    /// Minor units; everything that is left when absent.
    pub amount: Option<i64>,
    /// `duplicate`, `fraudulent` or `requested_by_customer`
    pub reason: Option<String>,
    /// Notes of the integration.
    pub metadata: Metadata,
}

/// Sends money back.
///
/// # Errors
/// 400 for a failed charge, a charge with nothing left, or too much.
pub fn create(tx: &mut Tx, mut charge: Charge, asked: NewRefund) -> Result<Refund, ApiError> {
    let refuse = |message: String| ApiError::new(400, ErrorType::InvalidRequest, message);
    if charge.decline.is_some() {
        return Err(
            refuse(format!("Charge {} has no successful payment to refund.", charge.id)).code("charge_not_refundable")
        );
    }
    let left = charge.amount - charge.amount_refunded;
    if left == 0 {
        return Err(refuse(format!("Charge {} has already been refunded.", charge.id)).code("charge_already_refunded"));
    }
    let amount = asked.amount.unwrap_or(left);
    if amount < 1 || amount > left {
        let message = format!("Refund amount ({amount}) is greater than unrefunded amount on charge ({left})");
        return Err(ApiError::invalid("amount", message));
    }
    let mut refund = Refund {
        id: tx.id("re"),
        created: tx.now,
        amount,
        currency: charge.currency.clone(),
        charge: charge.id.clone(),
        payment_intent: charge.payment_intent.clone(),
        reason: asked.reason,
        metadata: asked.metadata,
        status: tx.world().settings.refund_status,
        failure_reason: None,
        balance_transaction: None,
        failure_balance_transaction: None,
    };
    refund.balance_transaction = Some(settlement::book_refund(tx, &refund, false));
    tx.put(&refund);
    let before = charge.amount_refunded;
    charge.amount_refunded += amount;
    tx.put(&charge);
    tx.emit("refund.created", refund.render());
    tx.emit_change("charge.refunded", charge.render(), Some(json!({"amount_refunded": before})));
    Ok(refund)
}

/// The bank decides: the control API's word for how a refund ends.
///
/// # Errors
/// 400 for a refund that has failed or was canceled before.
pub fn decide(tx: &mut Tx, mut refund: Refund, status: RefundStatus, reason: Option<&str>) -> Result<Refund, ApiError> {
    if matches!(refund.status, RefundStatus::Failed | RefundStatus::Canceled) {
        return Err(ApiError::new(400, ErrorType::InvalidRequest, "This refund has ended."));
    }
    let before = refund.status;
    refund.status = status;
    if matches!(status, RefundStatus::Failed | RefundStatus::Canceled) {
        refund.failure_reason = Some(reason.unwrap_or("expired_or_canceled_card").to_owned());
        refund.failure_balance_transaction = Some(settlement::book_refund(tx, &refund, true));
        let mut charge: Charge = tx.find(&refund.charge, "charge")?;
        charge.amount_refunded -= refund.amount;
        tx.put(&charge);
    }
    tx.put(&refund);
    let previous = Some(json!({"status": before}));
    tx.emit_change("refund.updated", refund.render(), previous.clone());
    tx.emit_change("charge.refund.updated", refund.render(), previous);
    if status == RefundStatus::Failed {
        tx.emit("refund.failed", refund.render());
    }
    Ok(refund)
}
