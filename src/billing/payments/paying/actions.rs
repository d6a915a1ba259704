//! Asking for the payment of an open invoice.

use super::error::PayError;
use crate::billing::invoices::store as invoices;
use crate::billing::payments::actions as payments;
use crate::billing::payments::store::{self, With};
use crate::db::DbConnection;
use crate::env::Env;
use crate::kernel::actor::Actor;
use crate::kernel::ids::{Account, Id, Invoice, PaymentMethod};
use crate::platform::audit;

/// An invoice to be paid.
#[derive(Debug, Clone)]
pub struct Pay {
    /// Which invoice.
    pub invoice: Id<Invoice>,
    /// By which card; the default one if none is named.
    pub payment_method: Option<Id<PaymentMethod>>,
}

/// Asks for the payment; a job makes it. A bank's page that still waits for its answer is kept, unless another card is
/// named.
///
/// # Errors
/// See [`PayError`].
pub fn pay(conn: &mut DbConnection, env: &Env, account: &Id<Account>, command: &Pay) -> Result<(), PayError> {
    let invoice = invoices::find(conn, &command.invoice)?.filter(|row| row.account_id == *account);
    let invoice = invoice.ok_or(PayError::NotFound)?;
    let live = store::find_latest(conn, &invoice.id)?.filter(|payment| payment.settled_at.is_none());
    let is_ending = live.as_ref().is_some_and(|payment| payment.wanted.as_deref() == Some("end"));
    if is_ending || !payments::is_payable(conn, &invoice.id)? {
        return Err(PayError::NothingOpen);
    }
    let view = payments::view(conn, &invoice.id)?;
    if view.status == "processing" {
        return Err(PayError::Running);
    }
    let asked = command.payment_method.as_ref();
    let waits_at_bank = view.status == "requires_action" && view.redirect_url.is_some();
    if waits_at_bank && (asked.is_none() || asked == payments::last_card(conn, &invoice.id)?.as_ref()) {
        return Ok(());
    }
    let card = payments::choose_card(conn, account, asked)?;
    let method = card.ok_or(PayError::PaymentMethodRequired)?;
    payments::ask(conn, env, &invoice, &With { method, on_session: true })?;
    let event = audit::Event {
        actor: &Actor::Holder(account.clone()),
        action: "invoice.pay",
        subject: invoice.id.as_str(),
        fields: &[],
        refs: &[],
        commits_to: &[],
    };
    Ok(audit::record(conn, env, &event)?)
}
