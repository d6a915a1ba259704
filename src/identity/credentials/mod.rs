//! Passwords (3-rules "Passwords"): what may be one, and changing one's own. Hashing itself is `env`'s.

pub mod actions;
pub mod api;
pub mod change;
pub mod choosing;
pub mod error;
pub mod model;
