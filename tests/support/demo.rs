//! The whole product as a user starts it: `steward demo` as a process of its own, on free ports, in a folder of its own.

use std::fs::{self, File};
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use serde_json::Value;
use tempfile::TempDir;

use super::database::{Backend, TestDatabase};

/// A running demo; it ends when the value is dropped.
pub struct Demo {
    /// The line of JSON that `demo --json` printed.
    pub facts: Value,
    folder: TempDir,
    process: Child,
    database: Option<TestDatabase>,
}

impl Demo {
    /// Starts it and waits until it serves.
    pub fn start(backend: Backend) -> Self {
        Self::with(backend, &[])
    }

    /// The same with settings, as environment variables.
    pub fn with(backend: Backend, settings: &[(&str, String)]) -> Self {
        let folder = tempfile::Builder::new().prefix("steward-demo-").tempdir().expect("a temporary folder");
        let database = (backend == Backend::Postgresql).then(|| TestDatabase::new(backend));
        let mut command = command(folder.path());
        if let Some(database) = &database {
            command.env("STEWARD_DATABASE_URL", &database.url);
        }
        command.envs(settings.iter().map(|(name, value)| (*name, value.as_str())));
        command.args(["demo", "--json", "--listen", "127.0.0.1:0", "--sandbox-listen", "127.0.0.1:0"]);
        command.arg("--data-dir").arg(folder.path().join("data")).stdout(Stdio::piped());
        let mut process = command.spawn().expect("the binary was built with the tests");
        let mut line = String::new();
        let mut out = BufReader::new(process.stdout.take().expect("piped"));
        out.read_line(&mut line).expect("its output is text");
        let facts = serde_json::from_str(&line).unwrap_or_else(|error| {
            let log = fs::read_to_string(folder.path().join("stderr")).unwrap_or_default();
            panic!("`demo --json` printed {line:?} ({error})\n{log}")
        });
        Self { facts, folder, process, database }
    }

    /// A fact by name: `app`, `sandbox`, `mail_dir`, `database`.
    pub fn fact(&self, name: &str) -> String {
        self.facts[name].as_str().unwrap_or_else(|| panic!("no `{name}` in {}", self.facts)).to_owned()
    }

    /// Everything the process has written to standard error so far.
    pub fn log(&self) -> String {
        fs::read_to_string(self.folder.path().join("stderr")).unwrap_or_default()
    }
}

/// The binary with a clean environment; standard error goes to the file `stderr` of the folder.
pub fn command(folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_steward"));
    for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("STEWARD_")) {
        command.env_remove(name);
    }
    let log = File::create(folder.join("stderr")).expect("a temporary folder");
    command.current_dir(folder).stdin(Stdio::null()).stderr(log);
    command
}

impl Drop for Demo {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
        if std::thread::panicking() {
            let kept: PathBuf = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("demo-{}.log", self.process.id()));
            let _ = fs::copy(self.folder.path().join("stderr"), &kept);
            eprintln!("what the demo wrote: {}", kept.display());
        }
    }
}
