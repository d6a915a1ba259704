//! Subscriptions: who takes which price, since when, in which state. [`model`] holds the whole life as one table;
//! [`actions`] carry out what it says. A preview is a binding quote for 15 minutes.

pub mod actions;
pub mod api;
pub mod error;
pub mod jobs;
pub mod model;
pub mod ordering;
pub mod quotes;
pub mod store;

pub use store::SubscriptionRow;
