//! The pages of privacy: public ones, which need no cookie (policy clause 1.2.2), and the holder's own.

mod center;
mod contact;
mod cookies;
mod data_map;
mod home;
mod places;
mod policy;
mod xmpp;

use crate::platform::web::registry::PageRoute;

/// What the server mounts.
#[must_use]
pub fn pages() -> Vec<PageRoute> {
    let mut all = vec![home::route(), policy::route(), cookies::route(), data_map::route(), contact::route()];
    all.push(places::route());
    all.extend(center::routes());
    all.extend(xmpp::routes());
    all
}
