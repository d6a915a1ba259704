//! Security notices by XMPP, beside the mail: for holders who agreed to it, where the operator has an account.
//!
//! - **Off → waiting**: the consent is a row of the ledger and names operator and server; with another of either, people
//!   are asked anew. With it a code leaves for the first XMPP address of the profile, and another one at each wish, a few an
//!   hour. It names nobody: who reads it may be a stranger.
//! - **Waiting → on**: the holder gives the code, after a step-up. It holds for 15 minutes, works once and allows five tries,
//!   each counted before it is judged. Only now it is told that notices are on.
//! - **On**: a notice goes to the address that was proved, as long as it is the profile's first XMPP address. It says no more
//!   than its mail, and its link can only freeze. Each message rests on the consent, when it is written and when it leaves.
//! - **On → off**: a withdrawal takes code and proof along. Another address in the profile takes the proof along too, for
//!   good, and is told: an address that was given up may belong to somebody else when it comes back. The consent stays.
//! - A proof names its address by a keyed hash, so it can never count for another one.
//! - Whatever is wrong with this way, the mail goes: nothing here fails the change that a notice is about.
//! - Turning it on and off is told like every other change, so whoever did not do it learns of it by mail.

pub mod actions;
pub mod api;
pub mod codes;
pub mod error;
pub mod jobs;
pub mod letters;
pub mod model;
mod store;
pub mod views;

#[cfg(test)]
mod tests;
