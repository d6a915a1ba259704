//! Signing in, for the API and for the page: count, hash, finish. No transaction is open while the password is hashed.

use std::sync::Arc;

use zeroize::Zeroizing;

use super::actions::begin::{self, Begun, Candidate, Finish};
use super::actions::step_up as again;
use super::error::SignInError;
use super::model::{Choice, Transport};
use super::store::LiveSession;
use crate::db::DbError;
use crate::env::{Env, Verdict, random};
use crate::identity::credentials::model::normalise;
use crate::identity::throttle::actions::{Attempt, Reservation};
use crate::kernel::email_address::EmailAddress;
use crate::kernel::secret_token::TokenDigest;
use crate::platform::web::cookies;
use crate::platform::web::request::{BEARER_SESSION, RequestInfo};

/// What somebody signs in with.
pub struct Credentials {
    /// The address.
    pub email: EmailAddress,
    /// The password as typed.
    pub password: Zeroizing<String>,
    /// The one-time code, where one was typed.
    pub factor: Option<String>,
    /// What may stay on the computer.
    pub choice: Choice,
    /// How the session is to be carried.
    pub transport: Transport,
    /// The pre-fill cookie, where it names this very address.
    pub device: Option<TokenDigest>,
}

/// Signs in.
///
/// # Errors
/// See [`SignInError`].
pub async fn sign_in(env: &Env, info: Arc<RequestInfo>, given: Credentials) -> Result<Begun, SignInError> {
    let (reservation, candidate) = prepare(env, &info, &given).await?;
    // Too long to be anybody's, it still costs the hash that every other try costs.
    let password = normalise(&given.password).unwrap_or_default();
    let verdict = env.hasher.verify(&password, candidate.stored().map(str::to_owned)).await?;
    let (principal, from) = match (verdict, candidate) {
        (Verdict::Wrong, _) | (_, Candidate::Nobody) => return Err(SignInError::WrongCredentials),
        (_, Candidate::Registration(_)) => return Err(SignInError::EmailUnverified),
        (Verdict::Right, Candidate::Principal(id, phc)) => (id, (phc.clone(), phc)),
        (Verdict::RightButOld(new), Candidate::Principal(id, phc)) => (id, (phc, new)),
    };
    let own = env.clone();
    env.db
        .write(move |conn| {
            let keys = own.keys.clone();
            let issue = move |id, at| match given.transport {
                Transport::Cookie => cookies::seal_session(&keys, id, at),
                Transport::Bearer => {
                    let token = random::token(BEARER_SESSION);
                    (token.reveal().to_owned(), token.digest())
                }
            };
            let finish = Finish {
                principal: &principal,
                from: &from.0,
                to: &from.1,
                reservation: &reservation,
                factor: given.factor.as_deref(),
                choice: given.choice,
                transport: given.transport,
                info: &info,
                issue: &issue,
            };
            begin::finish(conn, &own, &finish)
        })
        .await?
}

async fn prepare(env: &Env, info: &RequestInfo, given: &Credentials) -> Result<(Reservation, Candidate), SignInError> {
    let (own, key) = (env.clone(), given.email.key().to_owned());
    if !env.settings.limits.enabled {
        let found = env.db.read(move |conn| begin::find_candidate(conn, &own, &key)).await?;
        return Ok((Reservation::default(), found));
    }
    let (address_group, device) = (info.address_group(), given.device.clone());
    let prepared = env
        .db
        .write::<_, DbError, _>(move |conn| {
            let attempt = Attempt { address_group, email_key: &key, device: device.as_ref() };
            begin::prepare(conn, &own, &attempt)
        })
        .await?;
    prepared.map_err(SignInError::Limited)
}

/// Gives the password once more, for what is dangerous (3-rules "Step-up").
///
/// # Errors
/// See [`SignInError`].
pub async fn step_up(env: &Env, session: LiveSession, password: &str) -> Result<(), SignInError> {
    let (own, of) = (env.clone(), session.clone());
    let prepared = env.db.write::<_, DbError, _>(move |conn| again::prepare(conn, &own, &of)).await?;
    let (reservation, stored) = prepared.map_err(SignInError::Limited)?;
    let password = normalise(password).unwrap_or_default();
    let new = match env.hasher.verify(&password, Some(stored.clone())).await? {
        Verdict::Wrong => return Err(SignInError::WrongCredentials),
        Verdict::Right => stored.clone(),
        Verdict::RightButOld(new) => new,
    };
    let own = env.clone();
    env.db.write(move |conn| again::finish(conn, &own, &session, &reservation, (&stored, &new))).await
}
