//! Invoices over HTTP.
