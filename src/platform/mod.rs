//! What every feature stands on and no feature owns.

pub mod audit;
pub mod changes;
pub mod idempotency;
pub mod im;
pub mod jobs;
pub mod mail;
pub mod trust;
pub mod web;
pub mod words;

#[cfg(test)]
mod crash_tests;
