//! Cards kept at the processor: processor id, brand, last four digits, expiry, fingerprint and consent; nothing else of
//! a card is stored (PCI DSS SAQ A).

pub mod actions;
pub mod api;
pub mod error;
pub mod jobs;
pub mod pages;
pub mod store;

pub use api::operations;
pub use jobs::handlers;
pub use pages::pages;
pub use store::MethodRow;
