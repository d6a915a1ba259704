//! `POST /v1/account/confirmations`

use actix_web::http::Method;
use actix_web::{HttpResponse, web};
use serde::Serialize;
use utoipa::ToSchema;

use super::super::actions;
use super::super::author::Author;
use crate::identity::actors::Holder;
use crate::platform::web::call::Call;
use crate::platform::web::etag::MaybeIfMatch;
use crate::platform::web::problem::Problem;
use crate::platform::web::registry::{Access, Operation};
use crate::platform::web::reply;

pub(super) fn operation() -> Operation {
    Operation::new("create_confirmation", Method::POST, "/v1/account/confirmations", || web::post().to(handle))
        .summary("The holder looked and says that all is right; with If-Match, about that version only")
        .access(Access::Holder)
        .audit(actions::CONFIRM)
        .reply::<Confirmation>(201)
}

/// A confirmation.
#[derive(Serialize, ToSchema)]
struct Confirmation {
    /// RFC 3339.
    confirmed_at: String,
}

async fn handle(call: Call<Holder>, seen: MaybeIfMatch) -> Result<HttpResponse, Problem> {
    let at = call
        .write(move |conn, context| {
            let author = Author::holder(&context.actor, context.info.ip);
            actions::confirm(conn, &context.env, &author, seen.0)
        })
        .await?;
    Ok(reply::json(201, &Confirmation { confirmed_at: at.to_string() }))
}
