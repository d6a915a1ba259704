//! See the module map in the crate documentation.

pub mod assets;
pub mod form;
pub mod page;
pub mod views;
