//! Asking for another address, confirming it, and taking that back.

use std::net::IpAddr;

use serde::{Deserialize, Serialize};

use super::error::EmailChangeError;
use super::letters;
use super::store::{self, ChangeRow, NewChange, PENDING, SWITCHED};
use crate::db::{self, DbConnection, DbError};
use crate::env::Env;
use crate::identity::actors::Holder;
use crate::identity::factors::actions as factors;
use crate::identity::frame::written_dates;
use crate::identity::freezing::error::FreezeError;
use crate::identity::notices::{self, Notice, moment, name_of};
use crate::identity::post::{self, Envelope};
use crate::identity::principals::model::PrincipalId;
use crate::identity::principals::store::{self as principals, Principal};
use crate::identity::registrations::actions as registrations;
use crate::identity::sessions::model::End;
use crate::identity::sessions::store::write as sessions;
use crate::identity::throttle::actions as throttle;
use crate::identity::throttle::model::KNOWN_ADDRESS_NOTICE;
use crate::identity::tokens::model::Purpose;
use crate::identity::tokens::store as tokens;
use crate::identity::xmpp_notices::actions as xmpp_notices;
use crate::kernel::email_address::EmailAddress;
use crate::kernel::ids::{self, Account, EmailChange, Id};
use crate::kernel::public_error::FieldError;
use crate::kernel::secret_token::SecretToken;
use crate::kernel::time::Timestamp;
use crate::platform::audit;
use crate::platform::changes::{self, Change, Origin, Place};
use crate::platform::jobs::{self, Kind, NewJob, Priority};

/// The audit action of asking.
pub const REQUEST: &str = "email_change.create";
/// The audit action of the switch.
pub const CONFIRM: &str = "email_change.confirm";
/// The audit action of taking it back.
pub const UNDO: &str = "email_change.undo";
/// Picks and sends the mail to the new address.
pub const MAIL: Kind<Id<EmailChange>> = Kind::new("identity.email_change_mail");
/// An account has another address: whoever was told the old one on our behalf is told the new one. Worked by `billing`.
pub const SWITCHED_JOB: Kind<Switched> = Kind::new("identity.email_switched");

/// Whose address is another one.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Switched {
    /// The account.
    pub account: Id<Account>,
    /// The change in the history.
    #[serde(default)]
    pub change: Option<Id<ids::Change>>,
    /// Version of the account after it.
    #[serde(default)]
    pub version: i64,
}

/// Asks for another address; it replaces what was asked for before. Nothing tells whether it belongs to somebody.
///
/// # Errors
/// [`EmailChangeError::Field`] for the present address; the database failed.
pub fn request(
    conn: &mut DbConnection,
    env: &Env,
    holder: &Holder,
    email: &EmailAddress,
) -> Result<Id<EmailChange>, EmailChangeError> {
    let (id, now): (Id<EmailChange>, _) = (env.id(), env.now());
    let principal = principal_of(conn, &holder.account)?;
    if principal.email_key.reveal() == email.key() {
        let text = "This is the address of your account already; upper and lower case make no difference.";
        return Err(EmailChangeError::Field(FieldError::new("/email", text)));
    }
    void_pending(conn, &holder.account)?;
    let row = NewChange {
        id: &id,
        account_id: &holder.account,
        state: PENDING,
        old_email: principal.email.reveal(),
        new_email: email.as_str(),
        requested_at: now,
        holds_until: now + Purpose::ConfirmEmailChange.lifetime(),
    };
    store::insert(conn, &row).map_err(|error| match error {
        // Asked for twice at one moment: the later one looks again and replaces.
        DbError::Duplicate(_) => DbError::Busy,
        other => other,
    })?;
    note(conn, env, holder, (REQUEST, &id))?;
    jobs::enqueue(conn, env, NewJob::new(MAIL, &id).priority(Priority::Interactive))?;
    notices::tell(conn, env, &principal, Notice::EmailChangeRequested)?;
    Ok(id)
}

/// Writes to the new address: its link, or, where it belongs to somebody, at most one notice an hour.
///
/// # Errors
/// The database failed.
pub fn mail(conn: &mut DbConnection, env: &Env, id: &Id<EmailChange>) -> Result<(), DbError> {
    let Some(row) = store::find(conn, id, PENDING, env.now())? else { return Ok(()) };
    let address = parse(&row.new_email)?;
    let head = post::letterhead(env);
    if let Some(owner) = principals::find_by_email(conn, address.key())? {
        if throttle::take(conn, env, &KNOWN_ADDRESS_NOTICE, address.key())?.is_ok() {
            let (to, account) = (owner.email.reveal(), owner.id.account());
            let envelope = Envelope { to, account, kind: "email_address_in_use" };
            post::send(conn, env, envelope, &letters::in_use(head))?;
        }
        return Ok(());
    }
    if holder_of(conn, address.key(), env.now())?.is_some_and(|account| account != row.account_id) {
        return tell_held(conn, env, address.key());
    }
    tokens::delete_of(conn, Purpose::ConfirmEmailChange, &[id.as_str()])?;
    let token = tokens::issue(conn, Purpose::ConfirmEmailChange, id.as_str(), env.now())?;
    let link = head.link(&format!("/account/email/confirm?token={}", token.reveal()));
    let letter = letters::confirm(head, link, Purpose::ConfirmEmailChange.lifetime_in_words());
    let envelope =
        Envelope { to: row.new_email.reveal(), account: Some(&row.account_id), kind: "confirm_email_change" };
    post::send(conn, env, envelope, &letter)
}

/// The account that has left an address and can still return to it.
///
/// # Errors
/// The database failed.
pub fn holder_of(conn: &mut DbConnection, key: &str, now: Timestamp) -> Result<Option<Id<Account>>, DbError> {
    Ok(store::find_holding(conn, key, now)?.map(|row| row.account_id))
}

/// Whether a row was refused since its address is held for another account than `own`: the databases have no error of
/// their own for what a trigger says.
///
/// # Errors
/// The database failed.
pub fn is_held(
    conn: &mut DbConnection,
    error: &DbError,
    (key, own): (&str, Option<&Id<Account>>),
    now: Timestamp,
) -> Result<bool, DbError> {
    if !matches!(error, DbError::Refused(_) | DbError::Other(_)) {
        return Ok(false);
    }
    Ok(holder_of(conn, key, now)?.is_some_and(|holder| Some(&holder) != own))
}

/// Tells an address that is held, at most once an hour, that somebody wanted it; with another link to return to it, for
/// whoever has not seen the first one.
///
/// # Errors
/// The database failed.
pub fn tell_held(conn: &mut DbConnection, env: &Env, key: &str) -> Result<(), DbError> {
    let Some(row) = store::find_holding(conn, key, env.now())? else { return Ok(()) };
    if throttle::take(conn, env, &KNOWN_ADDRESS_NOTICE, key)?.is_err() {
        return Ok(());
    }
    let token = tokens::issue(conn, Purpose::UndoEmailChange, row.id.as_str(), env.now())?;
    let dates = written_dates(conn, env, &PrincipalId::Holder(row.account_id))?;
    let head = post::letterhead(env).in_language(dates.lang);
    let link = head.link(&format!("/email/undo?token={}", token.reveal()));
    let letter = letters::held(head, &moment(dates, row.holds_until), link);
    let envelope = Envelope { to: row.old_email.reveal(), account: None, kind: "email_address_held" };
    post::send(conn, env, envelope, &letter)
}

/// Spends the link and switches: of any number at once one does it.
///
/// # Errors
/// A spent link, also one of another account; [`EmailChangeError::Taken`]; the database failed.
pub fn confirm(
    conn: &mut DbConnection,
    env: &Env,
    holder: &Holder,
    (token, ip): (&SecretToken, IpAddr),
) -> Result<(), EmailChangeError> {
    let now = env.now();
    let subject = tokens::spend(conn, Purpose::ConfirmEmailChange, token, now)?;
    let id: Id<EmailChange> = subject.and_then(|text| text.parse().ok()).ok_or(FreezeError::LinkSpent)?;
    let row = store::find(conn, &id, PENDING, now)?.filter(|row| row.account_id == holder.account);
    let row = row.ok_or(FreezeError::LinkSpent)?;
    let before = principal_of(conn, &holder.account)?;
    let place = Place::new(Some(holder.session.id.as_str()), ip);
    switch(conn, env, (&before, &place), &parse(&row.new_email)?)?;
    let until = now + Purpose::UndoEmailChange.lifetime();
    let left = (before.email.reveal().as_str(), before.email_key.reveal().as_str());
    if !store::switch(conn, &id, left, &before.password_phc, until)? {
        return Err(FreezeError::LinkSpent.into());
    }
    sessions::end_all(conn, &before.id, Some(&holder.session.id), End::EmailChanged, now)?;
    tokens::delete_of(conn, Purpose::ResetPassword, &[holder.account.as_str()])?;
    tell_old_address(conn, env, &before, &id)?;
    Ok(note(conn, env, holder, (CONFIRM, &id))?)
}

/// Moves the account to an address, with history, and tells who was told the other one.
fn switch(
    conn: &mut DbConnection,
    env: &Env,
    (before, place): (&Principal, &Place),
    to: &EmailAddress,
) -> Result<(), EmailChangeError> {
    let account = before.id.account().ok_or(DbError::NotFound)?;
    let (now, address) = (env.now(), (to.as_str(), to.key()));
    match db::nested(conn, |conn| principals::replace_email(conn, &before.id, before.status, address, now)) {
        Err(DbError::Duplicate(_)) => return Err(EmailChangeError::Taken),
        Err(error) if is_held(conn, &error, (to.key(), Some(account)), now)? => return Err(EmailChangeError::Taken),
        Ok(false) => return Err(DbError::Busy.into()),
        other => other?,
    };
    // A stranger's pending sign-up with this address must never become the owner's account.
    registrations::disarm_all(conn, to.key())?;
    let version = store::raise_version(conn, account, now)?;
    let json = |text: &str| serde_json::Value::from(text).to_string();
    let (old, new) = (json(before.email.reveal()), json(to.as_str()));
    let actor = before.id.actor();
    let origin = Origin { actor: &actor, account, overwrite: false, version, place, restores: None };
    let rows = [Change { field: "email", before: Some(&old), after: Some(&new) }];
    let change = changes::record(conn, env, origin, &rows)?.pop();
    jobs::enqueue(conn, env, NewJob::new(SWITCHED_JOB, &Switched { account: account.clone(), change, version }))?;
    Ok(())
}

fn tell_old_address(
    conn: &mut DbConnection,
    env: &Env,
    before: &Principal,
    id: &Id<EmailChange>,
) -> Result<(), DbError> {
    let token = tokens::issue(conn, Purpose::UndoEmailChange, id.as_str(), env.now())?;
    let (head, name) = (post::letterhead(env), name_of(conn, &before.id)?);
    let link = head.link(&format!("/email/undo?token={}", token.reveal()));
    let undo = (link, Purpose::UndoEmailChange.lifetime_in_words());
    let when = moment(written_dates(conn, env, &before.id)?, env.now());
    let letter = letters::switched(head, &name, &when, undo);
    let envelope = Envelope { to: before.email.reveal(), account: before.id.account(), kind: "email_changed" };
    post::send(conn, env, envelope, &letter)
}

/// The change that an undo link is about, without spending it.
///
/// # Errors
/// A spent link; the database failed.
pub fn find_undo(conn: &mut DbConnection, env: &Env, token: &SecretToken) -> Result<ChangeRow, EmailChangeError> {
    let now = env.now();
    let subject = tokens::find_subject(conn, Purpose::UndoEmailChange, token, now)?;
    let id: Id<EmailChange> = subject.and_then(|text| text.parse().ok()).ok_or(FreezeError::LinkSpent)?;
    Ok(store::find(conn, &id, SWITCHED, now)?.ok_or(FreezeError::LinkSpent)?)
}

/// Spends the link and takes the change back; every other change of the account goes with it, and so does whatever else
/// opens the account since it was asked for: a password, factors, recovery codes. The caller has found the given password
/// right; `phc` is its hash.
///
/// # Errors
/// A spent link; [`EmailChangeError::Taken`]; the database failed.
pub fn undo(
    conn: &mut DbConnection,
    env: &Env,
    token: &SecretToken,
    (phc, ip): (&str, IpAddr),
) -> Result<Principal, EmailChangeError> {
    let row = find_undo(conn, env, token)?;
    tokens::spend(conn, Purpose::UndoEmailChange, token, env.now())?.ok_or(FreezeError::LinkSpent)?;
    let before = principal_of(conn, &row.account_id)?;
    switch(conn, env, (&before, &Place::new(None, ip)), &parse(&row.old_email)?)?;
    principals::set_password(conn, &before.id, phc)?;
    sessions::end_all(conn, &before.id, None, End::EmailChanged, env.now())?;
    factors::withdraw_since(conn, env, &before.id, row.requested_at)?;
    xmpp_notices::withdraw_since(conn, &row.account_id, row.requested_at)?;
    forget(conn, &row.account_id, None)?;
    let event = audit::Event {
        actor: &before.id.actor(),
        action: UNDO,
        subject: row.account_id.as_str(),
        fields: &["email"],
        refs: &[("change", row.id.as_str())],
        commits_to: b"",
    };
    audit::record(conn, env, &event)?;
    let after = principal_of(conn, &row.account_id)?;
    notices::tell(conn, env, &after, Notice::EmailChangeUndone)?;
    Ok(after)
}

/// Voids what waits for its confirmation.
///
/// # Errors
/// The database failed.
pub fn void_pending(conn: &mut DbConnection, account: &Id<Account>) -> Result<(), DbError> {
    forget(conn, account, Some(PENDING))
}

fn forget(conn: &mut DbConnection, account: &Id<Account>, state: Option<&str>) -> Result<(), DbError> {
    let gone = store::delete_of(conn, account, state)?;
    let gone: Vec<&str> = gone.iter().map(Id::as_str).collect();
    tokens::delete_of(conn, Purpose::ConfirmEmailChange, &gone)?;
    tokens::delete_of(conn, Purpose::UndoEmailChange, &gone)
}

/// Whether the address of an account is beyond doubt: no change of it can be undone any more.
///
/// # Errors
/// The database failed.
pub fn settled(conn: &mut DbConnection, env: &Env, account: &Id<Account>) -> Result<bool, DbError> {
    Ok(store::find_of(conn, account, SWITCHED, env.now())?.is_none())
}

/// What waits for its confirmation.
///
/// # Errors
/// The database failed.
pub fn pending(conn: &mut DbConnection, env: &Env, account: &Id<Account>) -> Result<Option<ChangeRow>, DbError> {
    store::find_of(conn, account, PENDING, env.now())
}

/// The present address of an account, as its owner wrote it.
///
/// # Errors
/// The database failed.
pub fn present(conn: &mut DbConnection, account: &Id<Account>) -> Result<String, DbError> {
    Ok(principal_of(conn, account)?.email.into_revealed())
}

/// Forgets what has run out.
///
/// # Errors
/// The database failed.
pub fn purge(conn: &mut DbConnection, env: &Env) -> Result<usize, DbError> {
    store::delete_expired(conn, env.now())
}

fn principal_of(conn: &mut DbConnection, account: &Id<Account>) -> Result<Principal, DbError> {
    principals::find(conn, &PrincipalId::Holder(account.clone()))?.ok_or(DbError::NotFound)
}

fn parse(stored: &crate::kernel::personal::Personal<String>) -> Result<EmailAddress, DbError> {
    EmailAddress::parse(stored.reveal())
        .map_err(|_| DbError::Other("a stored e-mail address cannot be read".to_owned()))
}

fn note(
    conn: &mut DbConnection,
    env: &Env,
    holder: &Holder,
    (action, change): (&'static str, &Id<EmailChange>),
) -> Result<(), DbError> {
    let event = audit::Event {
        actor: &holder.actor(),
        action,
        subject: holder.account.as_str(),
        fields: &["email"],
        refs: &[("change", change.as_str()), ("session", holder.session.id.as_str())],
        commits_to: b"",
    };
    audit::record(conn, env, &event)
}
