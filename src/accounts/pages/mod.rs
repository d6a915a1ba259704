//! The pages of the account, for its holder.

mod edit;
mod history;
mod profile;

use crate::platform::web::registry::PageRoute;

/// What the server mounts.
#[must_use]
pub fn pages() -> Vec<PageRoute> {
    let mut all = profile::routes();
    all.extend(edit::routes());
    all.extend(history::routes());
    all.extend(super::freshness::pages::pages());
    all.extend(super::corrections::pages::pages());
    all
}
