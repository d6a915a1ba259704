//! **Steward**: customer accounts and billing whose privacy policy is executable.
//!
//! The library is the product; the binary only parses arguments. Modules, from the lowest up;
//! imports run only downwards (`tests/architecture.rs` checks it):
//!
//! | module | responsibility |
//! |---|---|
//! | [`kernel`] | value objects: money, ids, time, personal data. Pure, no I/O |
//! | [`config`] | load, validate and refuse configuration, naming the key |
//! | [`db`] | connection enum, database threads, transactions, every backend difference |
//! | [`env`] | what actions need besides a connection: clocks, randomness, keys, hasher |
//! | [`platform`] | jobs, audit, changes, idempotency, mail, trust, the HTTP kit |
//! | [`identity`] | principals, registrations, credentials, sessions, recovery |
//! | [`accounts`] | the profile and its history |
//! | [`billing`] | catalogue, subscriptions, invoices, ledger, payments, runs |
//! | [`processor`] | the Stripe adapter, and the sandbox that speaks Stripe's protocol |
//! | [`privacy`] | policy, consents, cookies: the public and the holder's side |
//! | [`staff`] | the back office |
//! | [`server`], [`context`], [`cli`] | compose everything |
#![forbid(unsafe_code)]
#![warn(missing_docs)]

pub mod accounts;
pub mod billing;
pub mod cli;
pub mod config;
pub mod context;
pub mod db;
pub mod env;
pub mod identity;
pub mod kernel;
pub mod platform;
pub mod privacy;
pub mod processor;
pub mod server;
pub mod staff;
