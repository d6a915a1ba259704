//! Asking for the link, mailing it, and setting the password with it.

use serde::{Deserialize, Serialize};

use crate::db::{DbConnection, DbError};
use crate::env::Env;
use crate::identity::api_tokens::actions as api_tokens;
use crate::identity::credentials::error::PasswordError;
use crate::identity::credentials::model::words_of_email;
use crate::identity::factor_resets::{actions as factor_resets, model::End as ResetEnd};
use crate::identity::frame::language;
use crate::identity::freezing;
use crate::identity::letters;
use crate::identity::notices::{self, Notice, name_of};
use crate::identity::ports::HolderFacts;
use crate::identity::post::{self, Envelope};
use crate::identity::principals::actions as states;
use crate::identity::principals::model::{PrincipalId, Status};
use crate::identity::principals::store::{self as principals, Principal};
use crate::identity::registrations::error::RegistrationError;
use crate::identity::sessions::model::End;
use crate::identity::sessions::store::{staff_member, write as sessions};
use crate::identity::throttle::actions::{self as throttle, Reservation};
use crate::identity::throttle::model::{Limited, PASSWORD_AGAIN};
use crate::identity::tokens::model::Purpose;
use crate::identity::tokens::store as tokens;
use crate::kernel::actor::Actor;
use crate::kernel::deed::Deed;
use crate::kernel::secret_token::SecretToken;
use crate::platform::audit;
use crate::platform::jobs::{self, Kind, NewJob, Priority};

/// The audit action of setting the password with it.
pub const RESET: &str = "password.reset";
/// Mails the link.
pub const MAIL: Kind<MailJob> = Kind::new("identity.reset_mail");

/// Whose link is to be mailed; `None` for an unknown address: the job exists all the same.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct MailJob {
    /// Text of the principal's id.
    pub principal: Option<String>,
    /// Whether the operator has just made the account, of which its owner knows nothing yet.
    #[serde(default)]
    pub welcome: bool,
}

/// Asks for a link: the same work for every address.
///
/// # Errors
/// The database failed.
pub fn request(conn: &mut DbConnection, env: &Env, email_key: &str) -> Result<(), DbError> {
    let found = principals::find_by_email(conn, email_key)?;
    let principal = found.map(|found| found.id.as_str().to_owned());
    note(conn, env, &Actor::Visitor, "password_reset.create", principal.as_deref().unwrap_or("none"))?;
    jobs::enqueue(conn, env, NewJob::new(MAIL, &MailJob { principal, welcome: false }).priority(Priority::Interactive))
}

/// Has the link mailed to somebody who did not ask for it, but needs it now.
///
/// # Errors
/// The database failed.
pub fn send_link(conn: &mut DbConnection, env: &Env, id: &PrincipalId) -> Result<(), DbError> {
    send(conn, env, MailJob { principal: Some(id.as_str().to_owned()), welcome: false })
}

/// Has the link mailed to a new member of staff, with words that say what it is for.
///
/// # Errors
/// The database failed.
pub fn welcome(conn: &mut DbConnection, env: &Env, id: &PrincipalId) -> Result<(), DbError> {
    send(conn, env, MailJob { principal: Some(id.as_str().to_owned()), welcome: true })
}

fn send(conn: &mut DbConnection, env: &Env, job: MailJob) -> Result<(), DbError> {
    jobs::enqueue(conn, env, NewJob::new(MAIL, &job).priority(Priority::Interactive))
}

/// Mails the link; it replaces an earlier one.
///
/// # Errors
/// The database failed.
pub fn mail(conn: &mut DbConnection, env: &Env, id: &PrincipalId, is_welcome: bool) -> Result<(), DbError> {
    let Some(principal) = principals::find(conn, id)? else { return Ok(()) };
    if principal.status == Status::Closed || principal.disabled_at.is_some() {
        return Ok(());
    }
    tokens::delete_of(conn, Purpose::ResetPassword, &[id.as_str()])?;
    let envelope = Envelope { to: principal.email.reveal(), account: id.account(), kind: "reset_password" };
    if let Some(frozen) = freezing::actions::reset_refusal(conn, env, &principal)? {
        let letter = freezing::letters::no_reset(post::letterhead(env), &name_of(conn, id)?, frozen);
        return post::send(conn, env, envelope, &letter);
    }
    let token = tokens::issue(conn, Purpose::ResetPassword, id.as_str(), env.now())?;
    let head = post::letterhead(env).in_language(language(conn, env, id)?);
    let (link, name) = (head.link(&format!("/reset?token={}", token.reveal())), name_of(conn, id)?);
    let lifetime = Purpose::ResetPassword.lifetime_in_words();
    let role = match id {
        PrincipalId::Staff(member) if is_welcome => staff_member(conn, member)?.map(|(_, role)| role.as_str()),
        _ => None,
    };
    let letter = match role {
        Some(role) => letters::staff_welcome(head, &name, link, (lifetime, role)),
        None => letters::password_reset(head, &name, link, lifetime),
    };
    post::send(conn, env, envelope, &letter)
}

/// Whose words the new password must not be made of; the link is not spent yet.
///
/// # Errors
/// [`RegistrationError::LinkSpent`]; the database failed.
pub fn personal_words(
    conn: &mut DbConnection,
    env: &Env,
    facts: &dyn HolderFacts,
    token: &SecretToken,
) -> Result<Vec<String>, RegistrationError> {
    let principal = owner_of(conn, env, token)?;
    Ok(words_of(conn, facts, &principal)?)
}

/// The hash that the new password must not fit, counted as a guess: or else whoever reads the mailbox could try with one
/// link what the password is. Counted by link, so that nobody uses up the tries of the owner's next one.
///
/// # Errors
/// [`RegistrationError::LinkSpent`]; the database failed.
pub fn present_hash(
    conn: &mut DbConnection,
    env: &Env,
    token: &SecretToken,
) -> Result<Result<(Reservation, String), Limited>, RegistrationError> {
    let principal = owner_of(conn, env, token)?;
    let (mut reservation, link) = (Reservation::default(), token.digest());
    let counted = throttle::reserve_own(conn, env, &PASSWORD_AGAIN, link.as_str(), &mut reservation)?;
    Ok(counted.map(|()| (reservation, principal.password_phc)))
}

fn owner_of(conn: &mut DbConnection, env: &Env, token: &SecretToken) -> Result<Principal, RegistrationError> {
    let subject = tokens::find_subject(conn, Purpose::ResetPassword, token, env.now())?;
    let id: PrincipalId = subject.and_then(|text| text.parse().ok()).ok_or(RegistrationError::LinkSpent)?;
    principals::find(conn, &id)?.ok_or(RegistrationError::LinkSpent)
}

/// The words of a principal that their password must not be made of.
///
/// # Errors
/// The database failed.
pub fn words_of(
    conn: &mut DbConnection,
    facts: &dyn HolderFacts,
    principal: &Principal,
) -> Result<Vec<String>, DbError> {
    let mut words = words_of_email(principal.email_key.reveal());
    match &principal.id {
        PrincipalId::Holder(id) => words.extend(facts.personal_words(conn, id)?),
        PrincipalId::Staff(id) => words.extend(staff_member(conn, id)?.map(|(name, _)| name)),
    }
    Ok(words)
}

/// Spends the link and sets the password `to`; every session ends, nobody is signed in. `from` is the hash that the new
/// password was compared with. Answers whether API tokens go on.
///
/// # Errors
/// [`RegistrationError::LinkSpent`]; the password has changed since it was compared with; the database failed.
pub fn complete(
    conn: &mut DbConnection,
    env: &Env,
    token: &SecretToken,
    (from, to): (&str, &str),
    reservation: &Reservation,
) -> Result<bool, RegistrationError> {
    let now = env.now();
    let subject = tokens::spend(conn, Purpose::ResetPassword, token, now)?;
    let id: PrincipalId = subject.and_then(|text| text.parse().ok()).ok_or(RegistrationError::LinkSpent)?;
    let principal = principals::find(conn, &id)?.ok_or(RegistrationError::LinkSpent)?;
    let open = states::allows(conn, &id, Deed::Reset)?;
    if !open || freezing::actions::reset_refusal(conn, env, &principal)?.is_some() {
        return Err(RegistrationError::LinkSpent);
    }
    if principals::replace_password(conn, &id, from, to)?.is_none() {
        return Err(RegistrationError::Fields(vec![PasswordError::Moved.field()]));
    }
    principals::choose_password(conn, &id, to)?;
    throttle::refund(conn, reservation)?;
    sessions::end_all(conn, &id, None, End::PasswordReset, now)?;
    tokens::delete_of(conn, Purpose::ResetPassword, &[id.as_str()])?;
    throttle::forgive(conn, env, id.as_str(), principal.email_key.reveal())?;
    note(conn, env, &id.actor(), RESET, id.as_str())?;
    if let Some(account) = id.account() {
        // Or else the mailbox alone would open an account that has a second factor.
        factor_resets::stop(conn, env, account, ResetEnd::Password, &id.actor())?;
    }
    notices::tell(conn, env, &principal, Notice::PasswordChanged)?;
    match id.account() {
        Some(account) => Ok(api_tokens::any(conn, env, account)?),
        None => Ok(false),
    }
}

fn note(conn: &mut DbConnection, env: &Env, actor: &Actor, action: &'static str, subject: &str) -> Result<(), DbError> {
    audit::record(conn, env, &audit::Event { actor, action, subject, fields: &[], refs: &[], commits_to: b"" })
}
