//! Imports run only downwards: the module table of docs/ARCHITECTURE.md, in one place.

use crate::Finding;
use crate::source::Source;

/// A module, and the modules it may import besides itself.
pub struct Layer {
    pub module: &'static str,
    pub may_import: &'static [&'static str],
}

const fn layer(module: &'static str, may_import: &'static [&'static str]) -> Layer {
    Layer { module, may_import }
}

const EVERYTHING: &[&str] = &["*"];

/// From the lowest up. `platform` stands for all of its parts.
pub const LAYERS: &[Layer] = &[
    layer("kernel", &[]),
    layer("config", &["kernel"]),
    layer("db", &["config", "kernel"]),
    layer("env", &["db", "config", "kernel"]),
    layer("platform::words", &["kernel"]),
    layer("platform::jobs", &["env", "db", "config", "kernel"]),
    layer("platform::audit", &["platform::jobs", "env", "db", "config", "kernel"]),
    layer("platform::changes", &["platform::jobs", "env", "db", "config", "kernel"]),
    layer("platform::idempotency", &["platform::jobs", "env", "db", "config", "kernel"]),
    layer(
        "platform::trust",
        &["platform::jobs", "platform::audit", "platform::changes", "env", "db", "config", "kernel"],
    ),
    // Mail leaves the house only as `Shared<T>`, so the outbox stands above trust.
    layer(
        "platform::mail",
        &["platform::trust", "platform::audit", "platform::jobs", "platform::words", "env", "db", "config", "kernel"],
    ),
    // The same words leave by another way.
    layer("platform::im", &["platform::mail", "platform::trust", "platform::jobs", "env", "db", "config", "kernel"]),
    layer(
        "platform::web",
        &[
            "platform::trust",
            "platform::mail",
            "platform::idempotency",
            "platform::changes",
            "platform::audit",
            "platform::jobs",
            "platform::words",
            "env",
            "db",
            "config",
            "kernel",
        ],
    ),
    layer("processor::sandbox", &["kernel"]),
    layer("identity", &["platform", "env", "db", "config", "kernel"]),
    layer("accounts", &["identity", "platform", "env", "db", "config", "kernel"]),
    layer("billing", &["accounts", "identity", "platform", "env", "db", "config", "kernel"]),
    layer("processor::stripe", &["billing::payments::gateway", "platform", "env", "db", "config", "kernel"]),
    layer("privacy", &["billing", "accounts", "identity", "platform", "env", "db", "config", "kernel"]),
    layer("staff", &["privacy", "billing", "accounts", "identity", "platform", "env", "db", "config", "kernel"]),
    layer("context", EVERYTHING),
    layer("server", EVERYTHING),
    layer("cli", EVERYTHING),
];

fn is_within(path: &[&str], module: &str) -> bool {
    let mut parts = path.iter();
    module.split("::").all(|name| parts.next() == Some(&name))
}

fn layer_of(path: &[&str]) -> Option<&'static Layer> {
    LAYERS.iter().find(|layer| is_within(path, layer.module))
}

/// Whether a file holds nothing but tests: its module is declared under `#[cfg(test)]`.
fn is_test_code(path: &str) -> bool {
    path.ends_with("_tests.rs") || path.ends_with("/tests.rs") || path.ends_with("/testing.rs")
}

/// Every `crate::…` path must lead to the file's own layer or to one the table allows.
pub fn check(source: &Source) -> Vec<Finding> {
    let module = source.module();
    let here: Vec<&str> = module.iter().map(String::as_str).collect();
    if here.is_empty() {
        return Vec::new(); // lib.rs and main.rs compose everything
    }
    if is_test_code(&source.path) {
        return Vec::new(); // a test may stand anything beside anything
    }
    let own = layer_of(&here);
    let groups = ["platform", "processor"];
    if own.is_none() {
        let declares_parts_only = here.len() == 1 && groups.contains(&here[0]);
        let unknown = Finding::new(source, 1, "no row in the module table");
        return if declares_parts_only { Vec::new() } else { vec![unknown] };
    }
    let mut findings = Vec::new();
    for path in source.paths() {
        let target: Vec<&str> = path.segments.iter().map(String::as_str).collect();
        let ["crate", target @ ..] = target.as_slice() else { continue };
        if target.is_empty() || (path.is_macro && target.len() == 1) {
            continue;
        }
        let allowed = |layer: &Layer| {
            is_within(target, layer.module)
                || layer.may_import.iter().any(|module| *module == "*" || is_within(target, module))
        };
        if !own.is_some_and(allowed) {
            let what = format!("`{}` may not import `{path}`", own.map_or("?", |layer| layer.module));
            findings.push(Finding::new(source, path.line, &what));
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case("src/kernel/money.rs", "use crate::config::Config;")]
    #[case("src/db/tx.rs", "use crate::env::Env;")]
    #[case("src/platform/audit/store.rs", "use crate::identity::principals::model::Kind;")]
    #[case("src/platform/trust/mod.rs", "use super::web::Problem;")]
    #[case("src/identity/sessions/actions.rs", "fn f() { crate::accounts::model::Profile::new(); }")]
    #[case("src/billing/payments/actions.rs", "use crate::processor::stripe::Adapter;")]
    #[case("src/processor/stripe/mod.rs", "use crate::billing::invoices::model::Invoice;")]
    #[case("src/processor/sandbox/api.rs", "use crate::db::DbConnection;")]
    #[case("src/privacy/pages.rs", "use crate::{kernel::time::Timestamp, staff::model::Role};")]
    #[case("src/accounts/api.rs", "use crate::context::Context;")]
    #[case("src/leftovers.rs", "")]
    fn an_upward_import_is_found(#[case] path: &str, #[case] text: &str) {
        assert_eq!(check(&Source::new(path, text)).len(), 1, "{path}: {text}");
    }

    #[rstest]
    #[case("src/server.rs", "use crate::staff::routes;")]
    #[case("src/staff/api.rs", "use crate::billing::subscriptions::actions; use crate::platform::web::Problem;")]
    #[case("src/processor/stripe/mod.rs", "use crate::billing::payments::gateway::Gateway;")]
    #[case("src/platform/mod.rs", "pub mod jobs;")]
    #[case("src/db/mod.rs", "crate::dispatch!(x); use super::kernel::ids::Id; pub(crate) mod tx;")]
    fn a_downward_import_passes(#[case] path: &str, #[case] text: &str) {
        assert_eq!(check(&Source::new(path, text)), []);
    }

    #[test]
    fn the_table_has_no_cycle() {
        for (place, layer) in LAYERS.iter().enumerate() {
            for import in layer.may_import {
                let reached = LAYERS.iter().enumerate().filter(|(_, other)| {
                    is_within(&import.split("::").collect::<Vec<_>>(), other.module)
                        || is_within(&other.module.split("::").collect::<Vec<_>>(), import)
                });
                for (other, _) in reached {
                    assert!(other < place, "{} imports {import}, which stands above it", layer.module);
                }
            }
        }
    }
}
