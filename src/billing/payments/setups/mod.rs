//! Adding a card: consent first, then the processor's own page (hosted) or its own API (client). No number ever comes
//! here; what comes back is brand, last four digits and expiry (policy clauses 1.1 and 2.2.1).
//!
//! A set-up is a row before the processor hears of it. Whatever happens after that, [`flow::settle`] asks the processor
//! how the set-up stands and records it, so a webhook, the poll, the return page and a repeated job all end alike.

pub mod actions;
pub mod api;
pub mod error;
pub mod flow;
pub mod jobs;
pub mod model;
mod news;
pub mod pages;
pub mod store;

pub use api::operations;
pub use jobs::handlers;
pub use pages::pages;
