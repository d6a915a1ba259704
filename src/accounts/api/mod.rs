//! The account's operations under `/v1/account`, one file each.

mod body;
mod confirm;
mod get;
mod history;
mod restore;
mod update;

use crate::platform::web::registry::Operation;

pub use update::PatchDocument;

pub use body::{AccountBody, AddressBody, ContactBody, ImIdBody, PreferencesBody};

/// What the server mounts.
#[must_use]
pub fn operations() -> Vec<Operation> {
    let mut all =
        vec![get::operation(), update::operation(), history::operation(), restore::operation(), confirm::operation()];
    all.extend(super::freshness::api::operations());
    all.extend(super::corrections::api::operations());
    all
}
