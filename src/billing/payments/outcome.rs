//! Waiting for what comes of a payment while its customer waits for the answer.

use std::time::Duration;

use serde::Serialize;
use utoipa::ToSchema;

use super::actions::{self, PaymentView};
use super::telling::{CARD_MISSING, CONSENT_WITHDRAWN};
use crate::db::DbError;
use crate::env::Env;
use crate::kernel::ids::{Id, Invoice};

/// How long an answer waits for its payment.
const WAIT: Duration = Duration::from_secs(8);
/// How often it looks.
const LOOK: Duration = Duration::from_millis(100);

/// What the holder has to do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct NextActionView {
    /// `redirect`: answer the bank's question at `redirect_url`. `new_card`: pay again, best with another card.
    /// `add_card`: nothing was sent to the processor; agree to that and add a card, and it is paid by itself.
    pub kind: &'static str,
    /// Where to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub redirect_url: Option<String>,
}

impl NextActionView {
    /// What a payment asks of its holder.
    #[must_use]
    pub fn of(payment: &PaymentView) -> Option<Self> {
        match (payment.status, &payment.redirect_url) {
            ("requires_action", Some(url)) => Some(Self { kind: "redirect", redirect_url: Some(url.clone()) }),
            ("failed", _) if matches!(payment.error.as_deref(), Some(CONSENT_WITHDRAWN | CARD_MISSING)) => {
                Some(Self { kind: "add_card", redirect_url: None })
            }
            ("requires_action" | "failed", _) => Some(Self { kind: "new_card", redirect_url: None }),
            _ => None,
        }
    }
}

/// Looks until the payment of an invoice has an outcome or nothing is left to pay, 8 seconds at most.
///
/// # Errors
/// The database failed.
pub async fn wait(env: &Env, invoice: &Id<Invoice>) -> Result<PaymentView, DbError> {
    let looks = WAIT.as_millis() / LOOK.as_millis();
    for _ in 1..looks {
        if let Some(payment) = look(env, invoice).await? {
            return Ok(payment);
        }
        tokio::time::sleep(LOOK).await;
    }
    let id = invoice.clone();
    env.db.read(move |conn| actions::view(conn, &id)).await
}

/// The payment's outcome, if there is one.
async fn look(env: &Env, invoice: &Id<Invoice>) -> Result<Option<PaymentView>, DbError> {
    let id = invoice.clone();
    let is_over = |payment: &PaymentView, payable: bool| !payable || !matches!(payment.status, "processing" | "none");
    let (payment, payable) =
        env.db.read(move |conn| Ok::<_, DbError>((actions::view(conn, &id)?, actions::is_payable(conn, &id)?))).await?;
    Ok(is_over(&payment, payable).then_some(payment))
}
