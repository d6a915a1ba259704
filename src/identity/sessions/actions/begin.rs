//! Signing in is three steps, because nothing may hold a transaction while a password is hashed: [`prepare`] counts the
//! try and reads the hash, the caller hashes, [`finish`] checks that nothing has changed meanwhile and inserts the
//! session. Where a factor is missing, the caller gets the sign-in so far, sealed, and comes back by [`go_on`].

use chrono::Duration;
use uuid::Uuid;
use webauthn_rs::prelude::PublicKeyCredential;

use crate::db::{DbConnection, DbError};
use crate::env::Env;
use crate::identity::factor_resets::actions as factor_resets;
use crate::identity::factors::actions as factors;
use crate::identity::factors::model::Answer;
use crate::identity::factors::passkeys::assertion;
use crate::identity::principals::model::{PrincipalId, Status};
use crate::identity::principals::store::{self as principals, Standing};
use crate::identity::registrations::store as registrations;
use crate::identity::sessions::error::{SignInError, Waiting};
use crate::identity::sessions::model::{SessionKind, Transport};
use crate::identity::sessions::pending::{Pending, Wish};
use crate::identity::sessions::store::{self, write};
use crate::identity::throttle::actions::{self as throttle, Attempt, Reservation};
use crate::identity::throttle::model::Limited;
use crate::kernel::deed::Deed;
use crate::kernel::email_address::EmailAddress;
use crate::kernel::ids::{Id, Session};
use crate::kernel::secret_token::TokenDigest;
use crate::kernel::time::Timestamp;
use crate::platform::audit;
use crate::platform::web::request::RequestInfo;

/// Whose password is to be judged. An address may have both: whoever signs up with the address of an account is told the
/// same as with a free one.
pub struct Candidate {
    /// A principal with its stored hash.
    pub principal: Option<(PrincipalId, String)>,
    /// The stored hash of a sign-up.
    pub registration: Option<String>,
}

/// Counts the try, then finds whom it is about.
///
/// # Errors
/// The database failed.
pub fn prepare(
    conn: &mut DbConnection,
    env: &Env,
    attempt: &Attempt<'_>,
) -> Result<Result<(Reservation, Candidate), Limited>, DbError> {
    let reservation = match throttle::reserve(conn, env, attempt)? {
        Ok(reservation) => reservation,
        Err(limited) => return Ok(Err(limited)),
    };
    Ok(Ok((reservation, find_candidate(conn, env, attempt.email_key)?)))
}

/// Finds whom an address belongs to.
///
/// # Errors
/// The database failed.
pub fn find_candidate(conn: &mut DbConnection, env: &Env, email_key: &str) -> Result<Candidate, DbError> {
    let principal = principals::find_by_email(conn, email_key)?.map(|found| (found.id, found.password_phc));
    Ok(Candidate { principal, registration: registrations::find_newest_hash(conn, email_key, env.now())? })
}

/// Makes the secret of a session from its key: answers what the client gets and the digest that stays.
pub type Issue<'a> = &'a dyn Fn(Uuid, Timestamp) -> (String, TokenDigest);

/// What a session is begun with, besides the proof of who it is.
pub struct Opening<'a> {
    /// What was chosen.
    pub wish: &'a Wish,
    /// Where the request comes from.
    pub info: &'a RequestInfo,
    /// Makes the secret.
    pub issue: Issue<'a>,
}

/// A right password.
pub struct RightPassword<'a> {
    /// Whose.
    pub principal: &'a PrincipalId,
    /// The hash that the password was compared with.
    pub from: &'a str,
    /// The hash to keep: the same, or one of present settings.
    pub to: &'a str,
    /// What was counted for the try.
    pub reservation: &'a Reservation,
    /// What was given for a factor, where something was.
    pub factor: Option<&'a Answer>,
}

/// A session that has begun.
pub struct Begun {
    /// Whose.
    pub principal: PrincipalId,
    /// What was chosen.
    pub wish: Wish,
    /// Public id.
    pub id: Id<Session>,
    /// Decides its life.
    pub kind: SessionKind,
    /// The other half of the row's key.
    pub signed_in_at: Timestamp,
    /// When it ends at the latest.
    pub expires_at: Timestamp,
    /// What the client gets, once.
    pub secret: String,
}

/// Judges everything but the password, and begins the session. A refusal is no error of the transaction: what was
/// counted stays counted, and the hash of present settings stays.
///
/// # Errors
/// The database failed.
pub fn finish(
    conn: &mut DbConnection,
    env: &Env,
    right: &RightPassword<'_>,
    opening: &Opening<'_>,
) -> Result<Result<Begun, SignInError>, DbError> {
    let standing = principals::replace_password(conn, right.principal, right.from, right.to)?;
    let kind = match admit(standing, right.principal, opening.wish) {
        Ok(kind) => kind,
        Err(refused) => return Ok(Err(refused)),
    };
    let mut reservation = right.reservation.clone();
    if factors::required(conn, right.principal)? {
        let Some(answer) = right.factor else {
            return wait(conn, env, right, opening.wish).map(Err);
        };
        if let Err(refused) = factors::judge(conn, env, right.principal, answer, &mut reservation)? {
            return Ok(Err(refused.into()));
        }
    }
    throttle::refund(conn, &reservation)?;
    begin(conn, env, (right.principal, kind), opening).map(Ok)
}

/// The sign-in so far, sealed, and what may be given for a factor.
fn wait(conn: &mut DbConnection, env: &Env, right: &RightPassword<'_>, wish: &Wish) -> Result<SignInError, DbError> {
    let pending = Pending {
        principal: right.principal.clone(),
        password: TokenDigest::of(right.to.as_bytes()).as_str().to_owned(),
        reservation: right.reservation.clone(),
        wish: wish.clone(),
        digest: String::new(),
    };
    let ways = factors::ways(conn, right.principal)?;
    Ok(SignInError::FactorRequired(Waiting { pending: pending.seal(env)?, ways }))
}

/// Goes on with a sign-in whose password was right: judges the factor, and begins the session.
///
/// # Errors
/// The database failed.
pub fn go_on(
    conn: &mut DbConnection,
    env: &Env,
    pending: &Pending,
    answer: &Answer,
    opening: &Opening<'_>,
) -> Result<Result<Begun, SignInError>, DbError> {
    let held = principals::hold(conn, &pending.principal)?;
    let same = |phc: &String| TokenDigest::of(phc.as_bytes()).matches(&pending.password);
    let Some((standing, _)) = held.filter(|(_, phc)| same(phc)) else { return Ok(Err(SignInError::Expired)) };
    let kind = match admit(Some(standing), &pending.principal, opening.wish) {
        Ok(kind) => kind,
        Err(refused) => return Ok(Err(refused)),
    };
    let mut reservation = pending.reservation.clone();
    if let Err(refused) = factors::judge(conn, env, &pending.principal, answer, &mut reservation)? {
        return Ok(Err(refused.into()));
    }
    // Once: what was counted for one try is given back for one success.
    if !throttle::is_first(conn, env, &format!("pending sign-in {}", pending.digest))? {
        return Ok(Err(SignInError::Expired));
    }
    throttle::refund(conn, &reservation)?;
    begin(conn, env, (&pending.principal, kind), opening).map(Ok)
}

/// Whose passkey has answered, and the address that they sign in with.
///
/// # Errors
/// The database failed.
pub fn find_by_passkey(
    conn: &mut DbConnection,
    env: &Env,
    challenge: &str,
    credential: &PublicKeyCredential,
) -> Result<Option<(PrincipalId, EmailAddress)>, DbError> {
    let Some(row) = assertion::judge(conn, env, challenge, credential)? else { return Ok(None) };
    let owner = principals::find(conn, &row.principal_id)?.ok_or(DbError::NotFound)?;
    let email = EmailAddress::parse(owner.email.reveal())
        .map_err(|_| DbError::Other("a stored e-mail address cannot be read".to_owned()))?;
    Ok(Some((owner.id, email)))
}

/// Signs in with a passkey alone: its owner holds it, and it has verified them itself.
///
/// # Errors
/// The database failed.
pub fn by_passkey(
    conn: &mut DbConnection,
    env: &Env,
    principal: &PrincipalId,
    opening: &Opening<'_>,
) -> Result<Result<Begun, SignInError>, DbError> {
    let standing = principals::hold(conn, principal)?.map(|(standing, _)| standing);
    match admit(standing, principal, opening.wish) {
        Ok(kind) => {
            factor_resets::factor_given(conn, env, principal)?;
            begin(conn, env, (principal, kind), opening).map(Ok)
        }
        Err(SignInError::WrongCredentials) => Ok(Err(SignInError::WrongPasskey)),
        Err(refused) => Ok(Err(refused)),
    }
}

/// Whether somebody of this state may sign in so, and what kind of session it is.
fn admit(standing: Option<Standing>, principal: &PrincipalId, wish: &Wish) -> Result<SessionKind, SignInError> {
    match standing {
        // As with a wrong password: who has no access any more is told nothing else.
        Some(standing) if standing.is_disabled => return Err(SignInError::WrongCredentials),
        Some(standing) if standing.status == Status::Frozen => return Err(SignInError::Frozen),
        Some(standing) if !standing.status.allows(Deed::SignIn) => return Err(SignInError::WrongCredentials),
        Some(standing) if standing.needs_reset => return Err(SignInError::ResetRequired),
        Some(_) => {}
        None => return Err(SignInError::WrongCredentials),
    }
    match principal {
        PrincipalId::Holder(_) => Ok(wish.choice.kind()),
        PrincipalId::Staff(_) if wish.transport == Transport::Bearer => Err(SignInError::StaffNeedCookies),
        PrincipalId::Staff(_) => Ok(SessionKind::Staff),
    }
}

fn begin(
    conn: &mut DbConnection,
    env: &Env,
    (principal, kind): (&PrincipalId, SessionKind),
    opening: &Opening<'_>,
) -> Result<Begun, DbError> {
    let (id, now, limits) = (env.id(), env.now(), &env.settings.sessions);
    let expires_at = now + store::lifetime(limits, kind).absolute;
    let mut signed_in_at = now;
    let secret = loop {
        let (secret, digest) = (opening.issue)(principal.uuid(), signed_in_at);
        let new = write::NewSession {
            principal_id: principal,
            signed_in_at,
            id: &id,
            transport: opening.wish.transport.as_str(),
            kind,
            digest: digest.as_str(),
            last_seen_at: now,
            stepped_up_at: now,
            expires_at,
            ip: Some(opening.info.ip.to_string()),
            user_agent: &opening.info.user_agent,
            language: &opening.info.language,
        };
        if write::insert(conn, &new)? {
            break secret;
        }
        // Two sign-ins in one microsecond: the pair of person and time is the key, so the later one moves on.
        signed_in_at = signed_in_at + Duration::microseconds(1);
    };
    write::trim(conn, principal, limits.max_live, now)?;
    audit::record(
        conn,
        env,
        &audit::Event {
            actor: &principal.actor(),
            action: "session.create",
            subject: id.as_str(),
            fields: &[],
            refs: &[("principal", principal.as_str())],
            commits_to: b"",
        },
    )?;
    Ok(Begun { principal: principal.clone(), wish: opening.wish.clone(), id, kind, signed_in_at, expires_at, secret })
}
