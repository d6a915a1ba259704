//! The adapter to Stripe: implements the processor port, verifies and normalises webhooks. The only place that knows the
//! `async-stripe` crates.
//!
//! | file | holds |
//! |---|---|
//! | `gateway`, `lists` | the port's calls; lists and their pages |
//! | `request` | what is asked, made with the crate's builders: everything that leaves the house |
//! | `transport`, `access` | one HTTP exchange over pooled connections; where to, and with which key |
//! | `outcome` | what a reply means: done, not done, unknown |
//! | `read`, `event`, `signature` | lenient reading of objects and events; the signature of webhooks |
//!
//! Three rules hold throughout. A call is executed once: whether to repeat it is decided by whoever stored its key. What
//! cannot be read is unknown, never failed. Free text of the processor is dropped, since it may quote personal data.

mod access;
mod event;
mod gateway;
mod lists;
mod outcome;
mod read;
mod request;
mod signature;
mod transport;

pub use event::EVENT_TYPES;
pub use gateway::StripeGateway;

#[cfg(test)]
mod sandbox_tests;
#[cfg(test)]
mod testing;
