//! The buttons that pay an open invoice: with a card, or by confirming at the bank.

use actix_web::http::Method;
use actix_web::http::header::{HeaderName, HeaderValue};
use actix_web::{HttpResponse, web};
use serde::Deserialize;

use super::{Button, framed};
use crate::accounts::reader::Reader;
use crate::billing::invoices::actions as invoices;
use crate::billing::invoices::error::{InvoicesError, NOTHING_OPEN};
use crate::billing::payments::actions as payments;
use crate::billing::payments::paying::actions::{self as paying, Pay};
use crate::billing::payments::paying::error::{PAYMENT_RUNNING, PayError};
use crate::billing::subscriptions::error::PAYMENT_METHOD_REQUIRED;
use crate::identity::actors::Holder;
use crate::kernel::deed::Deed;
use crate::kernel::ids::{Id, Invoice};
use crate::kernel::public_error::Code;
use crate::platform::trust::recipients::PAYMENT_PROCESSOR;
use crate::platform::web::call::Call;
use crate::platform::web::posted::Posted;
use crate::platform::web::problem::Problem;
use crate::platform::web::registry::{Access, PageRoute};
use crate::platform::web::reply;
use crate::platform::web::views::OffSite;

pub(super) fn routes() -> Vec<PageRoute> {
    let holder = Access::Holder;
    vec![
        PageRoute::new(Method::POST, "/billing/invoices/{id}/pay", holder, || web::post().to(pay)).needs(Deed::Pay),
        PageRoute::new(Method::POST, "/billing/invoices/{id}/authenticate", holder, || web::post().to(authenticate))
            .needs(Deed::Pay),
    ]
}

#[derive(Deserialize)]
struct Payment {
    #[serde(default)]
    payment_method: String,
}

/// Answers of the action after which the page that tells how the payment stands is the best answer too.
const TOLD_THERE: [&Code; 3] = [&NOTHING_OPEN, &PAYMENT_RUNNING, &PAYMENT_METHOD_REQUIRED];

/// Sent twice it pays once: a payment under way is not begun again, and nothing is open on a paid invoice.
async fn pay(call: Call<Holder>, path: web::Path<String>, posted: Posted<Payment>) -> Result<HttpResponse, Problem> {
    let id: Id<Invoice> = path.parse().map_err(|_| InvoicesError::NotFound)?;
    let command = Pay { invoice: id.clone(), payment_method: posted.0.payment_method.parse().ok() };
    let (invoice, _) = call.read(move |conn, context| invoices::find(conn, &context.actor.account, &id)).await?;
    let asked = call
        .write::<_, PayError, _>(move |conn, context| paying::pay(conn, &context.env, &context.actor.account, &command))
        .await;
    match asked {
        Err(problem) if !TOLD_THERE.iter().any(|code| code.name == problem.code.name) => Err(problem),
        _ => Ok(reply::see_other(&format!("/billing/subscriptions/{}", invoice.subscription_id))),
    }
}

/// Leads to the bank's page. Browsers apply `form-action 'self'` to redirects after a POST, so a page of ours with a
/// plain link and a Refresh header stands between.
async fn authenticate(call: Call<Holder>, path: web::Path<String>, _: Posted<Button>) -> Result<HttpResponse, Problem> {
    let id: Id<Invoice> = path.parse().map_err(|_| InvoicesError::NotFound)?;
    let (reader, subscription, payment) = call
        .read::<_, InvoicesError, _>(move |conn, context| {
            let (invoice, _) = invoices::find(conn, &context.actor.account, &id)?;
            let payment = payments::view(conn, &id)?;
            Ok((Reader::find(conn, context)?, invoice.subscription_id, payment))
        })
        .await?;
    let outcome = format!("/billing/subscriptions/{subscription}");
    let Some(url) = payment.redirect_url.filter(|_| payment.status == "requires_action") else {
        return Ok(reply::see_other(&outcome));
    };
    let host = url::Url::parse(&url).ok().and_then(|url| url.host_str().map(ToOwned::to_owned)).unwrap_or_default();
    let refresh = HeaderValue::from_str(&format!("0; url={url}"));
    let view = OffSite {
        page: framed(&call, &reader, "Confirm the payment", ""),
        url,
        host,
        name: PAYMENT_PROCESSOR.name.to_owned(),
        purpose: "confirm the payment to your bank".to_owned(),
    };
    let mut response = reply::page(&view)?;
    if let Ok(refresh) = refresh {
        response.headers_mut().insert(HeaderName::from_static("refresh"), refresh);
    }
    Ok(response)
}
