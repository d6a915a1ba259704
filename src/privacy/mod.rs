//! See the module map in the crate documentation.
pub mod clauses;
pub mod registry;
pub mod views;
