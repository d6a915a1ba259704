//! The product as a process of its own that a test kills, at instants drawn from a seed, and starts again.

use std::fs;
use std::net::{SocketAddr, TcpListener};
use std::process::{Child, Command, Output};
use std::time::Duration;

use serde_json::Value;
use steward::env::Env;
use tempfile::TempDir;
use url::Url;

use super::app::{configuration, installation};
use super::demo::command;
use super::{Backend, Call, Client, Mailbox, Reply, Sandbox, TestDatabase, eventually};

/// `steward serve` with its database, its processor and its mails; the process comes and goes, the rest stays.
pub struct Killable {
    pub base: String,
    pub sandbox: Sandbox,
    pub database: TestDatabase,
    pub env: Env,
    keys: Vec<(String, String)>,
    folder: TempDir,
    server: Option<Child>,
    random: u64,
    /// Requests whose answer was lost with the process.
    pub lost: u32,
}

impl Killable {
    /// Not started yet. The seed decides when the process dies.
    pub async fn new(backend: Backend, seed: u64) -> Self {
        let database = TestDatabase::new(backend);
        let folder = tempfile::Builder::new().prefix("steward-killed-").tempdir().expect("a temporary folder");
        let address: SocketAddr =
            TcpListener::bind("127.0.0.1:0").and_then(|free| free.local_addr()).expect("a free port");
        let webhook = Url::parse(&format!("http://{address}/v1/webhooks/stripe")).expect("a URL");
        let sandbox = Sandbox::start(Some(webhook)).await;
        let mut keys = configuration(folder.path(), &database, (address, &sandbox));
        // Webhooks are lost with the process that they are sent to: the poll finds their events.
        let more = [("limits.enabled", "false"), ("stripe.poll_seconds", "1"), ("passwords.threads", "1")];
        keys.extend(more.map(|(key, value)| (key.to_owned(), value.to_owned())));
        let env = installation(&keys);
        let base = format!("http://localhost:{}", address.port());
        Self { base, sandbox, database, env, keys, folder, server: None, random: seed, lost: 0 }
    }

    pub fn mails(&self) -> Mailbox {
        Mailbox::new(self.env.settings.mail_directory())
    }

    /// A subcommand of the binary, on this installation.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = command(self.folder.path());
        for (key, value) in &self.keys {
            command.env(format!("STEWARD_{}", key.replace('.', "_").to_uppercase()), value);
        }
        command.args(arguments);
        command
    }

    /// Runs a subcommand to its end.
    pub fn run(&self, arguments: &[&str]) -> Output {
        self.command(arguments).output().expect("the binary was built with the tests")
    }

    /// Starts the server unless it runs; waits until it answers.
    pub async fn up(&mut self) {
        if self.server.is_none() {
            self.server = Some(self.command(&["serve"]).spawn().expect("the binary was built with the tests"));
        }
        let visitor = Client::new(&self.base);
        eventually("the server answers", async || visitor.get("/healthz").try_send().await.ok()).await;
    }

    /// `kill -9`, and then as long a pause as it takes until what the dead held is free.
    pub fn kill(&mut self) {
        if let Some(mut server) = self.server.take() {
            server.kill().expect("it runs");
            server.wait().expect("it is ours");
        }
        super::aging::pass_a_minute(&mut self.database.connection());
    }

    /// Sends a request until it was answered by a process that was left alone; before that, `deaths` processes die while
    /// they have it. The instants are drawn from the first `span`.
    pub async fn insist(&mut self, deaths: u32, span: Duration, call: impl Fn() -> Call) -> Reply {
        for _ in 0..deaths {
            self.up().await;
            let sent = tokio::spawn(call().try_send());
            tokio::time::sleep(self.draw(span)).await;
            self.kill();
            self.lost += u32::from(sent.await.expect("no panic").is_err());
        }
        self.up().await;
        call().send().await
    }

    /// The same for a subcommand: killed while it runs, and then let run to its end.
    pub async fn insist_on(&mut self, deaths: u32, span: Duration, arguments: &[&str]) -> Output {
        for _ in 0..deaths {
            let mut process = self.command(arguments).stdout(std::process::Stdio::null()).spawn().expect("it starts");
            tokio::time::sleep(self.draw(span)).await;
            // It may have ended by itself.
            let _ = process.kill();
            let status = process.wait().expect("it is ours");
            self.lost += u32::from(!status.success());
        }
        self.run(arguments)
    }

    /// An instant within the span (xorshift64).
    fn draw(&mut self, span: Duration) -> Duration {
        self.random ^= self.random << 13;
        self.random ^= self.random >> 7;
        self.random ^= self.random << 17;
        let micros = u64::try_from(span.as_micros()).expect("short");
        Duration::from_micros(self.random % micros.max(1))
    }

    /// Waits until every job is done; fails when one is dead.
    pub async fn settle(&self) {
        let mut conn = self.database.connection();
        eventually("the queue is empty", || {
            let left = super::evidence::jobs(&mut conn, self.env.now());
            assert_eq!(left.dead, Vec::<String>::new(), "dead jobs");
            std::future::ready(left.due.is_empty().then_some(()))
        })
        .await;
    }

    /// Mails that wait, and mails that have left.
    pub fn outbox(&self) -> (usize, usize) {
        let rows = super::evidence::rows(&mut self.database.connection(), "mails");
        let sent = rows.iter().filter(|row| row.contains("state=sent")).count();
        (rows.len() - sent, sent)
    }

    /// Charges at the processor that moved money.
    pub async fn charges(&self) -> Vec<Value> {
        self.sandbox.charges().await
    }

    /// What the last process wrote to standard error.
    pub fn log(&self) -> String {
        fs::read_to_string(self.folder.path().join("stderr")).unwrap_or_default()
    }
}

impl Drop for Killable {
    fn drop(&mut self) {
        if let Some(mut server) = self.server.take() {
            let _ = server.kill();
            let _ = server.wait();
        }
        if std::thread::panicking() {
            eprintln!("what the last process wrote:\n{}", self.log());
        }
    }
}
