//! The product from outside: over HTTP, with its mails and its processor, on both databases.

#[path = "../support/mod.rs"]
mod support;

mod coverage;
mod official_client;
mod outage;
mod surface;
