//! The operations of privacy: public ones about the policy and the cookies, the holder's about their own data.

mod consents;
mod cookies;
mod data_map;
mod looks;
mod places;
mod policy;
mod shares;
mod terms;

use crate::platform::web::registry::Operation;

/// What the server mounts.
#[must_use]
pub fn operations() -> Vec<Operation> {
    let mut all = vec![policy::current(), policy::versions(), cookies::operation(), data_map::operation()];
    all.push(places::operation());
    all.push(shares::operation());
    all.push(looks::operation());
    all.extend(consents::operations());
    all.extend(terms::operations());
    all
}
