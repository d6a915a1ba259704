//! A real XMPP server, Debian's prosody, with two accounts; and somebody who receives there with a client that is not ours.

use std::io::{BufRead, BufReader};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};

use serde_json::{Value, json};
use tempfile::TempDir;

use super::{eventually, eventually_sync, leave_or_fail};

const DOMAIN: &str = "xmpp.test";
const PRODUCT: (&str, &str) = ("notices", "notices' password");
const READER: (&str, &str) = ("ada", "ada's password");

/// A server on a free port of this machine; ends with the value.
pub struct XmppServer {
    folder: TempDir,
    port: u16,
    encrypted: bool,
    child: Option<Child>,
}

/// The reader's client; ends with the value.
pub struct XmppReader {
    child: Child,
    told: Arc<Mutex<Vec<Value>>>,
}

impl XmppServer {
    /// Without encryption, as only a server on this machine may be.
    pub fn start() -> Self {
        Self::with(false)
    }

    /// One that insists on encryption, with a certificate of its own.
    pub fn encrypted() -> Self {
        Self::with(true)
    }

    fn with(encrypted: bool) -> Self {
        let folder = tempfile::Builder::new().prefix("steward-xmpp-").tempdir().expect("a temporary folder");
        let free = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let port = free.local_addr().expect("bound").port();
        let mut server = Self { folder, port, encrypted, child: None };
        if encrypted {
            server.certify();
        }
        std::fs::write(server.path("prosody.cfg.lua"), server.configuration()).expect("written");
        for (user, password) in [PRODUCT, READER] {
            server.run("prosodyctl", &["register", user, DOMAIN, password]);
        }
        drop(free);
        server.resume();
        server
    }

    /// The keys that give the product its account there.
    pub fn keys(&self) -> Vec<(&'static str, String)> {
        let mut keys = vec![
            ("limits.enabled", "false".to_owned()),
            ("xmpp.jid", format!("{}@{DOMAIN}", PRODUCT.0)),
            ("xmpp.password", PRODUCT.1.to_owned()),
            ("xmpp.server", format!("127.0.0.1:{}", self.port)),
        ];
        if self.encrypted {
            keys.push(("xmpp.ca_file", self.path("xmpp.test.crt").display().to_string()));
        }
        keys
    }

    /// The same as environment variables, for a product that is a process of its own.
    pub fn environment(&self) -> Vec<(&'static str, String)> {
        vec![
            ("STEWARD_XMPP_JID", format!("{}@{DOMAIN}", PRODUCT.0)),
            ("STEWARD_XMPP_PASSWORD", PRODUCT.1.to_owned()),
            ("STEWARD_XMPP_SERVER", format!("127.0.0.1:{}", self.port)),
        ]
    }

    /// What a client of the reader's needs to know.
    pub fn reader_facts(&self) -> Value {
        let (host, port) = ("127.0.0.1", self.port.to_string());
        json!({ "host": host, "port": port, "address": Self::reader_address(), "password": READER.1 })
    }

    /// Ends, as a server that is down.
    pub fn stop(&mut self) {
        if let Some(mut child) = self.child.take() {
            let _ = child.kill();
            let _ = child.wait();
        }
    }

    /// Comes up (again), on the same port.
    pub fn resume(&mut self) {
        self.stop();
        let log = std::fs::File::create(self.path("output")).expect("a file");
        let child = Command::new("prosody")
            .args(["-F", "--config"])
            .arg(self.path("prosody.cfg.lua"))
            .stdin(Stdio::null())
            .stderr(log.try_clone().expect("a file"))
            .stdout(log)
            .spawn();
        let Ok(child) = child else {
            leave_or_fail("XMPP NOT RUN: run it by `bin/test only …`, which installs prosody")
        };
        self.child = Some(child);
        eventually_sync("the XMPP server listens", || TcpStream::connect(("127.0.0.1", self.port)).ok());
    }

    /// The reader's address.
    pub fn reader_address() -> String {
        format!("{}@{DOMAIN}", READER.0)
    }

    /// The reader, online.
    pub async fn reader(&self) -> XmppReader {
        let Ok(packages) = std::env::var("STEWARD_TEST_PYTHONPATH") else {
            leave_or_fail("XMPP reader NOT RUN: run it by `bin/test only …`, which installs it")
        };
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/support/xmpp_listen.py");
        let mut child = Command::new("python3")
            .arg(script)
            .args(["127.0.0.1", &self.port.to_string(), &Self::reader_address(), READER.1])
            .args(self.encrypted.then(|| self.path("xmpp.test.crt")))
            .env("PYTHONPATH", packages)
            .stdout(Stdio::piped())
            .spawn()
            .expect("python starts");
        let lines = BufReader::new(child.stdout.take().expect("piped")).lines();
        let told: Arc<Mutex<Vec<Value>>> = Arc::default();
        let keep = told.clone();
        std::thread::spawn(move || {
            for line in lines.map_while(Result::ok) {
                keep.lock().expect("no panic").push(serde_json::from_str(&line).expect("a line of JSON"));
            }
        });
        let reader = XmppReader { child, told };
        eventually("the reader is online", async || (!reader.told.lock().expect("no panic").is_empty()).then_some(()))
            .await;
        reader
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn configuration(&self) -> String {
        let folder = self.folder.path().display();
        format!(
            "run_as_root = true\npidfile = \"{folder}/pid\"\ndata_path = \"{folder}\"\ncertificates = \"{folder}\"\n\
             interfaces = {{ \"127.0.0.1\" }}\nc2s_ports = {{ {} }}\nc2s_require_encryption = {}\n\
             authentication = \"internal_hashed\"\n\
             modules_enabled = {{ \"saslauth\", {} \"roster\", \"ping\", \"offline\", \"disco\" }}\n\
             modules_disabled = {{ \"s2s\" }}\nlog = {{ info = \"*console\" }}\nVirtualHost \"{DOMAIN}\"\n",
            self.port,
            self.encrypted,
            if self.encrypted { "\"tls\"," } else { "" },
        )
    }

    /// A certificate that only itself vouches for.
    fn certify(&self) {
        let names = format!("subjectAltName=DNS:{DOMAIN}");
        let made = Command::new("openssl")
            .args(["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"])
            .args(["-subj", "/CN=xmpp.test", "-addext", &names, "-addext", "basicConstraints=critical,CA:FALSE"])
            .arg("-keyout")
            .arg(self.path("xmpp.test.key"))
            .arg("-out")
            .arg(self.path("xmpp.test.crt"))
            .output();
        assert!(made.expect("openssl").status.success(), "a certificate");
    }

    fn run(&self, program: &str, arguments: &[&str]) {
        let mut command = Command::new(program);
        command.arg("--config").arg(self.path("prosody.cfg.lua")).args(arguments).stdin(Stdio::null());
        let Ok(done) = command.output() else {
            leave_or_fail("XMPP NOT RUN: run it by `bin/test only …`, which installs prosody")
        };
        assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    }
}

impl Drop for XmppServer {
    fn drop(&mut self) {
        self.stop();
    }
}

impl XmppReader {
    /// Every message so far.
    pub fn messages(&self) -> Vec<Value> {
        self.told.lock().expect("no panic").iter().filter(|fact| fact["body"].is_string()).cloned().collect()
    }

    /// The codes that confirm the address, of every message so far.
    pub fn codes(&self) -> Vec<String> {
        self.messages().iter().filter_map(|message| code_in(message["body"].as_str()?)).collect()
    }

    /// The first message after `seen` others; waits for it.
    pub async fn next(&self, seen: usize) -> Value {
        eventually(&format!("XMPP message {}", seen + 1), async || self.messages().into_iter().nth(seen)).await
    }
}

/// `1234 5678` in a message, in whichever language.
fn code_in(body: &str) -> Option<String> {
    let is_code = |text: &str| {
        text.len() == 9 && text.char_indices().all(|(at, c)| if at == 4 { c == ' ' } else { c.is_ascii_digit() })
    };
    let starts = body.char_indices().map(|(at, _)| at);
    starts.filter_map(|at| body.get(at..at + 9)).find(|text| is_code(text)).map(str::to_owned)
}

impl Drop for XmppReader {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
