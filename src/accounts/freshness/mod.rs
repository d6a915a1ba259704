//! Freshness: once a year a holder is asked whether what is kept is still right, by one mail that lists all of it (policy
//! clause 3: accurate, complete, current).
//!
//! - That an address was proved (`verified_at`) and that its owner looked and agreed (`confirmed_at`) are two facts. The
//!   link of the mail settles both; a press on the signed-in page only the latter.
//! - The mail is due twelve months after the last confirmation, and a month after mail first came back. It goes out once
//!   for each of these, however often the job runs, on however many processes.
//! - The link confirms the version that the mail lists, at the address that the mail went to, once, within thirty days.

pub mod actions;
pub mod api;
mod checking;
pub mod jobs;
mod letter;
pub mod model;
pub mod pages;
mod store;
mod views;

#[cfg(test)]
mod tests;
