//! Use cases of subscriptions. Every change goes through the table of the model; what the table says is done in the
//! same transaction, or by a job that it enqueues.

use super::error::SubscriptionsError;
use super::model::{Effect, Event, INCOMPLETE_LIFETIME, State, Status, create as first_state};
use super::quotes::{self, Offer, Order};
use super::store::{self, NewSubscription, SubscriptionRow};
use crate::billing::catalog::store as catalog;
use crate::billing::invoices::actions::{self as invoices, ToIssue};
use crate::billing::invoices::model::Status as InvoiceStatus;
use crate::billing::invoices::store::{self as invoice_rows, InvoiceRow};
use crate::billing::payments::actions as payments;
use crate::billing::payments::store::With;
use crate::billing::post;
use crate::db::{DbConnection, DbError};
use crate::env::Env;
use crate::env::clock::business_now;
use crate::kernel::actor::Actor;
use crate::kernel::ids::{Account, Id, PaymentMethod, Quote, Subscription};
use crate::kernel::time::Timestamp;
use crate::platform::audit;

/// Subscriptions of one account that a withdrawal looks at.
const MOST_ENDED: i64 = 1_000;

/// A new subscription.
#[derive(Debug, Clone)]
pub struct Subscribe {
    /// What is ordered.
    pub order: Order,
    /// The preview agreed to.
    pub quote: Option<Id<Quote>>,
    /// The card to pay with; the default one if none is given.
    pub payment_method: Option<Id<PaymentMethod>>,
}

/// Starts a subscription: commits it with its first invoice; a job charges the card.
///
/// # Errors
/// The quote no longer holds, a card is missing, or the price cannot be taken.
pub fn subscribe(
    conn: &mut DbConnection,
    env: &Env,
    account: &Id<Account>,
    command: &Subscribe,
) -> Result<(SubscriptionRow, InvoiceRow), SubscriptionsError> {
    let now = business_now(conn, &env.clock)?;
    let offer = match &command.quote {
        Some(quote) => quotes::accept(conn, env, account, quote, &command.order)?,
        None => {
            let zone = quotes::zone(conn, account)?;
            quotes::offer(conn, env, &command.order, now, zone)?
        }
    };
    let card = payments::choose_card(conn, account, command.payment_method.as_ref())?;
    if offer.calculation.total.is_positive() && card.is_none() {
        return Err(SubscriptionsError::PaymentMethodRequired);
    }
    let (state, _) = first_state(offer.calculation.total);
    let id: Id<Subscription> = env.id();
    let due_at = if state.status == Status::Incomplete { now + INCOMPLETE_LIFETIME } else { offer.period.end };
    insert(conn, (&id, account, card.as_ref()), &offer, state, (due_at, now))?;
    if let Some(quote) = &command.quote
        && !store::use_quote(conn, quote, &id)?
    {
        return Err(SubscriptionsError::QuoteStale);
    }
    let row = store::find(conn, &id)?.ok_or(SubscriptionsError::NotFound)?;
    let invoice = invoices::issue(
        conn,
        env,
        &ToIssue {
            account: account.clone(),
            subscription: id.clone(),
            claim: (row.phase, row.period_no),
            period: offer.period,
            kind: "first",
            calculation: offer.calculation,
        },
        now,
    )?;
    let invoice = invoice.ok_or_else(|| DbError::Other("a new subscription's period is claimed".to_owned()))?;
    if let Some(method) = card.filter(|_| invoice.status == InvoiceStatus::Final) {
        payments::ask(conn, env, &invoice, &With { method, on_session: true })?;
    }
    if invoice.status == InvoiceStatus::Paid {
        post::invoice_paid(conn, env, &invoice)?;
    }
    let actor = Actor::Holder(account.clone());
    note(conn, env, &actor, "subscription.create", &id)?;
    Ok((row, invoice))
}

fn insert(
    conn: &mut DbConnection,
    (id, account, payment_method): (&Id<Subscription>, &Id<Account>, Option<&Id<PaymentMethod>>),
    offer: &Offer,
    state: State,
    (due_at, now): (Timestamp, Timestamp),
) -> Result<(), DbError> {
    let new = NewSubscription {
        id,
        account,
        plan: &offer.plan.id,
        price: &offer.price.id,
        quantity: offer.quantity,
        currency: offer.price.currency(),
        state,
        position: offer.position,
        period: offer.period,
        payment_method,
        created_at: now,
    };
    store::insert(conn, &new, due_at)
}

fn note(
    conn: &mut DbConnection,
    env: &Env,
    actor: &Actor,
    action: &'static str,
    id: &Id<Subscription>,
) -> Result<(), DbError> {
    let event = audit::Event { actor, action, subject: id.as_str(), fields: &["status"], refs: &[], commits_to: &[] };
    audit::record(conn, env, &event)
}

/// A subscription of this account.
///
/// # Errors
/// [`SubscriptionsError::NotFound`], also for another account's.
pub fn find(
    conn: &mut DbConnection,
    account: &Id<Account>,
    id: &Id<Subscription>,
) -> Result<SubscriptionRow, SubscriptionsError> {
    store::find(conn, id)?.filter(|row| row.account_id == *account).ok_or(SubscriptionsError::NotFound)
}

/// The subscriptions of an account, newest first.
///
/// # Errors
/// The database failed.
pub fn list(
    conn: &mut DbConnection,
    account: &Id<Account>,
    before: Option<&Id<Subscription>>,
    limit: i64,
) -> Result<Vec<SubscriptionRow>, DbError> {
    store::list(conn, account, before, limit)
}

/// The subscription that a quote of this account was spent on; none if it is unspent or unknown.
///
/// # Errors
/// The database failed.
pub fn made_from(
    conn: &mut DbConnection,
    account: &Id<Account>,
    quote: &Id<Quote>,
) -> Result<Option<Id<Subscription>>, DbError> {
    Ok(store::find_quote(conn, account, quote)?.and_then(|quote| quote.subscription_id))
}

/// The holder's own events: cancel now or at the period's end, and taking that back.
///
/// # Errors
/// The state does not allow it.
pub fn change(
    conn: &mut DbConnection,
    env: &Env,
    account: &Id<Account>,
    id: &Id<Subscription>,
    event: Event,
) -> Result<SubscriptionRow, SubscriptionsError> {
    let row = find(conn, account, id)?;
    apply(conn, env, &row, event)?;
    let action = if event == Event::Uncancel { "subscription.uncancel" } else { "subscription.cancel" };
    note(conn, env, &Actor::Holder(account.clone()), action, id)?;
    find(conn, account, id)
}

/// Ends, with the period that is paid for, every active subscription of an account that a card would have to pay
/// further: the consent to charge was withdrawn (policy clause 2.2.1). Free ones go on.
///
/// # Errors
/// The database failed, or another change came first: the transaction is run again.
pub fn end_paid(conn: &mut DbConnection, env: &Env, actor: &Actor, account: &Id<Account>) -> Result<(), DbError> {
    for row in store::list(conn, account, None, MOST_ENDED)? {
        let price = catalog::find_price(conn, &row.price_id)?;
        let is_free = price.is_some_and(|(_, price)| price.per_seat.is_zero());
        if is_free || row.status != Status::Active || row.cancels_at_period_end {
            continue;
        }
        match apply(conn, env, &row, Event::CancelAtPeriodEnd) {
            Ok(()) => note(conn, env, actor, "subscription.cancel", &row.id)?,
            Err(SubscriptionsError::Db(error)) => return Err(error),
            // The table takes this event of an active subscription; were it to refuse, the withdrawal must stand.
            Err(_) => {}
        }
    }
    Ok(())
}

/// Takes in what happened to an invoice's payment.
///
/// # Errors
/// The database failed, or another change came first: the transaction is run again.
pub fn apply_by_invoice(
    conn: &mut DbConnection,
    env: &Env,
    invoice: &InvoiceRow,
    event: Event,
) -> Result<(), SubscriptionsError> {
    let row = store::find(conn, &invoice.subscription_id)?.ok_or(SubscriptionsError::NotFound)?;
    let still_due =
        event == Event::Paid && row.status == Status::PastDue && store::count_open_invoices(conn, &row.id)? > 0;
    if still_due { Ok(()) } else { apply(conn, env, &row, event) }
}

/// Applies an event: writes the new state and does what the table says.
///
/// # Errors
/// The table refuses it, the database failed, or another change came first: the transaction is run again.
pub fn apply(
    conn: &mut DbConnection,
    env: &Env,
    row: &SubscriptionRow,
    event: Event,
) -> Result<(), SubscriptionsError> {
    let now = business_now(conn, &env.clock)?;
    let (state, effects) = row.state().transition(event)?;
    let position = row.position()?;
    let advances = effects.contains(&Effect::AdvancePeriod);
    let next = if advances { position.next() } else { Some(position) };
    let next = next.ok_or_else(|| DbError::Other("beyond the calendar".to_owned()))?;
    // A boundary joins the period before it even where time-zone data moved meanwhile: what was fixed stays.
    let span = match next.period().filter(|_| advances) {
        Some(period) => crate::kernel::calendar::Period { start: row.period_end, end: period.end },
        None => row.span(),
    };
    let period_no = i32::try_from(next.period_no).map_err(|error| DbError::Other(error.to_string()))?;
    let due = match state.status {
        Status::Canceled | Status::Expired => None,
        // Being called off: the charge job brings it to its end, and the clock looks again in an hour.
        Status::Incomplete if state.is_ending => Some(now + chrono::Duration::hours(1)),
        Status::Incomplete => Some(row.created_at + INCOMPLETE_LIFETIME),
        Status::Active | Status::PastDue => Some(span.end),
    };
    if state != row.state() || advances || matches!(event, Event::Expiry { .. }) {
        store::update(conn, row, (state, period_no, span), (due, now))?;
    }
    let after = store::find(conn, &row.id)?.ok_or(SubscriptionsError::NotFound)?;
    carry_out(conn, env, &after, &effects, now)
}

fn carry_out(
    conn: &mut DbConnection,
    env: &Env,
    row: &SubscriptionRow,
    effects: &[Effect],
    now: Timestamp,
) -> Result<(), SubscriptionsError> {
    for effect in effects {
        match effect {
            Effect::IssueInvoice => renew(conn, env, row, now)?,
            Effect::EndOpenInvoice => {
                if let Some(invoice) = open_invoice(conn, row)? {
                    payments::ask_to_end(conn, env, &invoice)?;
                }
            }
            Effect::CreditUnused => {
                let unused = open_invoice(conn, row)?.filter(|invoice| invoice.kind == "first" && invoice.paid == 0);
                if let Some(invoice) = unused.filter(|_| row.status == Status::Expired) {
                    invoices::void(conn, env, &invoice.id, now)?;
                }
            }
            Effect::AskForPayment => {
                if let Some(invoice) = open_invoice(conn, row)? {
                    post::payment_needed(conn, env, row, &invoice)?;
                }
            }
            // The first is done by the update, the charge by the issue; late money is unapplied when it is taken in.
            Effect::AdvancePeriod | Effect::ChargeOffSession | Effect::ChargeOnSession | Effect::RefundLateMoney => {}
        }
    }
    Ok(())
}

/// The invoice of a subscription's first period.
///
/// # Errors
/// The database failed.
pub fn first_invoice(conn: &mut DbConnection, row: &SubscriptionRow) -> Result<InvoiceRow, DbError> {
    invoice_rows::find_first(conn, &row.id)?.ok_or(DbError::NotFound)
}

fn open_invoice(conn: &mut DbConnection, row: &SubscriptionRow) -> Result<Option<InvoiceRow>, DbError> {
    let latest = invoice_rows::find_latest(conn, &row.id)?;
    Ok(latest.filter(|invoice| invoice.status == InvoiceStatus::Final))
}

/// Issues the invoice of the period under way and asks for its payment.
fn renew(conn: &mut DbConnection, env: &Env, row: &SubscriptionRow, now: Timestamp) -> Result<(), SubscriptionsError> {
    let (plan, price) = catalog::find_price(conn, &row.price_id)?.ok_or(SubscriptionsError::PriceUnknown)?;
    let quantity = u32::try_from(row.quantity).map_err(|error| DbError::Other(error.to_string()))?;
    let description = quotes::describe(&plan, &price, quantity);
    let calculation = invoices::compute(env, description, quantity, price.per_seat, row.span())?;
    let order = ToIssue {
        account: row.account_id.clone(),
        subscription: row.id.clone(),
        claim: (row.phase, row.period_no),
        period: row.span(),
        kind: "renewal",
        calculation,
    };
    let Some(invoice) = invoices::issue(conn, env, &order, now)? else { return Ok(()) };
    if invoice.status != InvoiceStatus::Final {
        return Ok(());
    }
    let own = match &row.payment_method_id {
        Some(method) => payments::choose_card(conn, &row.account_id, Some(method))?,
        None => None,
    };
    let card = match own {
        Some(method) => Some(method),
        None => payments::choose_card(conn, &row.account_id, None)?,
    };
    match card {
        Some(method) => Ok(payments::ask(conn, env, &invoice, &With { method, on_session: false })?),
        // Nothing to charge: the same as a refused card.
        None => {
            let again = store::find(conn, &row.id)?.ok_or(SubscriptionsError::NotFound)?;
            apply(conn, env, &again, Event::PaymentFailed)
        }
    }
}
