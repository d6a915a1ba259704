//! Adding factors: begun, then confirmed by what only their owner can give.

use webauthn_rs::prelude::RegisterPublicKeyCredential;
use zeroize::Zeroizing;

use super::{BEGIN, CREATE, note, opened, principal};
use crate::db::{DbConnection, DbError};
use crate::env::Env;
use crate::identity::factors::codes;
use crate::identity::factors::error::FactorError;
use crate::identity::factors::model::{self, FactorKind, MOST};
use crate::identity::factors::passkeys::{Challenge, registration};
use crate::identity::factors::store::{self, FactorRow, NewFactor, codes as code_rows};
use crate::identity::factors::totp::TotpSecret;
use crate::identity::notices::{self, Notice};
use crate::identity::principals::model::PrincipalId;
use crate::identity::principals::store::{self as principals, Principal};
use crate::identity::sessions::actions::owner;
use crate::identity::sessions::model::SessionKind;
use crate::identity::sessions::store::LiveSession;
use crate::identity::throttle::actions::{self as throttle, Reservation};
use crate::identity::throttle::model::FACTOR;
use crate::kernel::ids::{Factor, Id};

/// An app that waits for its first code. Shown this once.
pub struct Enrolment {
    /// Which factor it will be.
    pub id: Id<Factor>,
    /// What its owner calls it.
    pub name: String,
    /// For typing, in base 32.
    pub secret: Zeroizing<String>,
    /// For a QR code: `otpauth://totp/…`.
    pub url: Zeroizing<String>,
}

/// Begins an authenticator app; it counts once [`confirm_totp`] has seen a code.
///
/// # Errors
/// See [`FactorError`].
pub fn enrol_totp(
    conn: &mut DbConnection,
    env: &Env,
    session: &LiveSession,
    name: &str,
) -> Result<Enrolment, FactorError> {
    let name = model::name(name, FactorKind::Totp)?;
    let principal = may_add(conn, session)?;
    store::delete_unconfirmed(conn, &principal.id)?;
    let (id, secret) = (env.id(), TotpSecret::generate());
    let sealed = secret.seal(env.keys.columns(), &id);
    insert_totp(conn, env, &principal.id, (&id, &name, &sealed), false)?;
    note(conn, env, &principal.id, (BEGIN, id.as_str()))?;
    Ok(enrolment(env, &principal, (id, name), &secret))
}

/// An app that waits for its first code once more, for the page after a wrong one.
///
/// # Errors
/// [`FactorError::NoSuchFactor`]; the database failed.
pub fn unconfirmed(
    conn: &mut DbConnection,
    env: &Env,
    session: &LiveSession,
    id: &Id<Factor>,
) -> Result<Enrolment, FactorError> {
    let principal = principal(conn, &owner(session)?)?;
    let row = store::find_unconfirmed(conn, &principal.id, id)?.ok_or(FactorError::NoSuchFactor)?;
    let secret = opened(env, &row)?;
    Ok(enrolment(env, &principal, (row.id, row.name), &secret))
}

fn enrolment(env: &Env, owner: &Principal, (id, name): (Id<Factor>, String), secret: &TotpSecret) -> Enrolment {
    let url = secret.url(&env.settings.product.name, owner.email.reveal()).unwrap_or_default();
    Enrolment { id, name, secret: Zeroizing::new(secret.base32()), url: Zeroizing::new(url) }
}

/// Inserts an authenticator app that was given out elsewhere, counting at once: for the command line.
///
/// # Errors
/// The database failed.
pub fn give_totp(conn: &mut DbConnection, env: &Env, owner: &PrincipalId, secret: &TotpSecret) -> Result<(), DbError> {
    let id = env.id();
    let sealed = secret.seal(env.keys.columns(), &id);
    insert_totp(conn, env, owner, (&id, "Authenticator app", &sealed), true)
}

fn insert_totp(
    conn: &mut DbConnection,
    env: &Env,
    owner: &PrincipalId,
    (id, name, sealed): (&Id<Factor>, &str, &str),
    confirmed: bool,
) -> Result<(), DbError> {
    let new = NewFactor {
        id,
        principal_id: owner,
        kind: FactorKind::Totp,
        name,
        sealed,
        credential_id: None,
        counter: 0,
        created_at: env.now(),
        confirmed_at: confirmed.then(|| env.now()),
    };
    store::insert(conn, &new)
}

/// A factor that counts from now on.
pub struct Added {
    /// Which.
    pub factor: FactorRow,
    /// The recovery codes that came with the first one, shown this once.
    pub codes: Vec<Zeroizing<String>>,
}

/// Lets an app count once its code was given.
///
/// # Errors
/// See [`FactorError`]; unless the database failed the caller commits, so that the try stays counted.
pub fn confirm_totp(
    conn: &mut DbConnection,
    env: &Env,
    session: &LiveSession,
    id: &Id<Factor>,
    code: &str,
) -> Result<Added, FactorError> {
    let principal = may_add(conn, session)?;
    let row = store::find_unconfirmed(conn, &principal.id, id)?.ok_or(FactorError::NoSuchFactor)?;
    let mut reservation = Reservation::default();
    throttle::reserve_own(conn, env, &FACTOR, principal.id.as_str(), &mut reservation)?
        .map_err(FactorError::Limited)?;
    let secret = opened(env, &row)?;
    let step = secret.step_of(code, env.now()).ok_or(FactorError::NotConfirmed("/code"))?;
    if !store::confirm(conn, id, step, env.now())? {
        return Err(FactorError::NoSuchFactor);
    }
    throttle::refund(conn, &reservation)?;
    added(conn, env, &principal, id)
}

/// Asks the browser for a new passkey.
///
/// # Errors
/// See [`FactorError`].
pub fn begin_passkey(
    conn: &mut DbConnection,
    env: &Env,
    session: &LiveSession,
    name: &str,
) -> Result<Challenge, FactorError> {
    let name = model::name(name, FactorKind::Passkey)?;
    let principal = may_add(conn, session)?;
    note(conn, env, &principal.id, (BEGIN, principal.id.as_str()))?;
    registration::begin(conn, env, &principal, &name)
}

/// Adds the passkey that answered.
///
/// # Errors
/// See [`FactorError`]; unless the database failed the caller commits, so that the challenge stays spent.
pub fn confirm_passkey(
    conn: &mut DbConnection,
    env: &Env,
    session: &LiveSession,
    challenge: &str,
    credential: &RegisterPublicKeyCredential,
) -> Result<Added, FactorError> {
    let principal = may_add(conn, session)?;
    let id = registration::finish(conn, env, &principal, challenge, credential)?;
    added(conn, env, &principal, &id)
}

/// Whoever may add a factor here and now; their row stays locked until the commit.
fn may_add(conn: &mut DbConnection, session: &LiveSession) -> Result<Principal, FactorError> {
    if session.kind == SessionKind::Public {
        return Err(FactorError::PublicComputer);
    }
    let owner = owner(session)?;
    principals::hold(conn, &owner)?.ok_or(DbError::NotFound)?;
    if store::list(conn, &owner)?.len() >= MOST {
        return Err(FactorError::TooMany);
    }
    Ok(principal(conn, &owner)?)
}

fn added(conn: &mut DbConnection, env: &Env, owner: &Principal, id: &Id<Factor>) -> Result<Added, FactorError> {
    let mut rows = store::list(conn, &owner.id)?;
    let at = rows.iter().position(|row| row.id == *id).ok_or(DbError::NotFound)?;
    let factor = rows.swap_remove(at);
    let codes = if code_rows::left(conn, &owner.id)? == 0 { codes::renew(conn, env, &owner.id)? } else { Vec::new() };
    note(conn, env, &owner.id, (CREATE, id.as_str()))?;
    notices::tell(conn, env, owner, Notice::FactorAdded(factor.kind))?;
    Ok(Added { factor, codes })
}
