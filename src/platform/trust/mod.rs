//! What makes the privacy policy executable: who may receive personal data and on which ground, the consents that were
//! given, the policy's versions and who accepted them, the cookies, and the registry of every stored field.
//!
//! Personal data leaves the house only as a [`Shared`] value, which only [`share`] and [`reopen`] make: no row, no
//! sharing (clause 2.2).

pub mod consents;
pub mod cookies;
mod fields;
pub mod places;
pub mod policy;
pub mod recipients;
pub mod restrictions;
mod sharing;
mod stored_fields;

pub use fields::TABLES;
pub use recipients::Recipient;
pub use sharing::{
    FieldName, Ground, ShareError, ShareRecord, ShareRequest, Shared, forget_unowned, list_shares, recipients_of,
    reopen, share,
};

#[cfg(test)]
mod tests;
