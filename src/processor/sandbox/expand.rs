//! `expand[]`: an id in a reply is replaced by the object it names.

use serde_json::Value;

use super::errors::ApiError;
use super::params::Params;
use super::state::World;

/// Deepest path that Stripe expands.
const MAX_DEPTH: usize = 4;

/// Checked paths.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Expansions(Vec<Vec<String>>);

/// What a field of an object names, or `None` where it cannot be expanded.
fn target(object: &str, field: &str) -> Option<&'static str> {
    Some(match (object, field) {
        ("payment_method" | "setup_intent" | "payment_intent" | "charge" | "checkout.session", "customer") => {
            "customer"
        }
        (
            "setup_intent" | "payment_intent" | "customer.invoice_settings",
            "payment_method" | "default_payment_method",
        ) => "payment_method",
        ("customer", "invoice_settings") => "customer.invoice_settings",
        ("payment_intent", "latest_charge") | ("refund", "charge") => "charge",
        ("charge" | "refund", "payment_intent") => "payment_intent",
        ("charge" | "refund", "balance_transaction") => "balance_transaction",
        ("refund", "failure_balance_transaction") => "balance_transaction",
        ("balance_transaction", "source") => "charge",
        ("checkout.session", "setup_intent") => "setup_intent",
        ("setup_intent", "latest_attempt" | "mandate") | ("checkout.session", "payment_intent") => "nothing",
        _ => return None,
    })
}

impl Expansions {
    /// Reads `expand[]` for replies that are one `object`, or a list of them.
    ///
    /// # Errors
    /// 400 for a field that cannot be expanded.
    pub fn read(params: &mut Params, object: &str, list: bool) -> Result<Self, ApiError> {
        let mut paths = Vec::new();
        for path in params.list("expand")?.unwrap_or_default() {
            let refuse = || {
                let message = format!(
                    "This property cannot be expanded ({path}). You may want to try expanding another property, or none at all."
                );
                ApiError::invalid("expand", message)
            };
            let fields: Vec<String> = path.split('.').map(str::to_owned).collect();
            let (head, rest) = fields.split_first().ok_or_else(refuse)?;
            let below = if list { rest } else { &fields[..] };
            if (list && head != "data") || below.is_empty() || fields.len() > MAX_DEPTH {
                return Err(refuse());
            }
            below.iter().try_fold(object, |object, field| target(object, field)).ok_or_else(refuse)?;
            paths.push(fields);
        }
        Ok(Self(paths))
    }

    /// Puts the objects in.
    pub fn apply(&self, value: &mut Value, world: &World, now: i64) {
        for path in &self.0 {
            expand(value, path, world, now);
        }
    }
}

fn expand(value: &mut Value, path: &[String], world: &World, now: i64) {
    if let Value::Array(items) = value {
        items.iter_mut().for_each(|item| expand(item, path, world, now));
        return;
    }
    let Some((field, rest)) = path.split_first() else { return };
    let Some(inner) = value.get_mut(field) else { return };
    if let Some(object) = inner.as_str().and_then(|id| world.render_any(id, now)) {
        *inner = object;
    }
    expand(inner, rest, world, now);
}

#[cfg(test)]
mod tests {
    use super::super::form::decode;
    use super::*;

    fn read(raw: &str, object: &str, list: bool) -> Result<Expansions, ApiError> {
        Expansions::read(&mut Params::new(decode(raw.as_bytes()).expect("decodes")), object, list)
    }

    #[test]
    fn paths_follow_the_objects() {
        assert!(read("expand[]=latest_charge.balance_transaction", "payment_intent", false).is_ok());
        assert!(read("expand[]=data.latest_charge", "payment_intent", true).is_ok());
        assert!(read("expand[]=invoice_settings.default_payment_method", "customer", false).is_ok());
        for (path, object, list) in [
            ("latest_charge", "customer", false),
            ("latest_charge", "payment_intent", true),
            ("data", "payment_intent", true),
            ("amount", "payment_intent", false),
            ("latest_charge.payment_intent.latest_charge.payment_intent.customer", "payment_intent", false),
        ] {
            assert!(read(&format!("expand[]={path}"), object, list).is_err(), "{path}");
        }
    }
}
