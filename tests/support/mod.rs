//! What the suites share: databases cloned from a migrated template, the product on a port of its own, clients that
//! behave like browsers or like API programs, the mails that left, and waiting for a condition.
//!
//! docs/TESTING.md shows a test written with it.
#![allow(dead_code, unused_imports)] // each suite uses its own part

pub mod aging;
pub mod app;
pub mod billing;
pub mod client;
pub mod database;
pub mod demo;
pub mod eventually;
pub mod evidence;
pub mod factors;
pub mod killable;
pub mod mail;
pub mod operations;
pub mod passwords;
pub mod proxy;
pub mod sandbox;
pub mod staff;
pub mod xmpp;

pub use app::{PASSWORD, Person, SignIn, TestApp, operations, race};
pub use client::{Call, Client, Reply};
pub use database::{Backend, TestDatabase};
pub use eventually::{eventually, eventually_sync};
pub use killable::Killable;
pub use mail::{Mail, Mailbox};
pub use proxy::Proxy;
pub use sandbox::Sandbox;
pub use xmpp::{XmppReader, XmppServer};

/// What a test does whose part of the machine is missing: on a CI runner it fails, elsewhere it says so and ends.
pub fn leave_or_fail(missing: &str) -> ! {
    let one_test_per_process = std::env::var_os("NEXTEST").is_some();
    assert!(std::env::var("CI").as_deref() != Ok("true") && one_test_per_process, "{missing}");
    eprintln!("{missing}");
    std::process::exit(0);
}
