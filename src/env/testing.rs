//! An `Env` over a fresh database, for tests of what needs both. SQLite always; PostgreSQL too where
//! `STEWARD_TEST_POSTGRES_URL` names a server on which the tests may create databases.

use std::sync::Arc;
use std::time::Duration;

use diesel::connection::SimpleConnection;
use tempfile::TempDir;
use tokio::sync::Notify;

use super::{Clock, Env, Hasher, KeyRing, found, random};
use crate::config::{Mode, Sources, load};
use crate::db::{Backend, Db, DbConnection, PoolSize, Role, migrations};
use crate::kernel::time::Timestamp;

/// An environment whose clock stands still, on a database of its own.
pub struct Bench {
    /// What actions get. Its data directory is temporary.
    pub env: Env,
    /// A connection that may write.
    pub conn: DbConnection,
    _dir: TempDir,
}

/// Runs a test on each database.
pub fn on_each_database(test: impl Fn(Bench)) {
    test(bench(Backend::Sqlite));
    if std::env::var_os("STEWARD_TEST_POSTGRES_URL").is_some() {
        test(bench(Backend::Postgresql));
    }
}

/// The same for a test that awaits.
pub fn on_each_database_async<F: Future<Output = ()>>(test: impl Fn(Bench) -> F) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    on_each_database(|bench| runtime.block_on(test(bench)));
}

fn bench(backend: Backend) -> Bench {
    let dir = tempfile::tempdir().expect("a directory");
    let url = match backend {
        Backend::Sqlite => format!("sqlite://{}", dir.path().join("test.sqlite3").display()),
        Backend::Postgresql => create_database(),
    };
    let sources =
        Sources::default().with("data_dir", dir.path().display().to_string()).with("database.url", url.as_str());
    let (settings, _) = load(&sources).expect("the defaults are valid");
    let clock = Clock::fixed("2026-03-01T09:00:00Z".parse().expect("a time"));
    let keys = Arc::new(KeyRing::ephemeral());
    let mut conn = DbConnection::open(&url, Role::Writer).expect("a connection");
    migrations::apply(&mut conn).expect("migrated");
    let installation = found(&mut conn, &keys, Mode::Test, clock.now()).expect("a fresh database");
    let env = Env {
        settings: Arc::new(settings),
        installation,
        db: Db::start(&url, PoolSize { readers: 2 }).expect("threads"),
        clock,
        hasher: Hasher::start(keys.clone(), 1, 4, Duration::from_secs(60)),
        keys,
        jobs_waiting: Arc::new(Notify::new()),
    };
    Bench { env, conn, _dir: dir }
}

fn create_database() -> String {
    let server = std::env::var("STEWARD_TEST_POSTGRES_URL").expect("checked by the caller");
    let random: [u8; 8] = random::bytes();
    let name = format!("steward_unit_{:x}", u64::from_be_bytes(random));
    let mut admin = DbConnection::open(&server, Role::Writer).expect("the server of STEWARD_TEST_POSTGRES_URL");
    admin.batch_execute(&format!("CREATE DATABASE {name}")).expect("created");
    let (start, _) = server.rsplit_once('/').expect("a URL with a database");
    format!("{start}/{name}")
}

impl Bench {
    /// Moves the clock forward.
    pub fn pass(&self, time: chrono::Duration) -> Timestamp {
        let now = self.env.now() + time;
        self.env.clock.set(now);
        now
    }
}
