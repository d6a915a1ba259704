//! Judging and removing factors; recovery codes. Adding stands in [`adding`].

pub mod adding;

use zeroize::Zeroizing;

use super::codes;
use super::error::FactorError;
use super::model::{self, Answer, FactorKind, Typed, UNCONFIRMED};
use super::passkeys::assertion;
use super::store::{self, FactorRow, Use, challenges, codes as code_rows};
use super::totp::TotpSecret;
use crate::db::{DbConnection, DbError};
use crate::env::Env;
use crate::identity::factor_resets::actions as factor_resets;
use crate::identity::notices::{self, Notice};
use crate::identity::principals::model::PrincipalId;
use crate::identity::principals::store::{self as principals, Principal};
use crate::identity::sessions::actions::owner;
use crate::identity::sessions::model::SessionKind;
use crate::identity::sessions::store::LiveSession;
use crate::identity::throttle::actions::{self as throttle, Reservation};
use crate::identity::throttle::model::{FACTOR, Limited};
use crate::kernel::ids::{Factor, Id};
use crate::kernel::time::Timestamp;
use crate::platform::audit;

/// A factor was begun; it counts once it is confirmed.
pub const BEGIN: &str = "factor.begin";
/// A factor was added.
pub const CREATE: &str = "factor.create";
/// A factor was removed.
pub const DELETE: &str = "factor.delete";
/// New recovery codes.
pub const RENEW: &str = "recovery_codes.create";
/// A recovery code was used.
pub const USE_CODE: &str = "recovery_code.use";

/// Why an answer does not sign in or step up.
#[derive(Debug)]
pub enum Refusal {
    /// Tried too often.
    Limited(Limited),
    /// Wrong, or used before.
    Wrong,
}

/// Judges what somebody gave for a factor, and uses it up. A refusal is no error of the transaction: what was counted
/// stays counted, and a challenge stays spent.
///
/// # Errors
/// The database failed.
pub fn judge(
    conn: &mut DbConnection,
    env: &Env,
    owner: &PrincipalId,
    answer: &Answer,
    reservation: &mut Reservation,
) -> Result<Result<(), Refusal>, DbError> {
    let right = match answer {
        Answer::Passkey { challenge, credential } => {
            // Nobody guesses a signature: these tries are not counted, so a stranger cannot use up the owner's.
            assertion::judge(conn, env, challenge, credential)?.is_some_and(|row| row.principal_id == *owner)
        }
        Answer::Typed(text) => {
            if let Err(limited) = throttle::reserve_own(conn, env, &FACTOR, owner.as_str(), reservation)? {
                return Ok(Err(Refusal::Limited(limited)));
            }
            match model::recognise(text) {
                (Typed::Code, code) => use_step(conn, env, owner, &code)?,
                (Typed::RecoveryCode, code) => use_code(conn, env, owner, &code)?,
                (Typed::Nothing, _) => false,
            }
        }
    };
    if right {
        factor_resets::factor_given(conn, env, owner)?;
    }
    Ok(if right { Ok(()) } else { Err(Refusal::Wrong) })
}

/// Judges a recovery code that was made before a moment, and uses it up: for who takes back what somebody else has
/// changed since. What was counted stays counted.
///
/// # Errors
/// The database failed.
pub fn judge_old_code(
    conn: &mut DbConnection,
    env: &Env,
    (owner, made_before): (&PrincipalId, Timestamp),
    code: &str,
    reservation: &mut Reservation,
) -> Result<Result<(), Refusal>, DbError> {
    if let Err(limited) = throttle::reserve_own(conn, env, &FACTOR, owner.as_str(), reservation)? {
        return Ok(Err(Refusal::Limited(limited)));
    }
    let right = match model::recognise(code) {
        (Typed::RecoveryCode, code) if code_rows::made_before(conn, owner, made_before)? => {
            use_code(conn, env, owner, &code)?
        }
        _ => false,
    };
    Ok(if right { Ok(()) } else { Err(Refusal::Wrong) })
}

/// Removes what was added or made since a moment: it may be somebody else's.
///
/// # Errors
/// The database failed.
pub fn withdraw_since(
    conn: &mut DbConnection,
    env: &Env,
    owner: &PrincipalId,
    since: Timestamp,
) -> Result<(), DbError> {
    for id in store::delete_since(conn, owner, since)? {
        note(conn, env, owner, (DELETE, id.as_str()))?;
    }
    let stale = !code_rows::made_before(conn, owner, since)?;
    if stale || store::list(conn, owner)?.is_empty() {
        code_rows::delete(conn, owner)?;
    }
    Ok(())
}

fn use_step(conn: &mut DbConnection, env: &Env, owner: &PrincipalId, code: &str) -> Result<bool, DbError> {
    for row in store::list(conn, owner)?.iter().filter(|row| row.kind == FactorKind::Totp) {
        let secret = opened(env, row)?;
        if let Some(step) = secret.step_of(code, env.now()) {
            let sealed = secret.seal(env.keys.columns(), &row.id);
            return store::advance(conn, &row.id, &Use { counter: step, sealed: &sealed, at: env.now() });
        }
    }
    Ok(false)
}

fn opened(env: &Env, row: &FactorRow) -> Result<TotpSecret, DbError> {
    TotpSecret::open(env.keys.columns(), &row.id, row.principal_id.as_str(), &row.sealed)
        .ok_or_else(|| DbError::Other("a one-time code's secret does not open under any key of the ring".to_owned()))
}

fn use_code(conn: &mut DbConnection, env: &Env, owner: &PrincipalId, code: &str) -> Result<bool, DbError> {
    if !codes::spend(conn, env, owner, code)? {
        return Ok(false);
    }
    note(conn, env, owner, (USE_CODE, owner.as_str()))?;
    let left = code_rows::left(conn, owner)?;
    tell(conn, env, owner, Notice::RecoveryCodeUsed(left))?;
    Ok(true)
}

/// Whether a sign-in needs a factor: the owner has one, or is staff, who never go without.
///
/// # Errors
/// The database failed.
pub fn required(conn: &mut DbConnection, owner: &PrincipalId) -> Result<bool, DbError> {
    Ok(matches!(owner, PrincipalId::Staff(_)) || !store::list(conn, owner)?.is_empty())
}

/// What this owner may give: `totp`, `passkey`, `recovery_code`.
///
/// # Errors
/// The database failed.
pub fn ways(conn: &mut DbConnection, owner: &PrincipalId) -> Result<Vec<&'static str>, DbError> {
    let rows = store::list(conn, owner)?;
    let mut ways: Vec<&'static str> = [FactorKind::Totp, FactorKind::Passkey]
        .iter()
        .filter(|kind| rows.iter().any(|row| row.kind == **kind))
        .map(FactorKind::as_str)
        .collect();
    if code_rows::left(conn, owner)? > 0 {
        ways.push("recovery_code");
    }
    Ok(ways)
}

/// What a person has.
pub struct Own {
    /// The factors that count, the oldest first.
    pub factors: Vec<FactorRow>,
    /// Recovery codes that are left.
    pub codes_left: i64,
}

/// What the person of this session has.
///
/// # Errors
/// The database failed.
pub fn own(conn: &mut DbConnection, session: &LiveSession) -> Result<Own, DbError> {
    let owner = owner(session)?;
    Ok(Own { factors: store::list(conn, &owner)?, codes_left: code_rows::left(conn, &owner)? })
}

/// Removes a factor; with the last one the recovery codes go.
///
/// # Errors
/// See [`FactorError`].
pub fn remove(conn: &mut DbConnection, env: &Env, session: &LiveSession, id: &Id<Factor>) -> Result<(), FactorError> {
    let owner = owner(session)?;
    principals::hold(conn, &owner)?.ok_or(DbError::NotFound)?;
    let (kind, _) = store::delete(conn, &owner, id)?.ok_or(FactorError::NoSuchFactor)?;
    if store::list(conn, &owner)?.is_empty() {
        if matches!(owner, PrincipalId::Staff(_)) {
            return Err(FactorError::Last);
        }
        code_rows::delete(conn, &owner)?;
    }
    note(conn, env, &owner, (DELETE, id.as_str()))?;
    Ok(tell(conn, env, &owner, Notice::FactorRemoved(kind))?)
}

/// Makes new recovery codes; the old ones work no more.
///
/// # Errors
/// See [`FactorError`].
pub fn renew_codes(
    conn: &mut DbConnection,
    env: &Env,
    session: &LiveSession,
) -> Result<Vec<Zeroizing<String>>, FactorError> {
    if session.kind == SessionKind::Public {
        return Err(FactorError::PublicComputer);
    }
    let owner = owner(session)?;
    principals::hold(conn, &owner)?.ok_or(DbError::NotFound)?;
    if store::list(conn, &owner)?.is_empty() {
        return Err(FactorError::NoFactor);
    }
    let codes = codes::renew(conn, env, &owner)?;
    note(conn, env, &owner, (RENEW, owner.as_str()))?;
    tell(conn, env, &owner, Notice::RecoveryCodesRenewed)?;
    Ok(codes)
}

/// Forgets what nobody confirmed and challenges that nobody answered.
///
/// # Errors
/// The database failed.
pub fn purge(conn: &mut DbConnection, env: &Env) -> Result<(), DbError> {
    store::delete_stale(conn, env.now() - UNCONFIRMED)?;
    challenges::delete_expired(conn, env.now())?;
    Ok(())
}

fn principal(conn: &mut DbConnection, id: &PrincipalId) -> Result<Principal, DbError> {
    principals::find(conn, id)?.ok_or(DbError::NotFound)
}

fn tell(conn: &mut DbConnection, env: &Env, owner: &PrincipalId, notice: Notice<'_>) -> Result<(), DbError> {
    let principal = principal(conn, owner)?;
    notices::tell(conn, env, &principal, notice)
}

fn note(
    conn: &mut DbConnection,
    env: &Env,
    owner: &PrincipalId,
    (action, subject): (&'static str, &str),
) -> Result<(), DbError> {
    let (actor, refs) = (owner.actor(), [("principal", owner.as_str())]);
    let event = audit::Event { actor: &actor, action, subject, fields: &[], refs: &refs, commits_to: b"" };
    audit::record(conn, env, &event)
}
