//! `/v1/account/email-changes`.

use actix_web::http::Method;
use actix_web::{HttpResponse, web};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use zeroize::Zeroizing;

use super::actions::{self, CONFIRM, REQUEST, UNDO};
use super::changing;
use super::error::EmailChangeError;
use super::undoing::{self, Outcome, Proof};
use crate::db::DbError;
use crate::identity::actors::{Holder, SteppedUp, Visitor};
use crate::identity::freezing::api::refused;
use crate::identity::registrations::api::{Accepted, accepted};
use crate::kernel::time::Timestamp;
use crate::platform::web::call::Call;
use crate::platform::web::json::Json;
use crate::platform::web::problem::Problem;
use crate::platform::web::registry::{Access, Operation};
use crate::platform::web::reply;

const PATH: &str = "/v1/account/email-changes";

/// The operations.
#[must_use]
pub fn operations() -> Vec<Operation> {
    vec![
        Operation::new("create_email_change", Method::POST, PATH, || web::post().to(create))
            .summary("Ask for another e-mail address. Needs a step-up; answers the same for every address.")
            .access(Access::Holder)
            .audit(REQUEST)
            .json::<CreateEmailChange>()
            .reply::<Accepted>(202),
        Operation::new("get_email_change", Method::GET, PATH, || web::get().to(get))
            .summary("The change that waits for its confirmation.")
            .access(Access::Holder)
            .reply::<EmailChangeView>(200),
        Operation::new("confirm_email_change", Method::POST, "/v1/account/email-changes/confirm", || {
            web::post().to(confirm)
        })
        .summary("Switch to the new address with the token that was mailed there. All other sessions end.")
        .access(Access::Holder)
        .audit(CONFIRM)
        .json::<ConfirmEmailChange>()
        .empty(204),
        Operation::new("undo_email_change", Method::POST, "/v1/account/email-changes/undo", || web::post().to(undo))
            .summary("From the old address: freeze the account at once, and with the password take the change back.")
            .audit(UNDO)
            .json::<UndoEmailChange>()
            .reply::<UndoneView>(200),
    ]
}

/// Another address.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CreateEmailChange {
    /// The address to sign in with from now on.
    email: String,
}

async fn create(call: Call<SteppedUp>, body: Json<CreateEmailChange>) -> Result<HttpResponse, Problem> {
    Ok(match changing::request(&call, &body.0.email).await? {
        Ok(()) => accepted(),
        Err(error) => refused(error),
    })
}

/// The change that waits.
#[derive(Serialize, ToSchema)]
pub struct EmailChangeView {
    /// The address that was asked for; null when nothing waits.
    email: Option<String>,
    /// When it was asked for.
    #[schema(value_type = Option<String>, format = DateTime)]
    requested_at: Option<Timestamp>,
    /// Until when the mailed link confirms it.
    #[schema(value_type = Option<String>, format = DateTime)]
    expires_at: Option<Timestamp>,
}

async fn get(call: Call<Holder>) -> Result<HttpResponse, Problem> {
    let row = call
        .read::<_, DbError, _>(|conn, context| actions::pending(conn, &context.env, &context.actor.account))
        .await?;
    let (requested_at, expires_at) =
        (row.as_ref().map(|row| row.requested_at), row.as_ref().map(|row| row.holds_until));
    let email = row.map(|row| row.new_email.into_revealed());
    Ok(reply::json(200, &EmailChangeView { email, requested_at, expires_at }))
}

/// The token of a link.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ConfirmEmailChange {
    /// The `token` of the link in the mail to the new address.
    token: String,
}

async fn confirm(call: Call<Holder>, body: Json<ConfirmEmailChange>) -> Result<HttpResponse, Problem> {
    Ok(match changing::switch(&call, &body.0.token).await? {
        Ok(()) => HttpResponse::NoContent().finish(),
        Err(error) => refused(error),
    })
}

/// What takes a change back.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct UndoEmailChange {
    /// The `token` of the link in the mail to the old address.
    token: String,
    /// The password as it was at the change, or as it is. Without it the account is frozen and nothing else.
    #[serde(default)]
    password: Option<String>,
    /// In its place: a recovery code from before the change was asked for.
    #[serde(default)]
    recovery_code: Option<String>,
}

/// What the link has done.
#[derive(Serialize, ToSchema)]
pub struct UndoneView {
    /// `frozen`: now send the password or a recovery code too; `undone`: the address is the old one again.
    status: &'static str,
}

async fn undo(call: Call<Visitor>, body: Json<UndoEmailChange>) -> HttpResponse {
    let UndoEmailChange { token, password, recovery_code } = body.0;
    let password = password.map(|text| Proof::Password(Zeroizing::new(text)));
    let proof = password.or_else(|| recovery_code.map(|text| Proof::RecoveryCode(Zeroizing::new(text))));
    match undoing::undo(&call.env, &call.info, &token, proof.as_ref()).await {
        Ok(Outcome::Frozen) => reply::json(200, &UndoneView { status: "frozen" }),
        Ok(Outcome::Undone) => reply::json(200, &UndoneView { status: "undone" }),
        Err(EmailChangeError::Freeze(error)) => refused(error),
        Err(error) => crate::identity::refusal::answer(&Problem::from(error), None),
    }
}
