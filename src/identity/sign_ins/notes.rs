//! What signing in leaves behind: an entry, and a notice where it is news to the account's owner.

use chrono::Duration;

use super::letters::Arrival;
use super::model::{FIRST_SIGN_IN, Method, Outcome, network};
use super::store;
use crate::db::{DbConnection, DbError};
use crate::env::Env;
use crate::identity::notices::{self, Notice};
use crate::identity::principals::model::PrincipalId;
use crate::identity::principals::store::{self as principals, Principal};
use crate::identity::sessions::actions::begin::Begun;
use crate::identity::sessions::device::describe;
use crate::identity::sessions::error::SignInError;
use crate::identity::sessions::model::{SessionKind, Transport};
use crate::identity::sessions::pending::Wish;
use crate::identity::sessions::store::write as sessions;
use crate::identity::throttle::actions as throttle;
use crate::identity::throttle::model::SIGN_IN_NOTICE;
use crate::identity::tokens::model::Purpose;
use crate::identity::tokens::store as tokens;
use crate::kernel::ids::{Id, Session, SignIn};
use crate::platform::web::request::RequestInfo;

/// A try whose password was right.
pub struct Try<'a> {
    /// Who.
    pub principal: &'a PrincipalId,
    /// Where from, with what.
    pub info: &'a RequestInfo,
    /// What was shown to get in.
    pub method: Method,
    /// Whether a valid pre-fill cookie for this very address came along.
    pub known_device: bool,
    /// Whether somebody said that the browser's computer is a public one, and is to get a link that ends the session.
    pub says_public: bool,
}

impl<'a> Try<'a> {
    /// A try of somebody who wishes this.
    #[must_use]
    pub fn new(principal: &'a PrincipalId, info: &'a RequestInfo, method: Method, wish: &Wish) -> Self {
        let says_public = wish.choice.says_public() && wish.transport == Transport::Cookie;
        Self { principal, info, method, known_device: wish.known_device, says_public }
    }
}

/// Notes a try whose password was right, in the transaction that has judged the rest.
///
/// # Errors
/// The database failed.
pub fn judged(
    conn: &mut DbConnection,
    env: &Env,
    tried: &Try<'_>,
    outcome: &Result<Begun, SignInError>,
) -> Result<(), DbError> {
    let what = match outcome {
        Ok(_) => Outcome::SignedIn,
        Err(SignInError::FactorRequired(_)) => Outcome::FactorRequired,
        Err(SignInError::WrongFactor) => Outcome::WrongFactor,
        Err(SignInError::Frozen) => Outcome::Frozen,
        Err(SignInError::ResetRequired) => Outcome::ResetRequired,
        Err(SignInError::Limited(_)) => Outcome::TooMany,
        // The password was changed while this one was judged.
        Err(SignInError::WrongCredentials) => Outcome::WrongPassword,
        Err(_) => Outcome::Refused,
    };
    let session = outcome.as_ref().ok().map(|begun| &begun.id);
    let (entry, known) = insert(conn, env, tried, (what, session))?;
    match outcome {
        Ok(begun) => tell(conn, env, tried, (&entry, known), begun),
        Err(_) => Ok(()),
    }
}

/// Whose entry a try makes that never came so far; `unjudged`: the limits refused it, which is noted once an hour.
///
/// # Errors
/// The database failed.
pub fn owner_of_refused(
    conn: &mut DbConnection,
    env: &Env,
    email_key: &str,
    unjudged: bool,
) -> Result<Option<PrincipalId>, DbError> {
    let Some(found) = principals::find_by_email(conn, email_key)? else { return Ok(None) };
    let noted = unjudged && store::was_limited(conn, &found.id, env.now() - Duration::hours(1))?;
    Ok((!noted).then_some(found.id))
}

/// Notes such a try.
///
/// # Errors
/// The database failed.
pub fn refused(
    conn: &mut DbConnection,
    env: &Env,
    owner: &PrincipalId,
    info: &RequestInfo,
    unjudged: bool,
) -> Result<(), DbError> {
    let outcome = if unjudged { Outcome::TooMany } else { Outcome::WrongPassword };
    let tried = Try { principal: owner, info, method: Method::Password, known_device: false, says_public: false };
    insert(conn, env, &tried, (outcome, None)).map(|_| ())
}

/// Notes a try; answers its entry and whether its device was known.
fn insert(
    conn: &mut DbConnection,
    env: &Env,
    tried: &Try<'_>,
    (outcome, session_id): (Outcome, Option<&Id<Session>>),
) -> Result<(Id<SignIn>, bool), DbError> {
    let id = env.id();
    let new = store::NewEntry {
        id: &id,
        principal_id: tried.principal,
        at: env.now(),
        outcome,
        method: tried.method,
        network: &network(tried.info.ip),
        device: &describe(&tried.info.user_agent),
        is_known: tried.known_device,
        session_id,
    };
    let known = store::insert(conn, &new)?;
    Ok((id, known))
}

/// Writes to the owner where the sign-in is news to them: from a device that is not known, or on a public computer.
fn tell(
    conn: &mut DbConnection,
    env: &Env,
    tried: &Try<'_>,
    (entry, known): (&Id<SignIn>, bool),
    begun: &Begun,
) -> Result<(), DbError> {
    let public = tried.says_public && begun.kind == SessionKind::Public;
    if known && !public {
        return Ok(());
    }
    let principal = principals::find(conn, tried.principal)?.ok_or(DbError::NotFound)?;
    if !public && (is_first(conn, env, &principal, entry)? || was_here(conn, tried, entry, begun)?) {
        return Ok(());
    }
    if throttle::take(conn, env, &SIGN_IN_NOTICE, tried.principal.as_str())?.is_err() {
        return Ok(());
    }
    let link = |conn: &mut DbConnection, purpose, subject| -> Result<String, DbError> {
        Ok(tokens::issue(conn, purpose, subject, env.now())?.reveal().to_owned())
    };
    let arrival = Arrival {
        device: describe(&tried.info.user_agent),
        network: network(tried.info.ip),
        report: link(conn, Purpose::ReportSignIn, entry.as_str())?,
        close: if public { Some(link(conn, Purpose::CloseSession, begun.id.as_str())?) } else { None },
    };
    notices::tell(conn, env, &principal, Notice::SignedIn(&arrival))
}

/// Whether this is the first session of an account whose address was proved lately: no news to its owner.
fn is_first(conn: &mut DbConnection, env: &Env, principal: &Principal, entry: &Id<SignIn>) -> Result<bool, DbError> {
    let lately = env.now() - principal.verified_at < FIRST_SIGN_IN;
    Ok(lately && !store::has_begun(conn, &principal.id, entry)?)
}

/// Whether an earlier session began with such a device from that network, where the history knows of none at all: it
/// does not reach back to sign-ins before it was kept, or whose ninety days are over.
fn was_here(conn: &mut DbConnection, tried: &Try<'_>, entry: &Id<SignIn>, begun: &Begun) -> Result<bool, DbError> {
    if store::has_begun(conn, tried.principal, entry)? {
        return Ok(false);
    }
    let (here, device) = (network(tried.info.ip), describe(&tried.info.user_agent));
    let same = |(ip, agent): (Option<String>, String)| {
        let from = ip.and_then(|text| text.parse().ok()).map(network);
        from.as_ref() == Some(&here) && describe(&agent) == device
    };
    Ok(sessions::places(conn, tried.principal, &begun.id)?.into_iter().any(same))
}
