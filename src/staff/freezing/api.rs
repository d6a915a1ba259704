//! `/v1/staff/accounts/{id}/freeze` and `…/unfreeze`.

use actix_web::http::Method;
use actix_web::{HttpResponse, web};
use serde::Deserialize;
use utoipa::ToSchema;

use super::actions::{self, Wish};
use crate::identity::actors::{FreezeAccounts, Staff};
use crate::identity::freezing::actions::{FREEZE, UNFREEZE};
use crate::kernel::permission::Permission;
use crate::platform::web::call::Call;
use crate::platform::web::json::Json;
use crate::platform::web::problem::Problem;
use crate::platform::web::registry::{Access, Operation};
use crate::staff::error::StaffError;

const MAY: Access = Access::Staff(Permission::FreezeAccounts);

/// The operations.
#[must_use]
pub fn operations() -> Vec<Operation> {
    vec![
        Operation::new("freeze_staff_account", Method::POST, "/v1/staff/accounts/{id}/freeze", || {
            web::post().to(freeze)
        })
        .summary("Freeze an account for a reason that its holder reads; recorded as a look at its state")
        .access(MAY)
        .audit(FREEZE)
        .json::<FreezeDecision>()
        .empty(204),
        Operation::new("unfreeze_staff_account", Method::POST, "/v1/staff/accounts/{id}/unfreeze", || {
            web::post().to(unfreeze)
        })
        .summary("Lift a freeze for a reason that the holder reads; recorded as a look at the account's state")
        .access(MAY)
        .audit(UNFREEZE)
        .json::<FreezeDecision>()
        .empty(204),
    ]
}

/// Why.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct FreezeDecision {
    /// A sentence of 10 to 500 characters; the holder reads it.
    reason: String,
    /// Number of the case, if there is one.
    #[serde(default)]
    case: Option<String>,
}

async fn freeze(
    call: Call<Staff<FreezeAccounts>>,
    id: web::Path<String>,
    body: Json<FreezeDecision>,
) -> Result<HttpResponse, Problem> {
    decide(&call, (&id, Wish::Freeze), body.0).await
}

async fn unfreeze(
    call: Call<Staff<FreezeAccounts>>,
    id: web::Path<String>,
    body: Json<FreezeDecision>,
) -> Result<HttpResponse, Problem> {
    decide(&call, (&id, Wish::Unfreeze), body.0).await
}

async fn decide(
    call: &Call<Staff<FreezeAccounts>>,
    (id, wish): (&str, Wish),
    body: FreezeDecision,
) -> Result<HttpResponse, Problem> {
    let id = id.to_owned();
    call.write::<_, StaffError, _>(move |conn, context| {
        let account = id.parse().map_err(|_| StaffError::NotFound)?;
        let why = (body.reason.as_str(), body.case.clone());
        actions::decide(conn, &context.env, &context.actor.member, (&account, wish), why)
    })
    .await?;
    Ok(HttpResponse::NoContent().finish())
}
