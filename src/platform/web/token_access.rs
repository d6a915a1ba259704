//! What each operation asks of an API token, told from its method and path alone: a route that nobody put into the
//! table below is closed to tokens, so a new operation can never be open to all of them.

use actix_web::http::Method;

use super::registry::Operation;
use crate::kernel::scope::{Area, TokenNeed};

/// Paths, each with everything below it, and the area that they belong to. `None` are closed to tokens on purpose: what
/// decides who gets into the account, what takes all of it away, and the session itself. The longest entry counts.
const PATHS: &[(&str, Option<Area>)] = &[
    ("/v1/account/history", Some(Area::Profile)),
    ("/v1/account/confirmations", Some(Area::Profile)),
    ("/v1/account/corrections", Some(Area::Profile)),
    ("/v1/account/reminders", Some(Area::Profile)),
    ("/v1/account/sessions", Some(Area::Security)),
    ("/v1/account/sign-ins", Some(Area::Security)),
    ("/v1/account/freeze", Some(Area::Security)),
    ("/v1/account/freezes", Some(Area::Security)),
    ("/v1/account/consents", Some(Area::Privacy)),
    ("/v1/account/xmpp-address", Some(Area::Privacy)),
    ("/v1/account/xmpp-address/proof", None),
    ("/v1/account/shared-with", Some(Area::Privacy)),
    ("/v1/account/staff-access", Some(Area::Privacy)),
    ("/v1/account/disclosures", Some(Area::Privacy)),
    ("/v1/account/access-log", Some(Area::Privacy)),
    ("/v1/account/inquiries", Some(Area::Privacy)),
    ("/v1/account/terms", Some(Area::Privacy)),
    ("/v1/payment-methods", Some(Area::Billing)),
    ("/v1/subscriptions", Some(Area::Billing)),
    ("/v1/invoices", Some(Area::Billing)),
    ("/v1/credit-notes", Some(Area::Billing)),
    ("/v1/balance", Some(Area::Billing)),
    ("/v1/account/password", None),
    ("/v1/account/email-changes", None),
    ("/v1/account/factors", None),
    ("/v1/account/factor-reset", None),
    ("/v1/account/recovery-codes", None),
    ("/v1/account/tokens", None),
    ("/v1/account/exports", None),
    ("/v1/account/closure", None),
    ("/v1/session", None),
];

/// What the operation at this path pattern asks of a token.
#[must_use]
pub fn need(method: &Method, path: &str) -> TokenNeed {
    match area(path) {
        Some(Some(area)) => TokenNeed::Scope(area.scope(method != Method::GET)),
        Some(None) | None => TokenNeed::Person,
    }
}

/// Whether somebody has decided about this operation, one way or the other.
#[must_use]
pub fn is_decided(operation: &Operation) -> bool {
    area(operation.path).is_some()
}

fn area(path: &str) -> Option<Option<Area>> {
    if path == "/v1/account" {
        return Some(Some(Area::Profile));
    }
    let below = |start: &str| path.strip_prefix(start).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
    PATHS.iter().filter(|(start, _)| below(start)).max_by_key(|(start, _)| start.len()).map(|(_, area)| *area)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::scope::Scope;

    #[test]
    fn reading_and_writing_are_different_and_what_is_unknown_is_closed() {
        let scope = |method, path| need(&method, path);
        assert_eq!(scope(Method::GET, "/v1/account"), TokenNeed::Scope(Scope::ReadProfile));
        assert_eq!(scope(Method::PATCH, "/v1/account"), TokenNeed::Scope(Scope::WriteProfile));
        assert_eq!(scope(Method::GET, "/v1/invoices/{id}"), TokenNeed::Scope(Scope::ReadBilling));
        assert_eq!(scope(Method::DELETE, "/v1/account/sessions/{id}"), TokenNeed::Scope(Scope::WriteSecurity));
        for path in
            ["/v1/account/tokens/{id}", "/v1/session/step-up", "/v1/invoicesome", "/v1/new", "/account", "/v1/staff/x"]
        {
            assert_eq!(scope(Method::GET, path), TokenNeed::Person, "{path}");
        }
    }
}
