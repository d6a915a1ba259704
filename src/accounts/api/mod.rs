//! The account's operations under `/v1/account`, one file each.

mod body;
mod confirm;
mod get;
mod history;
mod update;

use crate::platform::web::registry::Operation;

pub use body::{AccountBody, AddressBody, ImIdBody, PreferencesBody};

/// What the server mounts.
#[must_use]
pub fn operations() -> Vec<Operation> {
    vec![get::operation(), update::operation(), history::operation(), confirm::operation()]
}
