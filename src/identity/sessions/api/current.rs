//! `/v1/session`: the session in use.

use actix_web::http::Method;
use actix_web::{HttpResponse, web};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use webauthn_rs::prelude::PublicKeyCredential;
use zeroize::Zeroizing;

use super::create::refused;
use crate::db::DbError;
use crate::env::Env;
use crate::identity::actors::SignedIn;
use crate::identity::factors::model::Answer;
use crate::identity::sessions::actions::begin::Begun;
use crate::identity::sessions::error::SignInError;
use crate::identity::sessions::model::SessionKind;
use crate::identity::sessions::store::{LiveSession, lifetime};
use crate::identity::sessions::{actions, browser, sign_in};
use crate::kernel::ids::{Id, Session};
use crate::kernel::time::Timestamp;
use crate::platform::web::call::Call;
use crate::platform::web::json::Json;
use crate::platform::web::problem::Problem;
use crate::platform::web::registry::{Access, Operation};
use crate::platform::web::reply;

pub(super) fn operations() -> Vec<Operation> {
    vec![
        Operation::new("get_session", Method::GET, "/v1/session", || web::get().to(get))
            .summary("The session in use.")
            .access(Access::Session)
            .reply::<CurrentSession>(200),
        Operation::new("delete_session", Method::DELETE, "/v1/session", || web::delete().to(delete))
            .summary("Sign out.")
            .access(Access::Session)
            .audit("session.end")
            .empty(204),
        Operation::new("step_up_session", Method::POST, "/v1/session/step-up", || web::post().to(step_up))
            .summary("Give a factor again, or the password where there is none, for what is dangerous. Holds for five minutes.")
            .access(Access::Session)
            .audit("session.step_up")
            .json::<StepUp>()
            .empty(204),
    ]
}

/// A session.
#[derive(Serialize, ToSchema)]
pub struct SessionView {
    /// Public id.
    #[schema(value_type = String)]
    id: Id<Session>,
    /// `own`, `kept`, `public` or `staff`.
    kind: String,
    /// When it began.
    #[schema(value_type = String)]
    signed_in_at: Timestamp,
    /// When it was last noted as used, to the minute.
    #[schema(value_type = String)]
    last_seen_at: Timestamp,
    /// When it ends at the latest.
    #[schema(value_type = String)]
    expires_at: Timestamp,
    /// Seconds without use after which it ends.
    idle_seconds: i64,
}

impl SessionView {
    pub(super) fn begun(env: &Env, begun: &Begun) -> Self {
        Self {
            id: begun.id.clone(),
            kind: begun.kind.as_str().to_owned(),
            signed_in_at: begun.signed_in_at,
            last_seen_at: begun.signed_in_at,
            expires_at: begun.expires_at,
            idle_seconds: idle_seconds(env, begun.kind),
        }
    }

    fn live(env: &Env, session: &LiveSession) -> Self {
        Self {
            id: session.id.clone(),
            kind: session.kind.as_str().to_owned(),
            signed_in_at: session.signed_in_at,
            last_seen_at: session.last_seen_at,
            expires_at: session.expires_at,
            idle_seconds: idle_seconds(env, session.kind),
        }
    }
}

fn idle_seconds(env: &Env, kind: SessionKind) -> i64 {
    lifetime(&env.settings.sessions, kind).idle.num_seconds()
}

/// The session in use and its owner.
#[derive(Serialize, ToSchema)]
pub struct CurrentSession {
    /// Who is signed in: an account, or a member of staff.
    account_id: String,
    /// The session.
    session: SessionView,
}

async fn get(call: Call<SignedIn>) -> Result<HttpResponse, Problem> {
    let session = call.read::<_, DbError, _>(|_, context| Ok(context.actor.session.clone())).await?;
    let view = SessionView::live(&call.env, &session);
    Ok(reply::json(200, &CurrentSession { account_id: session.principal, session: view }))
}

async fn delete(call: Call<SignedIn>) -> Result<HttpResponse, Problem> {
    let kind = call
        .write::<_, DbError, _>(|conn, context| {
            actions::sign_out(conn, &context.env, &context.actor.session)?;
            Ok(context.actor.session.kind)
        })
        .await?;
    let mut response = HttpResponse::NoContent().finish();
    browser::farewell(&mut response, &call.claim, Some(kind));
    Ok(response)
}

/// One of them is enough.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct StepUp {
    /// The password; with a second factor it does not suffice.
    password: Option<String>,
    /// The digits of the authenticator app, or a recovery code.
    factor: Option<String>,
    /// From `POST /v1/sessions/passkey-challenges`, asked for within this session.
    challenge: Option<String>,
    /// The passkey's answer, as `PublicKeyCredential.toJSON()` writes it.
    #[schema(value_type = Option<Object>)]
    credential: Option<PublicKeyCredential>,
}

async fn step_up(call: Call<SignedIn>, body: Json<StepUp>) -> Result<HttpResponse, Problem> {
    let StepUp { password, factor, challenge, credential } = body.0;
    let session = call.read::<_, DbError, _>(|_, context| Ok(context.actor.session.clone())).await?;
    let outcome = match (Answer::given(factor, challenge, credential), password.map(Zeroizing::new)) {
        (Some(answer), _) => sign_in::step_up_by_factor(&call.env, session, answer).await,
        (None, Some(password)) => sign_in::step_up(&call.env, session, &password).await,
        (None, None) => Err(SignInError::ProofMissing("/password")),
    };
    Ok(match outcome {
        Ok(()) => HttpResponse::NoContent().finish(),
        Err(error) => refused(error),
    })
}
