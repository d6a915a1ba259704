//! `POST /v1/payment-methods/setup`

use actix_web::http::Method;
use actix_web::{HttpResponse, web};
use secrecy::ExposeSecret;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::actions::Begin;
use super::error::SetupError;
use super::flow::{self, Gateway, Onward};
use super::model::Flow;
use crate::identity::actors::Holder;
use crate::kernel::deed::Deed;
use crate::platform::idempotency::{self, Claim};
use crate::platform::web::call::Call;
use crate::platform::web::json::Json;
use crate::platform::web::once::{self, Asked, IdempotencyKey, Turn};
use crate::platform::web::problem::Problem;
use crate::platform::web::registry::{Access, Idempotency, Operation};
use crate::platform::web::reply;

/// Asks to add a card.
#[derive(Debug, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SetupRequest {
    /// `hosted`: redirect the person; `client`: confirm the set-up against the processor's own API.
    flow: FlowName,
    /// Address of this site to return to; the billing page by default. Hosted flow only.
    #[serde(default)]
    return_url: Option<String>,
    /// That the person was shown what is shared with whom, and agreed. Never assumed.
    #[serde(default)]
    consent: bool,
}

#[derive(Debug, Clone, Copy, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum FlowName {
    Hosted,
    Client,
}

/// Where to go on: one of the two addresses.
#[derive(Debug, Serialize, ToSchema)]
pub struct SetupReply {
    /// The set-up. Repeated with its `Idempotency-Key`, a request is answered with this alone.
    id: String,
    /// The processor's page (hosted flow).
    #[serde(skip_serializing_if = "Option::is_none")]
    redirect_url: Option<String>,
    /// The processor's secret for this set-up (client flow).
    #[serde(skip_serializing_if = "Option::is_none")]
    client_secret: Option<String>,
}

/// The operation.
#[must_use]
pub fn operations() -> Vec<Operation> {
    vec![
        Operation::new("create_payment_method_setup", Method::POST, "/v1/payment-methods/setup", || {
            web::post().to(create)
        })
        .summary("Starts adding a card at the payment processor, after consent")
        .access(Access::Holder)
        .needs(Deed::Pay)
        .audit("payment_method.setup_begun")
        .idempotency(Idempotency::Optional)
        .json::<SetupRequest>()
        .reply::<SetupReply>(201),
    ]
}

async fn create(
    call: Call<Holder>,
    gateway: web::Data<Gateway>,
    key: IdempotencyKey,
    body: Json<SetupRequest>,
) -> Result<HttpResponse, Problem> {
    let Some(key) = key.0 else { return Ok(reply::json(201, &set_up(&call, &gateway, body.0, None).await?)) };
    let asked = Asked::new(key, "create_payment_method_setup", &body.0)?;
    // Nothing was charged by a try that died, and its secret is lost: a new set-up takes its place.
    let claim = match once::begin(&call, Holder::actor, asked).await? {
        Turn::Act { claim, .. } => claim,
        Turn::Answered(answer) => return Ok(once::replay(answer)),
    };
    match set_up(&call, &gateway, body.0, Some(claim.clone())).await {
        Ok(reply) => once::finish_secret(&call.env, &claim, 201, &reply).await,
        Err(problem) => {
            once::let_go(&call.env, &claim).await;
            Err(problem)
        }
    }
}

async fn set_up(
    call: &Call<Holder>,
    gateway: &Gateway,
    request: SetupRequest,
    claim: Option<Claim>,
) -> Result<SetupReply, Problem> {
    let flow = match request.flow {
        FlowName::Hosted => Flow::Hosted,
        FlowName::Client => Flow::Client,
    };
    let return_url = request.return_url.unwrap_or_else(|| "/billing".to_owned());
    let command = Begin { consent: request.consent, lang: call.info.asked.unwrap_or_default(), flow, return_url };
    let begun = call
        .write::<_, SetupError, _>(move |conn, context| {
            let begun = flow::begin(conn, &context.env, &context.actor.account, &command)?;
            if let Some(claim) = &claim {
                idempotency::bind(conn, claim, begun.id.as_str())?;
            }
            Ok(begun)
        })
        .await?;
    let id = begun.id.to_string();
    Ok(match flow::open(&call.env, gateway, flow, begun).await? {
        Onward::Redirect(url) => SetupReply { id, redirect_url: Some(url), client_secret: None },
        Onward::ClientSecret(secret) => {
            SetupReply { id, redirect_url: None, client_secret: Some(secret.expose_secret().to_owned()) }
        }
    })
}
