//! Who has lost app, passkeys and recovery codes: an operator orders, on the machine, that the factors of an account go.
//!
//! - The order takes effect after a waiting period (`factors.reset_wait_days`), never at once: the operator may have been
//!   deceived, and the owner must have time to object. They are told at once, with the link that freezes the account.
//! - Until then nothing changes, and it is stopped by the owner (signed in), by a freeze, by the operator, and by any
//!   factor that still works: who gives one has not lost them.
//! - The mailbox alone never opens an account with a factor: no order while the password was lately set by mail, or the
//!   address can still be changed back, and a password set by mail meanwhile stops it.
//! - When it takes effect, every factor, every recovery code and every session is gone; the password stays.

pub mod actions;
pub mod api;
pub mod command;
pub mod error;
pub mod jobs;
pub mod letters;
pub mod model;
pub mod pages;
pub mod store;

#[cfg(test)]
mod tests;
