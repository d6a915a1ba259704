//! `GET /v1/policy` and `GET /v1/policy/versions`

use actix_web::http::Method;
use actix_web::{HttpResponse, web};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::super::clauses::parts;
use crate::db::DbError;
use crate::identity::actors::Visitor;
use crate::kernel::lang::Lang;
use crate::kernel::public_error::FieldError;
use crate::platform::trust::policy::translations::{self, Translation};
use crate::platform::trust::policy::{self, PolicyVersion};
use crate::platform::web::call::Call;
use crate::platform::web::codes::MALFORMED;
use crate::platform::web::posted::Query;
use crate::platform::web::problem::Problem;
use crate::platform::web::registry::{List, Operation};
use crate::platform::web::reply;

pub(super) fn current() -> Operation {
    Operation::new("get_policy", Method::GET, "/v1/policy", || web::get().to(get))
        .summary("The privacy policy in force, whose version a sign-up names")
        .query(&[("language", "Also its translation into this language: one of `languages`")])
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
    /// The languages into which this version is translated; the text above, which is English, is the one that binds.
    languages: Vec<&'static str>,
    /// The translation that was asked for; null without `language`.
    translation: Option<PolicyTranslation>,
}

/// A translation, to be read along with the text.
#[derive(Serialize, ToSchema)]
struct PolicyTranslation {
    /// `de` or `zh-Hans`.
    language: &'static str,
    /// 1, 2, 3 …: a mistake in a translation is mended by a further revision.
    revision: i32,
    /// When this revision was published; RFC 3339.
    last_updated: String,
    /// The whole text; each clause's heading carries the id of the clause that it translates.
    markdown: String,
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

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Asked {
    language: Option<String>,
}

async fn get(call: Call<Visitor>, query: Query<Asked>) -> Result<HttpResponse, Problem> {
    let asked = query.0.language;
    let wish = asked.as_deref().and_then(|tag| tag.parse().ok());
    let (policy, languages, translation) = call
        .read::<_, DbError, _>(move |conn, _| {
            let policy = policy::current(conn)?;
            let translation = match wish {
                Some(language) => translations::find(conn, policy.version, language)?,
                None => None,
            };
            let languages = translations::languages(conn, policy.version)?;
            Ok((policy, languages, translation))
        })
        .await?;
    let languages: Vec<_> = languages.into_iter().map(Lang::as_str).collect();
    if asked.is_some() && translation.is_none() {
        let message = format!("Ask for one of {}, or leave it out.", languages.join(", "));
        return Err(Problem::new(&MALFORMED).fields(vec![FieldError::new("/language", message)]));
    }
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
            languages,
            translation: translation.map(PolicyTranslation::from),
        },
    ))
}

impl From<Translation> for PolicyTranslation {
    fn from(translation: Translation) -> Self {
        let Translation { language, revision, published_at, markdown } = translation;
        Self { language: language.as_str(), revision, last_updated: published_at.to_string(), markdown }
    }
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
