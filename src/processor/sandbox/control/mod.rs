//! The control API, `/_control/…`: JSON with a bearer token of its own. Tests and rehearsals play a bad day with it.
//!
//! | request | does |
//! |---|---|
//! | `GET /_control/faults`, `POST`, `DELETE` | faults still to come · add one ([`Fault`](super::faults::Fault)) · remove all |
//! | `GET /_control/late`, `POST /_control/late/release` `{id?}` | work that a `late_execution` put off · do it now |
//! | `POST /_control/hanging/release` | close connections that were left open |
//! | `GET /_control/clock`, `POST /_control/clock/advance` `{seconds}` | the clock · move it forward |
//! | `GET /_control/settings`, `PATCH` | `confirm_limit`, `refund_status`, `rate_limit` |
//! | `GET /_control/events`, `/deliveries`, `/idempotency`, `/journal` | what there is |
//! | `GET /_control/webhooks/rules`, `POST`, `DELETE` | rules that hold, lose or double deliveries |
//! | `POST /_control/webhooks/release` `{ids?, order?: created, reverse}` | send what is held; `ids` in their order |
//! | `POST /_control/webhooks/redeliver` `{event}` | send an event once more |
//! | `POST /_control/webhooks/retry` | try failed deliveries now instead of later |
//! | `POST /_control/webhooks/settle` `{timeout_ms?}` | wait until every delivery that is due was tried |
//! | `PUT /_control/webhooks/endpoint` `{url}` | where events go |
//! | `POST /_control/refunds/ID` `{status, failure_reason?}` | how a refund ends |
//! | `POST /_control/payment_methods/ID` `{behaves_like}` | from now on like that test card |
//! | `POST /_control/authentications/ID` `{outcome: complete, fail}` | what the holder does on the 3-D Secure page |
//! | `POST /_control/reset` | throw everything away |

mod change;
mod show;

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::engine::Engine;
use super::errors::ApiError;

/// What went wrong with a control request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Refusal {
    status: u16,
    detail: String,
}

impl Refusal {
    fn new(status: u16, detail: impl Into<String>) -> Self {
        Self { status, detail: detail.into() }
    }
}

impl From<ApiError> for Refusal {
    fn from(error: ApiError) -> Self {
        Self::new(error.status, error.message())
    }
}

/// A control request's answer.
type Answer = Result<Value, Refusal>;

/// Reads a body; an empty one counts as `{}`.
fn read<T: DeserializeOwned>(body: &[u8]) -> Result<T, Refusal> {
    let body = if body.is_empty() { b"{}" } else { body };
    serde_json::from_slice(body).map_err(|error| Refusal::new(400, format!("The body does not fit: {error}")))
}

/// Serves a control request.
pub async fn handle(request: HttpRequest, body: web::Bytes, engine: web::Data<Engine>) -> HttpResponse {
    let header = request.headers().get("authorization").and_then(|value| value.to_str().ok());
    let token = header.and_then(|value| value.strip_prefix("Bearer "));
    let answer = if token.is_some_and(|token| engine.is_control_token(token)) {
        dispatch(&request, &body, &engine).await
    } else {
        Err(Refusal::new(401, "The control API needs its token: Authorization: Bearer TOKEN."))
    };
    let (status, value) = match answer {
        Ok(value) => (200, value),
        Err(refusal) => (refusal.status, json!({"error": refusal.detail})),
    };
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    HttpResponse::build(status).insert_header(("cache-control", "no-store")).json(value)
}

async fn dispatch(request: &HttpRequest, body: &[u8], engine: &Engine) -> Answer {
    let path = request.path().trim_start_matches("/_control").trim_matches('/');
    let segments: Vec<&str> = path.split('/').collect();
    match (request.method().as_str(), &segments[..]) {
        ("GET", ["journal"]) => show::journal(engine).await,
        ("GET", [what]) => show::list(engine, what),
        ("GET", ["webhooks", "rules"]) => Ok(show::rules(engine)),
        ("POST", ["webhooks", "settle"]) => change::settle(engine, read(body)?).await,
        (method, segments) => {
            let (value, seq) = change::apply(engine, method, segments, body)?;
            match engine.durable(seq).await {
                true => Ok(value),
                false => Err(Refusal::new(503, "The journal cannot be written.")),
            }
        }
    }
}
