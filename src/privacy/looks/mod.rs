//! Looks of staff at personal data (policy clause 3): recorded by `staff` before anything is shown, read by the holder.

mod fields;
pub mod jobs;
pub mod model;
pub mod store;

pub use fields::TABLES;
