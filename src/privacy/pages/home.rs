//! `GET /`

use actix_web::http::Method;
use actix_web::{HttpResponse, web};

use super::super::anyone::PublicReader;
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
    let reader = call.read(|conn, context| PublicReader::find(conn, &context.actor)).await?;
    let page = reader.page(&call.env, &call.claim, "Your account, kept in good order");
    reply::page(&Home { page, plans: Vec::new(), signed_in: matches!(reader, PublicReader::Holder(_)) })
}
