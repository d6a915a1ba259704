//! `POST /sign-out` and the page after it.

use actix_web::http::Method;
use actix_web::{HttpRequest, HttpResponse, web};
use serde::Deserialize;

use crate::db::DbError;
use crate::identity::actors::{Anyone, Visitor};
use crate::identity::frame;
use crate::identity::sessions::{actions, browser};
use crate::identity::views::SignedOut;
use crate::platform::web::call::Call;
use crate::platform::web::cookies;
use crate::platform::web::page::Section;
use crate::platform::web::posted::Posted;
use crate::platform::web::problem::Problem;
use crate::platform::web::registry::{Access, PageRoute};
use crate::platform::web::reply;

pub(super) fn pages() -> Vec<PageRoute> {
    vec![
        PageRoute::new(Method::POST, "/sign-out", Access::Visitor, || web::post().to(post)),
        PageRoute::new(Method::GET, "/signed-out", Access::Visitor, || web::get().to(page)),
    ]
}

/// The form has no inputs of its own.
#[derive(Deserialize)]
struct Nothing {}

async fn post(call: Call<Anyone>, _: Posted<Nothing>) -> Result<HttpResponse, Problem> {
    let kind = call
        .write::<_, DbError, _>(|conn, context| {
            let session = match &context.actor {
                Anyone::Visitor => return Ok(None),
                Anyone::Holder(holder) => &holder.session,
                Anyone::Staff(staff) => &staff.session,
            };
            actions::sign_out(conn, &context.env, session)?;
            Ok(Some(session.kind))
        })
        .await?;
    let mut response = reply::see_other("/signed-out");
    browser::farewell(&mut response, &call.claim, kind);
    Ok(response)
}

async fn page(request: HttpRequest, call: Call<Visitor>) -> Result<HttpResponse, Problem> {
    let page = frame::page(&call, "Signed out", Section::None).await?;
    let remembered = cookies::remembered_email(&call.env.keys, &request).is_some();
    reply::page(&SignedOut { page, remembered })
}
