//! `GET /`

use actix_web::http::Method;
use actix_web::{HttpResponse, web};

use super::super::anyone::PublicReader;
use crate::billing::catalog::actions as catalog;
use crate::billing::pages::words;
use crate::db::DbError;
use crate::identity::actors::Anyone;
use crate::platform::web::call::Call;
use crate::platform::web::problem::Problem;
use crate::platform::web::registry::{Access, PageRoute};
use crate::platform::web::reply;
use crate::platform::web::views::Home;

pub(super) fn route() -> PageRoute {
    PageRoute::new(Method::GET, "/", Access::Visitor, || web::get().to(handle))
}

async fn handle(call: Call<Anyone>) -> Result<HttpResponse, Problem> {
    let (reader, plans) = call
        .read::<_, DbError, _>(|conn, context| Ok((PublicReader::find(conn, context)?, catalog::list(conn)?)))
        .await?;
    let lang = reader.dates().lang;
    let plans = plans.iter().filter_map(|(plan, prices)| words::window(plan, prices, lang)).collect();
    let page = reader.page(&call.env, &call.claim, "Your account, kept in good order");
    reply::page(&Home { page, plans, signed_in: matches!(reader, PublicReader::Holder(_)) })
}
