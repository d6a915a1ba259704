//! `POST /v1/invoices/{id}/pay`.

use actix_web::http::Method;
use actix_web::{HttpResponse, web};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::actions::{self, Pay};
use super::error::PayError;
use crate::billing::payments::actions::PaymentView;
use crate::billing::payments::outcome::{self, NextActionView};
use crate::identity::actors::Holder;
use crate::kernel::deed::Deed;
use crate::kernel::ids::{Id, Invoice};
use crate::platform::idempotency::{self, Claim};
use crate::platform::web::call::Call;
use crate::platform::web::json::JsonOrEmpty;
use crate::platform::web::once::{self, Asked, IdempotencyKey, Turn};
use crate::platform::web::problem::Problem;
use crate::platform::web::registry::{Access, Idempotency, Operation};

/// How to pay. The body may be left out.
#[derive(Debug, Default, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct PayBody {
    /// `pm_…`; the default card if absent.
    #[serde(default)]
    payment_method: Option<String>,
}

/// What came of it.
#[derive(Debug, Serialize, ToSchema)]
struct PaidView {
    /// `inv_…`
    invoice: String,
    /// How the payment stands.
    payment: PaymentView,
    /// What the holder has to do to pay.
    #[serde(skip_serializing_if = "Option::is_none")]
    next_action: Option<NextActionView>,
}

async fn pay(
    call: Call<Holder>,
    key: IdempotencyKey,
    path: web::Path<String>,
    body: JsonOrEmpty<PayBody>,
) -> Result<HttpResponse, Problem> {
    let invoice: Id<Invoice> = path.parse().map_err(|_| PayError::NotFound)?;
    let method = body.0.payment_method.as_deref().map(str::parse).transpose();
    let payment_method = method.map_err(|_| PayError::PaymentMethodRequired)?;
    let asked = Asked::new(key.required()?, "pay_invoice", &(&invoice, &body.0))?;
    let (claim, bound) = match once::begin(&call, Holder::actor, asked).await? {
        Turn::Act { claim, bound } => (claim, bound),
        Turn::Answered(answer) => return Ok(once::replay(answer)),
    };
    let command = Pay { invoice, payment_method };
    let payment = pay_once(&call, command.clone(), &claim, bound.is_some()).await?;
    let next_action = NextActionView::of(&payment);
    let answer = PaidView { invoice: command.invoice.to_string(), payment, next_action };
    once::finish(&call.env, &claim, 200, &answer).await
}

/// Carries a payment out under a claim of [`once::begin`] and waits for its outcome: what the API and the pages do
/// alike. `is_asked` says that an earlier try asked for it before it died.
///
/// # Errors
/// The payment was refused; its key is free again.
pub async fn pay_once(
    call: &Call<Holder>,
    command: Pay,
    claim: &Claim,
    is_asked: bool,
) -> Result<PaymentView, Problem> {
    let (invoice, held) = (command.invoice.clone(), claim.clone());
    if !is_asked {
        let asked = call
            .write::<_, PayError, _>(move |conn, context| {
                actions::pay(conn, &context.env, &context.actor.account, &command)?;
                Ok(idempotency::bind(conn, &held, command.invoice.as_str())?)
            })
            .await;
        if let Err(problem) = asked {
            once::let_go(&call.env, claim).await;
            return Err(problem);
        }
    }
    Ok(outcome::wait(&call.env, &invoice).await?)
}

/// The operation.
#[must_use]
pub fn operations() -> Vec<Operation> {
    vec![
        Operation::new("pay_invoice", Method::POST, "/v1/invoices/{id}/pay", || web::post().to(pay))
            .summary("Pay an open invoice with the default or another card")
            .access(Access::Holder)
            .needs(Deed::Pay)
            .audit("invoice.pay")
            .idempotency(Idempotency::Required)
            .json::<PayBody>()
            .reply::<PaidView>(200),
    ]
}
