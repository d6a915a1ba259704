//! Migrations: the same names for both databases, embedded in the binary.

use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};

use super::connection::DbConnection;
use super::error::DbError;

const SQLITE: EmbeddedMigrations = embed_migrations!("migrations/sqlite");
const POSTGRES: EmbeddedMigrations = embed_migrations!("migrations/postgres");

/// Applies what is pending; answers the names applied, in order.
///
/// # Errors
/// A migration failed; it and those after it are not applied.
pub fn apply(conn: &mut DbConnection) -> Result<Vec<String>, DbError> {
    let applied = match conn {
        DbConnection::Postgresql(inner) => {
            inner.run_pending_migrations(POSTGRES).map(|all| all.iter().map(ToString::to_string).collect())
        }
        DbConnection::Sqlite(inner) => {
            inner.run_pending_migrations(SQLITE).map(|all| all.iter().map(ToString::to_string).collect())
        }
    };
    applied.map_err(failure)
}

/// Whether the database lacks a migration that this binary carries.
///
/// # Errors
/// The database cannot be read.
pub fn pending(conn: &mut DbConnection) -> Result<bool, DbError> {
    match conn {
        DbConnection::Postgresql(inner) => inner.has_pending_migration(POSTGRES),
        DbConnection::Sqlite(inner) => inner.has_pending_migration(SQLITE),
    }
    .map_err(failure)
}

/// A lost connection must look like one: whoever asked is told to come back.
fn failure(error: Box<dyn std::error::Error + Send + Sync>) -> DbError {
    match error.downcast::<diesel::result::Error>() {
        Ok(error) => DbError::from(*error),
        Err(other) => DbError::Other(other.to_string()),
    }
}
