//! Subscriptions: who takes which price, since when, in which state. [`model`] holds the whole life as one table.

pub mod model;
