//! Value objects used by two features or more. Pure: no I/O crate, no clock, no randomness of its own.

pub mod actor;
pub mod ids;
pub mod personal;
pub mod secret_token;
pub mod time;
