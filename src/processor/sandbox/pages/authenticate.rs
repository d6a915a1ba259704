//! `/authenticate/{intent}/{token}`: the issuer's 3-D Secure page.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use serde::Deserialize;
use url::Url;

use super::super::currency;
use super::super::engine::Engine;
use super::super::errors::ApiError;
use super::super::flows::{checkout, payment, setup};
use super::super::objects::{CheckoutSession, IntentStatus, NextAction, PaymentIntent, SetupIntent};
use super::super::state::World;
use super::super::transaction::Tx;
use super::{after, message, page, see_other};

/// What the holder does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Choice {
    /// Proves who they are.
    Complete,
    /// Fails to, or gives up.
    Fail,
}

#[derive(Template)]
#[template(path = "sandbox/authenticate.html")]
struct Page {
    amount: Option<String>,
    card: String,
    action: String,
}

/// What the form sends.
#[derive(Deserialize)]
pub(super) struct Form {
    outcome: Choice,
}

pub(super) async fn show(path: web::Path<(String, String)>, engine: web::Data<Engine>) -> HttpResponse {
    let (id, token) = path.into_inner();
    engine.read(|world, _| {
        let Some(action) = waiting(world, &id).filter(|action| action.url.ends_with(&format!("/{token}"))) else {
            return out_of_date();
        };
        let intent = world.payment_intents.get(&id);
        let method =
            intent.map(|row| &row.payment_method).or(world.setup_intents.get(&id).map(|row| &row.payment_method));
        let card = method.and_then(Option::as_ref).and_then(|id| world.payment_methods.get(id));
        let view = Page {
            amount: intent.map(|row| currency::label(row.amount, &row.currency)),
            card: card.map(|card| format!("{} ending in {}", title(&card.brand), card.last4)).unwrap_or_default(),
            action: format!("/authenticate/{id}/{token}"),
        };
        let session = world.setup_intents.get(&id).and_then(|row| row.session.as_ref());
        let success = session.and_then(|id| world.checkout_sessions.get(id)).map(CheckoutSession::success_target);
        let back = action.return_url.as_deref().unwrap_or_default();
        page(StatusCode::OK, &view, &[back, success.as_deref().unwrap_or_default()])
    })
}

fn title(brand: &str) -> &str {
    match brand {
        "visa" => "Visa",
        "mastercard" => "Mastercard",
        "amex" => "American Express",
        other => other,
    }
}

fn out_of_date() -> HttpResponse {
    let text = "The payment went on without it, or it was opened for an earlier try. Go back to the shop to see how things stand.";
    message(StatusCode::GONE, "This page is out of date", text, None)
}

fn waiting<'w>(world: &'w World, id: &str) -> Option<&'w NextAction> {
    let payment = world.payment_intents.get(id).and_then(|row| row.next_action.as_ref());
    payment.or_else(|| world.setup_intents.get(id).and_then(|row| row.next_action.as_ref()))
}

pub(super) async fn submit(
    request: HttpRequest,
    path: web::Path<(String, String)>,
    form: web::Form<Form>,
    engine: web::Data<Engine>,
) -> HttpResponse {
    let (id, token) = path.into_inner();
    let (target, seq) = engine.act(|tx| decide(tx, &id, Some(&token), form.outcome));
    let answer = match target {
        Ok(Some(target)) => see_other(&target),
        Ok(None) => message(StatusCode::OK, "Done", "You can close this page and go back to the shop.", None),
        Err(_) => out_of_date(),
    };
    after(&engine, seq, &request, answer).await
}

/// Carries out what the holder does; gives the address to go to, if the intent has one.
///
/// # Errors
/// When the intent does not wait for this page, or for any.
pub fn decide(tx: &mut Tx, id: &str, token: Option<&str>, choice: Choice) -> Result<Option<String>, ApiError> {
    let action = waiting(tx.world(), id).cloned();
    let action = action.filter(|action| token.is_none_or(|token| action.url.ends_with(&format!("/{token}"))));
    let action = action.ok_or_else(|| ApiError::missing("authentication", id, "id"))?;
    let passed = choice == Choice::Complete;
    if id.starts_with("pi_") {
        let intent: PaymentIntent = tx.find(id, "id")?;
        let secret = intent.client_secret.clone();
        // A refusal by the issuer is told by the intent; the holder goes back all the same.
        let succeeded =
            payment::authenticated(tx, intent, passed).is_ok_and(|intent| intent.status == IntentStatus::Succeeded);
        return Ok(action.return_url.map(|url| with_result(&url, ("payment_intent", id), &secret, succeeded)));
    }
    let intent = tx.find::<SetupIntent>(id, "id")?;
    let intent = setup::authenticated(tx, intent, passed)?;
    let succeeded = intent.status == IntentStatus::Succeeded;
    if let (Some(session), true) = (&intent.session, succeeded) {
        let session: CheckoutSession = tx.find(session, "id")?;
        return Ok(Some(checkout::complete(tx, session).success_target()));
    }
    if intent.session.is_some() {
        return Ok(action.return_url);
    }
    Ok(action.return_url.map(|url| with_result(&url, ("setup_intent", id), &intent.client_secret, succeeded)))
}

/// The return address with what Stripe adds to it.
fn with_result(url: &str, (kind, id): (&str, &str), secret: &str, succeeded: bool) -> String {
    let Ok(mut url) = Url::parse(url) else { return url.to_owned() };
    url.query_pairs_mut()
        .append_pair(kind, id)
        .append_pair(&format!("{kind}_client_secret"), secret)
        .append_pair("redirect_status", if succeeded { "succeeded" } else { "failed" });
    url.into()
}

#[cfg(test)]
mod tests {
    use super::with_result;

    #[test]
    fn the_result_joins_what_the_address_has() {
        let url = with_result("https://shop.example/pay?x=1", ("payment_intent", "pi_1"), "pi_1_secret_2", true);
        let expected = "https://shop.example/pay?x=1&payment_intent=pi_1&payment_intent_client_secret=pi_1_secret_2\
                        &redirect_status=succeeded";
        assert_eq!(url, expected);
    }
}
