//! The pace of calls to the processor, kept in the database because the processes are many (8-money.md, "Charging
//! protocol" 7).
//!
//! The rate is two **lanes** for each call: all calls together, and those to its endpoint. A lane says when its next
//! call may leave; taking a turn moves that on by one interval. Whoever a person waits for takes the next free place,
//! however far ahead. Batches take none that is more than [`model::BATCH_AHEAD`] ahead, and ask again: so a renewal run
//! fills the rate, and a person who pays meanwhile waits for no more than what batches hold already.
//!
//! Turns are told by the machine's clock. Clocks of several machines that differ by more than a quarter of a second
//! cost batches throughput, never the limit.

pub mod model;
mod store;
mod turns;

pub use turns::{DatabasePace, Urgency};

#[cfg(test)]
#[path = "tests.rs"]
mod tests;
