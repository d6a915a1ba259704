//! Security notices by XMPP, beside the mail: for holders who agreed to it, where the operator has an account.
//!
//! - The address is the first XMPP entry of the profile, whatever it is at that moment; nobody has proved it. A notice says
//!   no more than its mail, and its link can only freeze.
//! - The consent is a row of the ledger and names operator and server: with another of either, people are asked anew. Each
//!   message rests on it, when it is written and again when it leaves.
//! - Whatever is wrong with this way, the mail goes: nothing here fails the change that a notice is about.
//! - Turning it on and off is told like every other change, so whoever did not do it learns of it by mail.

pub mod actions;
pub mod letters;
mod store;

#[cfg(test)]
mod tests;
