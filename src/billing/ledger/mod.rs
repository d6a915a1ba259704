//! The ledger: immutable transfers between two accounts. Balances are projections; `verify` compares.

pub mod model;
pub mod store;
