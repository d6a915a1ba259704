//! Signing up, and proving the address.

use chrono::Duration;
use serde::{Deserialize, Serialize};

use super::error::RegistrationError;
use super::model::{ContactInput, SignUp, read_profile, stored_profile};
use super::store::{self, NewRegistration, Pending};
use crate::db::{self, DbConnection, DbError};
use crate::env::Env;
use crate::identity::email_changes::actions as email_changes;
use crate::identity::frame::language;
use crate::identity::letters;
use crate::identity::ports::AccountOpening;
use crate::identity::post::{self, Envelope};
use crate::identity::principals::model::{PrincipalId, Status};
use crate::identity::principals::store::{self as principals, NewPrincipal};
use crate::identity::throttle::actions as throttle;
use crate::identity::throttle::actions::Reservation;
use crate::identity::throttle::model::{KNOWN_ADDRESS_NOTICE, Limited, MAIL_BY_ADDRESS, PASSWORD_AGAIN};
use crate::identity::tokens::model::Purpose;
use crate::identity::tokens::store as tokens;
use crate::kernel::actor::Actor;
use crate::kernel::ids::{Account, Id, Registration};
use crate::kernel::lang::Lang;
use crate::kernel::secret_token::SecretToken;
use crate::platform::jobs::{self, Kind, NewJob, Priority};
use crate::platform::trust::policy;
use crate::platform::{audit, changes};

/// Picks and sends the mail of a sign-up.
pub const MAIL: Kind<MailJob> = Kind::new("identity.registration_mail");
/// Days that an unproved sign-up is kept.
pub const KEPT_DAYS: i64 = 7;

/// Most sign-ups of one address that a password is compared with, each at the cost of a hash. The one whose link is used
/// is among them.
const MOST_CHOICES: usize = 4;

/// Which sign-up a mail is for; `None` where there is none: the job exists all the same.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct MailJob {
    /// The sign-up.
    pub registration: Option<Id<Registration>>,
}

/// Refuses a sign-up that accepts another policy than the current one.
///
/// # Errors
/// [`RegistrationError::PolicyOutdated`]; the database failed.
pub fn check_policy(conn: &mut DbConnection, accepted: i32) -> Result<(), RegistrationError> {
    let current = policy::current_number(conn)?;
    if current == accepted { Ok(()) } else { Err(RegistrationError::PolicyOutdated(current)) }
}

/// Stores a sign-up with its job: the same for every address.
///
/// # Errors
/// The database failed.
pub fn register(conn: &mut DbConnection, env: &Env, sign_up: &SignUp, phc: &str) -> Result<(), DbError> {
    let (id, now, profile) = (env.id(), env.now(), &sign_up.profile);
    let contact = serde_json::to_string(&stored_profile(profile)).map_err(|error| DbError::Other(error.to_string()))?;
    store::insert(
        conn,
        &NewRegistration {
            id: &id,
            email: sign_up.email.as_str(),
            email_key: sign_up.email.key(),
            name: profile.name.as_str(),
            profile: &contact,
            password_phc: phc,
            policy_version: sign_up.policy_version,
            locale: profile.locale.as_str(),
            created_at: now,
            expires_at: now + Duration::days(KEPT_DAYS),
        },
    )?;
    note(conn, env, &Actor::Visitor, "registration.create", id.as_str())?;
    enqueue_mail(conn, env, Some(id))
}

/// Has the mail of an address's newest sign-up sent again; the same work where there is none.
///
/// # Errors
/// The database failed.
pub fn resend(conn: &mut DbConnection, env: &Env, email_key: &str) -> Result<(), DbError> {
    let newest = store::find_newest(conn, email_key, env.now())?;
    note(conn, env, &Actor::Visitor, "registration.resend", newest.as_ref().map_or("none", Id::as_str))?;
    enqueue_mail(conn, env, newest)
}

fn enqueue_mail(conn: &mut DbConnection, env: &Env, registration: Option<Id<Registration>>) -> Result<(), DbError> {
    jobs::enqueue(conn, env, NewJob::new(MAIL, &MailJob { registration }).priority(Priority::Interactive))
}

/// What became of a sign-up's mail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mailed {
    /// Sent, or nothing to send.
    Done,
    /// The address has had its share of mails; try again after this.
    Later(Duration),
}

/// Writes the mail of a sign-up: its link, or, to an address that has an account, at most one notice an hour.
///
/// # Errors
/// The database failed.
pub fn mail(conn: &mut DbConnection, env: &Env, id: &Id<Registration>) -> Result<Mailed, DbError> {
    let Some(pending) = store::find(conn, id, env.now())? else { return Ok(Mailed::Done) };
    let key = pending.email_key.reveal();
    if let Some(known) = principals::find_by_email(conn, key)? {
        disarm_all(conn, key)?;
        return notice(conn, env, &known, key);
    }
    if email_changes::holder_of(conn, key, env.now())?.is_some() {
        disarm_all(conn, key)?;
        email_changes::tell_held(conn, env, key)?;
        return Ok(Mailed::Done);
    }
    if let Err(limited) = throttle::take(conn, env, &MAIL_BY_ADDRESS, key)? {
        return Ok(Mailed::Later(limited.wait));
    }
    // The new link replaces the old one.
    tokens::delete_of(conn, Purpose::VerifyRegistration, &[id.as_str()])?;
    let token = tokens::issue(conn, Purpose::VerifyRegistration, id.as_str(), env.now())?;
    let lang = Lang::of_tag(&pending.locale).unwrap_or(env.settings.product.language());
    let head = post::letterhead(env).in_language(lang);
    let link = head.link(&format!("/verify?token={}", token.reveal()));
    let lifetime = Purpose::VerifyRegistration.lifetime_in_words();
    let letter = letters::verification(head, pending.name.reveal(), link, lifetime);
    let envelope = Envelope { to: pending.email.reveal(), account: None, kind: "verify_registration" };
    post::send(conn, env, envelope, &letter)?;
    Ok(Mailed::Done)
}

fn notice(
    conn: &mut DbConnection,
    env: &Env,
    known: &principals::Principal,
    email_key: &str,
) -> Result<Mailed, DbError> {
    if throttle::take(conn, env, &KNOWN_ADDRESS_NOTICE, email_key)?.is_ok() {
        // Whoever signed up typed the name: it must not reach the owner of the address.
        let head = post::letterhead(env).in_language(language(conn, env, &known.id)?);
        let letter = letters::already_registered(head, "");
        let envelope = Envelope { to: known.email.reveal(), account: known.id.account(), kind: "already_registered" };
        post::send(conn, env, envelope, &letter)?;
    }
    Ok(Mailed::Done)
}

/// Makes every sign-up of an address one that opens nothing.
///
/// # Errors
/// The database failed.
pub fn disarm_all(conn: &mut DbConnection, email_key: &str) -> Result<(), DbError> {
    let all = store::disarm_of(conn, email_key)?;
    let all: Vec<&str> = all.iter().map(String::as_str).collect();
    tokens::delete_of(conn, Purpose::VerifyRegistration, &all)
}

/// The sign-up that a link was mailed for, without spending it.
///
/// # Errors
/// [`RegistrationError::LinkSpent`]; the database failed.
pub fn of_link(conn: &mut DbConnection, env: &Env, token: &SecretToken) -> Result<Pending, RegistrationError> {
    let subject = tokens::find_subject(conn, Purpose::VerifyRegistration, token, env.now())?;
    let id: Id<Registration> = subject.and_then(|text| text.parse().ok()).ok_or(RegistrationError::LinkSpent)?;
    store::find(conn, &id, env.now())?.ok_or(RegistrationError::LinkSpent)
}

/// Sign-ups among which the given password may choose.
pub struct Choice {
    /// What was counted for the try.
    pub reservation: Reservation,
    /// The link's own first, with the hashes of their passwords.
    pub waiting: Vec<(Id<Registration>, String)>,
}

/// Counts a try to choose by the password among the sign-ups of a link's address.
///
/// # Errors
/// [`RegistrationError::LinkSpent`]; the database failed.
pub fn prepare_choice(
    conn: &mut DbConnection,
    env: &Env,
    token: &SecretToken,
) -> Result<Result<Choice, Limited>, RegistrationError> {
    let own = of_link(conn, env, token)?;
    let (key, mut reservation) = (own.email_key.reveal(), Reservation::default());
    let bucket = format!("sign-up {key}");
    if let Err(limited) = throttle::reserve_own(conn, env, &PASSWORD_AGAIN, &bucket, &mut reservation)? {
        return Ok(Err(limited));
    }
    let mut waiting = store::list_waiting(conn, key, env.now())?;
    waiting.sort_by_key(|(id, _)| *id != own.id);
    waiting.truncate(MOST_CHOICES);
    Ok(Ok(Choice { reservation, waiting }))
}

/// Proves the address of a sign-up, the link's own or another one of its address that was chosen by the password:
/// principal, key, account and acceptance in one transaction.
///
/// # Errors
/// [`RegistrationError::LinkSpent`]; the database failed.
pub fn verify(
    conn: &mut DbConnection,
    env: &Env,
    opening: &dyn AccountOpening,
    (token, chosen): (&SecretToken, Option<&Id<Registration>>),
) -> Result<Id<Account>, RegistrationError> {
    let now = env.now();
    let mut pending = of_link(conn, env, token)?;
    if let Some(chosen) = chosen {
        let other = store::find(conn, chosen, now)?.filter(|other| other.email_key == pending.email_key);
        pending = other.ok_or(RegistrationError::LinkSpent)?;
    }
    let account: Id<Account> = env.id();
    let principal = PrincipalId::Holder(account.clone());
    // The address is claimed before the token is spent: links of one address wait for each other here and nowhere else,
    // so they cannot wait for each other in a circle.
    insert_principal(conn, env, &principal, &pending)?;
    tokens::spend(conn, Purpose::VerifyRegistration, token, now)?.ok_or(RegistrationError::LinkSpent)?;
    let contact: ContactInput = serde_json::from_str(pending.profile.reveal()).map_err(|_| damaged())?;
    let profile = read_profile(pending.name.reveal(), &pending.locale, &contact).ok_or_else(damaged)?;
    changes::create_key(conn, env, &account)?;
    opening.open(conn, env, &account, &profile)?;
    policy::accept(conn, &account, pending.policy_version, now)?;
    // A stranger's pending sign-up with this address must never become the owner's account.
    let all = store::delete_of(conn, pending.email_key.reveal())?;
    let all: Vec<&str> = all.iter().map(String::as_str).collect();
    tokens::delete_of(conn, Purpose::VerifyRegistration, &all)?;
    note(conn, env, &principal.actor(), "account.create", account.as_str())?;
    Ok(account)
}

fn insert_principal(
    conn: &mut DbConnection,
    env: &Env,
    id: &PrincipalId,
    pending: &Pending,
) -> Result<(), RegistrationError> {
    let new = NewPrincipal {
        id,
        kind: "holder",
        email: pending.email.reveal(),
        email_key: pending.email_key.reveal(),
        password_phc: &pending.password_phc,
        status: Status::Active,
        created_at: env.now(),
        verified_at: env.now(),
    };
    match db::nested(conn, |conn| principals::insert(conn, &new)) {
        // Another sign-up of the address was proved first.
        Err(DbError::Duplicate(_)) => Err(RegistrationError::LinkSpent),
        // Or an account has left it meanwhile and can return to it.
        Err(error) if email_changes::is_held(conn, &error, (new.email_key, None), new.verified_at)? => {
            Err(RegistrationError::LinkSpent)
        }
        other => Ok(other?),
    }
}

fn damaged() -> DbError {
    DbError::Other("a stored sign-up cannot be read".to_owned())
}

fn note(conn: &mut DbConnection, env: &Env, actor: &Actor, action: &'static str, subject: &str) -> Result<(), DbError> {
    audit::record(conn, env, &audit::Event { actor, action, subject, fields: &[], refs: &[], commits_to: b"" })
}
