//! Counting tries, in the caller's transaction. A refusal is no error of the transaction: what was counted before it
//! stays counted, hence the answer within the answer.

use std::net::IpAddr;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::Duration;

use super::model::{self, ACCOUNT, DEVICE, FACTOR, IP_ACCOUNT_SEEN, IP_ACCOUNTS, IP_ATTEMPTS, IP_FAILURES};
use super::model::{Limited, PASSWORD_AGAIN, Policy};
use super::store;
use crate::db::{DbConnection, DbError};
use crate::env::{Env, Purpose};
use crate::kernel::secret_token::TokenDigest;

/// Days without a try after which a bucket is forgotten.
const IDLE_DAYS: i64 = 7;
/// Others count the same bucket at the same time; one of them always gets on.
const ROUNDS: u32 = 100;

/// A sign-in that wants to be judged.
#[derive(Debug, Clone, Copy)]
pub struct Attempt<'a> {
    /// Where from: an IPv4 address or the /64 of an IPv6 one.
    pub address_group: IpAddr,
    /// Key of the e-mail address, existing or not.
    pub email_key: &'a str,
    /// The pre-fill cookie, where a valid one for this very address came along.
    pub device: Option<&'a TokenDigest>,
}

/// What was counted for a try, to be undone when it succeeds.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Reservation {
    lessen: Vec<String>,
    forget: Vec<String>,
}

/// Counts a try of `what` under a policy.
///
/// # Errors
/// The database failed.
pub fn take(
    conn: &mut DbConnection,
    env: &Env,
    policy: &'static Policy,
    what: &str,
) -> Result<Result<(), Limited>, DbError> {
    if !env.settings.limits.enabled {
        return Ok(Ok(()));
    }
    Ok(count(conn, env, policy, &bucket(env, policy, what))?.map(|_| ()))
}

/// Counts a sign-in before it is judged: by network address first, then by account or known device.
///
/// # Errors
/// The database failed.
pub fn reserve(
    conn: &mut DbConnection,
    env: &Env,
    attempt: &Attempt<'_>,
) -> Result<Result<Reservation, Limited>, DbError> {
    let mut reservation = Reservation::default();
    if !env.settings.limits.enabled {
        return Ok(Ok(reservation));
    }
    let from = attempt.address_group.to_string();
    let seen = bucket(env, &IP_ACCOUNT_SEEN, &format!("{from} {}", attempt.email_key));
    let (attempts, failures) = (bucket(env, &IP_ATTEMPTS, &from), bucket(env, &IP_FAILURES, &from));
    let (owner, name) = match attempt.device {
        Some(device) => (&DEVICE, format!("{} {}", attempt.email_key, device.as_str())),
        None => (&ACCOUNT, attempt.email_key.to_owned()),
    };
    for (policy, key) in [(&IP_ATTEMPTS, &attempts), (&IP_FAILURES, &failures)] {
        if let Err(limited) = count(conn, env, policy, key)? {
            return Ok(Err(limited));
        }
    }
    reservation.lessen.extend([failures, seen.clone()]);
    if let Ok(1) = count(conn, env, &IP_ACCOUNT_SEEN, &seen)? {
        let accounts = bucket(env, &IP_ACCOUNTS, &from);
        if let Err(limited) = count(conn, env, &IP_ACCOUNTS, &accounts)? {
            return Ok(Err(limited));
        }
        reservation.lessen.push(accounts);
    }
    let own = bucket(env, owner, &name);
    let counted = count(conn, env, owner, &own)?;
    reservation.forget.push(own);
    Ok(counted.map(|_| reservation))
}

/// Counts a one-time code ([`FACTOR`]) or a password given again ([`PASSWORD_AGAIN`]) before it is judged; a right one
/// gives this back too.
///
/// # Errors
/// The database failed.
pub fn reserve_own(
    conn: &mut DbConnection,
    env: &Env,
    policy: &'static Policy,
    principal: &str,
    reservation: &mut Reservation,
) -> Result<Result<(), Limited>, DbError> {
    if !env.settings.limits.enabled {
        return Ok(Ok(()));
    }
    let key = bucket(env, policy, principal);
    let counted = count(conn, env, policy, &key)?;
    reservation.forget.push(key);
    Ok(counted.map(|_| ()))
}

/// Whether nothing of this name was seen before, limits on or off; the name is kept for a week, far longer than anything
/// lives that is used once by it.
///
/// # Errors
/// The database failed.
pub fn is_first(conn: &mut DbConnection, env: &Env, what: &str) -> Result<bool, DbError> {
    let text = format!("once\0{what}");
    let bucket = URL_SAFE_NO_PAD.encode(env.keys.stable_mac(Purpose::Throttle, text.as_bytes()));
    let seen = model::State { window_start: env.now(), used: 1, strikes: 0, blocked_until: None };
    store::insert(conn, &bucket, &seen)
}

/// Gives back what a successful try had reserved. Failures of the past are disregarded then (SP 800-63B, 3.2.2).
///
/// # Errors
/// The database failed.
pub fn refund(conn: &mut DbConnection, reservation: &Reservation) -> Result<(), DbError> {
    if !reservation.lessen.is_empty() {
        store::give_back(conn, &reservation.lessen)?;
    }
    if !reservation.forget.is_empty() {
        store::delete(conn, &reservation.forget)?;
    }
    Ok(())
}

/// Opens the buckets of passwords again: the owner has shown that the mailbox is theirs. Codes are another factor, which
/// a mailbox does not prove: their waits stay, and only the stop behind them is lifted.
///
/// # Errors
/// The database failed.
pub fn forgive(conn: &mut DbConnection, env: &Env, principal: &str, email_key: &str) -> Result<(), DbError> {
    store::delete(conn, &[bucket(env, &ACCOUNT, email_key), bucket(env, &PASSWORD_AGAIN, principal)])?;
    store::delete_stopped(conn, &bucket(env, &FACTOR, principal), model::STOP_AT)
}

/// Forgets buckets that nobody has touched for a week.
///
/// # Errors
/// The database failed.
pub fn purge(conn: &mut DbConnection, env: &Env) -> Result<usize, DbError> {
    store::delete_idle(conn, env.now() - Duration::days(IDLE_DAYS), model::STOP_AT)
}

/// The bucket's key: nobody can look up an address in the table without the key ring.
fn bucket(env: &Env, policy: &Policy, what: &str) -> String {
    let text = format!("{}\0{what}", policy.name);
    URL_SAFE_NO_PAD.encode(env.keys.stable_mac(Purpose::Throttle, text.as_bytes()))
}

/// Counts and answers how many tries the window holds now.
fn count(
    conn: &mut DbConnection,
    env: &Env,
    policy: &'static Policy,
    bucket: &str,
) -> Result<Result<i32, Limited>, DbError> {
    for _ in 0..ROUNDS {
        let state = store::find(conn, bucket)?;
        let next = match model::count(state.as_ref(), policy, env.now()) {
            Ok(next) => next,
            Err(wait) => return Ok(Err(Limited { policy, wait })),
        };
        let written = match &state {
            None => store::insert(conn, bucket, &next)?,
            Some(state) => store::replace(conn, bucket, state, &next)?,
        };
        if written {
            return Ok(Ok(next.used));
        }
    }
    Err(DbError::Busy)
}
