//! Changing one's own password.

use crate::db::{DbConnection, DbError};
use crate::env::Env;
use crate::identity::notices::{self, Notice};
use crate::identity::ports::HolderFacts;
use crate::identity::principals::store as principals;
use crate::identity::recovery::actions::words_of;
use crate::identity::sessions::actions::{owner, step_up};
use crate::identity::sessions::error::SignInError;
use crate::identity::sessions::model::End;
use crate::identity::sessions::store::{LiveSession, write as sessions};
use crate::identity::throttle::actions::{self as throttle, Reservation};
use crate::platform::audit;

/// The action's name in the audit log.
pub const UPDATE: &str = "password.update";

/// The words that the new password must not be made of.
///
/// # Errors
/// The database failed.
pub fn personal_words(
    conn: &mut DbConnection,
    facts: &dyn HolderFacts,
    session: &LiveSession,
) -> Result<Vec<String>, DbError> {
    let principal = principals::find(conn, &owner(session)?)?.ok_or(DbError::NotFound)?;
    words_of(conn, facts, &principal)
}

/// Sets the new password where the old one is still the one that was given; all other sessions end.
///
/// # Errors
/// [`SignInError::WrongCredentials`] when it has changed meanwhile; the database failed.
pub fn update(
    conn: &mut DbConnection,
    env: &Env,
    session: &LiveSession,
    reservation: &Reservation,
    hashes: (&str, &str),
) -> Result<(), SignInError> {
    let (owner, now) = (owner(session)?, env.now());
    if principals::replace_password(conn, &owner, hashes.0, hashes.1)?.is_none() {
        return Err(SignInError::WrongCredentials);
    }
    let principal = principals::find(conn, &owner)?.ok_or(DbError::NotFound)?;
    throttle::refund(conn, reservation)?;
    sessions::end_all(conn, &owner, Some(&session.id), End::PasswordReset, now)?;
    if !step_up::needs_factor(conn, session)? {
        sessions::step_up(conn, &session.id, now)?;
    }
    let (actor, subject) = (owner.actor(), owner.as_str());
    let event =
        audit::Event { actor: &actor, action: UPDATE, subject, fields: &["password"], refs: &[], commits_to: b"" };
    audit::record(conn, env, &event)?;
    Ok(notices::tell(conn, env, &principal, Notice::PasswordChanged)?)
}
