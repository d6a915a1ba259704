//! Principals: whoever can sign in, customers and staff alike. The id's prefix says which; the kind never changes.

pub mod actions;
pub mod model;
pub mod states;
pub mod store;
