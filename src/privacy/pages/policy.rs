//! `GET /privacy`

use actix_web::http::Method;
use actix_web::{HttpResponse, web};

use super::super::anyone::PublicReader;
use super::super::clauses::{Parts, parts};
use super::super::views::Policy;
use crate::db::DbError;
use crate::identity::actors::Anyone;
use crate::kernel::date_format::{DateFormat, Dates};
use crate::platform::trust::policy;
use crate::platform::web::call::Call;
use crate::platform::web::problem::Problem;
use crate::platform::web::registry::{Access, PageRoute};
use crate::platform::web::reply;

pub(super) fn route() -> PageRoute {
    PageRoute::new(Method::GET, "/privacy", Access::Visitor, || web::get().to(handle))
}

async fn handle(call: Call<Anyone>) -> Result<HttpResponse, Problem> {
    let (policy, reader) = call
        .read(|conn, context| Ok::<_, DbError>((policy::current(conn)?, PublicReader::find(conn, context)?)))
        .await?;
    let Parts { introduction, clauses } = parts(&policy.markdown);
    reply::page(&Policy {
        page: reader.page(&call.env, &call.claim, "Privacy policy"),
        version: policy.version.to_string(),
        last_updated: reader.dates().day(policy.published_at),
        last_updated_iso: Dates { format: DateFormat::Iso, ..reader.dates() }.day(policy.published_at),
        introduction,
        clauses,
    })
}
