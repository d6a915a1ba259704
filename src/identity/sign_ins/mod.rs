//! The history of sign-ins: successes and failures of known accounts for 90 days, with device, network and why refused;
//! notices about sign-ins from new devices and on public computers; and "that wasn't me", which ends every session and
//! every API token and closes the account until a new password is set (docs/adr/0019).
//!
//! - An address without an account leaves nothing here.
//! - A success, or a refusal after the right password, is written in the transaction that decides it, by one statement,
//!   which also finds whether the device is known: it signed in from that network before, and nothing was reported
//!   since. Everything else is written behind the answer, alike for known and unknown addresses, so that no answer's
//!   time tells them apart.
//! - Networks are kept as a /24 or /48, devices as browser and system in words; nobody guesses where that is.

pub mod actions;
pub mod api;
pub mod error;
pub mod jobs;
pub mod letters;
pub mod links;
pub mod model;
pub mod notes;
pub mod pages;
pub mod store;

#[cfg(test)]
mod tests;
