//! `GET /privacy/cookies`

use actix_web::http::Method;
use actix_web::{HttpResponse, web};

use super::super::anyone::PublicReader;
use super::super::views::{CookieRow, Cookies};
use crate::identity::actors::Anyone;
use crate::platform::trust::cookies::{self, Cookie};
use crate::platform::web::call::Call;
use crate::platform::web::problem::Problem;
use crate::platform::web::registry::{Access, PageRoute};
use crate::platform::web::reply;

pub(super) fn route() -> PageRoute {
    PageRoute::new(Method::GET, "/privacy/cookies", Access::Visitor, || web::get().to(handle))
}

async fn handle(call: Call<Anyone>) -> Result<HttpResponse, Problem> {
    let reader = call.read(PublicReader::find).await?;
    let page = reader.page(&call.env, &call.claim, "Cookies");
    reply::page(&Cookies { page, cookies: cookies::ALL.iter().map(|cookie| row(cookie)).collect() })
}

fn row(cookie: &Cookie) -> CookieRow {
    CookieRow {
        name: cookie.name.to_owned(),
        purpose: cookie.purpose.to_owned(),
        contents: cookie.contents.to_owned(),
        lifetime: cookie.lifetime.to_owned(),
    }
}
