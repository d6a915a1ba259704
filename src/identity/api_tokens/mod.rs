//! API tokens: how a program acts for the holder of an account (3-rules "Tokens"). `stw_` and 32 random bytes, shown
//! once, kept as a hash, with a name, scopes and an end; each operation asks for one scope, told from its route
//! ([`crate::platform::web::token_access`]). A token is no session: it never steps up, and what decides who gets into
//! the account is closed to it. Revoked is deleted: nothing but the audit log remembers it.

pub mod actions;
pub mod api;
pub mod error;
pub mod jobs;
pub mod letters;
pub mod model;
pub mod pages;
pub mod store;

#[cfg(test)]
mod tests;
