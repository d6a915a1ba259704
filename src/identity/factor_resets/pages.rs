//! The button that stops an order; it stands at `/account/security/factors`.

use actix_web::http::Method;
use actix_web::{HttpResponse, web};

use super::actions;
use super::model::End;
use crate::db::DbError;
use crate::identity::actors::Holder;
use crate::kernel::deed::Deed;
use crate::platform::web::call::Call;
use crate::platform::web::posted::{Nothing, Posted};
use crate::platform::web::problem::Problem;
use crate::platform::web::registry::{Access, PageRoute};
use crate::platform::web::reply;

/// The routes.
#[must_use]
pub fn pages() -> Vec<PageRoute> {
    let stopping =
        PageRoute::new(Method::POST, "/account/security/factor-reset/stop", Access::Holder, || web::post().to(stop));
    vec![stopping.needs(Deed::Credentials)]
}

/// Pressed twice, it is as good: the list says what stands.
async fn stop(call: Call<Holder>, _: Posted<Nothing>) -> Result<HttpResponse, Problem> {
    let stopped = call
        .write::<_, DbError, _>(|conn, context| {
            let holder = &context.actor;
            actions::stop(conn, &context.env, &holder.account, End::Holder, &holder.actor())
        })
        .await?;
    let notice = if stopped { "?notice=kept" } else { "" };
    Ok(reply::see_other(&format!("/account/security/factors{notice}")))
}
