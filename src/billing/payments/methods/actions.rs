//! Adding, choosing and removing cards.

use super::error::MethodError;
use super::store::{self, MethodRow, NewMethod};
use crate::billing::payments::actions as payments;
use crate::billing::payments::gateway::Card;
use crate::db::{DbConnection, DbError};
use crate::env::Env;
use crate::kernel::actor::Actor;
use crate::kernel::ids::{Account, Consent, Id, PaymentMethod};
use crate::platform::audit;
use crate::platform::jobs::{self, Kind, NewJob};

/// Detaches one card at the processor.
pub const DETACH: Kind<Id<PaymentMethod>> = Kind::new("payments.detach_method");

/// The id in a path; what is no id names nothing.
///
/// # Errors
/// [`MethodError::NotFound`].
pub fn parse_id(text: &str) -> Result<Id<PaymentMethod>, MethodError> {
    text.parse().map_err(|_| MethodError::NotFound)
}

/// Keeps a card that the processor has; the newest becomes the default, since it is the one just meant, and pays what
/// waited for a card.
///
/// # Errors
/// The database failed.
pub fn add(
    conn: &mut DbConnection,
    env: &Env,
    account: &Id<Account>,
    consent: &Id<Consent>,
    card: &Card,
) -> Result<(), DbError> {
    let id: Id<PaymentMethod> = env.id();
    let row = NewMethod {
        id: &id,
        account_id: account,
        consent_id: consent,
        reference: card.id.as_str(),
        brand: &card.brand,
        last4: &card.last4,
        expiry_month: i32::try_from(card.expiry_month).unwrap_or(0),
        expiry_year: card.expiry_year,
        fingerprint: card.fingerprint.as_deref(),
        is_default: false,
        created_at: env.now(),
    };
    if !store::insert(conn, &row)? {
        return Ok(());
    }
    store::update_default(conn, account, Some(&id))?;
    let actor = Actor::Holder(account.clone());
    record(conn, env, &actor, "payment_method.added", (account, &id))?;
    payments::ask_for_stopped(conn, env, account, &id)
}

/// The cards of an account, the default first, then the newest.
///
/// # Errors
/// The database failed.
pub fn list(conn: &mut DbConnection, account: &Id<Account>) -> Result<Vec<MethodRow>, DbError> {
    store::list(conn, account)
}

/// Makes a card the one that renewals are charged to.
///
/// # Errors
/// [`MethodError::NotFound`]; the database failed.
pub fn make_default(
    conn: &mut DbConnection,
    env: &Env,
    account: &Id<Account>,
    id: &Id<PaymentMethod>,
) -> Result<MethodRow, MethodError> {
    let mut row = store::find(conn, account, id)?.ok_or(MethodError::NotFound)?;
    if !row.is_default {
        store::update_default(conn, account, Some(id))?;
        record(conn, env, &Actor::Holder(account.clone()), "payment_method.default_changed", (account, id))?;
        row.is_default = true;
    }
    Ok(row)
}

/// Removes a card here at once and at the processor by a job; the newest of the others becomes the default.
///
/// # Errors
/// [`MethodError::NotFound`]; the database failed.
pub fn remove(
    conn: &mut DbConnection,
    env: &Env,
    account: &Id<Account>,
    id: &Id<PaymentMethod>,
) -> Result<(), MethodError> {
    let row = store::find(conn, account, id)?.ok_or(MethodError::NotFound)?;
    take_away(conn, env, &Actor::Holder(account.clone()), &row)?;
    jobs::enqueue(conn, env, NewJob::new(DETACH, id).unique(format!("detach:{id}")))?;
    Ok(())
}

/// Removes every card of an account: the consent they rest on was withdrawn (3-rules "Audit and logs").
///
/// # Errors
/// The database failed.
pub fn remove_all(conn: &mut DbConnection, env: &Env, actor: &Actor, account: &Id<Account>) -> Result<(), DbError> {
    for row in store::list(conn, account)? {
        take_away(conn, env, actor, &row)?;
        jobs::enqueue(conn, env, NewJob::new(DETACH, &row.id).unique(format!("detach:{}", row.id)))?;
    }
    Ok(())
}

/// Notes that the processor has let go of a card.
///
/// # Errors
/// The database failed.
pub fn detached_at_processor(conn: &mut DbConnection, env: &Env, reference: &str) -> Result<(), DbError> {
    match store::find_by_reference(conn, reference)? {
        Some(row) if row.detached_at.is_none() => take_away(conn, env, &Actor::System("processor"), &row),
        _ => Ok(()),
    }
}

fn take_away(conn: &mut DbConnection, env: &Env, actor: &Actor, row: &MethodRow) -> Result<(), DbError> {
    store::detach(conn, &row.id, env.now())?;
    if row.is_default {
        let next = store::list(conn, &row.account_id)?.into_iter().next().map(|row| row.id);
        store::update_default(conn, &row.account_id, next.as_ref())?;
    }
    record(conn, env, actor, "payment_method.removed", (&row.account_id, &row.id))
}

/// What is recorded of a card: who did what to which card of whom.
fn record(
    conn: &mut DbConnection,
    env: &Env,
    actor: &Actor,
    action: &'static str,
    (account, id): (&Id<Account>, &Id<PaymentMethod>),
) -> Result<(), DbError> {
    let event = audit::Event {
        actor,
        action,
        subject: account.as_str(),
        fields: &[],
        refs: &[("payment_method", id.as_str())],
        commits_to: b"",
    };
    audit::record(conn, env, &event)
}
