//! Freezing, and lifting a freeze.

use serde::{Deserialize, Serialize};

use super::error::FreezeError;
use super::letters;
use super::model::{Cause, Lifted};
use super::store::{self, FreezeRow};
use crate::db::{self, DbConnection, DbError};
use crate::env::Env;
use crate::identity::api_tokens::store as api_tokens;
use crate::identity::email_changes::actions as email_changes;
use crate::identity::factor_resets::{actions as factor_resets, model::End as ResetEnd};
use crate::identity::frame::written_dates;
use crate::identity::notices::{self, Notice, name_of};
use crate::identity::post::{self, Envelope};
use crate::identity::principals::model::{PrincipalId, Status};
use crate::identity::principals::states::Event;
use crate::identity::principals::store::Principal;
use crate::identity::principals::{actions as states, store as principals};
use crate::identity::sessions::model::End;
use crate::identity::sessions::store::write as sessions;
use crate::identity::tokens::model::Purpose;
use crate::identity::tokens::store as tokens;
use crate::kernel::actor::Actor;
use crate::kernel::ids::{Account, Freeze, Id};
use crate::kernel::secret_token::SecretToken;
use crate::platform::audit;
use crate::platform::jobs::{self, Kind, NewJob, Priority};

/// The audit action of a freeze.
pub const FREEZE: &str = "account.freeze";
/// The audit action of its end.
pub const UNFREEZE: &str = "account.unfreeze";
/// The audit action of asking for the link that lifts it.
pub const ASK: &str = "account.unfreeze_asked";
/// Mails the link that lifts a freeze.
pub const MAIL: Kind<MailJob> = Kind::new("identity.unfreeze_mail");
/// Freezes that a holder is shown.
const SHOWN: i64 = 100;

/// Whose link is to be mailed; `None` for an unknown address: the job exists all the same.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct MailJob {
    /// Text of the principal's id.
    pub principal: Option<String>,
}

/// Freezes an account and ends whatever opens it; `false` when it is frozen already.
///
/// # Errors
/// [`FreezeError::NotFound`]; [`FreezeError::State`] for an account that is over; the database failed.
pub fn freeze(
    conn: &mut DbConnection,
    env: &Env,
    account: &Id<Account>,
    cause: &Cause,
    actor: &Actor,
) -> Result<bool, FreezeError> {
    let (id, now): (Id<Freeze>, _) = (env.id(), env.now());
    let principal_id = PrincipalId::Holder(account.clone());
    let principal = principals::find(conn, &principal_id)?.ok_or(FreezeError::NotFound)?;
    if principal.status == Status::Closed {
        return Err(FreezeError::State("This account is closed; there is nothing left to freeze."));
    }
    match db::nested(conn, |conn| store::insert(conn, &id, account, cause, now)) {
        Err(DbError::Duplicate(_)) => return Ok(false),
        other => other?,
    }
    if !states::apply(conn, &principal_id, Event::Freeze)? {
        return Err(DbError::Busy.into());
    }
    sessions::end_all(conn, &principal_id, None, End::Frozen, now)?;
    api_tokens::delete_all(conn, account)?;
    tokens::delete_of(conn, Purpose::ResetPassword, &[account.as_str()])?;
    email_changes::void_pending(conn, account)?;
    factor_resets::stop(conn, env, account, ResetEnd::Freeze, actor)?;
    note(conn, env, (actor, FREEZE), account.as_str(), &[("freeze", id.as_str())])?;
    notices::tell(conn, env, &principal, Notice::Frozen(cause))?;
    Ok(true)
}

/// Spends the link of a notice and freezes.
///
/// # Errors
/// [`FreezeError::LinkSpent`]; see [`freeze`].
pub fn freeze_by_link(conn: &mut DbConnection, env: &Env, token: &SecretToken) -> Result<bool, FreezeError> {
    let subject = tokens::spend(conn, Purpose::FreezeAccount, token, env.now())?;
    let account: Id<Account> = subject.and_then(|text| text.parse().ok()).ok_or(FreezeError::LinkSpent)?;
    freeze(conn, env, &account, &Cause::Link, &Actor::Visitor)
}

/// Lifts a freeze.
///
/// # Errors
/// [`FreezeError::NotFound`]; [`FreezeError::State`] when it is not frozen; the database failed.
pub fn lift(
    conn: &mut DbConnection,
    env: &Env,
    account: &Id<Account>,
    how: &Lifted,
    actor: &Actor,
) -> Result<(), FreezeError> {
    let id = PrincipalId::Holder(account.clone());
    let principal = principals::find(conn, &id)?.ok_or(FreezeError::NotFound)?;
    if !store::end(conn, account, how, env.now())? || !states::apply(conn, &id, Event::Unfreeze)? {
        return Err(FreezeError::State("This account is not frozen."));
    }
    tokens::delete_of(conn, Purpose::UnfreezeAccount, &[account.as_str()])?;
    note(conn, env, (actor, UNFREEZE), account.as_str(), &[])?;
    Ok(notices::tell(conn, env, &principal, Notice::Unfrozen(how))?)
}

/// Asks for the link that lifts a freeze: the same work for every address.
///
/// # Errors
/// The database failed.
pub fn ask(conn: &mut DbConnection, env: &Env, email_key: &str) -> Result<(), DbError> {
    let found = principals::find_by_email(conn, email_key)?.filter(|found| found.id.account().is_some());
    let principal = found.map(|found| found.id.as_str().to_owned());
    note(conn, env, (&Actor::Visitor, ASK), principal.as_deref().unwrap_or("none"), &[])?;
    jobs::enqueue(conn, env, NewJob::new(MAIL, &MailJob { principal }).priority(Priority::Interactive))
}

/// Mails the link; it replaces an earlier one. Where the mailbox is in doubt, or nothing is frozen, the mail says so.
///
/// # Errors
/// The database failed.
pub fn mail(conn: &mut DbConnection, env: &Env, account: &Id<Account>) -> Result<(), DbError> {
    let id = PrincipalId::Holder(account.clone());
    let Some(principal) = principals::find(conn, &id)?.filter(|found| found.status != Status::Closed) else {
        return Ok(());
    };
    let (head, name) = (post::letterhead(env), name_of(conn, &id)?);
    let dates = written_dates(conn, env, &id)?;
    let head = head.in_language(dates.lang);
    let open = store::find_open(conn, account)?.filter(|_| principal.status == Status::Frozen);
    let letter = if let (Some(row), true) = (&open, email_changes::settled(conn, env, account)?) {
        tokens::delete_of(conn, Purpose::UnfreezeAccount, &[account.as_str()])?;
        let token = tokens::issue(conn, Purpose::UnfreezeAccount, account.as_str(), env.now())?;
        let link = head.link(&format!("/unfreeze/confirm?token={}", token.reveal()));
        let since = notices::moment(dates, row.started_at);
        letters::lift(head, &name, (row, &since), (link, Purpose::UnfreezeAccount.lifetime_in_words()))
    } else {
        letters::no_lift(head, &name, open.as_ref())
    };
    let envelope = Envelope { to: principal.email.reveal(), account: Some(account), kind: "unfreeze_account" };
    post::send(conn, env, envelope, &letter)
}

/// The freeze that a mailed link lifts, to be told to whoever has the link; it is not spent. `None` where it opens nothing.
///
/// # Errors
/// The database failed.
pub fn lifted_by(conn: &mut DbConnection, env: &Env, token: &str) -> Result<Option<FreezeRow>, DbError> {
    let Some(token) = SecretToken::parse("", token) else { return Ok(None) };
    let subject = tokens::find_subject(conn, Purpose::UnfreezeAccount, &token, env.now())?;
    let Some(account) = subject.and_then(|text| text.parse::<Id<Account>>().ok()) else { return Ok(None) };
    store::find_open(conn, &account)
}

/// The freezes of an account, the newest first.
///
/// # Errors
/// The database failed.
pub fn history(conn: &mut DbConnection, account: &Id<Account>) -> Result<Vec<FreezeRow>, DbError> {
    store::list(conn, account, SHOWN)
}

/// What stands against setting a password by mail: a freeze, or an address that can still be changed back. The mail that
/// goes out instead says so; nobody else learns it.
///
/// # Errors
/// The database failed.
pub fn reset_refusal(conn: &mut DbConnection, env: &Env, principal: &Principal) -> Result<Option<bool>, DbError> {
    let Some(account) = principal.id.account() else { return Ok(None) };
    let frozen = principal.status == Status::Frozen;
    Ok((frozen || !email_changes::settled(conn, env, account)?).then_some(frozen))
}

fn note(
    conn: &mut DbConnection,
    env: &Env,
    (actor, action): (&Actor, &'static str),
    subject: &str,
    refs: &[(&'static str, &str)],
) -> Result<(), DbError> {
    audit::record(conn, env, &audit::Event { actor, action, subject, fields: &[], refs, commits_to: b"" })
}
