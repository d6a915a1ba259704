//! `POST /v1/webhooks/stripe`: verify over the raw bytes, keep, answer; work later.

use actix_web::http::Method;
use actix_web::{HttpRequest, HttpResponse, web};

use super::actions;
use super::store::Source;
use crate::billing::payments::gateway::WebhookError;
use crate::billing::payments::setups::flow::Gateway;
use crate::db::DbError;
use crate::identity::actors::Visitor;
use crate::kernel::public_error::Code;
use crate::platform::web::call::Call;
use crate::platform::web::problem::Problem;
use crate::platform::web::registry::{Access, Operation};

/// The signature does not fit, or is too old.
pub const WEBHOOK_REFUSED: Code = Code {
    name: "webhook-refused",
    status: 400,
    title: "This is no event of our payment processor",
    help: "Only the processor sends here. Check `stripe.webhook_secret` if its own events are refused.",
};

/// The operation.
#[must_use]
pub fn operations() -> Vec<Operation> {
    vec![
        Operation::new("receive_stripe_event", Method::POST, "/v1/webhooks/stripe", || web::post().to(receive))
            .summary("Takes signed events of the payment processor")
            .access(Access::Machine)
            .empty(204),
    ]
}

async fn receive(
    request: HttpRequest,
    call: Call<Visitor>,
    gateway: web::Data<Gateway>,
    body: web::Bytes,
) -> Result<HttpResponse, Problem> {
    let signature = request.headers().get("stripe-signature").and_then(|value| value.to_str().ok()).unwrap_or_default();
    let event = gateway.verify_webhook(&body, signature, call.env.now()).map_err(|error| {
        let detail = match error {
            WebhookError::Signature => "The signature does not fit the body.",
            WebhookError::Stale => "The signature is older than five minutes, or from the future.",
            WebhookError::Malformed => "The signed body is not an event.",
            WebhookError::WrongMode => "The event is of another mode than this installation.",
        };
        Problem::new(&WEBHOOK_REFUSED).detail(detail)
    })?;
    let kept = call
        .write::<_, DbError, _>(move |conn, context| actions::receive(conn, &context.env, &event, Source::Webhook))
        .await?;
    metrics::counter!("steward_webhooks_total", "outcome" => if kept { "kept" } else { "known_or_foreign" })
        .increment(1);
    Ok(HttpResponse::NoContent().finish())
}
