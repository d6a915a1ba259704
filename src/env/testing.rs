//! An `Env` over a fresh database, for tests of what needs both. SQLite always; PostgreSQL too where
//! `STEWARD_TEST_POSTGRES_URL` names a server on which the tests may create databases.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use diesel::connection::SimpleConnection;
use tempfile::TempDir;
use tokio::sync::Notify;

use super::{Clock, Env, Hasher, KeyRing, State, found, random};
use crate::config::{Mode, Sources, load};
use crate::db::{Backend, Db, DbConnection, PoolSize, Role, migrations};
use crate::kernel::time::Timestamp;

/// An environment whose clock stands still, on a database of its own.
pub struct Bench {
    /// What actions get. Its data directory is temporary.
    pub env: Env,
    /// A connection that may write.
    pub conn: DbConnection,
    /// None for a bench that another process made.
    _dir: Option<TempDir>,
}

impl Drop for Bench {
    /// Keeps a bench in one piece: an async block that names only `bench.env` must not let go of the directory under it.
    fn drop(&mut self) {}
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

/// A bench on SQLite alone, for tests that are about something else and need rows.
pub fn on_sqlite() -> Bench {
    bench(Backend::Sqlite)
}

fn bench(backend: Backend) -> Bench {
    let dir = tempfile::tempdir().expect("a directory");
    let url = match backend {
        Backend::Sqlite => format!("sqlite://{}", dir.path().join("test.sqlite3").display()),
        Backend::Postgresql => create_database(),
    };
    migrations::apply(&mut DbConnection::open(&url, Role::Writer).expect("a connection")).expect("migrated");
    let (env, conn) = open(&url, dir.path(), "2026-03-01T09:00:00Z".parse().expect("a time"));
    Bench { env, conn, _dir: Some(dir) }
}

fn open(url: &str, dir: &Path, now: Timestamp) -> (Env, DbConnection) {
    let sources = Sources::default().with("data_dir", dir.display().to_string()).with("database.url", url);
    let (settings, _) = load(&sources).expect("the defaults are valid");
    let keys = Arc::new(KeyRing::read_or_create(&settings.key_file()).expect("a key ring"));
    let mut conn = DbConnection::open(url, Role::Writer).expect("a connection");
    let env = Env {
        installation: found(&mut conn, &keys, Mode::Test, now).expect("this ring's database"),
        settings: Arc::new(settings),
        db: Db::start(url, PoolSize { readers: 2 }).expect("threads"),
        clock: Clock::fixed(now),
        hasher: Hasher::start(keys.clone(), 1, 4, Duration::from_secs(60)),
        keys,
        breached: None,
        jobs_waiting: Arc::new(Notify::new()),
        state: State::default(),
    };
    (env, conn)
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
    /// What [`Bench::reopen`] needs in another process.
    pub fn place(&self) -> String {
        let dir = self.env.settings.data_dir.display();
        format!("{} {dir} {}", self.env.db.url(), self.env.now())
    }

    /// The same database, directory, keys and time, in a process that the test started.
    pub fn reopen(place: &str) -> Self {
        let parts: Vec<&str> = place.split(' ').collect();
        let [url, dir, now] = parts[..] else { panic!("no place of a bench: {place}") };
        let (env, conn) = open(url, Path::new(dir), now.parse().expect("a time"));
        Self { env, conn, _dir: None }
    }

    /// Moves the clock forward.
    pub fn pass(&self, time: chrono::Duration) -> Timestamp {
        let now = self.env.now() + time;
        self.env.clock.set(now);
        now
    }
}
