//! What members of staff choose for themselves.

use serde_json::{Value, json};

use super::store::{self, Settings};
use crate::db::{DbConnection, DbError, TxError};
use crate::env::Env;
use crate::kernel::actor::Actor;
use crate::kernel::ids::{Id, StaffMember};
use crate::kernel::lang::Lang;
use crate::kernel::public_error::{Code, FieldError, PublicError};
use crate::platform::audit;
use crate::platform::web::codes::{INVALID, STALE};
use crate::platform::web::etag::{IfMatch, etag};

/// The audit action of changing them.
pub const UPDATE: &str = "staff.update";

/// A change that cannot be made.
#[derive(Debug, thiserror::Error)]
pub enum SettingsError {
    /// Some fields need a correction.
    #[error("some fields need a correction")]
    Invalid(Vec<FieldError>),
    /// They are no longer what was seen.
    #[error("the settings have changed meanwhile")]
    Stale(Box<Settings>),
    /// The database failed.
    #[error(transparent)]
    Db(#[from] DbError),
}

impl TxError for SettingsError {
    fn is_contention(&self) -> bool {
        matches!(self, Self::Db(error) if error.is_contention())
    }
}

impl PublicError for SettingsError {
    fn code(&self) -> &'static Code {
        match self {
            Self::Invalid(_) => &INVALID,
            Self::Stale(_) => &STALE,
            Self::Db(error) => error.code(),
        }
    }

    fn fields(&self) -> Vec<FieldError> {
        match self {
            Self::Invalid(errors) => errors.clone(),
            _ => Vec::new(),
        }
    }

    fn retry_after(&self) -> Option<u32> {
        match self {
            Self::Db(error) => error.retry_after(),
            _ => None,
        }
    }

    fn members(&self) -> Vec<(&'static str, Value)> {
        let Self::Stale(now) = self else { return Vec::new() };
        let differs = json!([{ "field": "language", "current": now.language.map(Lang::as_str) }]);
        vec![("differs", differs), ("etag", Value::from(etag(now.version)))]
    }
}

/// The settings of a member of staff.
///
/// # Errors
/// The database failed.
pub fn get(conn: &mut DbConnection, id: &Id<StaffMember>) -> Result<Settings, SettingsError> {
    Ok(store::settings(conn, id)?)
}

/// Chooses the language of pages and mails; without one, pages go by the browser and mails by the installation.
///
/// # Errors
/// [`SettingsError::Stale`] when it has changed since it was seen; the database failed.
pub fn choose_language(
    conn: &mut DbConnection,
    env: &Env,
    id: &Id<StaffMember>,
    (seen, language): (IfMatch, Option<Lang>),
) -> Result<Settings, SettingsError> {
    let current = store::settings(conn, id)?;
    if !seen.allows(current.version) {
        return Err(SettingsError::Stale(Box::new(current)));
    }
    if current.language == language {
        return Ok(current);
    }
    if !store::set_language(conn, id, current.version, language)? {
        return Err(SettingsError::Stale(Box::new(store::settings(conn, id)?)));
    }
    let (actor, subject) = (Actor::Staff(id.clone()), id.as_str());
    let fields = &["language"];
    let event = audit::Event { actor: &actor, action: UPDATE, subject, fields, refs: &[], commits_to: b"" };
    audit::record(conn, env, &event)?;
    Ok(store::settings(conn, id)?)
}
