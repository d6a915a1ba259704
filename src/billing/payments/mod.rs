//! Payments: one intent per invoice and generation, one attempt per confirm, never two charges.
//!
//! [`gateway`] is the port to the card processor, owned here because this is its lowest caller; [`model`] decides
//! what to do next from what is known; [`actions`] commit each step before and after its call; [`jobs`] make the
//! calls, outside any transaction.

pub mod actions;
pub mod attempt;
pub mod gateway;
pub mod inbox;
pub mod jobs;
pub mod methods;
pub mod model;
pub mod outcome;
pub mod pacing;
pub mod paying;
pub mod sending;
pub mod setups;
pub mod standing;
pub mod store;
pub mod telling;
