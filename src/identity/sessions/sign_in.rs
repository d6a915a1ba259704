//! Signing in, for the API and for the pages: count, hash, finish. No transaction is open while the password is hashed.

use std::sync::Arc;

use uuid::Uuid;
use webauthn_rs::prelude::PublicKeyCredential;
use zeroize::Zeroizing;

use super::actions::begin::{self, Begun, Candidate, Opening, RightPassword};
use super::actions::step_up as again;
use super::error::SignInError;
use super::model::{Choice, Transport};
use super::pending::{Pending, Wish};
use super::store::{LiveSession, write as sessions};
use crate::db::{DbConnection, DbError};
use crate::env::{Env, Verdict, random};
use crate::identity::credentials::model::normalise;
use crate::identity::factors::actions as factors;
use crate::identity::factors::model::Answer;
use crate::identity::sign_ins::model::Method;
use crate::identity::sign_ins::notes::{self, Try};
use crate::identity::throttle::actions::{Attempt, Reservation};
use crate::kernel::email_address::EmailAddress;
use crate::kernel::secret_token::TokenDigest;
use crate::kernel::time::Timestamp;
use crate::platform::web::cookies;
use crate::platform::web::request::{BEARER_SESSION, Claim, RequestInfo};

/// What somebody signs in with.
pub struct Credentials {
    /// The address.
    pub email: EmailAddress,
    /// The password as typed.
    pub password: Zeroizing<String>,
    /// What was given for a factor, where something was.
    pub factor: Option<Answer>,
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
    let Candidate { principal, registration } = candidate;
    let verdict = env.hasher.verify(&password, principal.as_ref().map(|(_, phc)| phc.clone())).await?;
    let (principal, from) = match (verdict, principal) {
        (Verdict::Right, Some((id, phc))) => (id, (phc.clone(), phc)),
        (Verdict::RightButOld(new), Some((id, phc))) => (id, (phc, new)),
        _ => {
            // Whether there is an account, a sign-up, both or none: every refusal costs a second hash.
            let has_signed_up = registration.is_some();
            let verdict = env.hasher.verify(&password, registration).await?;
            note_behind(env, &info, &given.email, false);
            let unproved = has_signed_up && verdict != Verdict::Wrong;
            return Err(if unproved { SignInError::EmailUnverified } else { SignInError::WrongCredentials });
        }
    };
    let own = env.clone();
    let known_device = given.device.is_some();
    let wish = Wish { email: given.email, choice: given.choice, transport: given.transport, known_device };
    env.db
        .write::<_, DbError, _>(move |conn| {
            let right = RightPassword {
                principal: &principal,
                from: &from.0,
                to: &from.1,
                reservation: &reservation,
                factor: given.factor.as_ref(),
            };
            let issue = |id, at| issue(&own, wish.transport, id, at);
            let opening = Opening { wish: &wish, info: &info, issue: &issue };
            let outcome = begin::finish(conn, &own, &right, &opening)?;
            // A factor that was sent to an account without one was judged by nobody.
            let asked = right.factor.is_some() && factors::required(conn, &principal)?;
            let method = judged(asked, &outcome);
            notes::judged(conn, &own, &Try::new(&principal, &info, method, &wish), &outcome)?;
            Ok(outcome)
        })
        .await?
}

/// Ends the session that a browser came with, once another has begun in it: its cookie is overwritten, so nobody could
/// end it from there any more. Whose it was makes no difference.
///
/// # Errors
/// The database failed.
pub async fn take_over(env: &Env, claim: &Claim, begun: &Begun) -> Result<(), DbError> {
    let Claim::Cookie(before) = claim else { return Ok(()) };
    if begun.wish.transport != Transport::Cookie {
        return Ok(());
    }
    let (digest, id, now) = (before.digest.clone(), begun.id.clone(), env.now());
    env.db.write(move |conn| sessions::replace(conn, digest.as_str(), &id, now)).await
}

/// Makes the secret of a session: a sealed cookie, or a token.
fn issue(env: &Env, transport: Transport, id: Uuid, at: Timestamp) -> (String, TokenDigest) {
    match transport {
        Transport::Cookie => cookies::seal_session(&env.keys, id, at),
        Transport::Bearer => {
            let token = random::token(BEARER_SESSION);
            (token.reveal().to_owned(), token.digest())
        }
    }
}

/// Goes on with a sign-in whose password was right.
///
/// # Errors
/// See [`SignInError`].
pub async fn go_on(env: &Env, info: Arc<RequestInfo>, pending: &str, answer: Answer) -> Result<Begun, SignInError> {
    let pending = Pending::open(env, pending).ok_or(SignInError::Expired)?;
    let own = env.clone();
    env.db
        .write::<_, DbError, _>(move |conn| {
            let wish = &pending.wish;
            let issue = |id, at| issue(&own, wish.transport, id, at);
            let outcome = begin::go_on(conn, &own, &pending, &answer, &Opening { wish, info: &info, issue: &issue })?;
            let method = judged(true, &outcome);
            notes::judged(conn, &own, &Try::new(&pending.principal, &info, method, wish), &outcome)?;
            Ok(outcome)
        })
        .await?
}

/// What the history says was shown: what was judged, not what was sent. A refusal for the account's state comes before
/// any factor is looked at.
fn judged(asked: bool, outcome: &Result<Begun, SignInError>) -> Method {
    match outcome {
        Ok(_) | Err(SignInError::WrongFactor | SignInError::Limited(_)) if asked => Method::PasswordFactor,
        _ => Method::Password,
    }
}

/// Signs in with a passkey alone.
///
/// # Errors
/// See [`SignInError`].
pub async fn by_passkey(
    env: &Env,
    info: Arc<RequestInfo>,
    (challenge, credential): (String, Box<PublicKeyCredential>),
    (choice, transport): (Choice, Transport),
) -> Result<Begun, SignInError> {
    let own = env.clone();
    env.db
        .write::<_, DbError, _>(move |conn| {
            let found = begin::find_by_passkey(conn, &own, &challenge, &credential)?;
            let Some((principal, email)) = found else { return Ok(Err(SignInError::WrongPasskey)) };
            let wish = Wish { email, choice, transport, known_device: false };
            let issue = |id, at| issue(&own, transport, id, at);
            let opening = Opening { wish: &wish, info: &info, issue: &issue };
            let outcome = begin::by_passkey(conn, &own, &principal, &opening)?;
            notes::judged(conn, &own, &Try::new(&principal, &info, Method::Passkey, &wish), &outcome)?;
            Ok(outcome)
        })
        .await?
}

/// Notes a refusal in the account's history, behind the answer and alike for every address: how long an answer takes
/// must not tell who has an account.
fn note_behind(env: &Env, info: &Arc<RequestInfo>, email: &EmailAddress, unjudged: bool) {
    let (own, info, key) = (env.clone(), info.clone(), email.key().to_owned());
    tokio::spawn(async move {
        if let Err(error) = note_refusal(own, info, key, unjudged).await {
            tracing::warn!(target: "steward::identity", %error, "a refused sign-in is not in the history");
        }
    });
}

async fn note_refusal(env: Env, info: Arc<RequestInfo>, key: String, unjudged: bool) -> Result<(), DbError> {
    let (db, own) = (env.db.clone(), env.clone());
    let find = move |conn: &mut DbConnection| notes::owner_of_refused(conn, &own, &key, unjudged);
    let Some(owner) = db.read::<_, DbError, _>(find).await? else { return Ok(()) };
    db.write(move |conn| notes::refused(conn, &env, &owner, &info, unjudged)).await
}

async fn prepare(
    env: &Env,
    info: &Arc<RequestInfo>,
    given: &Credentials,
) -> Result<(Reservation, Candidate), SignInError> {
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
    prepared.map_err(|limited| {
        note_behind(env, info, &given.email, true);
        SignInError::Limited(limited)
    })
}

/// Gives the password once more, for what is dangerous (3-rules "Step-up"). Whoever has a factor gives that instead: a
/// password that leaked must not take it away.
///
/// # Errors
/// [`SignInError::ProofMissing`] for who has a factor; see [`SignInError`].
pub async fn step_up(env: &Env, session: LiveSession, password: &str) -> Result<(), SignInError> {
    let of = session.clone();
    if env.db.read::<_, DbError, _>(move |conn| again::needs_factor(conn, &of)).await? {
        return Err(SignInError::ProofMissing("/factor"));
    }
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

/// Gives a factor once more, for what is dangerous.
///
/// # Errors
/// See [`SignInError`].
pub async fn step_up_by_factor(env: &Env, session: LiveSession, answer: Answer) -> Result<(), SignInError> {
    let own = env.clone();
    env.db.write::<_, DbError, _>(move |conn| again::by_factor(conn, &own, &session, &answer)).await?
}
