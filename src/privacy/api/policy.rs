//! `GET /v1/policy` and `GET /v1/policy/versions`

use actix_web::http::Method;
use actix_web::{HttpResponse, web};
use serde::Serialize;
use utoipa::ToSchema;

use super::super::clauses::parts;
use crate::identity::actors::Visitor;
use crate::platform::trust::policy::{self, PolicyVersion};
use crate::platform::web::call::Call;
use crate::platform::web::problem::Problem;
use crate::platform::web::registry::{List, Operation};
use crate::platform::web::reply;

pub(super) fn current() -> Operation {
    Operation::new("get_policy", Method::GET, "/v1/policy", || web::get().to(get))
        .summary("The privacy policy in force, whose version a sign-up names")
        .reply::<Policy>(200)
}

pub(super) fn versions() -> Operation {
    Operation::new("list_policy_versions", Method::GET, "/v1/policy/versions", || web::get().to(list))
        .summary("Every published version, newest first")
        .reply::<List<PolicyVersionBody>>(200)
}

/// A policy with its text.
#[derive(Serialize, ToSchema)]
struct Policy {
    /// 1, 2, 3 …
    version: i32,
    /// `initial`, `minor`, `significant` or `rights_reducing`.
    class: &'static str,
    /// RFC 3339.
    last_updated: String,
    /// The whole text; each clause's heading carries its stable id: `{#1.2.1}`.
    markdown: String,
    /// The clauses in order.
    clauses: Vec<PolicyClauseBody>,
}

/// A clause.
#[derive(Serialize, ToSchema)]
#[schema(as = PolicyClause)]
struct PolicyClauseBody {
    /// Stable over versions: `1.2.1`.
    id: String,
    /// Its heading.
    title: String,
}

/// A version without its text.
#[derive(Serialize, ToSchema)]
#[schema(as = PolicyVersion)]
struct PolicyVersionBody {
    /// 1, 2, 3 …
    version: i32,
    /// `initial`, `minor`, `significant` or `rights_reducing`.
    class: &'static str,
    /// RFC 3339.
    last_updated: String,
}

async fn get(call: Call<Visitor>) -> Result<HttpResponse, Problem> {
    let policy = call.read(|conn, _| policy::current(conn)).await?;
    let clauses = parts(&policy.markdown).clauses;
    Ok(reply::json(
        200,
        &Policy {
            version: policy.version,
            class: policy.class.as_str(),
            last_updated: policy.published_at.to_string(),
            markdown: policy.markdown,
            clauses: clauses
                .into_iter()
                .map(|clause| PolicyClauseBody { id: clause.id, title: clause.title })
                .collect(),
        },
    ))
}

async fn list(call: Call<Visitor>) -> Result<HttpResponse, Problem> {
    let versions = call.read(|conn, _| policy::list(conn)).await?;
    let data = versions.into_iter().map(PolicyVersionBody::from).collect();
    Ok(reply::json(200, &List { data, next: None }))
}

impl From<PolicyVersion> for PolicyVersionBody {
    fn from(version: PolicyVersion) -> Self {
        Self { version: version.version, class: version.class.as_str(), last_updated: version.published_at.to_string() }
    }
}
