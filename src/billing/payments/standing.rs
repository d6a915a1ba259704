//! How the payment of an invoice stands, and by which card it could be made.

use serde::Serialize;

use super::attempt::AttemptState;
use super::gateway::{IntentRef, IntentStatus};
use super::store::{self, AttemptRow, PaymentRow};
use super::telling::Stopped;
use crate::billing::invoices::model::Status as InvoiceStatus;
use crate::billing::invoices::store as invoices;
use crate::db::{DbConnection, DbError};
use crate::kernel::ids::{Account, Id, Invoice, PaymentMethod};

/// How the payment of an invoice stands, for a person who waits for it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct PaymentView {
    /// `processing`, `succeeded`, `failed`, `requires_action` or `none`.
    pub status: &'static str,
    /// Why the card was refused, as the processor's code. `consent_withdrawn` and `card_missing`: nothing was sent.
    pub error: Option<String>,
    /// Where the customer answers 3-D Secure.
    #[serde(skip)]
    pub redirect_url: Option<String>,
}

/// Reads how the payment of an invoice stands.
pub fn view(conn: &mut DbConnection, invoice: &Id<Invoice>) -> Result<PaymentView, DbError> {
    let Some((row, attempts)) = together(conn, invoice, |conn, row| store::attempts(conn, &row.id))? else {
        return Ok(PaymentView { status: "none", error: None, redirect_url: None });
    };
    let last = attempts.last();
    let status = match (row.intent_status, last.map(|attempt| attempt.state)) {
        (Some(IntentStatus::Succeeded), _) => "succeeded",
        _ if row.wanted.is_some() && row.settled_at.is_none() => "processing",
        _ if row.stopped.is_some() => "failed",
        (_, Some(AttemptState::RequiresAction)) => "requires_action",
        (_, Some(AttemptState::Failed)) => "failed",
        (_, Some(_)) => "processing",
        (_, None) => "none",
    };
    let refused = last.and_then(|attempt| attempt.decline_code.clone().or_else(|| attempt.error_code.clone()));
    let stopped = row.stopped.as_deref().map(|why| Stopped::code(why).to_owned());
    let error = stopped.or(refused);
    let is_refused = matches!(status, "failed" | "requires_action");
    Ok(PaymentView { status, error: error.filter(|_| is_refused), redirect_url: row.next_action_url })
}

/// The latest payment of an invoice with its attempts as they belong together. A reader has no transaction: what was
/// read before and after a change is read again, or a bank's question would look like one that was not answered. Every
/// change of an attempt moves the payment's version.
fn together(
    conn: &mut DbConnection,
    invoice: &Id<Invoice>,
    mut attempts: impl FnMut(&mut DbConnection, &PaymentRow) -> Result<Vec<AttemptRow>, DbError>,
) -> Result<Option<(PaymentRow, Vec<AttemptRow>)>, DbError> {
    let mut found = store::find_latest(conn, invoice)?;
    while let Some(row) = found {
        let of_row = attempts(conn, &row)?;
        let again = store::find_latest(conn, invoice)?;
        if again.as_ref().is_some_and(|again| (&again.id, again.version) == (&row.id, row.version)) {
            return Ok(Some((row, of_row)));
        }
        found = again;
    }
    Ok(None)
}

/// The processor's intent for an invoice, while its outcome may still change.
///
/// # Errors
/// The database failed.
pub fn unsettled_intent(conn: &mut DbConnection, invoice: &Id<Invoice>) -> Result<Option<IntentRef>, DbError> {
    let row = store::find_latest(conn, invoice)?.filter(|row| row.settled_at.is_none());
    Ok(row.and_then(|row| row.intent_ref).map(IntentRef::new))
}

/// Whether an invoice can be paid.
///
/// # Errors
/// The database failed.
pub fn is_payable(conn: &mut DbConnection, invoice: &Id<Invoice>) -> Result<bool, DbError> {
    let bill = invoices::find(conn, invoice)?.ok_or(DbError::NotFound)?;
    Ok(matches!(bill.status, InvoiceStatus::Final | InvoiceStatus::Uncollectible))
}

/// The card of the latest attempt.
///
/// # Errors
/// The database failed.
pub fn last_card(conn: &mut DbConnection, invoice: &Id<Invoice>) -> Result<Option<Id<PaymentMethod>>, DbError> {
    let Some(row) = store::find_latest(conn, invoice)? else { return Ok(None) };
    Ok(store::attempts(conn, &row.id)?.pop().map(|attempt| attempt.payment_method_id))
}

/// The card to use: the one asked for, else the default.
///
/// # Errors
/// The database failed.
pub fn choose_card(
    conn: &mut DbConnection,
    account: &Id<Account>,
    asked: Option<&Id<PaymentMethod>>,
) -> Result<Option<Id<PaymentMethod>>, DbError> {
    match asked {
        Some(method) => Ok(store::find_card(conn, account, method)?.map(|_| method.clone())),
        None => store::default_card(conn, account),
    }
}

#[cfg(test)]
#[path = "standing_tests.rs"]
mod tests;
