//! The forms on the page of an account.

use actix_web::http::Method;
use actix_web::{HttpResponse, web};
use serde::Deserialize;

use super::actions::{self, Wish};
use crate::identity::actors::{FreezeAccounts, Staff};
use crate::identity::frame;
use crate::kernel::permission::Permission;
use crate::platform::web::call::Call;
use crate::platform::web::form::Errors;
use crate::platform::web::page::Section;
use crate::platform::web::posted::Posted;
use crate::platform::web::problem::Problem;
use crate::platform::web::registry::{Access, PageRoute};
use crate::platform::web::reply;
use crate::staff::error::StaffError;
use crate::staff::views::FreezeAgain;

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
    let (path, why) = (id.to_owned(), reason.clone());
    let done = call
        .write::<_, StaffError, _>(move |conn, context| {
            let account = path.parse().map_err(|_| StaffError::NotFound)?;
            actions::decide(conn, &context.env, &context.actor.member, (&account, wish), (&why, None))
        })
        .await;
    match done {
        Ok(()) => Ok(reply::see_other(&format!("/staff/accounts/{id}?purpose=fraud_check"))),
        Err(problem) if !problem.errors.is_empty() => again(call, (id, wish), reason, &problem).await,
        Err(problem) => Err(problem),
    }
}

/// The form with what is wrong beside the field. It shows nothing of the person, so it is no look.
async fn again(
    call: &Call<Staff<FreezeAccounts>>,
    (id, wish): (&str, Wish),
    reason: String,
    problem: &Problem,
) -> Result<HttpResponse, Problem> {
    let frozen = wish == Wish::Unfreeze;
    let title = if frozen { "Lift a freeze" } else { "Freeze an account" };
    let page = frame::page(call, title, Section::StaffSubscriptions).await?.errors(Errors::of_problem(problem));
    reply::page_with(problem.code.status, &FreezeAgain { page, id: id.to_owned(), frozen, reason })
}
