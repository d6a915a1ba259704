//! The product as a value: listening on a port of its own, with a sandbox processor beside it, a database of its own and
//! a folder that mail is written to. When the value is dropped, no job may be left over or dead.

use std::net::{SocketAddr, TcpListener};
use std::path::Path;
use std::sync::atomic::{AtomicU32, Ordering};

use secrecy::ExposeSecret;
use serde_json::{Value, json};
use steward::config::{Mode, Sources, load};
use steward::context::{self, Need};
use steward::env::Env;
use steward::server;
use tempfile::TempDir;
use tokio::sync::oneshot;
use url::Url;

use super::evidence::Evidence;
use super::operations::Covered;
use super::{
    Backend, Call, Client, Mailbox, Proxy, Reply, Sandbox, TestDatabase, XmppReader, XmppServer, eventually_sync,
};

/// A password that every rule allows.
pub const PASSWORD: &str = "seven quiet herons wade";

/// Someone who may sign up.
#[derive(Debug, Clone)]
pub struct Person {
    pub name: String,
    pub email: String,
    pub password: String,
}

impl Person {
    /// Somebody new, with an address that nobody else has.
    pub fn new(name: &str) -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(1);
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let local: String = name.to_lowercase().chars().filter(char::is_ascii_alphanumeric).collect();
        Self { name: name.to_owned(), email: format!("{local}.{number}@example.org"), password: PASSWORD.to_owned() }
    }
}

/// What the person says about the computer when signing in.
#[derive(Debug, Clone, Copy, Default)]
pub struct SignIn {
    pub computer: Option<&'static str>,
    pub remember_email: bool,
    pub keep_signed_in: bool,
    pub transport: Option<&'static str>,
}

impl SignIn {
    pub const OWN: Self = Self { computer: Some("own"), remember_email: false, keep_signed_in: false, transport: None };
    pub const OWN_REMEMBERED: Self = Self { remember_email: true, ..Self::OWN };
    pub const KEPT: Self = Self { keep_signed_in: true, ..Self::OWN };
    pub const PUBLIC: Self = Self { computer: Some("public"), ..Self::OWN };
    pub const BEARER: Self = Self { transport: Some("bearer"), ..Self::OWN };

    /// The body of `POST /v1/sessions`.
    pub fn body(&self, email: &str, password: &str) -> Value {
        let mut body = json!({ "email": email, "password": password });
        if let Some(computer) = self.computer {
            body["computer"] = json!(computer);
        }
        if let Some(transport) = self.transport {
            body["transport"] = json!(transport);
        }
        if self.remember_email {
            body["remember_email"] = json!(true);
        }
        if self.keep_signed_in {
            body["keep_signed_in"] = json!(true);
        }
        body
    }
}

/// A running product.
pub struct TestApp {
    /// The address that people use.
    pub base: String,
    /// Where cards are kept.
    pub sandbox: Sandbox,
    pub env: Env,
    evidence: Evidence,
    server: Option<ServerThread>,
    folder: TempDir,
    pub database: TestDatabase,
    xmpp: Option<(XmppServer, XmppReader)>,
}

/// The server and its workers on a thread of their own, as in production beside nobody's runtime.
struct ServerThread {
    stop: oneshot::Sender<()>,
    thread: std::thread::JoinHandle<()>,
}

impl TestApp {
    /// Without request limits, which would stop most tests; the tests of limits use [`TestApp::with`].
    pub async fn start(backend: Backend) -> Self {
        Self::with(backend, &[("limits.enabled", "false")]).await
    }

    /// With an XMPP server beside it, and somebody who receives there.
    pub async fn with_xmpp(backend: Backend) -> Self {
        let server = XmppServer::start();
        let reader = server.reader().await;
        let keys = server.keys();
        let keys: Vec<_> = keys.iter().map(|(key, value)| (*key, value.as_str())).collect();
        let mut app = Self::with(backend, &keys).await;
        app.xmpp = Some((server, reader));
        app
    }

    /// The newest code that was sent to the one who receives by XMPP.
    pub async fn xmpp_code(&self) -> String {
        let (_, reader) = self.xmpp.as_ref().expect("an app with XMPP");
        let sent = self.audited("xmpp_proof.create").len();
        super::eventually("the code arrives", async || reader.codes().into_iter().nth(sent - 1)).await
    }

    /// With these configuration keys.
    pub async fn with(backend: Backend, keys: &[(&str, &str)]) -> Self {
        Self::on(TestDatabase::new(backend), keys).await
    }

    /// The same on a database that the test has already.
    pub async fn on(database: TestDatabase, keys: &[(&str, &str)]) -> Self {
        Self::assemble(database, keys, Sandbox::url).await
    }

    /// With a way to the processor that can be cut; the processor's webhooks still come.
    pub async fn before_the_processor(backend: Backend, keys: &[(&str, &str)]) -> (Self, Proxy) {
        let mut proxy = None;
        let way = |sandbox: &Sandbox| proxy.insert(Proxy::before(&sandbox.url())).url(&sandbox.url());
        let app = Self::assemble(TestDatabase::new(backend), keys, way).await;
        (app, proxy.expect("just made"))
    }

    async fn assemble(database: TestDatabase, keys: &[(&str, &str)], way: impl FnOnce(&Sandbox) -> String) -> Self {
        let evidence = Evidence::collect();
        let folder = tempfile::Builder::new().prefix("steward-app-").tempdir().expect("a temporary folder");
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let address = listener.local_addr().expect("bound");
        let base = format!("http://localhost:{}", address.port());
        let webhook = Url::parse(&format!("http://{address}/v1/webhooks/stripe")).expect("a URL");
        let sandbox = Sandbox::start(Some(webhook)).await;
        let mut all = configuration(folder.path(), &database, (address, &sandbox));
        all.push(("stripe.api_base".to_owned(), way(&sandbox)));
        all.extend(keys.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())));
        let env = installation(&all);
        let server = ServerThread::start(env.clone(), listener).await;
        Self { base, sandbox, env, evidence, server: Some(server), folder, database, xmpp: None }
    }

    /// Publishes another version of the policy, with the words of the newest; answers its number.
    pub fn publish_policy(&self) -> i32 {
        super::evidence::publish_policy(&mut self.database.connection())
    }

    /// A client without cookies.
    pub fn visitor(&self) -> Client {
        Client::new(&self.base)
    }

    /// A client that keeps cookies.
    pub fn browser(&self) -> Client {
        Client::browser(&self.base)
    }

    pub fn mails(&self) -> Mailbox {
        Mailbox::new(self.env.settings.mail_directory())
    }

    /// The body of a sign-up with the three fields that are needed and the policy in force.
    pub fn sign_up_body(&self, person: &Person) -> Value {
        let policy = super::evidence::policy_version(&mut self.database.connection());
        json!({ "name": person.name, "email": person.email, "password": person.password, "policy_version": policy })
    }

    /// Signs up; the mail is on its way.
    pub async fn sign_up(&self, person: &Person) {
        self.visitor().post("/v1/accounts", &self.sign_up_body(person)).expect(202).await;
    }

    /// Proves the address by the newest mail to it.
    pub async fn verify(&self, person: &Person) {
        let first = self.mails().next(&person.email, 0).await;
        let token = self.mails().to(&person.email).pop().unwrap_or(first).token();
        self.visitor().post("/v1/accounts/verify", &json!({ "token": token })).expect(200).await;
    }

    /// Somebody with a proven account.
    pub async fn person(&self, name: &str) -> Person {
        let person = Person::new(name);
        self.sign_up(&person).await;
        self.verify(&person).await;
        person
    }

    /// Signs in on an own computer.
    pub async fn sign_in(&self, person: &Person) -> Client {
        let client = self.browser();
        client.post("/v1/sessions", &SignIn::OWN.body(&person.email, &person.password)).expect(201).await;
        client
    }

    /// A new person's signed-in browser.
    pub async fn signed_in(&self, name: &str) -> Client {
        self.sign_in(&self.person(name).await).await
    }

    /// Adds a card by the flow of API clients; answers it as the list shows it once the webhook is worked off.
    pub async fn add_card(&self, client: &Client, token: &str) -> Value {
        let before = client.get("/v1/payment-methods").expect(200).await.at("/data");
        let begin = json!({ "flow": "client", "consent": true });
        let secret = client.post("/v1/payment-methods/setup", &begin).expect(201).await.text_at("/client_secret");
        let (intent, _) = secret.split_once("_secret").expect("a client secret names its intent");
        let processor = Client::new(&self.sandbox.url()).with_bearer(&self.sandbox.secret_key());
        let confirm = [("payment_method", token)];
        processor.submit(&format!("/v1/setup_intents/{intent}/confirm"), &confirm).expect(200).await;
        super::eventually("the card appears", async || {
            let cards = client.get("/v1/payment-methods").expect(200).await.at("/data");
            let mut new = cards.as_array()?.iter().filter(|card| {
                before.as_array().is_some_and(|before| before.iter().all(|old| old["id"] != card["id"]))
            });
            new.next().cloned()
        })
        .await
    }

    /// Every operation of the route registry.
    pub fn operations(&self) -> Vec<Covered> {
        operations()
    }

    /// Everything that the product has written anywhere: tables, mails, log, metrics; each with the name of its place.
    pub async fn everything_written(&self) -> Vec<(String, String)> {
        self.settle();
        let mut all = self.evidence.written(&mut self.database.connection(), &self.mails());
        let metrics = self.visitor().get("/metrics").send().await;
        all.push(("metrics".to_owned(), metrics.text));
        all
    }

    /// Rows of each table, less those that count requests.
    pub fn row_counts(&self) -> Vec<(String, usize)> {
        self.settle();
        super::evidence::row_counts(&mut self.database.connection())
    }

    /// Every row that a request may have changed, once the processor's events and the queue are worked off.
    pub async fn contents(&self) -> Vec<String> {
        self.control(reqwest::Method::POST, "webhooks/settle", &json!({})).await;
        self.settle();
        super::evidence::contents(&mut self.database.connection())
    }

    /// Who did this, by the audit log: `holder acct_…`, oldest first.
    pub fn audited(&self, action: &str) -> Vec<String> {
        super::evidence::audited(&mut self.database.connection(), action)
    }

    /// Looks of staff so far.
    pub fn looks(&self) -> usize {
        super::evidence::rows(&mut self.database.connection(), "staff_looks").len()
    }

    /// Waits until no job is due; fails when one is dead.
    pub fn settle(&self) {
        let mut conn = self.database.connection();
        eventually_sync("the queue is empty", || {
            let left = super::evidence::jobs(&mut conn, self.env.now());
            assert_eq!(left.dead, Vec::<String>::new(), "dead jobs");
            left.due.is_empty().then_some(())
        });
    }
}

/// What a product of the suite is told.
pub fn configuration(
    folder: &Path,
    database: &TestDatabase,
    (address, sandbox): (SocketAddr, &Sandbox),
) -> Vec<(String, String)> {
    let all = [
        ("data_dir", folder.display().to_string()),
        ("database.url", database.url.clone()),
        ("http.listen", address.to_string()),
        ("http.workers", "2".to_owned()),
        ("http.shutdown_seconds", "2".to_owned()),
        ("stripe.api_base", sandbox.url()),
        ("stripe.secret_key", sandbox.secret_key()),
        ("stripe.webhook_secret", sandbox.webhook_secret()),
        // Fast enough never to be felt: the pace has tests of its own.
        ("stripe.rate_per_second", "1000".to_owned()),
        ("stripe.endpoint_rate_per_second", "1000".to_owned()),
    ];
    all.map(|(key, value)| (key.to_owned(), value)).into()
}

/// Opens a test installation.
pub fn installation(keys: &[(String, String)]) -> Env {
    let sources = keys.iter().fold(Sources::default(), |sources, (key, value)| sources.with(key, value.as_str()));
    let (settings, unknown) = load(&sources).expect("the suite's configuration is valid");
    assert_eq!(unknown, Vec::<String>::new());
    context::open(settings, Need::Migrated(Mode::Test)).expect("the installation opens")
}

impl ServerThread {
    async fn start(env: Env, listener: TcpListener) -> Self {
        let (ready, started) = oneshot::channel();
        let (stop, stopped) = oneshot::channel::<()>();
        let thread = std::thread::spawn(move || {
            actix_web::rt::System::new().block_on(async move {
                let services = server::Services::new(env).expect("the ports are built");
                let running = server::start(&services, listener).expect("the server starts");
                let working = services.work();
                let _ = ready.send(());
                let _ = stopped.await;
                running.stop().await;
                working.stop().await;
            });
        });
        started.await.expect("the server's thread is up");
        Self { stop, thread }
    }
}

impl Drop for TestApp {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            self.settle();
        }
        if let Some(server) = self.server.take() {
            let _ = server.stop.send(());
            let _ = server.thread.join();
        }
    }
}

/// Every operation of the route registry.
pub fn operations() -> Vec<Covered> {
    Covered::all(server::operations())
}

/// Sends the same request this many times at once; answers the statuses.
pub async fn race(racers: usize, make: impl Fn() -> Call) -> Vec<u16> {
    let calls: Vec<_> = (0..racers).map(|_| tokio::spawn(make().send())).collect();
    let mut statuses = Vec::new();
    for call in calls {
        statuses.push(call.await.expect("no panic").status);
    }
    statuses
}
