//! Sessions: a row each; the cookie or bearer token is its key (policy clause 1.2.1). Revocation acts on the next
//! request, because nothing but the row is asked.

pub mod actions;
pub mod api;
pub mod browser;
pub mod command;
pub mod device;
pub mod error;
pub mod jobs;
pub mod model;
pub mod pages;
pub mod passkeys;
pub mod pending;
pub mod sign_in;
pub mod store;

#[cfg(test)]
mod tests;
