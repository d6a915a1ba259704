//! The processor's official client, which knows nothing of us, works against the sandbox: it speaks the protocol, not
//! only what our own adapter expects of it.

use std::path::Path;
use std::process::Command;

use crate::support::{Sandbox, leave_or_fail};

#[tokio::test]
async fn the_official_client_drives_the_sandbox() {
    let Ok(packages) = std::env::var("STEWARD_TEST_PYTHONPATH") else {
        leave_or_fail("official client NOT RUN: run it by `bin/test only …`, which installs it")
    };
    let sandbox = Sandbox::start(None).await;
    let mut python = Command::new("python3");
    python
        .arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/api/official_client.py"))
        .args([sandbox.url(), sandbox.secret_key(), sandbox.publishable_key(), sandbox.control_token()])
        .env("PYTHONPATH", packages);
    let status = tokio::task::spawn_blocking(move || python.status()).await.expect("no panic").expect("python starts");
    assert!(status.success());
}
