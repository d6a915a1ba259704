//! Inside a feature: `model ← store ← actions ← api | pages | jobs`, and what each of these files must not touch.

use crate::Finding;
use crate::source::{Path, Source};

const FEATURE_ROOTS: &[&str] = &["identity", "accounts", "billing", "privacy", "staff"];

/// Crates that reach outside the process.
const IO_CRATES: &[&str] = &["actix_web", "actix_http", "diesel", "tokio", "lettre", "hyper", "hyper_util", "reqwest"];
const HTTP: &[&str] = &["actix_web", "actix_http", "hyper", "http", "reqwest"];
const NETWORK: &[&str] = &["actix_web", "actix_http", "hyper", "hyper_util", "http", "reqwest", "lettre", "tokio"];

/// Parts of the HTTP kit that are plain values: who asks, from where, and the place in a list.
const PLAIN_WEB: &[&str] = &[
    "crate::platform::web::request",
    "crate::platform::web::cursor",
    "crate::platform::web::call::Afterwards",
    "crate::platform::web::etag::IfMatch",
];

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Role {
    Model,
    Store,
    Actions,
    /// `api`, `pages` and `jobs` stand side by side.
    Edge(&'static str),
}

impl Role {
    fn of(name: &str) -> Option<Self> {
        Some(match name {
            "model" => Self::Model,
            "store" => Self::Store,
            "actions" => Self::Actions,
            "api" => Self::Edge("api"),
            "pages" => Self::Edge("pages"),
            "jobs" => Self::Edge("jobs"),
            _ => return None,
        })
    }

    const fn rank(self) -> u8 {
        match self {
            Self::Model => 0,
            Self::Store => 1,
            Self::Actions => 2,
            Self::Edge(_) => 3,
        }
    }
}

/// `identity::sessions::store::x` → (`identity::sessions`, store).
fn place(module: &[String]) -> Option<(&[String], Role)> {
    if !FEATURE_ROOTS.contains(&module.first()?.as_str()) {
        return None;
    }
    let at = module.iter().skip(1).position(|name| Role::of(name).is_some())? + 1;
    Some((&module[..at], Role::of(&module[at])?))
}

pub fn check(source: &Source) -> Vec<Finding> {
    let module = source.module();
    let in_feature = module.first().is_some_and(|root| FEATURE_ROOTS.contains(&root.as_str()));
    let mut findings = Vec::new();
    if let Some((feature, role)) = place(&module) {
        for path in source.paths() {
            if let Some(what) = forbidden_sibling(feature, role, &path).or_else(|| forbidden_crate(role, &path)) {
                findings.push(Finding::new(source, path.line, &what));
            }
        }
        findings.extend(forbidden_words(source, role));
    } else if in_feature && module.last().is_some_and(|name| name == "error") {
        let http = source.paths().into_iter().filter(|path| HTTP.contains(&path.segments[0].as_str()));
        findings.extend(http.map(|path| Finding::new(source, path.line, "error.rs builds no responses")));
    }
    findings
}

fn forbidden_sibling(feature: &[String], role: Role, path: &Path) -> Option<String> {
    let (target_feature, target) = place(path.segments.strip_prefix(&["crate".to_owned()])?)?;
    if target_feature == feature {
        // Whoever enqueues a job must name its kind: a constant, no code.
        let kind = path.segments.last().is_some_and(|name| !name.contains(char::is_lowercase));
        let enqueues = role == Role::Actions && target == Role::Edge("jobs") && kind;
        let upward = target != role && target.rank() >= role.rank() && !enqueues;
        return upward.then(|| format!("{role:?} may not import `{path}` of its own feature"));
    }
    let presents = matches!(role, Role::Edge("api" | "pages"));
    if presents && target == Role::Store {
        return Some(format!("api and pages may not read another feature's store: `{path}`"));
    }
    let below_edge = role.rank() < 3 && matches!(target, Role::Edge("api" | "pages"));
    below_edge.then(|| format!("{role:?} may not import `{path}`"))
}

fn forbidden_crate(role: Role, path: &Path) -> Option<String> {
    let names: &[&str] = match role {
        Role::Model => IO_CRATES,
        Role::Store => HTTP,
        Role::Actions => NETWORK,
        Role::Edge("api" | "pages") => &["diesel"],
        Role::Edge(_) => &[],
    };
    let text = path.to_string();
    let ours: &[&str] = match role {
        Role::Model => &["crate::config", "crate::db", "crate::env", "crate::platform::web"],
        Role::Store | Role::Actions => &["crate::platform::web"],
        Role::Edge(_) => &[],
    };
    let is_in =
        |modules: &[&str]| modules.iter().any(|module| text == *module || text.starts_with(&format!("{module}::")));
    let plain = role != Role::Model && is_in(PLAIN_WEB);
    let refused = names.contains(&path.segments[0].as_str()) || (is_in(ours) && !plain);
    refused.then(|| format!("{role:?} may not use `{path}`"))
}

fn forbidden_words(source: &Source, role: Role) -> Vec<Finding> {
    let tokens = source.tokens();
    let mut findings = Vec::new();
    for pair in tokens.windows(2) {
        let opens = pair[0].text.contains("transaction") && pair[1].text == "(";
        if opens && role == Role::Store {
            findings.push(Finding::new(source, pair[0].line, "a store opens no transaction: its caller does"));
        }
        if pair[0].text == "async" && role.rank() < 3 {
            findings.push(Finding::new(source, pair[0].line, "below the edge everything is synchronous"));
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case("src/accounts/model.rs", "use diesel::Queryable;")]
    #[case("src/accounts/model.rs", "fn f() { actix_web::web::block(x) }")]
    #[case("src/accounts/model.rs", "use crate::config::Config;")]
    #[case("src/accounts/model.rs", "use crate::platform::web::request::RequestInfo;")]
    #[case("src/accounts/model/im_id.rs", "use super::super::store::Row;")]
    #[case("src/accounts/store.rs", "use super::actions::update;")]
    #[case("src/accounts/store.rs", "fn f(c: &mut C) { c.transaction(|c| g(c)) }")]
    #[case("src/accounts/store.rs", "use actix_web::HttpResponse;")]
    #[case("src/accounts/actions.rs", "use super::pages::Form;")]
    #[case("src/accounts/actions.rs", "use super::jobs::run;")]
    #[case("src/accounts/actions.rs", "use crate::platform::web::Problem;")]
    #[case("src/accounts/actions.rs", "use lettre::Message;")]
    #[case("src/accounts/actions.rs", "pub async fn f() {}")]
    #[case("src/accounts/api.rs", "use super::pages::view;")]
    #[case("src/accounts/api/profile.rs", "use diesel::prelude::*;")]
    #[case("src/accounts/pages.rs", "use crate::identity::sessions::store::find;")]
    #[case("src/identity/sessions/actions.rs", "use crate::identity::registrations::api::Body;")]
    #[case("src/accounts/error.rs", "use actix_web::HttpResponse;")]
    fn a_file_that_knows_too_much_is_found(#[case] path: &str, #[case] text: &str) {
        assert_eq!(check(&Source::new(path, text)).len(), 1, "{path}: {text}");
    }

    #[rstest]
    #[case("src/accounts/model.rs", "use crate::kernel::personal::Personal; use super::error::ProfileError;")]
    #[case("src/accounts/store.rs", "use diesel::prelude::*; use super::model::Profile;")]
    #[case("src/accounts/actions.rs", "use super::{model, store}; use crate::identity::principals::store;")]
    #[case("src/accounts/api/profile.rs", "use super::super::actions; use super::body; use actix_web::web;")]
    #[case("src/accounts/actions.rs", "use crate::platform::web::request::RequestInfo;")]
    #[case("src/accounts/actions.rs", "use super::jobs::PURGE;")]
    #[case("src/accounts/jobs.rs", "pub async fn run() { super::actions::record(); }")]
    #[case("src/platform/jobs/store.rs", "use super::actions::x; fn f() { c.transaction(g) }")]
    fn a_well_behaved_file_passes(#[case] path: &str, #[case] text: &str) {
        assert_eq!(check(&Source::new(path, text)), []);
    }
}
