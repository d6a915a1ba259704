//! `POST /sign-out` and the page after it.

use actix_web::http::Method;
use actix_web::{HttpRequest, HttpResponse, web};
use serde::Deserialize;

use crate::db::DbError;
use crate::identity::actors::Anyone;
use crate::identity::frame;
use crate::identity::sessions::model::SessionKind;
use crate::identity::sessions::{actions, browser};
use crate::identity::views::SignedOut;
use crate::platform::trust::cookies as registry;
use crate::platform::web::call::Call;
use crate::platform::web::cookies;
use crate::platform::web::page::Section;
use crate::platform::web::posted::{Nothing, Posted, Query};
use crate::platform::web::problem::Problem;
use crate::platform::web::registry::{Access, PageRoute};
use crate::platform::web::reply;

pub(super) fn pages() -> Vec<PageRoute> {
    vec![
        PageRoute::new(Method::POST, "/sign-out", Access::Visitor, || web::post().to(post)),
        PageRoute::new(Method::GET, "/signed-out", Access::Visitor, || web::get().to(page)),
    ]
}

const PUBLIC: &str = "/signed-out?computer=public";
/// The same after the session has ended by itself.
pub(super) const PUBLIC_EXPIRED: &str = "/signed-out?computer=public&expired=yes";

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
    let mut response = reply::see_other(signed_out(kind));
    browser::farewell(&mut response, &call.claim, kind);
    Ok(response)
}

/// Where signing out leads: on a public computer to a page that says what is left there, and how to check.
pub(super) fn signed_out(kind: Option<SessionKind>) -> &'static str {
    if kind == Some(SessionKind::Public) { PUBLIC } else { "/signed-out" }
}

#[derive(Deserialize)]
struct Arrival {
    #[serde(default)]
    computer: String,
    #[serde(default)]
    expired: String,
}

/// What the query says is only where the browser was sent from: anybody can make a link like that, so whether somebody
/// is still signed in is looked up, and what the browser still keeps is read from its own request.
async fn page(request: HttpRequest, call: Call<Anyone>, query: Query<Arrival>) -> Result<HttpResponse, Problem> {
    let signed_in = call.read::<_, DbError, _>(|_, context| Ok(!matches!(context.actor, Anyone::Visitor))).await?;
    let title = if signed_in { "Still signed in" } else { "Signed out" };
    let page = frame::page(&call, title, Section::None).await?;
    let remembered = cookies::remembered_email(&call.env.keys, &request).is_some();
    // A remembered address is spoken of by itself: that cookie does not open anything, but it stays.
    let ours = registry::ALL.iter().map(|cookie| cookie.name).filter(|name| request.cookie(name).is_some());
    let ours = ours.filter(|name| signed_in || !remembered || *name != cookies::REMEMBERED_EMAIL);
    let sent: Vec<String> = ours.map(str::to_owned).collect();
    let (public, expired) = (query.0.computer == "public", query.0.expired == "yes");
    reply::page(&SignedOut { page, signed_in, remembered, public, expired, sent })
}
