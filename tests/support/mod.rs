//! What the suites share: databases cloned from a migrated template, the product on a port of its own, clients that
//! behave like browsers or like API programs, the mails that left, and waiting for a condition.
//!
//! docs/TESTING.md shows a test written with it.
#![allow(dead_code, unused_imports)] // each suite uses its own part

pub mod client;
pub mod database;
pub mod eventually;
pub mod mail;

pub use client::{Client, Reply};
pub use database::{Backend, TestDatabase};
pub use eventually::{eventually, eventually_sync};
pub use mail::{Mail, Mailbox};
