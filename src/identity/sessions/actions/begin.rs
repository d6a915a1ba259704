//! Signing in is three steps, because nothing may hold a transaction while a password is hashed: [`prepare`] counts the
//! try and reads the hash, the caller hashes, [`finish`] checks that nothing has changed meanwhile and inserts the
//! session.

use chrono::Duration;
use uuid::Uuid;

use crate::db::{DbConnection, DbError};
use crate::env::Env;
use crate::identity::factors::totp::TotpSecret;
use crate::identity::principals::model::{PrincipalId, Status};
use crate::identity::principals::store as principals;
use crate::identity::registrations::store as registrations;
use crate::identity::sessions::error::SignInError;
use crate::identity::sessions::model::{Choice, SessionKind, Transport};
use crate::identity::sessions::store::{self, write};
use crate::identity::throttle::actions::{self as throttle, Attempt, Reservation};
use crate::identity::throttle::model::Limited;
use crate::kernel::deed::Deed;
use crate::kernel::ids::{Id, Session, StaffMember};
use crate::kernel::secret_token::TokenDigest;
use crate::kernel::time::Timestamp;
use crate::platform::audit;
use crate::platform::web::request::RequestInfo;

/// Whose password is to be judged.
pub enum Candidate {
    /// A principal with its stored hash.
    Principal(PrincipalId, String),
    /// A sign-up that waits for proof, with its stored hash.
    Registration(String),
    /// Nobody: costs the same hash.
    Nobody,
}

impl Candidate {
    /// The stored hash to compare with.
    #[must_use]
    pub fn stored(&self) -> Option<&str> {
        match self {
            Self::Principal(_, phc) | Self::Registration(phc) => Some(phc),
            Self::Nobody => None,
        }
    }
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
    if let Some(found) = principals::find_by_email(conn, email_key)? {
        return Ok(Candidate::Principal(found.id, found.password_phc));
    }
    let pending = registrations::find_newest_hash(conn, email_key, env.now())?;
    Ok(pending.map_or(Candidate::Nobody, Candidate::Registration))
}

/// Makes the secret of a session from its key: answers what the client gets and the digest that stays.
pub type Issue<'a> = &'a dyn Fn(Uuid, Timestamp) -> (String, TokenDigest);

/// A sign-in whose password was right.
pub struct Finish<'a> {
    /// Who.
    pub principal: &'a PrincipalId,
    /// The hash that the password was compared with.
    pub from: &'a str,
    /// The hash to keep: the same, or one of present settings.
    pub to: &'a str,
    /// What was counted for the try.
    pub reservation: &'a Reservation,
    /// The one-time code, where one came along.
    pub factor: Option<&'a str>,
    /// What may stay on the computer.
    pub choice: Choice,
    /// How the session is carried.
    pub transport: Transport,
    /// Where the request comes from.
    pub info: &'a RequestInfo,
    /// Makes the secret.
    pub issue: Issue<'a>,
}

/// A session that has begun.
pub struct Begun {
    /// Whose.
    pub principal: PrincipalId,
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

/// Judges everything but the password, and begins the session. A refusal is no error of the transaction: the code that
/// was counted stays counted.
///
/// # Errors
/// The database failed.
pub fn finish(conn: &mut DbConnection, env: &Env, finish: &Finish<'_>) -> Result<Result<Begun, SignInError>, DbError> {
    let status = principals::replace_password(conn, finish.principal, finish.from, finish.to)?;
    match status {
        Some(status) if status.allows(Deed::SignIn) => {}
        Some(Status::Frozen) => return Ok(Err(SignInError::Frozen)),
        Some(_) | None => return Ok(Err(SignInError::WrongCredentials)),
    }
    let mut reservation = finish.reservation.clone();
    let kind = match finish.principal {
        PrincipalId::Holder(_) => finish.choice.kind(),
        PrincipalId::Staff(_) if finish.transport == Transport::Bearer => {
            return Ok(Err(SignInError::StaffNeedCookies));
        }
        PrincipalId::Staff(id) => {
            if let Err(refused) = judge_factor(conn, env, id, finish.factor, &mut reservation)? {
                return Ok(Err(refused));
            }
            SessionKind::Staff
        }
    };
    throttle::refund(conn, &reservation)?;
    begin(conn, env, finish, kind).map(Ok)
}

fn begin(conn: &mut DbConnection, env: &Env, finish: &Finish<'_>, kind: SessionKind) -> Result<Begun, DbError> {
    let (id, now, limits) = (env.id(), env.now(), &env.settings.sessions);
    let expires_at = now + store::lifetime(limits, kind).absolute;
    let mut signed_in_at = now;
    let secret = loop {
        let (secret, digest) = (finish.issue)(finish.principal.uuid(), signed_in_at);
        let new = write::NewSession {
            principal_id: finish.principal,
            signed_in_at,
            id: &id,
            transport: finish.transport.as_str(),
            kind,
            digest: digest.as_str(),
            last_seen_at: now,
            stepped_up_at: now,
            expires_at,
            ip: Some(finish.info.ip.to_string()),
            user_agent: &finish.info.user_agent,
            language: &finish.info.language,
        };
        if write::insert(conn, &new)? {
            break secret;
        }
        // Two sign-ins in one microsecond: the pair of person and time is the key, so the later one moves on.
        signed_in_at = signed_in_at + Duration::microseconds(1);
    };
    write::trim(conn, finish.principal, limits.max_live, now)?;
    audit::record(
        conn,
        env,
        &audit::Event {
            actor: &finish.principal.actor(),
            action: "session.create",
            subject: id.as_str(),
            fields: &[],
            refs: &[("principal", finish.principal.as_str())],
            commits_to: b"",
        },
    )?;
    Ok(Begun { principal: finish.principal.clone(), id, kind, signed_in_at, expires_at, secret })
}

fn judge_factor(
    conn: &mut DbConnection,
    env: &Env,
    id: &Id<StaffMember>,
    code: Option<&str>,
    reservation: &mut Reservation,
) -> Result<Result<(), SignInError>, DbError> {
    let Some(code) = code else { return Ok(Err(SignInError::FactorRequired)) };
    if let Err(limited) = throttle::reserve_factor(conn, env, id.as_str(), reservation)? {
        return Ok(Err(SignInError::Limited(limited)));
    }
    let (sealed, _) = write::find_totp(conn, id)?.ok_or(DbError::NotFound)?;
    let secret = TotpSecret::open(env.keys.columns(), id, &sealed)
        .ok_or_else(|| DbError::Other("a one-time code's secret does not open under any key of the ring".to_owned()))?;
    let unused = match secret.step_of(code, env.now()) {
        Some(step) => write::use_totp_step(conn, id, step)?,
        None => false,
    };
    Ok(if unused { Ok(()) } else { Err(SignInError::WrongFactor) })
}
