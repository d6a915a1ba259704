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
use crate::platform::web::call::Call;
use crate::platform::web::json::Json;
use crate::platform::web::problem::Problem;
use crate::platform::web::registry::{Access, Operation};
use crate::platform::web::reply;

/// Asks to add a card.
#[derive(Debug, Deserialize, ToSchema)]
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

#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum FlowName {
    Hosted,
    Client,
}

/// Where to go on; one of the two members.
#[derive(Debug, Serialize, ToSchema)]
pub struct SetupReply {
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
        .audit("payment_method.setup_begun")
        .json::<SetupRequest>()
        .reply::<SetupReply>(201),
    ]
}

async fn create(
    call: Call<Holder>,
    gateway: web::Data<Gateway>,
    body: Json<SetupRequest>,
) -> Result<HttpResponse, Problem> {
    let flow = match body.0.flow {
        FlowName::Hosted => Flow::Hosted,
        FlowName::Client => Flow::Client,
    };
    let return_url = body.0.return_url.unwrap_or_else(|| "/billing".to_owned());
    let command = Begin { consent: body.0.consent, flow, return_url };
    let begun = call
        .write::<_, SetupError, _>(move |conn, context| {
            flow::begin(conn, &context.env, &context.actor.account, &command)
        })
        .await?;
    let reply = match flow::open(&call.env, &gateway, flow, begun).await? {
        Onward::Redirect(url) => SetupReply { redirect_url: Some(url), client_secret: None },
        Onward::ClientSecret(secret) => {
            SetupReply { redirect_url: None, client_secret: Some(secret.expose_secret().to_owned()) }
        }
    };
    Ok(reply::json(201, &reply))
}
