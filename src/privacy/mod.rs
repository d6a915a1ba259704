//! The public and the holder's side of the policy: its text and versions, the cookies, where data is and goes, consents
//! and who received or looked at what. What it shows is what `platform::trust` enforces.

pub mod actions;
mod anyone;
pub mod api;
pub mod clauses;
pub mod error;
pub mod looks;
pub mod pages;
pub mod places;
pub mod registry;
pub mod views;

pub use api::operations;
pub use pages::pages;

/// Every job of privacy.
pub fn handlers(handlers: &mut crate::platform::jobs::Handlers) {
    looks::jobs::handlers(handlers);
}
