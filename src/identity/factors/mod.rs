//! Second factors, of customers and staff alike: one-time codes of an authenticator app, passkeys, and recovery codes
//! for the day when both are lost.
//!
//! - A factor counts once a code of it was given, or the passkey has answered: nobody is locked out by a typing error.
//! - With the first factor come ten recovery codes, shown once; without a factor there are none.
//! - A code, a step and a challenge are used up by one statement: of any number at once one wins.
//! - Tries of codes are counted before they are judged, in a bucket of their own.
//! - A passkey always verifies its person itself (PIN, finger, face), so it signs in without a password too.
//! - Adding or removing needs a step-up, and adding is refused on a public computer. Staff keep at least one factor.
//! - The owner is told by mail of everything that changes here.

pub mod actions;
pub mod api;
pub mod codes;
pub mod error;
pub mod jobs;
pub mod letters;
pub mod model;
pub mod pages;
pub mod passkeys;
pub mod qr;
pub mod settling;
pub mod store;
pub mod totp;
pub mod views;

#[cfg(test)]
mod tests;
