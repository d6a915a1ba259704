//! The back office of this slice: billing staff review subscriptions, and open an account with a purpose.
//!
//! - The review list holds no personal data: ids, plans, amounts.
//! - Opening an account needs a purpose. The look is a row, committed before anything is shown; the holder reads it.
//! - What a role sees is a mask per field ([`model::mask`]): billing staff see name and billing data, nothing else.

pub mod actions;
pub mod api;
pub mod corrections;
pub mod error;
pub mod freezing;
pub mod model;
pub mod pages;
mod query;
pub mod store;
pub mod views;
mod words;

pub use api::operations;
pub use pages::pages;
