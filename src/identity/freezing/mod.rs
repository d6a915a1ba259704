//! Freezing an account, and lifting that again.
//!
//! - The brake is quick: one press by its holder, one press on the link of any security notice, or staff with a reason.
//! - Frozen, nobody is signed in and nobody signs in, nothing is ordered and nothing changed; every session, token, reset
//!   link and pending change of the address ends. Paid service goes on and renews as agreed.
//! - Lifting it needs two things that a thief rarely has together: a link to the mailbox and the password, and it sets a
//!   new password, since the old one may be what the thief knows. While a change of the address can still be undone, the
//!   mailbox is in doubt, and only the old address ([`super::email_changes`]) or staff lift it.
//! - Each freeze is a row with its end, which the holder reads.

pub mod actions;
pub mod api;
pub mod error;
pub mod jobs;
pub mod letters;
pub mod lifting;
pub mod model;
pub mod pages;
pub mod store;
mod views;

#[cfg(test)]
mod tests;
