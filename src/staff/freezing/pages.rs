//! The forms on the page of an account.

use actix_web::http::Method;
use actix_web::{HttpResponse, web};
use serde::Deserialize;

use super::actions::{self, Wish};
use crate::identity::actors::{FreezeAccounts, Staff};
use crate::kernel::permission::Permission;
use crate::platform::web::call::Call;
use crate::platform::web::posted::Posted;
use crate::platform::web::problem::Problem;
use crate::platform::web::registry::{Access, PageRoute};
use crate::platform::web::reply;
use crate::staff::error::StaffError;

const MAY: Access = Access::Staff(Permission::FreezeAccounts);

/// The routes.
#[must_use]
pub fn routes() -> Vec<PageRoute> {
    vec![
        PageRoute::new(Method::POST, "/staff/accounts/{id}/freeze", MAY, || web::post().to(freeze)),
        PageRoute::new(Method::POST, "/staff/accounts/{id}/unfreeze", MAY, || web::post().to(unfreeze)),
    ]
}

#[derive(Deserialize)]
struct Decision {
    #[serde(default)]
    reason: String,
}

async fn freeze(
    call: Call<Staff<FreezeAccounts>>,
    id: web::Path<String>,
    posted: Posted<Decision>,
) -> Result<HttpResponse, Problem> {
    decide(&call, (&id, Wish::Freeze), posted.0.reason).await
}

async fn unfreeze(
    call: Call<Staff<FreezeAccounts>>,
    id: web::Path<String>,
    posted: Posted<Decision>,
) -> Result<HttpResponse, Problem> {
    decide(&call, (&id, Wish::Unfreeze), posted.0.reason).await
}

async fn decide(
    call: &Call<Staff<FreezeAccounts>>,
    (id, wish): (&str, Wish),
    reason: String,
) -> Result<HttpResponse, Problem> {
    let path = id.to_owned();
    call.write::<_, StaffError, _>(move |conn, context| {
        let account = path.parse().map_err(|_| StaffError::NotFound)?;
        actions::decide(conn, &context.env, &context.actor.member, (&account, wish), (&reason, None))
    })
    .await?;
    Ok(reply::see_other(&format!("/staff/accounts/{id}?purpose=fraud_check")))
}
