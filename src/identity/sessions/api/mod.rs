//! The operations on sessions; one file each for the larger ones.

mod challenges;
mod create;
mod current;
mod own;

use crate::platform::web::registry::Operation;

/// Every operation on sessions.
#[must_use]
pub fn operations() -> Vec<Operation> {
    let mut all = vec![create::operation(), challenges::operation()];
    all.extend(current::operations());
    all.extend(own::operations());
    all
}
