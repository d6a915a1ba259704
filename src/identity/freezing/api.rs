//! `/v1/account/freeze`, `/v1/account/freezes`, `/v1/freezes` and `/v1/unfreezes`.

use actix_web::http::Method;
use actix_web::{HttpResponse, web};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use webauthn_rs::prelude::PublicKeyCredential;
use zeroize::Zeroizing;

use super::actions::{self, ASK, FREEZE, UNFREEZE};
use super::error::FreezeError;
use super::lifting::{self, Proof};
use super::model::Cause;
use super::store::FreezeRow;
use crate::db::DbError;
use crate::identity::actors::{Holder, Visitor};
use crate::identity::factors::model::Answer;
use crate::identity::ports::HolderFacts;
use crate::identity::refusal;
use crate::identity::registrations::api::{Accepted, accepted};
use crate::identity::sessions::browser;
use crate::kernel::deed::Deed;
use crate::kernel::ids::{Freeze, Id};
use crate::kernel::time::Timestamp;
use crate::platform::web::call::Call;
use crate::platform::web::json::Json;
use crate::platform::web::problem::Problem;
use crate::platform::web::registry::{Access, List, Operation};
use crate::platform::web::reply;

/// The operations.
#[must_use]
pub fn operations() -> Vec<Operation> {
    vec![
        Operation::new("freeze_account", Method::POST, "/v1/account/freeze", || web::post().to(freeze))
            .summary("Freeze the account: every session ends, this one too, and nobody signs in until it is lifted.")
            .access(Access::Holder)
            .needs(Deed::Freeze)
            .audit(FREEZE)
            .empty(204),
        Operation::new("list_freezes", Method::GET, "/v1/account/freezes", || web::get().to(list))
            .summary("Each time that the account was frozen, newest first.")
            .access(Access::Holder)
            .reply::<List<FreezeView>>(200),
        Operation::new("create_freeze", Method::POST, "/v1/freezes", || web::post().to(by_link))
            .summary("Freeze an account with the token of a security notice's link.")
            .audit(FREEZE)
            .json::<FreezeByLink>()
            .empty(204),
        Operation::new("create_unfreeze", Method::POST, "/v1/unfreezes", || web::post().to(ask))
            .summary("Have the link mailed that lifts a freeze. Answers the same for every address.")
            .audit(ASK)
            .json::<AskUnfreeze>()
            .reply::<Accepted>(202),
        Operation::new("complete_unfreeze", Method::PUT, "/v1/unfreezes", || web::put().to(lift))
            .summary("Lift a freeze with the link's token, the present password and a factor if there is one; set a new password.")
            .audit(UNFREEZE)
            .json::<LiftFreeze>()
            .empty(204),
    ]
}

async fn freeze(call: Call<Holder>) -> Result<HttpResponse, Problem> {
    call.write::<_, FreezeError, _>(|conn, context| {
        let holder = &context.actor;
        actions::freeze(conn, &context.env, &holder.account, &Cause::Holder, &holder.actor())
    })
    .await?;
    let mut response = HttpResponse::NoContent().finish();
    browser::farewell(&mut response, &call.claim, None);
    Ok(response)
}

/// One time that the account was frozen.
#[derive(Serialize, ToSchema)]
pub struct FreezeView {
    /// `frz_…`
    #[schema(value_type = String)]
    id: Id<Freeze>,
    /// `holder` (signed in), `link` (of a security notice), `email_undo` (from the earlier address) or `staff`.
    cause: String,
    /// Staff's reason.
    reason: Option<String>,
    /// When it began.
    #[schema(value_type = String, format = DateTime)]
    started_at: Timestamp,
    /// When it was lifted; null while it lasts.
    #[schema(value_type = Option<String>, format = DateTime)]
    ended_at: Option<Timestamp>,
    /// `holder`, `email_undo` or `staff`.
    ended_by: Option<String>,
    /// Staff's reason to lift it.
    ended_reason: Option<String>,
}

impl From<FreezeRow> for FreezeView {
    fn from(row: FreezeRow) -> Self {
        let FreezeRow { id, cause, reason, started_at, ended_at, ended_by, ended_reason } = row;
        Self { id, cause, reason, started_at, ended_at, ended_by, ended_reason }
    }
}

async fn list(call: Call<Holder>) -> Result<HttpResponse, Problem> {
    let rows = call.read::<_, DbError, _>(|conn, context| actions::history(conn, &context.actor.account)).await?;
    Ok(reply::json(200, &List { data: rows.into_iter().map(FreezeView::from).collect(), next: None }))
}

/// The token of a link.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct FreezeByLink {
    /// The `token` of the mail's link.
    token: String,
}

async fn by_link(call: Call<Visitor>, body: Json<FreezeByLink>) -> HttpResponse {
    match lifting::freeze(&call.env, &call.info, &body.0.token).await {
        Ok(_) => HttpResponse::NoContent().finish(),
        Err(error) => refused(error),
    }
}

/// An address.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AskUnfreeze {
    /// The address that is signed in with.
    email: String,
}

async fn ask(call: Call<Visitor>, body: Json<AskUnfreeze>) -> HttpResponse {
    match lifting::ask(&call.env, &call.info, &body.0.email).await {
        Ok(()) => accepted(),
        Err(error) => refused(error),
    }
}

/// What lifts a freeze.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LiftFreeze {
    /// The `token` of the mail's link.
    token: String,
    /// The present password.
    password: String,
    /// The one to use from now on: whoever knew the present one is out.
    new_password: String,
    /// Where the account has a second factor: the digits of the authenticator app, or a recovery code.
    factor: Option<String>,
    /// The same by passkey: from `POST /v1/sessions/passkey-challenges`.
    challenge: Option<String>,
    /// The passkey's answer, as `PublicKeyCredential.toJSON()` writes it.
    #[schema(value_type = Option<Object>)]
    credential: Option<PublicKeyCredential>,
}

async fn lift(call: Call<Visitor>, facts: web::Data<dyn HolderFacts>, body: Json<LiftFreeze>) -> HttpResponse {
    let LiftFreeze { token, password, new_password, factor, challenge, credential } = body.0;
    let factor = Answer::given(factor, challenge, credential);
    let proof = Proof { present: Zeroizing::new(password), new: Zeroizing::new(new_password), factor };
    match lifting::lift(&call.env, &call.info, facts.into_inner(), &token, proof).await {
        Ok(()) => HttpResponse::NoContent().finish(),
        Err(error) => refused(error),
    }
}

/// The refusal, with the fields of a limit.
#[must_use]
pub fn refused(error: FreezeError) -> HttpResponse {
    let limited = if let FreezeError::Limited(limited) = &error { Some(*limited) } else { None };
    refusal::answer(&Problem::from(error), limited.as_ref())
}
