//! The profile: what a holder tells about themselves, kept correct by them (policy clauses 1.1 and 3).
//!
//! - A change names the version that it was decided on; a stale one is refused with the fields that differ, so no
//!   update is lost. `If-Match: *` overwrites, and the history says so.
//! - Every change stands in the history: before, after, who, when, where from, sealed under the account's own key. One
//!   value can be brought back, by the way of every other change.
//! - That somebody proved an address and that they looked and agreed are two facts, kept apart; the latter per field.
//! - A change, its history and its audit entry are one transaction, and the row is locked no longer than that takes.

pub mod actions;
pub mod api;
pub mod author;
pub mod corrections;
pub mod error;
mod fields;
mod form;
pub mod freshness;
pub mod model;
pub mod pages;
pub mod patch;
mod ports;
pub mod reader;
pub mod ripples;
pub mod store;
#[cfg(test)]
pub mod testing;
pub mod together;
pub mod views;
pub mod words;

use crate::platform::jobs::Handlers;

pub use api::operations;
pub use fields::{TABLES, purpose};
pub use pages::pages;
pub use ports::Accounts;

/// Registers the jobs of accounts.
pub fn handlers(handlers: &mut Handlers) {
    corrections::jobs::handlers(handlers);
    freshness::jobs::handlers(handlers);
    ripples::jobs::handlers(handlers);
}
