//! What the product has left behind: rows, mails, log lines. To prove that something is *not* there.

use std::io::Write;
use std::sync::{Arc, Mutex, OnceLock};

use chrono::NaiveDateTime;
use diesel::{QueryableByName, RunQueryDsl, sql_query, sql_types};
use steward::db::{Backend, DbConnection};
use steward::kernel::time::Timestamp;
use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt::MakeWriter;

use super::Mailbox;

/// The log of this process, everything from `debug` up; nextest gives each test a process of its own.
#[derive(Clone)]
pub struct Evidence {
    log: Log,
}

#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().expect("no panic inside").extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Log {
    type Writer = Self;
    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

impl Evidence {
    /// Starts collecting; the second caller of a process shares the log of the first.
    pub fn collect() -> Self {
        static LOG: OnceLock<Log> = OnceLock::new();
        let log = LOG.get_or_init(|| {
            let log = Log::default();
            let filter = EnvFilter::new("debug,hyper=info,h2=info,reqwest=info");
            let logger = tracing_subscriber::fmt().json().with_env_filter(filter).with_writer(log.clone());
            logger.init();
            log
        });
        Self { log: log.clone() }
    }

    /// The log so far.
    pub fn log(&self) -> String {
        String::from_utf8_lossy(&self.log.0.lock().expect("no panic inside")).into_owned()
    }

    /// Tables, mails and log, each with the name of its place.
    pub fn written(&self, conn: &mut DbConnection, mails: &Mailbox) -> Vec<(String, String)> {
        let mut all: Vec<(String, String)> =
            tables(conn).into_iter().map(|table| (format!("table {table}"), rows(conn, &table).join("\n"))).collect();
        all.extend(mails.all().into_iter().map(|mail| (format!("mail to {}", mail.to), mail.raw + &mail.text)));
        all.push(("log".to_owned(), self.log()));
        all
    }
}

#[derive(QueryableByName)]
struct Text {
    #[diesel(sql_type = sql_types::Text)]
    text: String,
}

fn texts(conn: &mut DbConnection, query: &str) -> Vec<String> {
    let found: Vec<Text> = sql_query(query).load(conn).unwrap_or_else(|error| panic!("{query}: {error}"));
    found.into_iter().map(|row| row.text).collect()
}

/// Names of the product's tables.
pub fn tables(conn: &mut DbConnection) -> Vec<String> {
    let query = match conn.backend() {
        Backend::Sqlite => "SELECT name AS text FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'",
        Backend::Postgresql => "SELECT tablename::text AS text FROM pg_tables WHERE schemaname = 'public'",
    };
    let mut names = texts(conn, query);
    names.retain(|name| !name.starts_with("__"));
    names.sort();
    names
}

/// Every row of a table as one line of text.
pub fn rows(conn: &mut DbConnection, table: &str) -> Vec<String> {
    rows_without(conn, table, &[])
}

fn rows_without(conn: &mut DbConnection, table: &str, without: &[&str]) -> Vec<String> {
    let columns = match conn.backend() {
        Backend::Sqlite => format!("SELECT name AS text FROM pragma_table_info('{table}')"),
        Backend::Postgresql => format!(
            "SELECT column_name::text AS text FROM information_schema.columns \
             WHERE table_schema = 'public' AND table_name = '{table}'"
        ),
    };
    let columns: Vec<String> = texts(conn, &columns)
        .iter()
        .filter(|column| !without.contains(&column.as_str()))
        .map(|column| format!("'{column}=' || COALESCE(CAST(\"{column}\" AS TEXT), 'NULL')"))
        .collect();
    texts(conn, &format!("SELECT {} AS text FROM \"{table}\"", columns.join(" || ' ' || ")))
}

/// Tables that count requests, or say how far a job of the product's own has come.
const NOISE: &[&str] = &["throttles", "jobs", "job_schedules", "audit_head", "event_cursor", "processor_lanes"];

pub fn row_counts(conn: &mut DbConnection) -> Vec<(String, usize)> {
    let names = tables(conn).into_iter().filter(|name| !NOISE.contains(&name.as_str()));
    names
        .map(|name| {
            let count = rows(conn, &name).len();
            (name, count)
        })
        .collect()
}

/// What changes by itself: the use of a session is noted, the sealer numbers entries.
const BY_ITSELF: &[(&str, &[&str])] = &[("sessions", &["last_seen_at"]), ("audit_entries", &["sequence", "chain"])];

/// Every row that a request may have changed, with the name of its table, in an order of its own.
pub fn contents(conn: &mut DbConnection) -> Vec<String> {
    let mut all = Vec::new();
    for table in tables(conn).into_iter().filter(|name| !NOISE.contains(&name.as_str())) {
        let without = BY_ITSELF.iter().find(|(name, _)| *name == table).map_or(&[][..], |(_, columns)| columns);
        all.extend(rows_without(conn, &table, without).into_iter().map(|row| format!("{table}: {row}")));
    }
    all.sort();
    all
}

/// Entries of the audit log for an action: who did each, `holder acct_…`.
pub fn audited(conn: &mut DbConnection, action: &str) -> Vec<String> {
    let query = format!(
        "SELECT actor_kind || ' ' || actor_id AS text FROM audit_entries WHERE action = '{action}' ORDER BY id"
    );
    texts(conn, &query)
}

/// What is left in the queue.
pub struct Jobs {
    pub due: Vec<String>,
    pub dead: Vec<String>,
}

#[derive(QueryableByName)]
struct JobRow {
    #[diesel(sql_type = sql_types::Text)]
    kind: String,
    #[diesel(sql_type = sql_types::Text)]
    state: String,
    #[diesel(sql_type = sql_types::Timestamp)]
    run_at: NaiveDateTime,
    #[diesel(sql_type = sql_types::Integer)]
    attempts: i32,
}

pub fn jobs(conn: &mut DbConnection, now: Timestamp) -> Jobs {
    let all: Vec<JobRow> =
        sql_query("SELECT kind, state, run_at, attempts FROM jobs").load(conn).expect("the queue is readable");
    let (dead, alive): (Vec<JobRow>, Vec<JobRow>) = all.into_iter().partition(|job| job.state == "dead");
    let kinds = |jobs: Vec<JobRow>| jobs.into_iter().map(|job| job.kind).collect();
    // One that failed once waits for its next attempt: it is left over too.
    let left = |job: &JobRow| job.state != "ready" || job.run_at <= now.naive() || job.attempts > 0;
    let due = alive.into_iter().filter(left).collect();
    Jobs { due: kinds(due), dead: kinds(dead) }
}

#[derive(QueryableByName)]
struct Number {
    #[diesel(sql_type = sql_types::Integer)]
    number: i32,
}

/// The version of the policy that a sign-up must accept.
pub fn policy_version(conn: &mut DbConnection) -> i32 {
    let newest = sql_query("SELECT MAX(version) AS number FROM policy_versions").get_result::<Number>(conn);
    newest.expect("a policy is published").number
}

/// Publishes another version of the policy, with the words of the newest.
pub fn publish_policy(conn: &mut DbConnection) -> i32 {
    let newest = policy_version(conn);
    let copy = format!(
        "INSERT INTO policy_versions (version, class, published_at, markdown) \
         SELECT version + 1, class, published_at, markdown FROM policy_versions WHERE version = {newest}"
    );
    sql_query(copy).execute(conn).expect("a version is added");
    newest + 1
}
