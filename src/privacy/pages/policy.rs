//! `GET /privacy`

use actix_web::http::Method;
use actix_web::{HttpResponse, web};

use super::super::anyone::PublicReader;
use super::super::clauses::{Parts, beside, parts};
use super::super::views::Policy;
use crate::db::DbError;
use crate::identity::actors::Anyone;
use crate::kernel::date_format::{DateFormat, Dates};
use crate::kernel::lang::Lang;
use crate::platform::trust::policy::{self, translations};
use crate::platform::web::call::Call;
use crate::platform::web::problem::Problem;
use crate::platform::web::registry::{Access, PageRoute};
use crate::platform::web::reply;

pub(super) fn route() -> PageRoute {
    PageRoute::new(Method::GET, "/privacy", Access::Visitor, || web::get().to(handle))
}

async fn handle(call: Call<Anyone>) -> Result<HttpResponse, Problem> {
    let (policy, translation, reader) = call
        .read(|conn, context| {
            let (policy, reader) = (policy::current(conn)?, PublicReader::find(conn, context)?);
            let translation = translations::find(conn, policy.version, reader.dates().lang)?;
            Ok::<_, DbError>((policy, translation, reader))
        })
        .await?;
    let binding = parts(&policy.markdown);
    let (lang, Parts { introduction, original, clauses }) = match translation {
        Some(found) => (found.language, beside(binding, parts(&found.markdown))),
        None => (Lang::En, binding),
    };
    reply::page(&Policy {
        page: reader.page(&call.env, &call.claim, "Privacy policy"),
        lang,
        version: policy.version.to_string(),
        last_updated: reader.dates().day(policy.published_at),
        last_updated_iso: Dates { format: DateFormat::Iso, ..reader.dates() }.day(policy.published_at),
        introduction,
        original,
        clauses,
    })
}
