//! Plans and their prices. Seed data and staff fill the catalogue; nothing in the code knows a plan by name.

pub mod actions;
pub mod api;
pub mod model;
pub mod store;
