//! The link that went to the old address: it freezes at once, and undoes the change once the password or a recovery code
//! is given.

use std::net::IpAddr;

use zeroize::Zeroizing;

use super::actions;
use super::error::EmailChangeError;
use crate::db::{DbConnection, DbError};
use crate::env::{Env, Verdict};
use crate::identity::credentials::model::normalise;
use crate::identity::factors::actions::{self as factors, Refusal};
use crate::identity::freezing::actions as freezing;
use crate::identity::freezing::error::FreezeError;
use crate::identity::freezing::lifting::read_link;
use crate::identity::freezing::model::{Cause, Lifted};
use crate::identity::principals::model::PrincipalId;
use crate::identity::principals::store as principals;
use crate::identity::throttle::actions::{self as throttle, Reservation};
use crate::identity::throttle::model::PASSWORD_AGAIN;
use crate::kernel::actor::Actor;
use crate::kernel::secret_token::SecretToken;
use crate::platform::web::request::RequestInfo;

/// What a use of the link has done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// The account is frozen; the change waits for the password.
    Frozen,
    /// The address is the old one again.
    Undone,
}

/// What its reader gives besides the link.
pub enum Proof {
    /// The password as it was at the change, or as it is.
    Password(Zeroizing<String>),
    /// A recovery code from before the change was asked for.
    RecoveryCode(Zeroizing<String>),
}

/// What the given password is compared with: as it was at the change, and as it is.
struct Prepared {
    reservation: Reservation,
    hashes: Vec<String>,
}

/// Freezes, and with a right proof undoes. A wrong one leaves the account frozen and the link as it is.
///
/// # Errors
/// See [`EmailChangeError`].
pub async fn undo(
    env: &Env,
    info: &RequestInfo,
    token: &str,
    proof: Option<&Proof>,
) -> Result<Outcome, EmailChangeError> {
    let token = read_link(env, info, token).await?;
    let (own, link) = (env.clone(), token.clone());
    env.db.write::<_, EmailChangeError, _>(move |conn| freeze(conn, &own, &link)).await?;
    match proof {
        None => return Ok(Outcome::Frozen),
        Some(Proof::Password(password)) => by_password(env, token, (password, info.ip)).await?,
        Some(Proof::RecoveryCode(code)) => {
            let (own, code, ip) = (env.clone(), code.clone(), info.ip);
            env.db.write(move |conn| by_recovery_code(conn, &own, &token, (&code, ip))).await??;
        }
    }
    Ok(Outcome::Undone)
}

async fn by_password(env: &Env, token: SecretToken, (password, ip): (&str, IpAddr)) -> Result<(), EmailChangeError> {
    let (own, link) = (env.clone(), token.clone());
    let prepared = env.db.write(move |conn| prepare(conn, &own, &link)).await??;
    let given = normalise(password).unwrap_or_default();
    let mut right = None;
    for phc in &prepared.hashes {
        if right.is_none() {
            right = match env.hasher.verify(&given, Some(phc.clone())).await? {
                Verdict::Wrong => None,
                Verdict::Right => Some(phc.clone()),
                Verdict::RightButOld(new) => Some(new),
            };
        }
    }
    let right = right.ok_or(FreezeError::WrongPassword)?;
    let own = env.clone();
    env.db.write(move |conn| finish(conn, &own, &token, (&right, ip), &prepared.reservation)).await
}

/// A wrong code is no error of the transaction: its try stays counted.
fn by_recovery_code(
    conn: &mut DbConnection,
    env: &Env,
    token: &SecretToken,
    (code, ip): (&str, IpAddr),
) -> Result<Result<(), EmailChangeError>, EmailChangeError> {
    let row = actions::find_undo(conn, env, token)?;
    let (owner, mut reservation) = (PrincipalId::Holder(row.account_id), Reservation::default());
    principals::lock(conn, &owner)?;
    match factors::judge_old_code(conn, env, (&owner, row.requested_at), code, &mut reservation)? {
        Err(Refusal::Limited(limited)) => return Ok(Err(FreezeError::Limited(limited).into())),
        Err(Refusal::Wrong) => return Ok(Err(FreezeError::WrongFactor("/recovery_code").into())),
        Ok(()) => {}
    }
    let present = principals::find(conn, &owner)?.ok_or(DbError::NotFound)?.password_phc;
    let phc = row.old_password_phc.unwrap_or(present);
    finish(conn, env, token, (&phc, ip), &reservation).map(Ok)
}

fn freeze(conn: &mut DbConnection, env: &Env, token: &SecretToken) -> Result<(), EmailChangeError> {
    let account = actions::find_undo(conn, env, token)?.account_id;
    // Behind this lock the change is either still there, or undone: what was undone is not frozen again.
    principals::lock(conn, &PrincipalId::Holder(account.clone()))?;
    actions::find_undo(conn, env, token)?;
    freezing::freeze(conn, env, &account, &Cause::EmailUndo, &Actor::Visitor)?;
    Ok(())
}

fn prepare(
    conn: &mut DbConnection,
    env: &Env,
    token: &SecretToken,
) -> Result<Result<Prepared, EmailChangeError>, EmailChangeError> {
    let row = actions::find_undo(conn, env, token)?;
    let mut reservation = Reservation::default();
    if let Err(limited) = throttle::reserve_own(conn, env, &PASSWORD_AGAIN, row.account_id.as_str(), &mut reservation)?
    {
        return Ok(Err(FreezeError::Limited(limited).into()));
    }
    let present = principals::find(conn, &PrincipalId::Holder(row.account_id))?.ok_or(DbError::NotFound)?;
    let mut hashes: Vec<String> = row.old_password_phc.into_iter().collect();
    if !hashes.contains(&present.password_phc) {
        hashes.push(present.password_phc);
    }
    Ok(Ok(Prepared { reservation, hashes }))
}

fn finish(
    conn: &mut DbConnection,
    env: &Env,
    token: &SecretToken,
    by: (&str, IpAddr),
    reservation: &Reservation,
) -> Result<(), EmailChangeError> {
    let after = actions::undo(conn, env, token, by)?;
    throttle::refund(conn, reservation)?;
    let account = after.id.account().ok_or(DbError::NotFound)?;
    // A freeze that somebody else has made is not this link's to lift.
    let own = freezing::history(conn, account)?.first().is_some_and(|row| row.cause == Cause::EmailUndo.as_str());
    if own {
        freezing::lift(conn, env, account, &Lifted::EmailUndo, &after.id.actor())?;
    }
    Ok(())
}
