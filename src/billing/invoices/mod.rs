//! Invoices: computed from lines, numbered and frozen at issue; paid, credited and refunded are amounts.

pub mod model;
