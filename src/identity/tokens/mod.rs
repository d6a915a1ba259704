//! Single-use links: 32 random bytes, kept as their digest, bound to one purpose, spent by one statement.

pub mod model;
pub mod store;
