//! `/v1/password-resets`.

use actix_web::http::Method;
use actix_web::{HttpResponse, web};
use serde::Deserialize;
use utoipa::ToSchema;
use zeroize::Zeroizing;

use super::reset;
use crate::identity::actors::Visitor;
use crate::identity::ports::HolderFacts;
use crate::identity::registrations::api::{Accepted, accepted, refused};
use crate::platform::web::call::Call;
use crate::platform::web::json::Json;
use crate::platform::web::registry::Operation;

/// The operations of recovery.
#[must_use]
pub fn operations() -> Vec<Operation> {
    vec![
        Operation::new("create_password_reset", Method::POST, "/v1/password-resets", || web::post().to(create))
            .summary("Have a link for a new password mailed. Answers the same for every address.")
            .audit("password_reset.create")
            .json::<CreatePasswordReset>()
            .reply::<Accepted>(202),
        Operation::new("complete_password_reset", Method::PUT, "/v1/password-resets", || web::put().to(complete))
            .summary("Set a new password with the link's token. Ends every session; signs nobody in.")
            .audit("password.reset")
            .json::<CompletePasswordReset>()
            .empty(204),
    ]
}

/// An address.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CreatePasswordReset {
    /// The address that is signed in with.
    email: String,
}

async fn create(call: Call<Visitor>, body: Json<CreatePasswordReset>) -> HttpResponse {
    match reset::request(&call.env, &call.info, &body.0.email).await {
        Ok(()) => accepted(),
        Err(error) => refused(error),
    }
}

/// A new password.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CompletePasswordReset {
    /// The `token` of the mail's link.
    token: String,
    /// The new password.
    password: String,
}

async fn complete(
    call: Call<Visitor>,
    facts: web::Data<dyn HolderFacts>,
    body: Json<CompletePasswordReset>,
) -> HttpResponse {
    let password = Zeroizing::new(body.0.password);
    match reset::complete(&call.env, &call.info, facts.into_inner(), &body.0.token, &password).await {
        Ok(_) => HttpResponse::NoContent().finish(),
        Err(error) => refused(error),
    }
}
