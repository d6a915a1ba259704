//! Sign-ups. A registration waits until its own link proves the address; only then a principal and an account exist.
//!
//! - Whoever signs up, known or not, gets the same answer after the same work: one hash, one row, one job. The job
//!   finds out whether the address is known, and picks the mail.
//! - A link verifies its own registration, with that registration's password, and discards the others of the address: a
//!   stranger's pending sign-up never becomes the owner's account. Where an address has signed up more than once, the page
//!   asks for the password, which says which of them is meant (docs/adr/0028).
//! - Whoever signs up with an address that has an account leaves a row all the same. It is disarmed: it opens nothing, and
//!   is answered at sign-in like one that waits, so that an account does not show.

pub mod actions;
pub mod api;
pub mod error;
pub mod form;
pub mod jobs;
pub mod model;
pub mod pages;
pub mod sign_up;
pub mod store;

#[cfg(test)]
mod tests;
