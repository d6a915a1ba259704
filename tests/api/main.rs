//! The product from outside: over HTTP, with its mails and its processor, on both databases.

#[path = "../support/mod.rs"]
mod support;

mod accounts_profile;
mod coverage;
mod official_client;
mod outage;
mod privacy_public;
mod processor_crates;
mod surface;
