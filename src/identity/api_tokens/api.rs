//! `/v1/account/tokens`

use actix_web::http::Method;
use actix_web::{HttpResponse, web};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::actions::{self, OwnToken};
use super::error::TokenError;
use super::model::Wanted;
use crate::db::DbError;
use crate::identity::actors::{Holder, SteppedUp};
use crate::kernel::actor::Actor;
use crate::kernel::deed::Deed;
use crate::kernel::ids::{ApiToken, Id};
use crate::kernel::time::Timestamp;
use crate::platform::idempotency::{self, Claim};
use crate::platform::web::call::Call;
use crate::platform::web::codes::NOT_FOUND;
use crate::platform::web::json::Json;
use crate::platform::web::once::{self, Asked, IdempotencyKey, Turn};
use crate::platform::web::problem::Problem;
use crate::platform::web::registry::{Access, Idempotency, List, Operation};
use crate::platform::web::reply;

const PATH: &str = "/v1/account/tokens";

/// The operations.
#[must_use]
pub fn operations() -> Vec<Operation> {
    vec![
        Operation::new("list_api_tokens", Method::GET, PATH, || web::get().to(list))
            .summary("The API tokens of the account that are good, the newest first.")
            .access(Access::Holder)
            .reply::<List<ApiTokenView>>(200),
        Operation::new("create_api_token", Method::POST, PATH, || web::post().to(create))
            .summary("Make an API token, after a step-up. Its secret is answered this once.")
            .access(Access::Holder)
            .needs(Deed::Credentials)
            .audit(actions::CREATE)
            .idempotency(Idempotency::Optional)
            .json::<CreateApiToken>()
            .reply::<CreatedApiToken>(201),
        Operation::new("revoke_api_token", Method::DELETE, "/v1/account/tokens/{id}", || web::delete().to(revoke))
            .summary("Revoke an API token. The next request that it carries is refused.")
            .access(Access::Holder)
            .needs(Deed::Credentials)
            .audit(actions::REVOKE)
            .empty(204),
    ]
}

/// A token, without its secret.
#[derive(Serialize, ToSchema)]
pub struct ApiTokenView {
    /// `tok_…`
    #[schema(value_type = String)]
    id: Id<ApiToken>,
    /// What you call it.
    name: String,
    /// What it may do: `profile`, `billing`, `privacy` or `security`, each with `:read` or `:write`.
    scopes: Vec<String>,
    /// When it was made.
    #[schema(value_type = String)]
    created_at: Timestamp,
    /// When it ends.
    #[schema(value_type = String)]
    expires_at: Timestamp,
    /// When it was last noted as used, to the minute.
    #[schema(value_type = Option<String>)]
    last_used_at: Option<Timestamp>,
}

impl From<OwnToken> for ApiTokenView {
    fn from(token: OwnToken) -> Self {
        let OwnToken { id, name, scopes, created_at, expires_at, last_used_at } = token;
        let scopes = scopes.split(' ').map(str::to_owned).collect();
        Self { id, name, scopes, created_at, expires_at, last_used_at }
    }
}

async fn list(call: Call<Holder>) -> Result<HttpResponse, Problem> {
    let rows = call.read::<_, DbError, _>(|conn, context| actions::list(conn, &context.env, &context.actor)).await?;
    let data: Vec<ApiTokenView> = rows.into_iter().map(ApiTokenView::from).collect();
    Ok(reply::json(200, &List { data, next: None }))
}

/// What the token is to be.
#[derive(Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CreateApiToken {
    /// By which you will know it again; 1 to 60 characters.
    name: String,
    /// `profile:read`, `profile:write`, `billing:read`, `billing:write`, `privacy:read`, `privacy:write`,
    /// `security:read`, `security:write`. None implies another.
    scopes: Vec<String>,
    /// 1 to 365 days; 90 when left out.
    expires_in_days: Option<i64>,
}

/// A token with its secret. Repeated with its `Idempotency-Key`, the request is answered with the id alone.
#[derive(Serialize, ToSchema)]
pub struct CreatedApiToken {
    /// `tok_…`
    #[schema(value_type = String)]
    id: Id<ApiToken>,
    /// For the Authorization header: `Bearer stw_…`. Shown this once.
    token: String,
    /// The rest.
    details: ApiTokenView,
}

async fn create(
    call: Call<SteppedUp>,
    key: IdempotencyKey,
    body: Json<CreateApiToken>,
) -> Result<HttpResponse, Problem> {
    let wanted = Wanted::parse(&body.0.name, &body.0.scopes, body.0.expires_in_days).map_err(TokenError::Fields)?;
    let Some(key) = key.0 else { return Ok(reply::json(201, &make(&call, wanted, None).await?)) };
    let asked = Asked::new(key, "create_api_token", &body.0)?;
    let (claim, bound) = match once::begin(&call, actor, asked).await? {
        Turn::Act { claim, bound } => (claim, bound),
        Turn::Answered(answer) => return Ok(once::replay(answer)),
    };
    match make(&call, wanted, Some((claim.clone(), bound))).await {
        Ok(created) => once::finish_secret(&call.env, &claim, 201, &created).await,
        Err(problem) => {
            once::let_go(&call.env, &claim).await;
            Err(problem)
        }
    }
}

fn actor(stepped_up: &SteppedUp) -> Actor {
    stepped_up.holder.actor()
}

async fn make(
    call: &Call<SteppedUp>,
    wanted: Wanted,
    claim: Option<(Claim, Option<String>)>,
) -> Result<CreatedApiToken, Problem> {
    let (token, secret) = call
        .write::<_, TokenError, _>(move |conn, context| {
            let holder = &context.actor.holder;
            if let Some(lost) = claim.as_ref().and_then(|(_, bound)| bound.as_ref()).and_then(|id| id.parse().ok()) {
                // An earlier try died with the secret: a new token takes the place of the one that nobody knows.
                match actions::revoke(conn, &context.env, holder, &lost) {
                    Ok(()) | Err(TokenError::NoSuchToken) => {}
                    Err(error) => return Err(error),
                }
            }
            let made = actions::create(conn, &context.env, holder, &wanted)?;
            if let Some((claim, _)) = &claim {
                idempotency::bind(conn, claim, made.0.id.as_str())?;
            }
            Ok(made)
        })
        .await?;
    Ok(CreatedApiToken { id: token.id.clone(), token: secret.reveal().to_owned(), details: token.into() })
}

async fn revoke(call: Call<Holder>, id: web::Path<String>) -> Result<HttpResponse, Problem> {
    let id: Id<ApiToken> = id.parse().map_err(|_| Problem::new(&NOT_FOUND))?;
    call.write::<_, TokenError, _>(move |conn, context| actions::revoke(conn, &context.env, &context.actor, &id))
        .await?;
    Ok(HttpResponse::NoContent().finish())
}
