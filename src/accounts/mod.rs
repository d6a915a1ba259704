//! The profile: what a holder tells about themselves, kept correct by them (policy clauses 1.1 and 3).
//!
//! - A change names the version that it was decided on; a stale one is refused with the fields that differ, so no
//!   update is lost. `If-Match: *` overwrites, and the history says so.
//! - Every change stands in the history: before, after, who, when, sealed under the account's own key.
//! - A change, its history and its audit entry are one transaction, and the row is locked no longer than that takes.

pub mod actions;
pub mod api;
pub mod error;
mod fields;
mod form;
pub mod model;
pub mod pages;
pub mod patch;
mod ports;
pub mod reader;
pub mod store;
#[cfg(test)]
pub mod testing;
pub mod views;
mod words;

pub use api::operations;
pub use fields::TABLES;
pub use pages::pages;
pub use ports::Accounts;
