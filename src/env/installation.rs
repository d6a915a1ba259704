//! What ties a database to its mode and its keys.

use base64::{Engine, engine::general_purpose::STANDARD_NO_PAD};
use diesel::prelude::*;

use super::keys::{KeyRing, Purpose};
use super::random;
use crate::config::Mode;
use crate::db::schema::installation;
use crate::db::{DbConnection, DbError};
use crate::kernel::ids::{Id, Installation as InstallationKind};
use crate::kernel::time::Timestamp;

/// The installation that a database belongs to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Installation {
    /// Written into the processor's metadata, so that two installations never touch each other's objects.
    pub id: Id<InstallationKind>,
    /// Fixed when the database was created.
    pub mode: Mode,
}

/// Why a database cannot be used by this process.
#[derive(Debug, thiserror::Error)]
pub enum InstallationError {
    /// Migrated, but no command has fixed its mode.
    #[error("the database has no mode yet: run `steward migrate --mode live|test` or `steward demo`")]
    Unfixed,
    /// Another key ring than the one the database was made with.
    #[error("configuration key `keys.file`: this key ring does not belong to this database")]
    OtherKeys,
    /// The command asks for another mode than the database has.
    #[error("the database is in {0} mode, which is fixed when a database is created")]
    OtherMode(&'static str),
    /// The row holds a mode this version does not know.
    #[error("the database was made by a newer version")]
    Unknown,
    /// The database failed.
    #[error(transparent)]
    Db(#[from] DbError),
}

fn check_value(keys: &KeyRing) -> String {
    STANDARD_NO_PAD.encode(keys.stable_mac(Purpose::Check, b"steward key check"))
}

/// Reads the installation and refuses other keys.
///
/// # Errors
/// See [`InstallationError`].
pub fn open(conn: &mut DbConnection, keys: &KeyRing) -> Result<Installation, InstallationError> {
    let row = installation::table
        .select((installation::id, installation::mode, installation::key_check))
        .first::<(Id<InstallationKind>, String, String)>(conn)
        .optional()
        .map_err(DbError::from)?;
    let (id, mode, check) = row.ok_or(InstallationError::Unfixed)?;
    if check != check_value(keys) {
        return Err(InstallationError::OtherKeys);
    }
    Ok(Installation { id, mode: mode.parse().map_err(|()| InstallationError::Unknown)? })
}

/// Fixes the mode of a fresh database, or checks that an existing one has it.
///
/// # Errors
/// See [`InstallationError`].
pub fn found(
    conn: &mut DbConnection,
    keys: &KeyRing,
    mode: Mode,
    now: Timestamp,
) -> Result<Installation, InstallationError> {
    crate::db::write(conn, |conn| match open(conn, keys) {
        Err(InstallationError::Unfixed) => {
            let new = Installation { id: random::id(now), mode };
            diesel::insert_into(installation::table)
                .values((
                    installation::id.eq(&new.id),
                    installation::singleton.eq(1),
                    installation::mode.eq(mode.as_str()),
                    installation::key_check.eq(check_value(keys)),
                    installation::created_at.eq(now),
                ))
                .execute(conn)
                .map_err(DbError::from)?;
            Ok(new)
        }
        Ok(existing) if existing.mode != mode => Err(InstallationError::OtherMode(existing.mode.as_str())),
        other => other,
    })
}

impl crate::db::TxError for InstallationError {}
