//! The pages of signing in and out, and where one is signed in.

pub mod factor;
pub mod listing;
mod security;
mod sign_in;
mod sign_out;
mod staff;

use crate::platform::web::registry::PageRoute;
pub use sign_in::{complaint, own_path};

/// The routes.
#[must_use]
pub fn pages() -> Vec<PageRoute> {
    let mut all = sign_in::pages();
    all.extend(factor::pages());
    all.extend(sign_out::pages());
    all.extend(security::pages());
    all.extend(staff::pages());
    all
}
