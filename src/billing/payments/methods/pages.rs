//! The buttons beside a card on `/billing`.

use actix_web::http::Method;
use actix_web::{HttpResponse, web};
use serde::Deserialize;

use super::actions;
use super::error::MethodError;
use crate::identity::actors::Holder;
use crate::kernel::deed::Deed;
use crate::platform::web::call::Call;
use crate::platform::web::posted::Posted;
use crate::platform::web::problem::Problem;
use crate::platform::web::registry::{Access, PageRoute};
use crate::platform::web::reply;

/// The routes.
#[must_use]
pub fn pages() -> Vec<PageRoute> {
    vec![
        PageRoute::new(Method::POST, "/billing/payment-methods/{id}/default", Access::Holder, || {
            web::post().to(make_default)
        })
        .needs(Deed::Pay),
        PageRoute::new(Method::POST, "/billing/payment-methods/{id}/remove", Access::Holder, || web::post().to(remove))
            .needs(Deed::Lessen),
    ]
}

/// A form of buttons alone.
#[derive(Deserialize)]
struct Button {}

async fn make_default(call: Call<Holder>, path: web::Path<String>, _: Posted<Button>) -> Result<HttpResponse, Problem> {
    let id = actions::parse_id(&path)?;
    call.write::<_, MethodError, _>(move |conn, context| {
        actions::make_default(conn, &context.env, &context.actor.account, &id).map(|_| ())
    })
    .await?;
    Ok(reply::see_other("/billing?done=default"))
}

async fn remove(call: Call<Holder>, path: web::Path<String>, _: Posted<Button>) -> Result<HttpResponse, Problem> {
    let id = actions::parse_id(&path)?;
    call.write::<_, MethodError, _>(move |conn, context| {
        actions::remove(conn, &context.env, &context.actor.account, &id)
    })
    .await?;
    Ok(reply::see_other("/billing?done=removed"))
}
