//! Ordering that the factors of an account go, stopping it, and carrying it out.

use chrono::Duration;

use super::error::ResetError;
use super::model::{Case, End};
use super::store::{self, Waiting};
use crate::db::{self, DbConnection, DbError};
use crate::env::Env;
use crate::identity::email_changes::actions as email_changes;
use crate::identity::factors::store::{self as factors, codes};
use crate::identity::notices::{self, Notice};
use crate::identity::principals::model::PrincipalId;
use crate::identity::principals::store as principals;
use crate::identity::recovery;
use crate::identity::sessions::model::End as SessionEnd;
use crate::identity::sessions::store::write as sessions;
use crate::kernel::actor::Actor;
use crate::kernel::deed::Deed;
use crate::kernel::email_address::EmailAddress;
use crate::kernel::ids::{Account, FactorReset, Id};
use crate::platform::audit;

/// The audit action of the order.
pub const ORDER: &str = "factor_reset.create";
/// The audit action of stopping it.
pub const STOP: &str = "factor_reset.stop";
/// The audit action of its effect.
pub const DONE: &str = "factor_reset.done";

/// Who acts on the machine itself.
pub const COMMAND_LINE: Actor = Actor::System("command line");
const ITSELF: Actor = Actor::System("factor reset");

/// Orders that the factors of an account go once the waiting period is over, and tells its owner at once.
///
/// # Errors
/// See [`ResetError`].
pub fn order(conn: &mut DbConnection, env: &Env, email: &EmailAddress, case: &Case) -> Result<Waiting, ResetError> {
    let (account, now) = (account_of(conn, email)?, env.now());
    let wait = Duration::days(env.settings.factors.reset_wait_days);
    let owner = PrincipalId::Holder(account.clone());
    let standing = principals::hold(conn, &owner)?.ok_or(ResetError::Unknown)?.0;
    if !standing.status.allows(Deed::Credentials) || standing.needs_reset {
        return Err(ResetError::Stopped);
    }
    if factors::list(conn, &owner)?.is_empty() {
        return Err(ResetError::NoFactor);
    }
    if !email_changes::settled(conn, env, &account)? {
        return Err(ResetError::Unsettled);
    }
    let by_mail = audit::last(conn, account.as_str(), &[recovery::actions::RESET])?;
    if let Some(at) = by_mail.filter(|at| *at + wait > now) {
        return Err(ResetError::PasswordByMail(at, at + wait));
    }
    let due_at = now + wait;
    let case_ref = case.as_str().to_owned();
    let new = Waiting { id: env.id(), account_id: account.clone(), case_ref, requested_at: now, due_at };
    match db::nested(conn, |conn| store::insert(conn, &new)) {
        Err(DbError::Duplicate(_)) => {
            let waits = store::find_waiting(conn, &account)?.ok_or(DbError::Busy)?;
            return Err(ResetError::Waiting(waits.due_at));
        }
        other => other?,
    }
    note(conn, env, (&COMMAND_LINE, ORDER), (&account, &new.id), case.as_str().as_bytes())?;
    tell(conn, env, &owner, Notice::FactorResetOrdered(due_at))?;
    Ok(new)
}

/// The account of a customer with this address.
///
/// # Errors
/// [`ResetError::Unknown`], [`ResetError::Staff`]; the database failed.
pub fn account_of(conn: &mut DbConnection, email: &EmailAddress) -> Result<Id<Account>, ResetError> {
    match principals::find_by_email(conn, email.key())?.map(|found| found.id) {
        Some(PrincipalId::Holder(account)) => Ok(account),
        Some(PrincipalId::Staff(_)) => Err(ResetError::Staff),
        None => Err(ResetError::Unknown),
    }
}

/// The order of an account that waits.
///
/// # Errors
/// The database failed.
pub fn waiting(conn: &mut DbConnection, account: &Id<Account>) -> Result<Option<Waiting>, DbError> {
    store::find_waiting(conn, account)
}

/// Stops what waits, and tells the owner; `false` when nothing does. In the transaction of what stops it.
///
/// # Errors
/// The database failed.
pub fn stop(
    conn: &mut DbConnection,
    env: &Env,
    account: &Id<Account>,
    how: End,
    actor: &Actor,
) -> Result<bool, DbError> {
    let Some(id) = store::end(conn, account, how, env.now())? else { return Ok(false) };
    note(conn, env, (actor, STOP), (account, &id), b"")?;
    tell(conn, env, &PrincipalId::Holder(account.clone()), Notice::FactorResetStopped)?;
    Ok(true)
}

/// Stops what waits for somebody who has just given a factor: they have not lost it.
///
/// # Errors
/// The database failed.
pub fn factor_given(conn: &mut DbConnection, env: &Env, owner: &PrincipalId) -> Result<(), DbError> {
    match owner.account() {
        Some(account) => stop(conn, env, account, End::Factor, &owner.actor()).map(|_| ()),
        None => Ok(()),
    }
}

/// Carries out an order whose time has come; `false` when it was stopped meanwhile.
///
/// # Errors
/// The database failed.
pub fn carry_out(conn: &mut DbConnection, env: &Env, account: &Id<Account>) -> Result<bool, DbError> {
    let (owner, now) = (PrincipalId::Holder(account.clone()), env.now());
    // Held until the commit: whoever signs in or freezes at this moment comes before or after.
    let standing = principals::hold(conn, &owner)?.ok_or(DbError::NotFound)?.0;
    if !standing.status.allows(Deed::Credentials) || standing.needs_reset {
        stop(conn, env, account, End::Freeze, &ITSELF)?;
        return Ok(false);
    }
    let Some(id) = store::end(conn, account, End::Done, now)? else { return Ok(false) };
    factors::delete_all(conn, &owner)?;
    codes::delete(conn, &owner)?;
    sessions::end_all(conn, &owner, None, SessionEnd::Revoked, now)?;
    note(conn, env, (&ITSELF, DONE), (account, &id), b"")?;
    tell(conn, env, &owner, Notice::FactorResetDone)?;
    Ok(true)
}

fn tell(conn: &mut DbConnection, env: &Env, owner: &PrincipalId, notice: Notice<'_>) -> Result<(), DbError> {
    let principal = principals::find(conn, owner)?.ok_or(DbError::NotFound)?;
    notices::tell(conn, env, &principal, notice)
}

fn note(
    conn: &mut DbConnection,
    env: &Env,
    (actor, action): (&Actor, &'static str),
    (account, order): (&Id<Account>, &Id<FactorReset>),
    commits_to: &[u8],
) -> Result<(), DbError> {
    let refs = [("factor_reset", order.as_str())];
    let event =
        audit::Event { actor, action, subject: account.as_str(), fields: &["factors"], refs: &refs, commits_to };
    audit::record(conn, env, &event)
}
