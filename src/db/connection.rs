//! The connection: one enum over both databases, chosen at run time by the URL's scheme.

use diesel::connection::{Instrumentation, InstrumentationEvent, SimpleConnection};
use diesel::result::{ConnectionError, DatabaseErrorKind, Error as DieselError};
use diesel::{Connection, PgConnection, SqliteConnection};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

/// A connection to either database. Outside `db/` nobody matches on it.
#[derive(diesel::MultiConnection)]
pub enum DbConnection {
    /// PostgreSQL, and what speaks its protocol.
    Postgresql(PgConnection),
    /// SQLite, embedded.
    Sqlite(SqliteConnection),
}

/// Which database a URL names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Backend {
    /// `postgres://…`
    Postgresql,
    /// `sqlite://path`
    Sqlite,
}

impl Backend {
    /// The database that the URL's scheme names; `None` for any other scheme.
    #[must_use]
    pub fn of_url(url: &str) -> Option<Self> {
        if url.starts_with("postgres://") || url.starts_with("postgresql://") {
            Some(Self::Postgresql)
        } else if url.starts_with("sqlite://") {
            Some(Self::Sqlite)
        } else {
            None
        }
    }

    /// The word for it in texts and folder names.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Postgresql => "postgres",
            Self::Sqlite => "sqlite",
        }
    }
}

/// What a connection is used for; SQLite has one writer, PostgreSQL makes no difference.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// Queries only.
    Reader,
    /// May open write transactions.
    Writer,
}

/// Milliseconds to wait for a lock. The suites race sixteen connections on machines that do other things as well; the
/// product's writers share one thread on SQLite and hold locks for milliseconds on PostgreSQL.
const LOCK_WAIT_MS: u32 = if cfg!(test) { 60_000 } else { 5_000 };

/// Settings of every SQLite connection. FULL: a commit that was answered survives a power cut.
const SQLITE_SETTINGS: &str = "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; \
     PRAGMA cache_size = -8000; PRAGMA temp_store = MEMORY; PRAGMA trusted_schema = OFF;";

/// Settings of every PostgreSQL connection: nothing may hang on a lock or a lost plan.
const POSTGRES_SETTINGS: &str = "SET statement_timeout = '30s'; \
     SET idle_in_transaction_session_timeout = '60s'; SET TIME ZONE 'UTC'; SET client_min_messages = 'warning';";

impl DbConnection {
    /// Opens and prepares a connection.
    ///
    /// # Errors
    /// The database cannot be reached, or the URL has an unknown scheme.
    pub fn open(url: &str, role: Role) -> Result<Self, ConnectionError> {
        match Backend::of_url(url) {
            Some(Backend::Postgresql) => {
                let mut inner = PgConnection::establish(url)?;
                inner
                    .batch_execute(&format!("{POSTGRES_SETTINGS} SET lock_timeout = {LOCK_WAIT_MS};"))
                    .map_err(ConnectionError::CouldntSetupConfiguration)?;
                Ok(Self::Postgresql(inner))
            }
            Some(Backend::Sqlite) => {
                let mut inner = SqliteConnection::establish(url.trim_start_matches("sqlite://"))?;
                let guard = if role == Role::Reader { "PRAGMA query_only = ON;" } else { "" };
                let settings = format!("PRAGMA busy_timeout = {LOCK_WAIT_MS}; {SQLITE_SETTINGS} {guard}");
                inner.batch_execute(&settings).map_err(ConnectionError::CouldntSetupConfiguration)?;
                Ok(Self::Sqlite(inner))
            }
            None => Err(ConnectionError::InvalidConnectionUrl("expected sqlite://… or postgres://…".to_owned())),
        }
    }

    /// Which database this is.
    #[must_use]
    pub fn backend(&self) -> Backend {
        match self {
            Self::Postgresql(_) => Backend::Postgresql,
            Self::Sqlite(_) => Backend::Sqlite,
        }
    }

    /// Sets `suspect` when a statement fails in a way that a broken connection would cause.
    pub(super) fn watch(&mut self, suspect: Arc<AtomicBool>, losses: Arc<AtomicU64>) {
        self.set_instrumentation(Watch(suspect, losses));
    }
}

/// Notes failures that may mean that the connection is gone, so that its thread replaces it, and so that the others ask
/// theirs: before anybody is answered, since whoever is told of a failure may come back at once.
struct Watch(Arc<AtomicBool>, Arc<AtomicU64>);

impl Instrumentation for Watch {
    fn on_connection_event(&mut self, event: InstrumentationEvent<'_>) {
        if let InstrumentationEvent::StartQuery { .. } = event {
            super::failpoint::reach();
        }
        if let InstrumentationEvent::FinishQuery { error: Some(error), .. } = event
            && may_be_gone(error)
        {
            self.0.store(true, Ordering::Relaxed);
            self.1.fetch_add(1, Ordering::Relaxed);
        }
    }
}

/// Whether the failure is one that a lost connection shows itself by.
pub(super) fn may_be_gone(error: &DieselError) -> bool {
    match error {
        DieselError::DatabaseError(DatabaseErrorKind::ClosedConnection, _)
        | DieselError::BrokenTransactionManager
        | DieselError::RollbackErrorOnCommit { .. } => true,
        DieselError::DatabaseError(DatabaseErrorKind::UnableToSendCommand | DatabaseErrorKind::Unknown, info) => {
            let text = info.message();
            ["connection", "terminating", "shutting down", "starting up", "recovery mode", "SSL SYSCALL", "disk I/O"]
                .iter()
                .any(|sign| text.contains(sign))
        }
        _ => false,
    }
}
