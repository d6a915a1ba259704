//! `/checkout/{session}`: adding a card.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use serde::Deserialize;

use super::super::cards::{self, CARDS, TestCard};
use super::super::engine::Engine;
use super::super::errors::ApiError;
use super::super::flows::{checkout, setup};
use super::super::objects::{CheckoutSession, SessionStatus, SetupIntent};
use super::super::state::World;
use super::super::transaction::Tx;
use super::{after, message, page, see_other};

#[derive(Template)]
#[template(path = "sandbox/checkout.html")]
struct Page<'a> {
    session: &'a CheckoutSession,
    email: Option<&'a str>,
    works: Vec<&'static TestCard>,
    asks: Vec<&'static TestCard>,
    fails: Vec<&'static TestCard>,
    error: Option<&'a str>,
}

/// What the form sends.
#[derive(Deserialize)]
pub(super) struct Chosen {
    card: Option<String>,
}

pub(super) async fn show(request: HttpRequest, id: web::Path<String>, engine: web::Data<Engine>) -> HttpResponse {
    let ((), seq) = engine.act(checkout::expire_due);
    let answer = engine.read(|world, _| view(world, &id, None));
    after(&engine, seq, &request, answer).await
}

/// The page with that error, or with the one that ended the last try.
fn view(world: &World, id: &str, error: Option<&str>) -> HttpResponse {
    let Some(session) = world.checkout_sessions.get(id) else { return unknown() };
    let last = world.setup_intents.get(&session.setup_intent).and_then(|intent| intent.last_setup_error.as_ref());
    let last = last.and_then(|error| error["message"].as_str());
    let customer = session.customer.as_ref().and_then(|id| world.customers.get(id));
    let email = customer.and_then(|customer| customer.email.as_deref()).or(session.customer_email.as_deref());
    render(session, email, error.or(last))
}

fn unknown() -> HttpResponse {
    message(
        StatusCode::NOT_FOUND,
        "No such page",
        "This link to the test processor is not complete, or is of another sandbox.",
        None,
    )
}

fn render(session: &CheckoutSession, email: Option<&str>, error: Option<&str>) -> HttpResponse {
    let back = session.cancel_url.as_deref();
    match session.status {
        SessionStatus::Complete => see_other(&session.success_target()),
        SessionStatus::Expired => {
            message(StatusCode::GONE, "This page has expired", "No card was added. Go back and start again.", back)
        }
        SessionStatus::Open => {
            let offered =
                |wanted: fn(&TestCard) -> bool| CARDS.iter().filter(|card| card.offered && wanted(card)).collect();
            let view = Page {
                session,
                email,
                works: offered(|card| card.behaviour == cards::GOOD),
                asks: offered(|card| card.behaviour.authentication != cards::Authentication::Never),
                fails: offered(|card| card.behaviour.charge.is_some()),
                error,
            };
            let cancel = back.unwrap_or_default();
            page(StatusCode::OK, &view, &[&session.success_url.replace(['{', '}'], ""), cancel])
        }
    }
}

pub(super) async fn submit(
    request: HttpRequest,
    id: web::Path<String>,
    form: web::Form<Chosen>,
    engine: web::Data<Engine>,
) -> HttpResponse {
    let chosen = form.into_inner().card.filter(|token| cards::find(token).is_some());
    let Some(token) = chosen else {
        return engine.read(|world, _| view(world, &id, Some("No card was chosen.")));
    };
    let (target, seq) = engine.act(|tx| add_card(tx, &id, &token));
    let answer = match target {
        Ok(target) => see_other(&target),
        Err(error) if error.status == 404 => unknown(),
        // The page shows what the set-up keeps as its last error, or that the session has ended.
        Err(_) => see_other(&format!("/checkout/{id}")),
    };
    after(&engine, seq, &request, answer).await
}

/// Sets the card up; where to go next.
fn add_card(tx: &mut Tx, id: &str, token: &str) -> Result<String, ApiError> {
    checkout::expire_due(tx);
    let session: CheckoutSession = tx.find(id, "id")?;
    if session.status != SessionStatus::Open {
        return Ok(format!("/checkout/{id}"));
    }
    let intent: SetupIntent = tx.find(&session.setup_intent, "setup_intent")?;
    let with = setup::Confirm { payment_method: Some(token.to_owned()), return_url: Some(session.url.clone()) };
    let intent = setup::confirm(tx, intent, with)?;
    match intent.next_action {
        Some(action) => Ok(action.url),
        None => Ok(checkout::complete(tx, session).success_target()),
    }
}
