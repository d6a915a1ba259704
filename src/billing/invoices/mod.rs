//! Invoices: computed from lines, numbered and frozen at issue; paid, credited and refunded are amounts.
//!
//! [`calculation`] turns lines into totals, [`model`] holds the states.

pub mod calculation;
pub mod model;
