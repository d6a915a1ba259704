//! See the module map in the crate documentation.

pub mod letter;
