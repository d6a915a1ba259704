//! Sessions: a row each; the cookie or bearer token is its key (policy clause 1.2.1). Revocation acts on the next
//! request, because nothing but the row is asked.

pub mod model;
pub mod store;
