//! `GET /v1/cookies`

use actix_web::http::Method;
use actix_web::{HttpResponse, web};
use serde::Serialize;
use utoipa::ToSchema;

use crate::platform::trust::cookies::{self, Cookie};
use crate::platform::web::registry::{List, Operation};
use crate::platform::web::reply;

pub(super) fn operation() -> Operation {
    Operation::new("list_cookies", Method::GET, "/v1/cookies", || web::get().to(handle))
        .summary("Every cookie that this server may set")
        .reply::<List<CookieBody>>(200)
}

/// A cookie.
#[derive(Serialize, ToSchema)]
#[schema(as = Cookie)]
struct CookieBody {
    /// Its name.
    name: &'static str,
    /// What it is for.
    purpose: &'static str,
    /// What is in it.
    contents: &'static str,
    /// How long it lasts.
    lifetime: &'static str,
}

async fn handle() -> HttpResponse {
    let body = |cookie: &&'static Cookie| CookieBody {
        name: cookie.name,
        purpose: cookie.purpose,
        contents: cookie.contents,
        lifetime: cookie.lifetime,
    };
    reply::json(200, &List { data: cookies::ALL.iter().map(body).collect(), next: None })
}
