//! A migrated database for each test, cloned from a template that is built once per set of migrations.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

use diesel::connection::SimpleConnection;
use diesel::{Connection, PgConnection, QueryableByName, RunQueryDsl, sql_query, sql_types};
use sha2::{Digest, Sha256};
use steward::db::{DbConnection, Role, migrations};

pub use steward::db::Backend;

/// A database of this test alone; it is removed when the value is dropped.
pub struct TestDatabase {
    /// What `STEWARD_DATABASE_URL` would say.
    pub url: String,
    remove: Remove,
}

enum Remove {
    Folder(tempfile::TempDir),
    Database { server: String, name: String },
}

impl TestDatabase {
    /// A clone of the migrated template. Without `STEWARD_TEST_POSTGRES_URL` the PostgreSQL cases cannot run: on a
    /// CI runner that fails, elsewhere the case says so and ends.
    pub fn new(backend: Backend) -> Self {
        match backend {
            Backend::Sqlite => sqlite(),
            Backend::Postgresql => postgres(&server_or_leave()),
        }
    }

    /// A connection of the test's own, to look behind the product's back.
    pub fn connection(&self) -> DbConnection {
        DbConnection::open(&self.url, Role::Writer).expect("the test's own database opens")
    }
}

impl TestDatabase {
    /// Takes a PostgreSQL database away from its clients: connections end and new ones are refused.
    pub fn cut(&self) {
        self.administer(|name| {
            format!(
                "ALTER DATABASE {name} WITH ALLOW_CONNECTIONS false; \
                 SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'"
            )
        });
    }

    /// Gives it back.
    pub fn restore(&self) {
        self.administer(|name| format!("ALTER DATABASE {name} WITH ALLOW_CONNECTIONS true"));
    }

    fn administer(&self, statement: impl Fn(&str) -> String) {
        let Remove::Database { server, name } = &self.remove else { panic!("a SQLite file cannot be taken away") };
        let mut conn = PgConnection::establish(server).expect("the server answers");
        for part in statement(name).split("; ") {
            conn.batch_execute(part).expect("the role owns the database");
        }
    }
}

impl Drop for TestDatabase {
    fn drop(&mut self) {
        if let Remove::Database { server, name } = &self.remove
            && let Ok(mut conn) = PgConnection::establish(server)
        {
            // A leftover database is harmless: the whole cluster is thrown away.
            let _ = conn.batch_execute(&format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)"));
        }
    }
}

fn sqlite() -> TestDatabase {
    let template = folder().join(format!("template-{}.sqlite3", migrations_hash()));
    {
        let _guard = lock("sqlite");
        if !template.exists() {
            let part = template.with_extension("part");
            for leftover in ["part", "part-wal", "part-shm"] {
                let _ = fs::remove_file(template.with_extension(leftover));
            }
            let mut conn = DbConnection::open(&format!("sqlite://{}", part.display()), Role::Writer).expect("a file");
            migrations::apply(&mut conn).expect("migrations apply");
            conn.batch_execute(&format!("VACUUM INTO '{}'", template.display())).expect("one self-contained file");
        }
    }
    let own = tempfile::Builder::new().prefix("steward-db-").tempdir().expect("a temporary folder");
    let file = own.path().join("steward.sqlite3");
    fs::copy(&template, &file).expect("the template can be copied");
    TestDatabase { url: format!("sqlite://{}", file.display()), remove: Remove::Folder(own) }
}

fn postgres(server: &str) -> TestDatabase {
    let template = format!("steward_template_{}", migrations_hash());
    let mut admin = PgConnection::establish(server).expect("STEWARD_TEST_POSTGRES_URL names a server that answers");
    {
        let _guard = lock("postgres");
        if !exists(&mut admin, &template) {
            build_template(&mut admin, server, &template);
        }
    }
    let name = unique_name();
    admin.batch_execute(&format!("CREATE DATABASE {name} TEMPLATE {template}")).expect("a clone of the template");
    TestDatabase { url: with_database(server, &name), remove: Remove::Database { server: server.to_owned(), name } }
}

/// Built under another name first, so that a killed run leaves no half template.
fn build_template(admin: &mut PgConnection, server: &str, template: &str) {
    let part = format!("{template}_part");
    admin
        .batch_execute(&format!("DROP DATABASE IF EXISTS {part} WITH (FORCE);"))
        .and_then(|()| admin.batch_execute(&format!("CREATE DATABASE {part}")))
        .expect("the role may create databases");
    {
        let mut conn = DbConnection::open(&with_database(server, &part), Role::Writer).expect("the new database");
        migrations::apply(&mut conn).expect("migrations apply");
    }
    super::eventually_sync("the template's connection is closed", || {
        admin.batch_execute(&format!("ALTER DATABASE {part} RENAME TO {template}")).ok()
    });
    // A clone needs a source that nobody is connected to.
    admin.batch_execute(&format!("ALTER DATABASE {template} WITH ALLOW_CONNECTIONS false")).expect("own database");
}

#[derive(QueryableByName)]
struct Found {
    #[diesel(sql_type = sql_types::Bool)]
    found: bool,
}

fn exists(admin: &mut PgConnection, name: &str) -> bool {
    sql_query("SELECT EXISTS (SELECT 1 FROM pg_database WHERE datname = $1) AS found")
        .bind::<sql_types::Text, _>(name)
        .get_result::<Found>(admin)
        .expect("pg_database is readable")
        .found
}

fn with_database(server: &str, name: &str) -> String {
    let mut url = url::Url::parse(server).expect("STEWARD_TEST_POSTGRES_URL is a URL");
    url.set_path(name);
    url.into()
}

fn unique_name() -> String {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let mut random = [0; 6];
    fill(&mut random);
    let random: String = random.iter().map(|byte| format!("{byte:02x}")).collect();
    format!("steward_test_{}_{}_{random}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed))
}

#[allow(clippy::disallowed_methods)] // names of databases, not the product's randomness
fn fill(bytes: &mut [u8]) {
    getrandom::fill(bytes).expect("the system's randomness");
}

fn server_or_leave() -> String {
    std::env::var("STEWARD_TEST_POSTGRES_URL").unwrap_or_else(|_| {
        super::leave_or_fail("PostgreSQL case NOT RUN: set STEWARD_TEST_POSTGRES_URL, or run it by `bin/test only …`")
    })
}

/// Where templates lie: below the target folder, so that `cargo clean` removes them.
fn folder() -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("templates");
    fs::create_dir_all(&folder).expect("the target folder is writable");
    folder
}

/// Every test is a process of its own: whoever comes first builds, the others wait.
fn lock(name: &str) -> File {
    let file = File::create(folder().join(format!("{name}.lock"))).expect("the target folder is writable");
    file.lock().expect("an advisory lock");
    file
}

fn migrations_hash() -> String {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("migrations");
    let mut files = Vec::new();
    collect(&root, &mut files);
    files.sort();
    let mut hash = Sha256::new();
    for file in files {
        hash.update(file.to_string_lossy().as_bytes());
        hash.update(fs::read(&file).expect("a migration"));
    }
    hash.finalize().iter().take(6).map(|byte| format!("{byte:02x}")).collect()
}

fn collect(folder: &Path, into: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("migrations/") {
        let path = entry.expect("readable").path();
        if path.is_dir() { collect(&path, into) } else { into.push(path) }
    }
}
