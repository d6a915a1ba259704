//! See the module map in the crate documentation.

pub mod assets;
pub mod contact_fields;
pub mod form;
pub mod page;
pub mod views;
