//! `POST /v1/account/history/{id}/restore`

use actix_web::http::Method;
use actix_web::{HttpResponse, web};

use super::super::actions::{self, Restore};
use super::super::author::Author;
use super::super::error::AccountError;
use super::body::AccountBody;
use crate::identity::actors::Holder;
use crate::kernel::ids::{Change, Id};
use crate::platform::web::call::Call;
use crate::platform::web::etag::MaybeIfMatch;
use crate::platform::web::problem::Problem;
use crate::platform::web::registry::{Access, Operation};
use crate::platform::web::reply;

pub(super) fn operation() -> Operation {
    Operation::new("restore_history", Method::POST, "/v1/account/history/{id}/restore", || web::post().to(handle))
        .summary("Brings back the value before a change: 412 if the field has changed since, unless If-Match names it")
        .access(Access::Holder)
        .audit(actions::RESTORE)
        .reply::<AccountBody>(200)
        .shows_stored()
}

async fn handle(call: Call<Holder>, path: web::Path<String>, seen: MaybeIfMatch) -> Result<HttpResponse, Problem> {
    let change: Id<Change> = path.parse().map_err(|_| AccountError::NoSuchChange)?;
    let command = Restore { change, seen: seen.0 };
    let (restored, may_read) = call
        .write(move |conn, context| {
            let author = Author::holder(&context.actor, context.info.ip);
            let may_read = context.actor.session.may_read;
            let outcome = actions::restore(conn, &context.env, &author, &command);
            let restored = if may_read { outcome } else { outcome.map_err(AccountError::unread) };
            restored.map(|restored| (restored, may_read))
        })
        .await?;
    let version = restored.0.version;
    if !may_read {
        return Ok(reply::unread(Some(version)));
    }
    Ok(reply::versioned(200, &AccountBody::new(restored), version))
}
