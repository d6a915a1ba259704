//! Giving the password or a factor once more, for what is dangerous.

use super::{note, owner};
use crate::db::{DbConnection, DbError};
use crate::env::Env;
use crate::identity::factors::actions as factors;
use crate::identity::factors::model::Answer;
use crate::identity::principals::store as principals;
use crate::identity::sessions::error::SignInError;
use crate::identity::sessions::store::{LiveSession, write};
use crate::identity::throttle::actions::{self as throttle, Reservation};
use crate::identity::throttle::model::{Limited, PASSWORD_AGAIN};

/// Whether only a factor proves who this is.
///
/// # Errors
/// The database failed.
pub fn needs_factor(conn: &mut DbConnection, session: &LiveSession) -> Result<bool, DbError> {
    factors::required(conn, &owner(session)?)
}

/// The hash that a step-up is compared with; counted as a guess like a sign-in.
///
/// # Errors
/// The database failed.
pub fn prepare(
    conn: &mut DbConnection,
    env: &Env,
    session: &LiveSession,
) -> Result<Result<(Reservation, String), Limited>, DbError> {
    let owner = owner(session)?;
    let mut reservation = Reservation::default();
    if let Err(limited) = throttle::reserve_own(conn, env, &PASSWORD_AGAIN, owner.as_str(), &mut reservation)? {
        return Ok(Err(limited));
    }
    let principal = principals::find(conn, &owner)?.ok_or(DbError::NotFound)?;
    Ok(Ok((reservation, principal.password_phc)))
}

/// Notes that the password was given again.
///
/// # Errors
/// [`SignInError::WrongCredentials`] when the password has changed meanwhile; the database failed.
pub fn finish(
    conn: &mut DbConnection,
    env: &Env,
    session: &LiveSession,
    reservation: &Reservation,
    hashes: (&str, &str),
) -> Result<(), SignInError> {
    let owner = owner(session)?;
    if principals::replace_password(conn, &owner, hashes.0, hashes.1)?.is_none() {
        return Err(SignInError::WrongCredentials);
    }
    throttle::refund(conn, reservation)?;
    write::step_up(conn, &session.id, env.now())?;
    Ok(note(conn, env, &owner, "session.step_up", session.id.as_str())?)
}

/// Judges a factor, and notes that it was given. A refusal is no error of the transaction: what was counted stays
/// counted, and a challenge stays spent.
///
/// # Errors
/// The database failed.
pub fn by_factor(
    conn: &mut DbConnection,
    env: &Env,
    session: &LiveSession,
    answer: &Answer,
) -> Result<Result<(), SignInError>, DbError> {
    let (owner, mut reservation) = (owner(session)?, Reservation::default());
    if let Err(refused) = factors::judge(conn, env, &owner, answer, &mut reservation)? {
        return Ok(Err(refused.into()));
    }
    throttle::refund(conn, &reservation)?;
    write::step_up(conn, &session.id, env.now())?;
    note(conn, env, &owner, "session.step_up", session.id.as_str())?;
    Ok(Ok(()))
}
