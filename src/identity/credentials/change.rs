//! Changing one's own password, for the API and for the page.

use std::sync::Arc;

use super::error::ChangeError;
use super::model::{NewPassword, normalise};
use super::{actions, choosing};
use crate::db::{DbConnection, DbError};
use crate::env::{Env, Verdict};
use crate::identity::ports::HolderFacts;
use crate::identity::registrations::sign_up::rules;
use crate::identity::sessions::actions::{owner, step_up};
use crate::identity::sessions::error::SignInError;
use crate::identity::sessions::model::is_stepped_up;
use crate::identity::sessions::store::LiveSession;
use crate::kernel::time::Timestamp;
use crate::platform::audit;

/// Changes the password: `passwords` are the present and the new one. Whoever has a factor has given it lately.
///
/// # Errors
/// See [`ChangeError`].
pub async fn change(
    env: &Env,
    session: LiveSession,
    facts: Arc<dyn HolderFacts>,
    passwords: (&str, &str),
) -> Result<(), ChangeError> {
    let of = session.clone();
    let read = move |conn: &mut DbConnection| {
        Ok::<_, DbError>((step_up::needs_factor(conn, &of)?, actions::personal_words(conn, &*facts, &of)?))
    };
    let (needs_factor, words) = env.db.read(read).await.map_err(SignInError::Db)?;
    if needs_factor && !is_stepped_up(session.stepped_up_at, env.now()) {
        return Err(ChangeError::StepUp);
    }
    let mut rules = rules(env);
    rules.personal.extend(words);
    let new = NewPassword::parse(passwords.1, &rules)?;
    choosing::look_up(env, &new).await?;
    let (own, of) = (env.clone(), session.clone());
    let prepared = env.db.write::<_, DbError, _>(move |conn| step_up::prepare(conn, &own, &of)).await;
    let (reservation, stored) = prepared.map_err(SignInError::Db)?.map_err(SignInError::Limited)?;
    let given = normalise(passwords.0).unwrap_or_default();
    let verdict = env.hasher.verify(&given, Some(stored.clone())).await.map_err(SignInError::Hash)?;
    // Hashed whatever the verdict: a wrong guess costs what a right one does.
    let phc = env.hasher.hash(new.reveal()).await.map_err(SignInError::Hash)?;
    if verdict == Verdict::Wrong {
        return Err(SignInError::WrongCredentials.into());
    }
    choosing::differs(&new, passwords.0)?;
    let own = env.clone();
    let update = move |conn: &mut DbConnection| actions::update(conn, &own, &session, &reservation, (&stored, &phc));
    Ok(env.db.write(update).await?)
}

/// When the password was last set, as far as the audit log goes back; `None` when that is longer ago.
///
/// # Errors
/// The database failed.
pub fn last_changed(conn: &mut DbConnection, session: &LiveSession) -> Result<Option<Timestamp>, DbError> {
    let owner = owner(session)?;
    let set = [actions::UPDATE, "password.reset", "account.create"];
    audit::last(conn, owner.as_str(), &set)
}
