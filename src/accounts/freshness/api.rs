//! `POST /v1/account/reminders` and `POST /v1/profile-checks`.

use actix_web::http::Method;
use actix_web::{HttpResponse, web};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::actions::{MAIL, PROVED};
use super::checking::{send, spend};
use crate::identity::actors::{Holder, Visitor};
use crate::identity::freezing::api::refused;
use crate::identity::registrations::api::{Accepted, accepted};
use crate::platform::web::call::Call;
use crate::platform::web::json::Json;
use crate::platform::web::problem::Problem;
use crate::platform::web::registry::{Access, Operation};
use crate::platform::web::reply;

/// The operations.
#[must_use]
pub fn operations() -> Vec<Operation> {
    vec![
        Operation::new("create_reminder", Method::POST, "/v1/account/reminders", || web::post().to(ask))
            .summary("Have all of the profile mailed, with a link that confirms it and proves the address")
            .access(Access::Holder)
            .audit(MAIL)
            .reply::<Accepted>(202),
        Operation::new("create_profile_check", Method::POST, "/v1/profile-checks", || web::post().to(check))
            .summary("Say with the token of such a mail that all of it is right; the address is proved by it")
            .audit(PROVED)
            .json::<CheckByLink>()
            .reply::<CheckView>(200),
    ]
}

async fn ask(call: Call<Holder>) -> Result<HttpResponse, Problem> {
    Ok(match send(&call).await? {
        Ok(()) => accepted(),
        Err(error) => refused(error),
    })
}

/// The token of a link.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CheckByLink {
    /// The `token` of the mail's link.
    token: String,
}

/// What the link has settled.
#[derive(Serialize, ToSchema)]
pub struct CheckView {
    /// The address is proved; RFC 3339.
    email_verified_at: String,
    /// All is right; null when the profile has changed since the mail, so that nothing unseen is confirmed. RFC 3339.
    confirmed_at: Option<String>,
}

async fn check(call: Call<Visitor>, body: Json<CheckByLink>) -> Result<HttpResponse, Problem> {
    Ok(match spend(&call, &body.0.token).await {
        Ok(checked) => reply::json(
            200,
            &CheckView {
                email_verified_at: checked.verified_at.to_string(),
                confirmed_at: checked.confirmed_at.map(|at| at.to_string()),
            },
        ),
        Err(error) => refused(error),
    })
}
