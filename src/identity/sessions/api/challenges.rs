//! `POST /v1/sessions/passkey-challenges`: what a passkey is asked to sign.

use actix_web::http::Method;
use actix_web::{HttpResponse, web};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use crate::identity::actors::Anyone;
use crate::identity::factors::passkeys::Challenge;
use crate::identity::sessions::passkeys;
use crate::kernel::time::Timestamp;
use crate::platform::web::call::Call;
use crate::platform::web::json::Json;
use crate::platform::web::problem::Problem;
use crate::platform::web::registry::Operation;
use crate::platform::web::reply;

pub(super) fn operation() -> Operation {
    Operation::new("create_passkey_challenge", Method::POST, "/v1/sessions/passkey-challenges", || {
        web::post().to(create)
    })
    .summary("Ask a passkey: anybody's to sign in; with `pending`, or within a session, those of that account.")
    .json::<CreatePasskeyChallenge>()
    .reply::<PasskeyChallenge>(201)
}

/// Whom to ask.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CreatePasskeyChallenge {
    /// From 401 `factor-required`.
    pending: Option<String>,
}

/// A challenge, for one answer within five minutes.
#[derive(Serialize, ToSchema)]
pub struct PasskeyChallenge {
    /// Names the challenge in the answer.
    challenge: String,
    /// When it holds no more.
    #[schema(value_type = String)]
    expires_at: Timestamp,
    /// For `PublicKeyCredential.parseRequestOptionsFromJSON()` and `navigator.credentials.get()`.
    #[schema(value_type = Object)]
    public_key: Value,
}

impl From<Challenge> for PasskeyChallenge {
    fn from(challenge: Challenge) -> Self {
        Self { challenge: challenge.token, expires_at: challenge.expires_at, public_key: challenge.public_key }
    }
}

async fn create(call: Call<Anyone>, body: Json<CreatePasskeyChallenge>) -> Result<HttpResponse, Problem> {
    let challenge = passkeys::ask(&call, body.0.pending).await?;
    Ok(reply::json(201, &PasskeyChallenge::from(challenge)))
}
