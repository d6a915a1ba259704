//! The charging protocol's steps as transactions: what is about to be called is committed before the call, what came
//! of it after. The calls themselves are made by the job.

use serde::{Deserialize, Serialize};

use super::attempt::{AttemptState, INTENT_CANCELED};
use super::gateway::{
    ConfirmRequest, CustomerRef, GatewayError, IdempotencyKey, Intent, IntentRef, IntentRequest, IntentStatus,
};
use super::model::{Creation, Payment, Step, Will};
use super::store::{self, AttemptRow, PaymentRow, With};
use super::telling::{self, Stopped};
use crate::billing::invoices::actions::take_payment;
use crate::billing::invoices::error::InvoicesError;
use crate::billing::invoices::model::Status as InvoiceStatus;
use crate::billing::invoices::store::{self as invoices, InvoiceRow};
use crate::billing::post;
use crate::billing::subscriptions::actions as subscriptions;
use crate::billing::subscriptions::error::SubscriptionsError;
use crate::billing::subscriptions::model::Event;
use crate::db::{DbConnection, DbError};
use crate::env::Env;
use crate::env::clock::business_now;
use crate::kernel::ids::{Account, Id, Invoice, PaymentMethod};
use crate::kernel::time::Timestamp;
use crate::platform::jobs::{self, Kind, NewJob, Priority};
use crate::platform::trust::Shared;

pub use super::standing::{PaymentView, choose_card, is_payable, last_card, unsettled_intent, view};

/// Brings the payment of an invoice forward.
pub const CHARGE: Kind<Charge> = Kind::new("payments.charge");

/// Which invoice.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Charge {
    /// Its id.
    pub invoice: Id<Invoice>,
}

/// A call to make now. Its row is committed; what tells about a person has its share row too.
#[derive(Debug)]
pub enum Order {
    /// Make the intent.
    Create(IdempotencyKey, Box<Shared<IntentRequest>>),
    /// Look for the intent of this generation in the customer's list, since an instant.
    Find(CustomerRef, Timestamp, u32),
    /// Look at it.
    Retrieve(IntentRef),
    /// Confirm it.
    Confirm(IdempotencyKey, IntentRef, Shared<ConfirmRequest>),
    /// Cancel it.
    Cancel(IntentRef),
    /// Come back at this instant of the security clock.
    Wait(Timestamp),
    /// Nothing to do.
    Nothing,
}

/// What came of an order.
#[derive(Debug, Clone)]
pub enum Reply {
    /// The intent was made, or was not.
    Created(Result<Intent, GatewayError>),
    /// What the list holds.
    Found(Option<Intent>),
    /// The intent as it is.
    Seen(Intent),
    /// A confirm was answered, or was not.
    Confirmed(Result<Intent, GatewayError>),
}

/// Asks for the payment of an invoice by a card, in the caller's transaction; a job does it.
///
/// # Errors
/// The database failed, or another change came first: the transaction is run again.
pub fn ask(conn: &mut DbConnection, env: &Env, invoice: &InvoiceRow, with: &With) -> Result<(), DbError> {
    let row = live_payment(conn, env, invoice)?;
    let wanted = if with.on_session { "on_session" } else { "off_session" };
    store::want(conn, &row, Some(wanted), Some(&with.method))?;
    enqueue(conn, env, &invoice.id, if with.on_session { Priority::Interactive } else { Priority::Batch })
}

/// Asks again for the payments of an account that waited for a card or a consent: there is a card now.
///
/// # Errors
/// The database failed, or another change came first: the transaction is run again.
pub fn ask_for_stopped(
    conn: &mut DbConnection,
    env: &Env,
    account: &Id<Account>,
    method: &Id<PaymentMethod>,
) -> Result<(), DbError> {
    for id in store::list_stopped(conn, account)? {
        if is_payable(conn, &id)? {
            let invoice = invoices::find(conn, &id)?.ok_or(DbError::NotFound)?;
            ask(conn, env, &invoice, &With { method: method.clone(), on_session: false })?;
        }
    }
    Ok(())
}

/// Asks for the end of an invoice's payment without money: its intent is canceled first.
///
/// # Errors
/// The database failed, or another change came first: the transaction is run again.
pub fn ask_to_end(conn: &mut DbConnection, env: &Env, invoice: &InvoiceRow) -> Result<(), DbError> {
    let row = live_payment(conn, env, invoice)?;
    store::want(conn, &row, Some("end"), None)?;
    enqueue(conn, env, &invoice.id, Priority::Normal)
}

fn enqueue(conn: &mut DbConnection, env: &Env, invoice: &Id<Invoice>, priority: Priority) -> Result<(), DbError> {
    let payload = Charge { invoice: invoice.clone() };
    jobs::enqueue(conn, env, NewJob::new(CHARGE, &payload).unique(invoice.as_str()).priority(priority))
}

/// The generation under way, or the first or next one.
fn live_payment(conn: &mut DbConnection, env: &Env, invoice: &InvoiceRow) -> Result<PaymentRow, DbError> {
    let latest = store::find_latest(conn, &invoice.id)?;
    if let Some(row) = latest.as_ref().filter(|row| row.settled_at.is_none()) {
        return Ok(row.clone());
    }
    let generation = latest.map_or(1, |row| row.generation + 1);
    let open = invoice.standing().open().map_err(|error| DbError::Other(error.to_string()))?;
    store::insert(conn, &env.id(), (&invoice.id, &invoice.account_id), (generation, open), env.now())?;
    store::find_latest(conn, &invoice.id)?.ok_or(DbError::NotFound)
}

/// Decides the next call for an invoice's payment and commits that it is about to be made.
///
/// # Errors
/// The database failed, or another change came first: the transaction is run again.
pub fn next_order(conn: &mut DbConnection, env: &Env, invoice: &Id<Invoice>) -> Result<Order, SubscriptionsError> {
    let now = env.now();
    let Some(row) = store::find_latest(conn, invoice)?.filter(|row| row.settled_at.is_none()) else {
        return Ok(Order::Nothing);
    };
    let bill = invoices::find(conn, invoice)?.ok_or(DbError::NotFound)?;
    let attempts = store::attempts(conn, &row.id)?;
    let payment = row.model(&attempts)?;
    match payment.next_step(will(&row, &bill), now) {
        Step::Wait(until) => Ok(Order::Wait(until)),
        Step::Idle | Step::Succeeded => Ok(Order::Nothing),
        Step::AwaitCustomer => {
            store::want(conn, &row, None, None)?;
            Ok(Order::Nothing)
        }
        Step::Ended => {
            store::settle_unsent(conn, &row, now)?;
            subscriptions::apply_by_invoice(conn, env, &bill, Event::IntentCanceled)?;
            Ok(Order::Nothing)
        }
        // An intent that is canceled is settled with the reply that told of it, and a wish carried over: see `record`.
        Step::NextGeneration => Ok(Order::Nothing),
        step => begin(conn, env, (&row, &attempts, payment, &bill), step, now),
    }
}

fn will(row: &PaymentRow, bill: &InvoiceRow) -> Will {
    let payable = matches!(bill.status, InvoiceStatus::Final | InvoiceStatus::Uncollectible);
    match row.wanted.as_deref() {
        Some("end") => Will::End,
        _ if !payable => Will::End,
        Some(wanted) => Will::Charge { on_session: wanted == "on_session" },
        None => Will::Settle,
    }
}

type Known<'a> = (&'a PaymentRow, &'a [AttemptRow], Payment, &'a InvoiceRow);

/// Commits that a call is about to be made, and says which.
fn begin(
    conn: &mut DbConnection,
    env: &Env,
    (row, attempts, mut payment, bill): Known<'_>,
    step: Step,
    now: Timestamp,
) -> Result<Order, SubscriptionsError> {
    let intent = match &payment.creation {
        Creation::Done(intent) => Some(intent.clone()),
        Creation::NotSent | Creation::Sent(_) => None,
    };
    let known = || intent.clone().ok_or(DbError::NotFound);
    let customer = || DbError::Other("the account has no customer at the processor".to_owned());
    match step {
        Step::Create(key) => {
            let customer = store::customer(conn, &row.account_id)?.ok_or_else(customer)?;
            let request = telling::intent(env, (row, bill), customer)?;
            let Some(request) = telling::permit(conn, env, row, &request)? else {
                return stop(conn, env, (row, bill), Stopped::Consent);
            };
            payment.begin_create(now);
            store::save(conn, env, (row, attempts), &payment, (None, None, now))?;
            Ok(Order::Create(key, Box::new(request)))
        }
        Step::Find => {
            let customer = store::customer(conn, &row.account_id)?.ok_or_else(customer)?;
            let since = row.created_at - chrono::Duration::hours(1);
            Ok(Order::Find(CustomerRef::new(customer), since, payment.generation))
        }
        Step::Retrieve => Ok(Order::Retrieve(known()?)),
        Step::Cancel => Ok(Order::Cancel(known()?)),
        Step::Confirm | Step::Reconfirm => {
            let open = attempts.iter().find(|attempt| attempt.state.is_open());
            let with = match open {
                Some(attempt) => With { method: attempt.payment_method_id.clone(), on_session: attempt.on_session },
                None => With {
                    method: row.wanted_method.clone().ok_or(DbError::NotFound)?,
                    on_session: row.wanted.as_deref() == Some("on_session"),
                },
            };
            let Some(card) = card(conn, row, &with, open.is_some())? else {
                return stop(conn, env, (row, bill), Stopped::Card);
            };
            let request = telling::confirm(env, row, card, with.on_session);
            let Some(request) = telling::permit(conn, env, row, &request)? else {
                // What left before may still have moved money: only the intent's end, or its success, settles that.
                let is_open = open.is_some();
                return if is_open {
                    Ok(Order::Cancel(known()?))
                } else {
                    stop(conn, env, (row, bill), Stopped::Consent)
                };
            };
            let key = payment.begin_confirm(now);
            store::save(conn, env, (row, attempts), &payment, (None, Some(&with), now))?;
            if open.is_none() {
                // What was asked for is now begun: a crash from here on settles this attempt and begins no other.
                let saved = store::find_latest(conn, &row.invoice_id)?.ok_or(DbError::NotFound)?;
                store::want(conn, &saved, None, None)?;
            }
            Ok(Order::Confirm(key, known()?, request))
        }
        _ => Ok(Order::Nothing),
    }
}

/// Nothing may be sent: what was asked for ends here, and for the subscription it is as if the card was refused.
fn stop(
    conn: &mut DbConnection,
    env: &Env,
    (row, bill): (&PaymentRow, &InvoiceRow),
    why: Stopped,
) -> Result<Order, SubscriptionsError> {
    store::stop(conn, row, why)?;
    subscriptions::apply_by_invoice(conn, env, bill, Event::PaymentFailed)?;
    Ok(Order::Nothing)
}

/// The processor's id of the card. A confirm sent again names the same card, even if it was detached meanwhile.
fn card(conn: &mut DbConnection, row: &PaymentRow, with: &With, again: bool) -> Result<Option<String>, DbError> {
    if again {
        store::card_reference(conn, &with.method).map(Some)
    } else {
        store::find_card(conn, &row.account_id, &with.method)
    }
}

/// Commits what came of a call, and what follows from it: postings, the invoice's and the subscription's state.
///
/// # Errors
/// The database failed, or another change came first: the transaction is run again.
pub fn record(
    conn: &mut DbConnection,
    env: &Env,
    invoice: &Id<Invoice>,
    reply: &Reply,
) -> Result<(), SubscriptionsError> {
    let now = env.now();
    let Some(row) = store::find_latest(conn, invoice)?.filter(|row| row.settled_at.is_none()) else {
        return Ok(());
    };
    let attempts = store::attempts(conn, &row.id)?;
    let mut payment = row.model(&attempts)?;
    let before = payment.clone();
    let mut told = None;
    match reply {
        Reply::Created(reply) => {
            payment.record_create(reply.as_ref().map(Some), now);
            told = reply.as_ref().ok();
        }
        Reply::Found(found) => payment.record_create(Ok(found.as_ref()), now),
        Reply::Seen(intent) => {
            payment.observe(intent, now);
            told = Some(intent);
        }
        Reply::Confirmed(reply) => {
            payment.record_confirm(reply.as_ref(), now);
            told = reply.as_ref().ok();
        }
    }
    let url = told.and_then(|intent| intent.next_action.as_ref()).and_then(|action| action.redirect_url.as_deref());
    let waits = payment.status == Some(IntentStatus::RequiresAction);
    let url = if waits { url.or(row.next_action_url.as_deref()) } else { None };
    store::save(conn, env, (&row, &attempts), &payment, (url, None, now))?;
    follow_up(conn, env, &row, &before, &payment)
}

/// The same for what was seen after `known` was read; false when a confirm or another look was recorded meanwhile: what
/// was seen may be older than that, and has to be looked at again.
///
/// # Errors
/// See [`record`].
pub fn record_if_current(
    conn: &mut DbConnection,
    env: &Env,
    known: &PaymentRow,
    reply: &Reply,
) -> Result<bool, SubscriptionsError> {
    let latest = store::find_latest(conn, &known.invoice_id)?;
    if latest.is_none_or(|row| (&row.id, row.version) != (&known.id, known.version)) {
        return Ok(false);
    }
    record(conn, env, &known.invoice_id, reply)?;
    Ok(true)
}

/// What follows from a change of the payment.
fn follow_up(
    conn: &mut DbConnection,
    env: &Env,
    row: &PaymentRow,
    before: &Payment,
    after: &Payment,
) -> Result<(), SubscriptionsError> {
    let bill = invoices::find(conn, &row.invoice_id)?.ok_or(DbError::NotFound)?;
    if after.status == Some(IntentStatus::Succeeded) && before.status != after.status {
        let business = business_now(conn, &env.clock)?;
        let bill = take_payment(conn, env, &bill.id, (row.id.as_str(), row.money()), business).map_err(posting)?;
        if bill.status == InvoiceStatus::Paid {
            post::invoice_paid(conn, env, &bill)?;
        }
        if bill.status == InvoiceStatus::Paid || bill.status == InvoiceStatus::Void {
            subscriptions::apply_by_invoice(conn, env, &bill, Event::Paid)?;
        }
        return Ok(());
    }
    if after.status == Some(IntentStatus::Canceled) && before.status != after.status {
        let payable = matches!(bill.status, InvoiceStatus::Final | InvoiceStatus::Uncollectible);
        if let Some(with) = unmet_wish(conn, row)?.filter(|_| payable) {
            // The processor canceled it by itself (too many confirms, or too old): no money moved, a new one may.
            return Ok(ask(conn, env, &bill, &with)?);
        }
        subscriptions::apply_by_invoice(conn, env, &bill, Event::IntentCanceled)?;
    }
    let closed = |payment: &Payment| {
        let is_over = |state| matches!(state, AttemptState::Failed | AttemptState::RequiresAction);
        payment.attempts.iter().filter(|attempt| is_over(attempt.state)).count()
    };
    if closed(after) > closed(before) {
        subscriptions::apply_by_invoice(conn, env, &bill, Event::PaymentFailed)?;
    }
    Ok(())
}

/// What was asked of a payment and met only its intent's end: not begun yet, or begun and canceled before it moved money.
fn unmet_wish(conn: &mut DbConnection, row: &PaymentRow) -> Result<Option<With>, DbError> {
    match (row.wanted.as_deref(), &row.wanted_method) {
        (Some("end"), _) => return Ok(None),
        (Some(wanted), Some(method)) => {
            return Ok(Some(With { method: method.clone(), on_session: wanted == "on_session" }));
        }
        _ => {}
    }
    let last = store::attempts(conn, &row.id)?.pop();
    let canceled = last.filter(|attempt| attempt.error_code.as_deref() == Some(INTENT_CANCELED));
    Ok(canceled.map(|attempt| With { method: attempt.payment_method_id, on_session: attempt.on_session }))
}

fn posting(error: InvoicesError) -> SubscriptionsError {
    SubscriptionsError::Invoice(error)
}

#[cfg(test)]
#[path = "actions_tests.rs"]
pub mod tests;
