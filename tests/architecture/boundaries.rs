//! Names that may appear in one place only, so that what they stand for can be judged by reading that place.

use crate::Finding;
use crate::source::{Path, Source};

/// A name, and the only places where it may stand.
struct Boundary {
    is_crossed_by: fn(&Path) -> bool,
    only_in: &'static [&'static str],
    why: &'static str,
}

const BOUNDARIES: &[Boundary] = &[
    Boundary {
        is_crossed_by: |path| path.segments[0].starts_with("stripe_") || path.segments[0] == "async_stripe",
        only_in: &["src/processor/stripe/"],
        why: "only the adapter knows the processor's crate",
    },
    Boundary {
        is_crossed_by: |path| {
            let at = path.segments.iter().position(|name| name == "DbConnection");
            let variant = at.and_then(|at| path.segments.get(at + 1));
            variant.is_some_and(|name| name.starts_with(char::is_uppercase))
        },
        only_in: &["src/db/"],
        why: "the databases differ only inside db/",
    },
    Boundary {
        is_crossed_by: |path| {
            let text = path.to_string();
            let backends = ["diesel::sqlite", "diesel::pg", "diesel::SqliteConnection", "diesel::PgConnection"];
            backends.iter().any(|name| text.starts_with(name))
        },
        only_in: &["src/db/"],
        why: "the databases differ only inside db/",
    },
    Boundary {
        is_crossed_by: |path| path.to_string().ends_with("clippy::disallowed_methods"),
        only_in: &["src/env/", "src/processor/sandbox/clock.rs"],
        why: "clocks and randomness come from Env",
    },
];

/// Crates and standard modules that reach outside the process.
const OUTSIDE: &[&str] = &[
    "actix_web",
    "actix_http",
    "config",
    "diesel",
    "tokio",
    "lettre",
    "hyper",
    "hyper_util",
    "hyper_rustls",
    "reqwest",
    "rustls",
    "getrandom",
    "tracing",
    "metrics",
];
const OUTSIDE_STD: &[&str] = &[
    "std::net::Tcp",
    "std::net::Udp",
    "std::net::ToSocketAddrs",
    "std::fs",
    "std::env",
    "std::process",
    "std::thread",
    "std::io",
];

pub fn check(source: &Source) -> Vec<Finding> {
    let mut findings = Vec::new();
    for path in source.paths() {
        for boundary in BOUNDARIES {
            let at_home = boundary.only_in.iter().any(|place| source.path.starts_with(place));
            if !at_home && (boundary.is_crossed_by)(&path) {
                findings.push(Finding::new(source, path.line, &format!("`{path}`: {}", boundary.why)));
            }
        }
        if source.path.starts_with("src/kernel/") && reaches_outside(&path) {
            findings.push(Finding::new(source, path.line, &format!("the kernel is pure: `{path}`")));
        }
    }
    findings.extend(transactions(source));
    findings.extend(unfinished(source));
    findings
}

fn reaches_outside(path: &Path) -> bool {
    let text = path.to_string();
    OUTSIDE.contains(&path.segments[0].as_str()) || OUTSIDE_STD.iter().any(|module| text.starts_with(module))
}

/// Transactions are opened in one file, with the retries and claims that belong to them.
fn transactions(source: &Source) -> Vec<Finding> {
    let opening = |word: &str| {
        let name = word.strip_suffix("_sql").unwrap_or(word);
        matches!(name, "begin_transaction" | "build_transaction" | "immediate_transaction" | "exclusive_transaction")
    };
    let tokens = source.tokens();
    let outside_tx = source.path != "src/db/tx.rs";
    let outside_db = !source.path.starts_with("src/db/");
    let mut findings = Vec::new();
    for window in tokens.windows(3) {
        let method = window[0].text == "." && window[1].text == "transaction" && window[2].text == "(";
        if (outside_tx && opening(window[0].text)) || (outside_db && method) {
            findings.push(Finding::new(source, window[0].line, "only db/tx.rs opens transactions"));
        }
    }
    findings
}

fn unfinished(source: &Source) -> Vec<Finding> {
    let tokens = source.tokens();
    let left = tokens.windows(2).filter(|pair| matches!(pair[0].text, "todo" | "unimplemented") && pair[1].text == "!");
    left.map(|pair| Finding::new(source, pair[0].line, "unfinished")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case("src/billing/payments/gateway.rs", "use stripe_core::PaymentIntent;")]
    #[case("src/accounts/store.rs", "fn f() { match c { DbConnection::Sqlite(c) => g(c) } }")]
    #[case("src/accounts/store.rs", "fn f() { match c { crate::db::DbConnection::Postgres(c) => g(c) } }")]
    #[case("src/accounts/store.rs", "use diesel::pg::Pg;")]
    #[case("src/accounts/actions.rs", "fn f() { conn.transaction(|c| g(c)) }")]
    #[case("src/db/pool.rs", "fn f() { M::begin_transaction_sql(c, x) }")]
    #[case("src/accounts/actions.rs", "#[allow(clippy::disallowed_methods)] fn f() {}")]
    #[case("src/kernel/money.rs", "use diesel::sql_types::BigInt;")]
    #[case("src/kernel/clock.rs", "fn f() { std::fs::read(p) }")]
    #[case("src/kernel/website.rs", "use std::net::{Ipv4Addr, TcpStream};")]
    #[case("src/accounts/api.rs", "fn f() { todo!() }")]
    fn a_name_out_of_place_is_found(#[case] path: &str, #[case] text: &str) {
        assert_eq!(check(&Source::new(path, text)).len(), 1, "{path}: {text}");
    }

    #[rstest]
    #[case("src/processor/stripe/mod.rs", "use stripe_core::PaymentIntent;")]
    #[case("src/db/dialect.rs", "fn f() { match c { DbConnection::Sqlite(c) => g(c) } }")]
    #[case("src/db/tx.rs", "fn f() { M::begin_transaction_sql(c, x) }")]
    #[case("src/accounts/store.rs", "fn f(c: &mut DbConnection) { DbConnection::establish(u); self.stripe_id() }")]
    #[case("src/env/clock.rs", "#[allow(clippy::disallowed_methods)] fn f() {}")]
    #[case("src/kernel/money.rs", "use serde::Serialize; use std::fmt; fn f() { self.config }")]
    fn a_name_at_home_passes(#[case] path: &str, #[case] text: &str) {
        assert_eq!(check(&Source::new(path, text)), []);
    }
}
