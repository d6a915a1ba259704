//! Limits on guessing (3-rules "Guessing and enumeration"): counted in the database, so that every process counts
//! together, under keyed hashes, so that the table names nobody. A try is counted **before** it is judged and given
//! back only after it succeeded: parallel tries cannot slip through. Whether an address is known makes no difference.

pub mod actions;
pub mod model;
mod store;

#[cfg(test)]
mod tests;
