//! The product from outside: over HTTP, with its mails and its processor, on both databases.

#[path = "../support/mod.rs"]
mod support;

mod access_ended;
mod accounts_profile;
mod api_tokens;
mod bad_input;
mod billing_orders;
mod billing_pages;
mod billing_payments;
mod billing_renewals;
mod canary;
mod catalog_load;
mod corrections;
mod coverage;
mod cross_site;
mod factors;
mod guessing;
mod killed;
mod languages;
mod lifecycle;
mod official_client;
mod outage;
mod passkeys;
mod payments;
mod privacy_public;
mod processor_crates;
mod profile;
mod readers;
mod recovery;
mod retention;
mod sessions;
mod sessions_page;
mod sign_ins;
mod sign_up;
mod staff_sessions;
mod states;
mod strangers;
mod surface;
mod xmpp;
