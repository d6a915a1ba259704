//! Ending sessions from `/staff/settings`.

use actix_web::http::Method;
use actix_web::{HttpResponse, web};

use super::listing;
use crate::db::DbError;
use crate::identity::actors::{OwnSettings, Staff};
use crate::identity::sessions::actions;
use crate::identity::sessions::error::SignInError;
use crate::kernel::ids::{Id, Session};
use crate::kernel::permission::Permission;
use crate::platform::web::call::Call;
use crate::platform::web::codes::NOT_FOUND;
use crate::platform::web::posted::{Nothing, Posted};
use crate::platform::web::problem::Problem;
use crate::platform::web::registry::{Access, PageRoute};
use crate::platform::web::reply;

pub(super) fn pages() -> Vec<PageRoute> {
    let own = Access::Staff(Permission::OwnSettings);
    vec![
        PageRoute::new(Method::POST, "/staff/settings/sessions/end-others", own, || web::post().to(end_others)),
        PageRoute::new(Method::POST, "/staff/settings/sessions/end-all", own, || web::post().to(end_all)),
        PageRoute::new(Method::POST, "/staff/settings/sessions/{id}/end", own, || web::post().to(end)),
    ]
}

async fn end(
    call: Call<Staff<OwnSettings>>,
    id: web::Path<String>,
    _: Posted<Nothing>,
) -> Result<HttpResponse, Problem> {
    let id: Id<Session> = id.parse().map_err(|_| Problem::new(&NOT_FOUND))?;
    let own = call
        .write::<_, SignInError, _>(move |conn, context| {
            let session = &context.actor.member.session;
            actions::end_one(conn, &context.env, session, &id)?;
            Ok((session.id == id).then_some(session.kind))
        })
        .await?;
    Ok(listing::ended(&call.claim, own, "/staff/settings?notice=ended"))
}

async fn end_others(call: Call<Staff<OwnSettings>>, _: Posted<Nothing>) -> Result<HttpResponse, Problem> {
    call.write::<_, DbError, _>(|conn, context| actions::end_others(conn, &context.env, &context.actor.member.session))
        .await?;
    Ok(reply::see_other("/staff/settings?notice=others-ended"))
}

async fn end_all(call: Call<Staff<OwnSettings>>, _: Posted<Nothing>) -> Result<HttpResponse, Problem> {
    let kind = call
        .write::<_, DbError, _>(|conn, context| {
            let session = &context.actor.member.session;
            actions::end_all(conn, &context.env, session)?;
            Ok(session.kind)
        })
        .await?;
    Ok(listing::ended(&call.claim, Some(kind), "/staff/settings"))
}
