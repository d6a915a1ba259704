//! Corrections that are decided: what a holder contests and cannot simply change, or what stands on an invoice (policy
//! clause 3).
//!
//! - A request says what should stand there and why it is so. It is open for thirty days at most; staff accept it, or
//!   refuse it with a reason that its holder reads, or its holder withdraws it. A decision is final; the database refuses
//!   another by triggers.
//! - While it is open the value is restricted: it goes to nobody who would keep it ([`crate::platform::trust::restrictions`]).
//! - An accepted value of the profile is put there by the way of every other change, so it stands in the history and
//!   whoever got the old one is told. An accepted correction of an invoice is noted beside it: invoices are never edited.
//! - A refused one stays beside the value, so that whoever reads the one reads the other.

pub mod actions;
pub mod api;
pub mod deciding;
pub mod error;
pub mod form;
pub mod jobs;
mod letters;
pub mod model;
pub mod pages;
mod store;
pub mod views;
pub mod words;

#[cfg(test)]
mod tests;
