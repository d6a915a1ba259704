//! `PUT /v1/account/password`.

use actix_web::http::Method;
use actix_web::{HttpResponse, web};
use serde::Deserialize;
use utoipa::ToSchema;
use zeroize::Zeroizing;

use super::change;
use super::error::ChangeError;
use crate::db::DbError;
use crate::identity::actors::Holder;
use crate::identity::ports::HolderFacts;
use crate::identity::refusal;
use crate::identity::sessions::error::SignInError;
use crate::kernel::deed::Deed;
use crate::platform::web::call::Call;
use crate::platform::web::json::Json;
use crate::platform::web::problem::Problem;
use crate::platform::web::registry::{Access, Operation};

/// The operation.
#[must_use]
pub fn operations() -> Vec<Operation> {
    vec![
        Operation::new("update_password", Method::PUT, "/v1/account/password", || web::put().to(update))
            .summary("Change the password. All other sessions end. With a second factor it needs a step-up.")
            .access(Access::Holder)
            .needs(Deed::Credentials)
            .audit("password.update")
            .json::<UpdatePassword>()
            .empty(204),
    ]
}

/// The present and the new password.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct UpdatePassword {
    /// The present password.
    current_password: String,
    /// The new password.
    password: String,
}

async fn update(
    call: Call<Holder>,
    facts: web::Data<dyn HolderFacts>,
    body: Json<UpdatePassword>,
) -> Result<HttpResponse, Problem> {
    let (current, new) = (Zeroizing::new(body.0.current_password), Zeroizing::new(body.0.password));
    let session = call.read::<_, DbError, _>(|_, context| Ok(context.actor.session.clone())).await?;
    Ok(match change::change(&call.env, session, facts.into_inner(), (&current, &new)).await {
        Ok(()) => HttpResponse::NoContent().finish(),
        Err(error) => {
            let limited = match &error {
                ChangeError::Credentials(SignInError::Limited(limited)) => Some(*limited),
                _ => None,
            };
            refusal::answer(&Problem::from(error), limited.as_ref())
        }
    })
}
