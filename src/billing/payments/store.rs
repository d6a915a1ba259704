//! Rows of payments and attempts. A payment's version is bumped with every change, so that two workers never act on
//! the same knowledge.

use diesel::prelude::*;

use super::attempt::{Attempt, AttemptState};
use super::gateway::{Advice, ChargeRef, Decline, IntentRef, IntentStatus};
use super::model::{Creation, Payment};
use super::telling::Stopped;
use crate::db::schema::{payment_attempts, payment_methods, payment_shares, payments, processor_customers};
use crate::db::{DbConnection, DbError};
use crate::env::Env;
use crate::kernel::currency::Currency;
use crate::kernel::ids::{self, Account, Id, Invoice, PaymentMethod, Share};
use crate::kernel::money::Money;
use crate::kernel::time::Timestamp;

crate::text_column!(AttemptState, IntentStatus);

/// A payment as it stands.
#[derive(Debug, Clone, Queryable)]
#[allow(missing_docs)] // columns are documented in the field registry
pub struct PaymentRow {
    pub id: Id<ids::Payment>,
    pub invoice_id: Id<Invoice>,
    pub account_id: Id<Account>,
    pub generation: i32,
    pub amount: i64,
    pub currency: Currency,
    pub creation: Option<String>,
    pub intent_ref: Option<String>,
    pub intent_status: Option<IntentStatus>,
    pub latest_charge: Option<String>,
    pub next_action_url: Option<String>,
    pub wanted: Option<String>,
    pub wanted_method: Option<Id<PaymentMethod>>,
    pub processing_seen_at: Option<Timestamp>,
    pub version: i64,
    pub created_at: Timestamp,
    pub settled_at: Option<Timestamp>,
    pub stopped: Option<String>,
}

/// An attempt as it stands.
#[derive(Debug, Clone, Queryable)]
#[allow(missing_docs)]
pub struct AttemptRow {
    pub id: Id<ids::PaymentAttempt>,
    pub payment_id: Id<ids::Payment>,
    pub invoice_id: Id<Invoice>,
    pub number: i32,
    pub payment_method_id: Id<PaymentMethod>,
    pub on_session: bool,
    pub state: AttemptState,
    pub begun_at: Timestamp,
    pub sending: String,
    pub was_resent: bool,
    pub charge_before: Option<String>,
    pub error_code: Option<String>,
    pub decline_code: Option<String>,
    pub advice: Option<String>,
}

/// The card of an attempt, and whether the customer is there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct With {
    /// Which card.
    pub method: Id<PaymentMethod>,
    /// Whether the customer can answer 3-D Secure.
    pub on_session: bool,
}

impl PaymentRow {
    /// What is to be paid.
    #[must_use]
    pub fn money(&self) -> Money {
        Money::new(self.amount, self.currency)
    }

    /// The state machine over the row and its attempts.
    ///
    /// # Errors
    /// A text of ours cannot be read back.
    pub fn model(&self, attempts: &[AttemptRow]) -> Result<Payment, DbError> {
        let creation = match (&self.intent_ref, &self.creation) {
            (Some(intent), _) => Creation::Done(IntentRef::new(intent.clone())),
            (None, Some(sending)) => Creation::Sent(serde_json::from_str(sending).map_err(unreadable)?),
            (None, None) => Creation::NotSent,
        };
        Ok(Payment {
            invoice: self.invoice_id.clone(),
            generation: u32::try_from(self.generation).map_err(unreadable)?,
            creation,
            status: self.intent_status,
            latest_charge: self.latest_charge.clone().map(ChargeRef::new),
            processing_seen_at: self.processing_seen_at,
            attempts: attempts.iter().map(AttemptRow::model).collect::<Result<_, _>>()?,
        })
    }
}

impl AttemptRow {
    fn model(&self) -> Result<Attempt, DbError> {
        let decline = self.error_code.clone().map(|code| Decline {
            code,
            decline_code: self.decline_code.clone(),
            advice: self.advice.as_deref().and_then(Advice::parse),
            charge: None,
        });
        Ok(Attempt {
            number: u32::try_from(self.number).map_err(unreadable)?,
            state: self.state,
            begun_at: self.begun_at,
            sending: serde_json::from_str(&self.sending).map_err(unreadable)?,
            was_resent: self.was_resent,
            charge_before: self.charge_before.clone().map(ChargeRef::new),
            decline,
        })
    }
}

fn unreadable(error: impl std::fmt::Display) -> DbError {
    DbError::Other(format!("a payment cannot be read back: {error}"))
}

/// Adds a payment of which nothing was sent yet.
pub fn insert(
    conn: &mut DbConnection,
    id: &Id<ids::Payment>,
    (invoice, account): (&Id<Invoice>, &Id<Account>),
    (generation, amount): (i32, Money),
    now: Timestamp,
) -> Result<(), DbError> {
    diesel::insert_into(payments::table)
        .values((
            payments::id.eq(id),
            payments::invoice_id.eq(invoice),
            payments::account_id.eq(account),
            payments::generation.eq(generation),
            payments::amount.eq(amount.minor()),
            payments::currency.eq(amount.currency()),
            payments::version.eq(1_i64),
            payments::created_at.eq(now),
        ))
        .execute(conn)?;
    Ok(())
}

/// The latest generation of an invoice's payment.
pub fn find_latest(conn: &mut DbConnection, invoice: &Id<Invoice>) -> Result<Option<PaymentRow>, DbError> {
    let query = payments::table.filter(payments::invoice_id.eq(invoice)).order(payments::generation.desc());
    Ok(query.first(conn).optional()?)
}

/// The payment of an intent.
pub fn find_by_intent(conn: &mut DbConnection, intent: &IntentRef) -> Result<Option<PaymentRow>, DbError> {
    Ok(payments::table.filter(payments::intent_ref.eq(intent.as_str())).first(conn).optional()?)
}

/// The attempts of a payment, oldest first.
pub fn attempts(conn: &mut DbConnection, payment: &Id<ids::Payment>) -> Result<Vec<AttemptRow>, DbError> {
    let query = payment_attempts::table.filter(payment_attempts::payment_id.eq(payment));
    Ok(query.order(payment_attempts::number).load(conn)?)
}

/// Sets what is wanted of a payment.
///
/// # Errors
/// [`DbError::Busy`] if somebody changed it meanwhile: the transaction is run again.
pub fn want(
    conn: &mut DbConnection,
    row: &PaymentRow,
    wanted: Option<&str>,
    method: Option<&Id<PaymentMethod>>,
) -> Result<(), DbError> {
    let changed = diesel::update(payments::table.find(&row.id))
        .filter(payments::version.eq(row.version))
        .set((
            payments::wanted.eq(wanted),
            payments::wanted_method.eq(method),
            payments::stopped.eq(None::<String>),
            payments::version.eq(row.version + 1),
        ))
        .execute(conn)?;
    if changed == 1 { Ok(()) } else { Err(DbError::Busy) }
}

/// Notes that nothing may be sent, and why; what was wanted ends.
///
/// # Errors
/// [`DbError::Busy`] if somebody changed it meanwhile: the transaction is run again.
pub fn stop(conn: &mut DbConnection, row: &PaymentRow, why: Stopped) -> Result<(), DbError> {
    let changed = diesel::update(payments::table.find(&row.id))
        .filter(payments::version.eq(row.version))
        .set((
            payments::wanted.eq(None::<String>),
            payments::wanted_method.eq(None::<String>),
            payments::stopped.eq(why.as_str()),
            payments::version.eq(row.version + 1),
        ))
        .execute(conn)?;
    if changed == 1 { Ok(()) } else { Err(DbError::Busy) }
}

/// Invoices of an account whose payment waits for a card or a consent.
pub fn list_stopped(conn: &mut DbConnection, account: &Id<Account>) -> Result<Vec<Id<Invoice>>, DbError> {
    let query = payments::table.filter(payments::account_id.eq(account)).filter(payments::stopped.is_not_null());
    Ok(query.filter(payments::settled_at.is_null()).order(payments::id).select(payments::invoice_id).load(conn)?)
}

/// The newest sharing that a payment rests on.
pub fn find_share(conn: &mut DbConnection, payment: &Id<ids::Payment>) -> Result<Option<Id<Share>>, DbError> {
    let query = payment_shares::table.filter(payment_shares::payment_id.eq(payment));
    Ok(query.order(payment_shares::share_id.desc()).select(payment_shares::share_id).first(conn).optional()?)
}

/// Notes the sharing that a payment rests on.
pub fn insert_share(conn: &mut DbConnection, share: &Id<Share>, payment: &Id<ids::Payment>) -> Result<(), DbError> {
    let row = (payment_shares::share_id.eq(share), payment_shares::payment_id.eq(payment));
    diesel::insert_into(payment_shares::table).values(row).execute(conn)?;
    Ok(())
}

/// Writes the state machine back: the payment and those of its attempts that changed or are new.
///
/// # Errors
/// [`DbError::Busy`] if somebody changed it meanwhile; [`DbError::Duplicate`] if another attempt is open.
pub fn save(
    conn: &mut DbConnection,
    env: &Env,
    (row, known): (&PaymentRow, &[AttemptRow]),
    payment: &Payment,
    (next_action_url, with, now): (Option<&str>, Option<&With>, Timestamp),
) -> Result<(), DbError> {
    let (creation, intent) = match &payment.creation {
        Creation::NotSent => (None, None),
        Creation::Sent(sending) => (Some(serde_json::to_string(sending).map_err(unreadable)?), None),
        Creation::Done(intent) => (None, Some(intent.as_str())),
    };
    let settled = row.settled_at.or_else(|| payment.is_settled().then_some(now));
    let changed = diesel::update(payments::table.find(&row.id))
        .filter(payments::version.eq(row.version))
        .set((
            payments::creation.eq(creation),
            payments::intent_ref.eq(intent),
            payments::intent_status.eq(payment.status),
            payments::latest_charge.eq(payment.latest_charge.as_ref().map(ChargeRef::as_str)),
            payments::next_action_url.eq(next_action_url),
            payments::processing_seen_at.eq(payment.processing_seen_at),
            payments::settled_at.eq(settled),
            payments::version.eq(row.version + 1),
        ))
        .execute(conn)?;
    if changed != 1 {
        return Err(DbError::Busy);
    }
    for attempt in &payment.attempts {
        match known.iter().find(|row| i64::from(row.number) == i64::from(attempt.number)) {
            Some(before) => update_attempt(conn, before, attempt)?,
            None => insert_attempt(conn, env, row, attempt, with)?,
        }
    }
    Ok(())
}

fn update_attempt(conn: &mut DbConnection, row: &AttemptRow, attempt: &Attempt) -> Result<(), DbError> {
    if row.model()? == *attempt {
        return Ok(());
    }
    let decline = attempt.decline.as_ref();
    diesel::update(payment_attempts::table.find(&row.id))
        .set((
            payment_attempts::state.eq(attempt.state),
            payment_attempts::sending.eq(serde_json::to_string(&attempt.sending).map_err(unreadable)?),
            payment_attempts::was_resent.eq(attempt.was_resent),
            payment_attempts::error_code.eq(decline.map(|decline| &decline.code)),
            payment_attempts::decline_code.eq(decline.and_then(|decline| decline.decline_code.as_ref())),
            payment_attempts::advice.eq(decline.and_then(|decline| decline.advice).map(Advice::as_str)),
        ))
        .execute(conn)?;
    Ok(())
}

fn insert_attempt(
    conn: &mut DbConnection,
    env: &Env,
    row: &PaymentRow,
    attempt: &Attempt,
    with: Option<&With>,
) -> Result<(), DbError> {
    let with = with.ok_or_else(|| DbError::Other("an attempt needs a card".to_owned()))?;
    let id: Id<ids::PaymentAttempt> = env.id();
    diesel::insert_into(payment_attempts::table)
        .values((
            payment_attempts::id.eq(&id),
            payment_attempts::payment_id.eq(&row.id),
            payment_attempts::invoice_id.eq(&row.invoice_id),
            payment_attempts::number.eq(i32::try_from(attempt.number).map_err(unreadable)?),
            payment_attempts::payment_method_id.eq(&with.method),
            payment_attempts::on_session.eq(with.on_session),
            payment_attempts::state.eq(attempt.state),
            payment_attempts::begun_at.eq(attempt.begun_at),
            payment_attempts::sending.eq(serde_json::to_string(&attempt.sending).map_err(unreadable)?),
            payment_attempts::was_resent.eq(attempt.was_resent),
            payment_attempts::charge_before.eq(attempt.charge_before.as_ref().map(ChargeRef::as_str)),
        ))
        .execute(conn)?;
    Ok(())
}

/// Ends a payment of which nothing is at the processor.
pub fn settle_unsent(conn: &mut DbConnection, row: &PaymentRow, now: Timestamp) -> Result<(), DbError> {
    let changed = diesel::update(payments::table.find(&row.id))
        .filter(payments::version.eq(row.version))
        .set((payments::settled_at.eq(now), payments::version.eq(row.version + 1)))
        .execute(conn)?;
    if changed == 1 { Ok(()) } else { Err(DbError::Busy) }
}

/// The processor's id of an attached card of this account.
pub fn find_card(
    conn: &mut DbConnection,
    account: &Id<Account>,
    method: &Id<PaymentMethod>,
) -> Result<Option<String>, DbError> {
    let query = payment_methods::table
        .find(method)
        .filter(payment_methods::account_id.eq(account))
        .filter(payment_methods::detached_at.is_null());
    Ok(query.select(payment_methods::reference).first(conn).optional()?)
}

/// The default card of an account.
pub fn default_card(conn: &mut DbConnection, account: &Id<Account>) -> Result<Option<Id<PaymentMethod>>, DbError> {
    let query = payment_methods::table
        .filter(payment_methods::account_id.eq(account))
        .filter(payment_methods::is_default.eq(true))
        .filter(payment_methods::detached_at.is_null());
    Ok(query.select(payment_methods::id).first(conn).optional()?)
}

/// The account's customer at the processor.
pub fn customer(conn: &mut DbConnection, account: &Id<Account>) -> Result<Option<String>, DbError> {
    let query = processor_customers::table.find(account).select(processor_customers::reference);
    Ok(query.first(conn).optional()?)
}

/// The processor's id of a card, attached or not.
pub fn card_reference(conn: &mut DbConnection, method: &Id<PaymentMethod>) -> Result<String, DbError> {
    Ok(payment_methods::table.find(method).select(payment_methods::reference).first(conn)?)
}
