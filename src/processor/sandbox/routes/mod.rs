//! The API's endpoints: a table of method, path, who may call and what comes back; one file per kind of object.
//!
//! An endpoint works in two steps. Its reader takes the parameters and refuses bad ones: such a refusal is not stored under
//! an idempotency key. The work it returns then runs on the world: whatever that replies is stored.

mod balance_transactions;
mod charges;
mod checkout_sessions;
mod customers;
mod events;
mod metadata;
mod payment_intents;
mod payment_methods;
mod refunds;
mod setup_intents;
mod webhook_endpoints;

use serde_json::Value;

use super::errors::{ApiError, ErrorType};
use super::objects::PaymentTypes;
use super::params::Params;
use super::transaction::{Caller, Tx};

/// What an accepted request does to the world.
pub type Work = Box<dyn FnOnce(&mut Tx) -> Result<Value, ApiError> + Send>;

/// Reads a request: the ids in its path and its parameters.
pub type Reader = fn(&[String], &mut Params) -> Result<Work, ApiError>;

/// One endpoint.
#[derive(Debug, Clone, Copy)]
pub struct Route {
    /// `GET`, `POST` or `DELETE`.
    pub method: &'static str,
    /// Path; `:` stands for an id.
    pub path: &'static str,
    /// Kind of object that comes back; decides what can be expanded.
    pub returns: &'static str,
    /// Whether a list of them comes back.
    pub list: bool,
    /// Whether a browser may call it with the publishable key and a client secret.
    pub browser: bool,
    /// Takes the parameters.
    pub read: Reader,
}

const fn one(method: &'static str, path: &'static str, returns: &'static str, read: Reader) -> Route {
    Route { method, path, returns, list: false, browser: false, read }
}

const fn many(path: &'static str, returns: &'static str, read: Reader) -> Route {
    Route { method: "GET", path, returns, list: true, browser: false, read }
}

const fn open(route: Route) -> Route {
    Route { browser: true, ..route }
}

/// Every endpoint.
pub const ROUTES: &[Route] = &[
    one("POST", "/v1/customers", "customer", customers::create),
    many("/v1/customers", "customer", customers::list),
    one("GET", "/v1/customers/:", "customer", customers::retrieve),
    one("POST", "/v1/customers/:", "customer", customers::update),
    one("DELETE", "/v1/customers/:", "customer", customers::delete),
    many("/v1/customers/:/payment_methods", "payment_method", payment_methods::list_of_customer),
    one("GET", "/v1/customers/:/payment_methods/:", "payment_method", payment_methods::retrieve_of_customer),
    many("/v1/payment_methods", "payment_method", payment_methods::list),
    one("GET", "/v1/payment_methods/:", "payment_method", payment_methods::retrieve),
    one("POST", "/v1/payment_methods/:", "payment_method", payment_methods::update),
    one("POST", "/v1/payment_methods/:/attach", "payment_method", payment_methods::attach),
    one("POST", "/v1/payment_methods/:/detach", "payment_method", payment_methods::detach),
    one("POST", "/v1/setup_intents", "setup_intent", setup_intents::create),
    many("/v1/setup_intents", "setup_intent", setup_intents::list),
    open(one("GET", "/v1/setup_intents/:", "setup_intent", setup_intents::retrieve)),
    one("POST", "/v1/setup_intents/:", "setup_intent", setup_intents::update),
    open(one("POST", "/v1/setup_intents/:/confirm", "setup_intent", setup_intents::confirm)),
    one("POST", "/v1/setup_intents/:/cancel", "setup_intent", setup_intents::cancel),
    one("POST", "/v1/payment_intents", "payment_intent", payment_intents::create),
    many("/v1/payment_intents", "payment_intent", payment_intents::list),
    open(one("GET", "/v1/payment_intents/:", "payment_intent", payment_intents::retrieve)),
    one("POST", "/v1/payment_intents/:", "payment_intent", payment_intents::update),
    open(one("POST", "/v1/payment_intents/:/confirm", "payment_intent", payment_intents::confirm)),
    one("POST", "/v1/payment_intents/:/cancel", "payment_intent", payment_intents::cancel),
    many("/v1/charges", "charge", charges::list),
    one("GET", "/v1/charges/:", "charge", charges::retrieve),
    one("POST", "/v1/refunds", "refund", refunds::create),
    many("/v1/refunds", "refund", refunds::list),
    one("GET", "/v1/refunds/:", "refund", refunds::retrieve),
    many("/v1/balance_transactions", "balance_transaction", balance_transactions::list),
    one("GET", "/v1/balance_transactions/:", "balance_transaction", balance_transactions::retrieve),
    one("POST", "/v1/checkout/sessions", "checkout.session", checkout_sessions::create),
    many("/v1/checkout/sessions", "checkout.session", checkout_sessions::list),
    one("GET", "/v1/checkout/sessions/:", "checkout.session", checkout_sessions::retrieve),
    one("POST", "/v1/checkout/sessions/:/expire", "checkout.session", checkout_sessions::expire),
    many("/v1/events", "event", events::list),
    one("GET", "/v1/events/:", "event", events::retrieve),
    one("POST", "/v1/webhook_endpoints", "webhook_endpoint", webhook_endpoints::create),
    many("/v1/webhook_endpoints", "webhook_endpoint", webhook_endpoints::list),
    one("GET", "/v1/webhook_endpoints/:", "webhook_endpoint", webhook_endpoints::retrieve),
    one("DELETE", "/v1/webhook_endpoints/:", "webhook_endpoint", webhook_endpoints::delete),
];

/// The endpoint for a request, and the ids in its path.
///
/// # Errors
/// 404 with Stripe's wording.
pub fn find(method: &str, path: &str) -> Result<(&'static Route, Vec<String>), ApiError> {
    let matching = ROUTES.iter().filter(|route| route.method == method);
    matching.filter_map(|route| Some((route, ids(route.path, path)?))).next().ok_or_else(|| {
        let message = format!(
            "Unrecognized request URL ({method}: {path}). The sandbox speaks only the part of the API that is used."
        );
        ApiError::new(404, ErrorType::InvalidRequest, message)
    })
}

fn ids(pattern: &str, path: &str) -> Option<Vec<String>> {
    let (mut wanted, mut given) = (pattern.split('/'), path.split('/'));
    let mut ids = Vec::new();
    loop {
        match (wanted.next(), given.next()) {
            (None, None) => return Some(ids),
            (Some(":"), Some(id)) if !id.is_empty() => ids.push(id.to_owned()),
            (Some(word), Some(same)) if word == same => {}
            _ => return None,
        }
    }
}

/// Wraps the work, so that endpoints read well.
fn work(run: impl FnOnce(&mut Tx) -> Result<Value, ApiError> + Send + 'static) -> Result<Work, ApiError> {
    Ok(Box::new(run))
}

/// Refuses `payment_method_types`, which version 2026-09-30 took away from requests; replies still have it.
fn refuse_old_types(params: &mut Params) -> Result<(), ApiError> {
    if params.has("payment_method_types") {
        let message = "The parameter `payment_method_types` is no longer supported as of API version 2026-09-30.endive. Use \
                       `allowed_payment_method_types` or `excluded_payment_method_types` instead.";
        return Err(ApiError::invalid("payment_method_types", message).code("payment_method_types_no_longer_supported"));
    }
    Ok(())
}

/// What an intent or a session takes, after what was allowed or excluded. Kinds that cannot be had are left out silently.
fn read_types(params: &mut Params) -> Result<PaymentTypes, ApiError> {
    refuse_old_types(params)?;
    let given: Vec<&str> =
        ["allowed_payment_method_types", "automatic_payment_methods", "excluded_payment_method_types"]
            .into_iter()
            .filter(|name| params.has(name))
            .collect();
    if given.len() > 1 && given.contains(&"allowed_payment_method_types") {
        let message = format!("You may only specify one of these parameters: {}.", given.join(", "));
        return Err(ApiError::invalid("allowed_payment_method_types", message).code("parameters_exclusive"));
    }
    let (allowed, excluded) =
        (params.list("allowed_payment_method_types")?, params.list("excluded_payment_method_types")?);
    let automatic = params.nested("automatic_payment_methods", |given| {
        let redirects = given.word("allow_redirects", &["always", "never"])?;
        match given.boolean("enabled")? {
            Some(true) => Ok(redirects.as_deref() != Some("never")),
            _ => Err(ApiError::invalid(
                "automatic_payment_methods[enabled]",
                "The sandbox takes dynamic payment methods only.",
            )),
        }
    })?;
    let has_card = |types: &Option<Vec<String>>| types.as_ref().map(|types| types.iter().any(|kind| kind == "card"));
    if has_card(&allowed) == Some(false) || has_card(&excluded) == Some(true) {
        let message = "No valid payment method types for this request. The sandbox takes cards.";
        return Err(ApiError::invalid("allowed_payment_method_types", message));
    }
    Ok(match allowed {
        Some(_) => PaymentTypes { allowed, excluded: None, redirects: false },
        None => PaymentTypes { excluded, redirects: automatic.unwrap_or(true), ..PaymentTypes::dynamic() },
    })
}

/// A browser must know the intent's client secret; a server may give it too.
fn check_secret(tx: &Tx, given: Option<&str>, secret: &str, label: &str) -> Result<(), ApiError> {
    match given {
        Some(given) if given == secret => Ok(()),
        None if tx.origin.caller == Caller::Server => Ok(()),
        None => {
            Err(ApiError::invalid("client_secret", "Missing required param: client_secret.").code("parameter_missing"))
        }
        Some(_) => {
            let message =
                format!("The client_secret provided does not match the client_secret associated with this {label}.");
            Err(ApiError::invalid("client_secret", message).code("intent_invalid_state"))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_matched_whole() {
        let (route, ids) = find("POST", "/v1/payment_intents/pi_1/confirm").expect("known");
        assert_eq!((route.path, ids), ("/v1/payment_intents/:/confirm", vec!["pi_1".to_owned()]));
        for (method, path) in [
            ("PUT", "/v1/customers"),
            ("GET", "/v1/customers/"),
            ("GET", "/v1/customer"),
            ("POST", "/v1/payment_intents/a/b/c"),
        ] {
            assert_eq!(find(method, path).expect_err("unknown").status, 404, "{method} {path}");
        }
    }
}
