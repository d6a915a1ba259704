//! Payments over HTTP that do not go through at first, and their ways out.

use reqwest::Method;
use rstest::rstest;
use serde_json::{Value, json};

use crate::support::billing::subscribe;
use crate::support::{Backend, Client, Reply, TestApp, eventually};

async fn pay(client: &Client, invoice: &str, body: &Value, key: &str) -> Reply {
    client.post(&format!("/v1/invoices/{invoice}/pay"), body).idempotency_key(key).expect(200).await
}

async fn status(client: &Client, made: &Reply) -> String {
    client.get(&format!("/v1/subscriptions/{}", made.text_at("/id"))).expect(200).await.text_at("/status")
}

/// Somebody with this card whose first payment is made by it.
async fn ordered(app: &TestApp, card: &str) -> (Client, Reply) {
    app.offer_plans();
    let ada = app.signed_in("Ada").await;
    app.add_card(&ada, "pm_card_visa").await;
    app.turn_card_into(card).await;
    let price = app.price("basic", "month", "USD").await;
    let made = subscribe(&ada, &json!({ "price": price, "quantity": 2 }), "order").await;
    (ada, made)
}

#[rstest]
#[tokio::test]
async fn after_a_decline_another_card_pays(#[values(Backend::Sqlite, Backend::Postgresql)] backend: Backend) {
    let app = TestApp::start(backend).await;
    let (ada, made) = ordered(&app, "pm_card_chargeDeclinedInsufficientFunds").await;
    assert_eq!((made.text_at("/status"), made.text_at("/payment/status")), ("incomplete".into(), "failed".into()));
    assert_eq!(made.text_at("/payment/error"), "insufficient_funds");
    assert_eq!(made.at("/next_action"), json!({ "kind": "new_card" }));

    let invoice = made.text_at("/invoice");
    let again = pay(&ada, &invoice, &json!({}), "again").await;
    assert_eq!(again.text_at("/payment/status"), "failed", "the default card is still without money");
    let card = app.card_id(&ada, "pm_card_visa").await;
    let paid = pay(&ada, &invoice, &json!({ "payment_method": card }), "other").await;
    assert_eq!(paid.text_at("/payment/status"), "succeeded");
    let repeated = pay(&ada, &invoice, &json!({ "payment_method": card }), "other").await;
    assert_eq!(repeated.json(), paid.json());
    assert_eq!(status(&ada, &made).await, "active");
    let path = format!("/v1/invoices/{invoice}/pay");
    assert_eq!(ada.post(&path, &json!({})).idempotency_key("late").expect(409).await.code(), "nothing-open");
    assert_eq!(ada.post(&path, &json!({})).expect(400).await.code(), "idempotency-key-required");
    let eve = app.signed_in("Eve").await;
    assert_eq!(eve.post(&path, &json!({})).idempotency_key("late").expect(404).await.code(), "invoice-not-found");
    app.settle();
    assert_eq!(app.charges().await.len(), 1);
    app.verified();
}

#[rstest]
#[tokio::test]
async fn the_bank_page_is_a_way_out(#[values(Backend::Sqlite, Backend::Postgresql)] backend: Backend) {
    let app = TestApp::start(backend).await;
    let (ada, made) = ordered(&app, "pm_card_threeDSecure2Required").await;
    assert_eq!(made.text_at("/status"), "incomplete");
    assert_eq!(made.text_at("/next_action/kind"), "redirect");
    let url = made.text_at("/next_action/redirect_url");
    let invoice = made.text_at("/invoice");
    let bare = ada.call(Method::POST, &format!("/v1/invoices/{invoice}/pay")).idempotency_key("again");
    let waiting = bare.expect(200).await;
    assert_eq!(waiting.text_at("/next_action/redirect_url"), url, "the page that waits is kept");

    let intent = url.split("/authenticate/").nth(1).and_then(|rest| rest.split('/').next()).expect("an intent");
    let path = format!("authentications/{intent}");
    app.control(Method::POST, &path, &json!({ "outcome": "fail" })).await;
    let number = std::cell::Cell::new(0);
    // Until the bank's no is known here, its page is still the answer; each look is a request of its own.
    eventually("a new page of the bank", async || {
        number.set(number.get() + 1);
        let again = ada.post(&format!("/v1/invoices/{invoice}/pay"), &json!({}));
        let reply = again.idempotency_key(&format!("look-{}", number.get())).expect(200).await;
        let page = reply.json().pointer("/next_action/redirect_url").cloned();
        page.filter(|page| *page != json!(url)).map(|_| ())
    })
    .await;
    assert_eq!(app.charges().await.len(), 0);
}

#[tokio::test]
async fn answering_the_bank_activates() {
    let app = TestApp::start(Backend::Sqlite).await;
    let (ada, made) = ordered(&app, "pm_card_threeDSecure2Required").await;
    let url = made.text_at("/next_action/redirect_url");
    let intent = url.split("/authenticate/").nth(1).and_then(|rest| rest.split('/').next()).expect("an intent");
    app.control(Method::POST, &format!("authentications/{intent}"), &json!({ "outcome": "complete" })).await;
    eventually("it is active", async || (status(&ada, &made).await == "active").then_some(())).await;
    app.settle();
    assert_eq!(app.charges().await.len(), 1);
    app.verified();
}

#[tokio::test]
async fn an_intent_that_the_processor_canceled_is_followed_by_another() {
    let app = TestApp::start(Backend::Sqlite).await;
    app.control(Method::PATCH, "settings", &json!({ "confirm_limit": 1 })).await;
    let (ada, made) = ordered(&app, "pm_card_chargeDeclinedInsufficientFunds").await;
    let card = app.card_id(&ada, "pm_card_visa").await;
    let paid = pay(&ada, &made.text_at("/invoice"), &json!({ "payment_method": card }), "other").await;
    assert_eq!(paid.text_at("/payment/status"), "succeeded");
    assert_eq!(status(&ada, &made).await, "active");
    app.settle();
    assert_eq!(app.charges().await.len(), 1);
    app.verified();
}

#[rstest]
#[tokio::test]
async fn lost_answers_charge_once(
    #[values("/v1/payment_intents", "/v1/payment_intents/*/confirm")] path: &str,
    #[values("error_500_after_commit", "error_500_before")] kind: &str,
) {
    let app = TestApp::start(Backend::Sqlite).await;
    let fault = json!({ "kind": kind, "method": "POST", "path": path, "exact": true });
    app.control(Method::POST, "faults", &fault).await;
    let (ada, made) = ordered(&app, "pm_card_visa").await;
    let repeated = subscribe_again(&ada, &made).await;
    assert_eq!(repeated.at("/id"), made.at("/id"));
    let active = async || (status(&ada, &made).await == "active").then_some(());
    // What was not done is sent again only when it can no longer be under way, which takes longer than a test.
    if kind == "error_500_after_commit" {
        eventually("it is active", active).await;
        assert_eq!(app.charges().await.len(), 1);
    } else {
        assert!(app.charges().await.len() <= 1);
    }
}

async fn subscribe_again(client: &Client, made: &Reply) -> Reply {
    let order = json!({ "price": made.at("/price"), "quantity": 2 });
    subscribe(client, &order, "order").await
}

#[tokio::test]
async fn late_and_repeated_events_change_nothing() {
    let app = TestApp::start(Backend::Sqlite).await;
    let (ada, made) = ordered(&app, "pm_card_visa").await;
    assert_eq!(made.text_at("/status"), "active");
    app.control(Method::POST, "webhooks/settle", &json!({})).await;
    app.settle();
    let before = app.verified().checked;
    let events = app.control(Method::GET, "events", &Value::Null).await;
    for event in events["events"].as_array().expect("a list") {
        app.control(Method::POST, "webhooks/redeliver", &json!({ "event": event["id"] })).await;
    }
    app.control(Method::POST, "webhooks/settle", &json!({})).await;
    app.settle();
    assert_eq!(app.verified().checked, before);
    assert_eq!(status(&ada, &made).await, "active");
    assert_eq!(app.charges().await.len(), 1);
}

#[rstest]
#[tokio::test]
async fn a_withdrawn_consent_takes_the_cards_and_lets_the_paid_time_run_out(
    #[values(Backend::Sqlite, Backend::Postgresql)] backend: Backend,
) {
    let app = TestApp::start(backend).await;
    app.offer_plans();
    let ada = app.signed_in("Ada").await;
    app.add_card(&ada, "pm_card_visa").await;
    let (paid, free) = (app.price("basic", "month", "USD").await, app.price("lite", "month", "USD").await);
    let paid = subscribe(&ada, &json!({ "price": paid, "quantity": 2 }), "paid").await;
    let free = subscribe(&ada, &json!({ "price": free, "quantity": 1 }), "free").await;

    ada.delete("/v1/account/consents/card-payments").send().await;

    assert_eq!(ada.get("/v1/payment-methods").expect(200).await.at("/data"), json!([]));
    let ends = async |made: &Reply| {
        let path = format!("/v1/subscriptions/{}", made.text_at("/id"));
        ada.get(&path).expect(200).await.at("/cancels_at_period_end")
    };
    assert_eq!((ends(&paid).await, ends(&free).await), (json!(true), json!(false)));
    app.bill("2029-01-01T00:00:00Z".parse().expect("an instant"));
    assert_eq!(status(&ada, &paid).await, "canceled");
    assert_eq!(status(&ada, &free).await, "active");
    assert_eq!(app.charges().await.len(), 1, "nothing was charged after the withdrawal");
    app.verified();
}
