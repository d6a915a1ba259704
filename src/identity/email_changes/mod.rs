//! Changing the address that an account is signed in with (3-rules "E-mail change").
//!
//! - Asked for with a fresh proof of who asks; nothing changes until the new address is confirmed, by the link that went
//!   there and in a session of the account: who mistypes the address does not give the account away.
//! - The answer is the same when the address belongs to somebody else; only that person is told, at most once an hour.
//! - The old address hears of it when it is asked for and when it is done. For seven days its link freezes the account at
//!   once, and takes the change back with the password as it was at the change: a thief who sets another one afterwards
//!   does not keep the owner out. So long no password is set by mail.
//! - A freeze voids what waits for its confirmation.

pub mod actions;
pub mod api;
mod changing;
pub mod error;
pub mod jobs;
pub mod letters;
pub mod pages;
pub mod store;
pub mod undoing;
mod views;

#[cfg(test)]
mod tests;
