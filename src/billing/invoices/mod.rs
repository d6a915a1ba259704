//! Invoices: computed from lines, numbered and frozen at issue; paid, credited and refunded are amounts.
//!
//! [`calculation`] turns lines into totals, [`model`] holds the states. Nothing here talks to the processor.

pub mod actions;
pub mod api;
pub mod calculation;
pub mod error;
pub mod model;
pub mod store;

pub use store::{InvoiceRow, LineRow, TaxRow};
