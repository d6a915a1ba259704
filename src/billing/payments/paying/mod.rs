//! Paying an open invoice while its holder is there: after a declined card, an abandoned 3-D Secure page, or a renewal
//! that did not go through. The live intent is used again, so an invoice is never paid twice.

pub mod actions;
pub mod api;
pub mod error;

pub use api::operations;
