//! Who somebody is: principals, sign-ups, passwords, sessions, recovery, and the actors that every closure asks for.
//!
//! - A sign-up is a registration until its own link proves the address; only then a principal exists.
//! - A session is a row; the cookie is its key and nothing more. What ends the row ends the session on the next request.
//! - Whether an address is known shows nowhere: not in answers, not in timing, not in limits.

pub mod actors;
pub mod api_tokens;
pub mod credentials;
pub mod email_changes;
pub mod factor_resets;
pub mod factors;
mod fields;
pub mod frame;
pub mod freezing;
pub mod letters;
pub mod notices;
pub mod ports;
pub mod post;
pub mod principals;
pub mod recovery;
pub mod refusal;
pub mod registrations;
pub mod security_views;
pub mod sessions;
pub mod sign_ins;
pub mod staff_accounts;
pub mod throttle;
pub mod tokens;
pub mod views;
pub mod xmpp_notices;

use crate::kernel::public_error::Code;
use crate::platform::jobs::Handlers;
use crate::platform::web::registry::{Operation, PageRoute};

/// Every documented failure of identity, for docs/reference/errors.md.
pub const CODES: &[&[&Code]] = &[
    registrations::error::CODES,
    sessions::error::CODES,
    credentials::error::CODES,
    email_changes::error::CODES,
    factors::error::CODES,
    api_tokens::error::CODES,
    xmpp_notices::error::CODES,
];

/// Every operation of identity.
#[must_use]
pub fn operations() -> Vec<Operation> {
    let mut all = registrations::api::operations();
    all.extend(sessions::api::operations());
    all.extend(credentials::api::operations());
    all.extend(recovery::api::operations());
    all.extend(freezing::api::operations());
    all.extend(email_changes::api::operations());
    all.extend(factors::api::operations());
    all.extend(factor_resets::api::operations());
    all.extend(sign_ins::api::operations());
    all.extend(api_tokens::api::operations());
    all.extend(staff_accounts::api::operations());
    all.extend(xmpp_notices::api::operations());
    all
}

/// Every page of identity.
#[must_use]
pub fn pages() -> Vec<PageRoute> {
    let mut all = registrations::pages::pages();
    all.extend(sessions::pages::pages());
    all.extend(recovery::pages::pages());
    all.extend(freezing::pages::pages());
    all.extend(email_changes::pages::pages());
    all.extend(factors::pages::pages());
    all.extend(factor_resets::pages::pages());
    all.extend(sign_ins::pages::pages());
    all.extend(api_tokens::pages::pages());
    all.extend(staff_accounts::pages::pages());
    all
}

/// Registers the jobs of identity.
pub fn handlers(handlers: &mut Handlers) {
    registrations::jobs::handlers(handlers);
    sessions::jobs::handlers(handlers);
    recovery::jobs::handlers(handlers);
    freezing::jobs::handlers(handlers);
    email_changes::jobs::handlers(handlers);
    factors::jobs::handlers(handlers);
    factor_resets::jobs::handlers(handlers);
    sign_ins::jobs::handlers(handlers);
    api_tokens::jobs::handlers(handlers);
    xmpp_notices::jobs::handlers(handlers);
}
pub use fields::TABLES;
