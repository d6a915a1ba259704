//! Ripples: whoever received a value within the last twelve months must learn that it has changed (policy clause 3).
//!
//! - A change of a field opens one task for each recipient that keeps what it gets, found by the share rows, in the
//!   change's own transaction. The holder sees how each stands.
//! - Where the recipient works for us a job tells it, under a share row of its own; where no ground is left to share on,
//!   or the recipient has no interface, a person has to, and the task says so until staff mark it done.

pub mod actions;
pub mod jobs;
pub mod model;
pub mod store;
