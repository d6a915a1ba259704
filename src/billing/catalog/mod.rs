//! Plans and their prices. A file of the operator's fills the catalogue; nothing in the code knows a plan by name.

pub mod actions;
pub mod api;
pub mod loading;
pub mod model;
pub mod store;
