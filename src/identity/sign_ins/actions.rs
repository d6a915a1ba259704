//! Looking at tries, and saying "that wasn't me".

use super::error::ReportError;
use super::model::KEPT;
use super::store;
use crate::db::{DbConnection, DbError};
use crate::env::Env;
use crate::identity::api_tokens::store as api_tokens;
use crate::identity::notices::{self, Notice};
use crate::identity::principals::model::{PrincipalId, Status};
use crate::identity::principals::store as principals;
use crate::identity::recovery::actions as recovery;
use crate::identity::sessions::model::End;
use crate::identity::sessions::store::write as sessions;
use crate::identity::tokens::model::Purpose;
use crate::identity::tokens::store as tokens;
use crate::kernel::actor::Actor;
use crate::kernel::ids::{Id, Session, SignIn};
use crate::kernel::secret_token::SecretToken;
use crate::platform::audit;
pub use store::Entry;

/// The actions' names in the audit log.
pub const REPORT: &str = "sign_in.report";
/// See [`REPORT`].
pub const CLOSE: &str = "session.end";

/// The newest tries of an account, from behind `older_than`.
///
/// # Errors
/// The database failed.
pub fn list(
    conn: &mut DbConnection,
    owner: &PrincipalId,
    older_than: Option<&Id<SignIn>>,
    limit: i64,
) -> Result<Vec<Entry>, DbError> {
    store::list(conn, owner, older_than, limit)
}

/// "That wasn't me": every session and every API token ends, and nobody signs in until a new password is set by mail.
///
/// # Errors
/// [`ReportError::NoSuchEntry`], [`ReportError::Reported`]; the database failed.
pub fn report(conn: &mut DbConnection, env: &Env, owner: &PrincipalId, id: &Id<SignIn>) -> Result<(), ReportError> {
    // Held until the commit: a sign-in that is about to finish either is ended here, or sees that it may not begin.
    let status = principals::lock(conn, owner)?;
    if matches!(status, None | Some(Status::Closed)) {
        return Err(ReportError::NoSuchEntry);
    }
    if !store::report(conn, owner, id, env.now())? {
        let there = store::is_there(conn, owner, id)?;
        return Err(if there { ReportError::Reported } else { ReportError::NoSuchEntry });
    }
    principals::require_reset(conn, owner, env.now())?;
    sessions::end_all(conn, owner, None, End::Reported, env.now())?;
    if let Some(account) = owner.account() {
        api_tokens::delete_all(conn, account)?;
    }
    note(conn, env, &owner.actor(), (REPORT, id.as_str(), owner))?;
    let principal = principals::find(conn, owner)?.ok_or(DbError::NotFound)?;
    notices::tell(conn, env, &principal, Notice::SignInReported)?;
    Ok(recovery::send_link(conn, env, owner)?)
}

/// The same by the link of a notice, which it spends.
///
/// # Errors
/// [`ReportError::LinkSpent`]; the database failed.
pub fn report_by_link(conn: &mut DbConnection, env: &Env, token: &SecretToken) -> Result<(), ReportError> {
    let subject = tokens::spend(conn, Purpose::ReportSignIn, token, env.now())?.ok_or(ReportError::LinkSpent)?;
    let owner = store::owner_of(conn, &subject)?.ok_or(ReportError::LinkSpent)?;
    let id = subject.parse().map_err(|_| ReportError::LinkSpent)?;
    match report(conn, env, &owner, &id) {
        Err(ReportError::Reported | ReportError::NoSuchEntry) => Err(ReportError::LinkSpent),
        outcome => outcome,
    }
}

/// Ends the session that a mailed link is about, and spends the link. One that has ended already is as good.
///
/// # Errors
/// [`ReportError::LinkSpent`]; the database failed.
pub fn close_by_link(conn: &mut DbConnection, env: &Env, token: &SecretToken) -> Result<(), ReportError> {
    let subject = tokens::spend(conn, Purpose::CloseSession, token, env.now())?.ok_or(ReportError::LinkSpent)?;
    let id: Id<Session> = subject.parse().map_err(|_| ReportError::LinkSpent)?;
    let Some(owner) = sessions::owner_of(conn, &id)? else { return Ok(()) };
    if sessions::end(conn, &owner, &id, End::Revoked, env.now())? {
        note(conn, env, &owner.actor(), (CLOSE, id.as_str(), &owner))?;
    }
    Ok(())
}

/// Forgets a batch of tries after 90 days; answers how many.
///
/// # Errors
/// The database failed.
pub fn purge(conn: &mut DbConnection, env: &Env) -> Result<usize, DbError> {
    store::delete_before(conn, env.now() - KEPT)
}

fn note(
    conn: &mut DbConnection,
    env: &Env,
    actor: &Actor,
    (action, subject, owner): (&'static str, &str, &PrincipalId),
) -> Result<(), DbError> {
    let refs = [("principal", owner.as_str())];
    audit::record(conn, env, &audit::Event { actor, action, subject, fields: &[], refs: &refs, commits_to: b"" })
}
