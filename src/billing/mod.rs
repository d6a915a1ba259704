//! Billing: what is sold, to whom, what they owe and what they paid. The rules are in docs/BILLING.md; the models
//! here are pure and take `now` as an argument.

pub mod catalog;
mod fields;
pub mod invoices;
pub mod ledger;
pub mod letters;
pub mod payments;
pub mod runs;
pub mod subscriptions;
pub mod views;

pub use fields::TABLES;
