//! The billing run: finds what is due and brings each subscription on by one event, as often as its calendar says.
//! Correctness rests on the claim on the period and the subscription's version, so any number of runs in any number of
//! processes bill a period once. [`verify`] computes everything again and compares.

pub mod actions;
pub mod jobs;
pub mod verify;

pub use actions::{BillReport, bill};
pub use verify::{Verified, verify};
