//! Ending sessions from the command line, where no one is signed in: somebody's, or everybody's.

use super::model::End;
use super::store::write;
use crate::db::DbError;
use crate::env::Env;
use crate::identity::principals::store as principals;
use crate::kernel::actor::Actor;
use crate::kernel::email_address::EmailAddress;
use crate::platform::audit;

const COMMAND_LINE: Actor = Actor::System("command line");
/// The audit action.
pub const END: &str = "session.end_by_operator";

/// Ends every session of whoever has this address, customer or staff; answers how many, or `None` for nobody.
///
/// # Errors
/// The database failed.
pub async fn end_of(env: &Env, email: &EmailAddress) -> Result<Option<usize>, DbError> {
    let (own, email) = (env.clone(), email.clone());
    env.db
        .write(move |conn| {
            let Some(found) = principals::find_by_email(conn, email.key())? else { return Ok(None) };
            // Held until the commit: a sign-in that is about to finish is ended here, or begins after.
            principals::hold(conn, &found.id)?;
            let ended = write::end_all(conn, &found.id, None, End::Revoked, own.now())?;
            note(conn, &own, found.id.as_str())?;
            Ok(Some(ended))
        })
        .await
}

/// Ends every session of everybody; answers how many.
///
/// # Errors
/// The database failed.
pub async fn end_everybodys(env: &Env) -> Result<usize, DbError> {
    let own = env.clone();
    env.db
        .write(move |conn| {
            let ended = write::end_everybodys(conn, End::Revoked, own.now())?;
            note(conn, &own, "everybody")?;
            Ok(ended)
        })
        .await
}

fn note(conn: &mut crate::db::DbConnection, env: &Env, subject: &str) -> Result<(), DbError> {
    let event = audit::Event { actor: &COMMAND_LINE, action: END, subject, fields: &[], refs: &[], commits_to: b"" };
    audit::record(conn, env, &event)
}
