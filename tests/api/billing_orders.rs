//! Ordering over HTTP: a request that comes twice acts once.

use rstest::rstest;
use serde_json::{Value, json};

use crate::support::billing::subscribe;
use crate::support::{Backend, TestApp, race};

#[rstest]
#[tokio::test]
async fn of_sixteen_orders_with_one_key_one_subscribes_and_charges(
    #[values(Backend::Sqlite, Backend::Postgresql)] backend: Backend,
) {
    let app = TestApp::start(backend).await;
    app.offer_plans();
    let ada = app.signed_in("Ada").await;
    app.add_card(&ada, "pm_card_visa").await;
    let price = app.price("basic", "month", "EUR").await;
    let quote = ada.post("/v1/subscriptions/preview", &json!({ "price": price, "quantity": 3 })).expect(200).await;
    let order = json!({ "price": price, "quantity": 3, "quote": quote.text_at("/quote") });
    let statuses = race(16, || ada.post("/v1/subscriptions", &order).idempotency_key("one")).await;
    assert!(statuses.contains(&201), "{statuses:?}");
    assert!(statuses.iter().all(|status| [201, 409].contains(status)), "{statuses:?}");

    let again = subscribe(&ada, &order, "one").await;
    assert_eq!((again.text_at("/status"), again.text_at("/payment/status")), ("active".into(), "succeeded".into()));
    let list = ada.get("/v1/subscriptions").expect(200).await.at("/data");
    assert_eq!(list.as_array().map(Vec::len), Some(1));
    assert_eq!(list[0]["id"], again.at("/id"));
    app.settle();
    assert_eq!(app.charges().await.len(), 1);
    assert_eq!(app.verified().checked["invoices"], 1);

    let spent = ada.post("/v1/subscriptions", &order).idempotency_key("two").expect(409).await;
    assert_eq!(spent.code(), "quote-stale", "another key, the same agreement");
}

#[tokio::test]
async fn a_key_is_needed_names_one_request_and_is_free_again_after_a_refusal() {
    let app = TestApp::start(Backend::Sqlite).await;
    app.offer_plans();
    let ada = app.signed_in("Ada").await;
    let price = app.price("basic", "month", "USD").await;
    let order = json!({ "price": price, "quantity": 1 });
    let bare = ada.post("/v1/subscriptions", &order).expect(400).await;
    assert_eq!(bare.code(), "idempotency-key-required");
    let odd = ada.post("/v1/subscriptions", &order).idempotency_key("a b").expect(400).await;
    assert_eq!(odd.code(), "malformed");

    let refused = ada.post("/v1/subscriptions", &order).idempotency_key("k").expect(409).await;
    assert_eq!(refused.code(), "payment-method-required");
    app.add_card(&ada, "pm_card_visa").await;
    let made = subscribe(&ada, &order, "k").await;
    let other = json!({ "price": price, "quantity": 2 });
    let mismatch = ada.post("/v1/subscriptions", &other).idempotency_key("k").expect(422).await;
    assert_eq!(mismatch.code(), "idempotency-mismatch");
    assert_eq!(subscribe(&ada, &order, "k").await.json(), made.json());

    let eve = app.signed_in("Eve").await;
    let hers = eve.post("/v1/subscriptions", &order).idempotency_key("k").expect(409).await;
    assert_eq!(hers.code(), "payment-method-required", "keys of different holders never meet");
}

#[tokio::test]
async fn a_repeated_set_up_tells_its_secret_once() {
    let app = TestApp::start(Backend::Sqlite).await;
    let ada = app.signed_in("Ada").await;
    let body = json!({ "flow": "client", "consent": true });
    let set_up = || ada.post("/v1/payment-methods/setup", &body).idempotency_key("s").expect(201);
    let first = set_up().await;
    assert!(first.text_at("/client_secret").contains("_secret_"));
    assert_eq!(set_up().await.json(), json!({ "id": first.at("/id") }));
}

#[tokio::test]
async fn a_free_plan_is_active_and_paid_at_once() {
    let app = TestApp::start(Backend::Sqlite).await;
    app.offer_plans();
    let person = app.person("Ada").await;
    let ada = app.sign_in(&person).await;
    let seen = app.mails().to(&person.email).len();
    let price = app.price("lite", "month", "SGD").await;
    let made = subscribe(&ada, &json!({ "price": price, "quantity": 2 }), "free").await;
    assert_eq!((made.text_at("/status"), made.json().get("next_action")), ("active".into(), None::<&Value>));
    let mail = app.mails().next(&person.email, seen).await;
    assert!(mail.text.contains("Nothing is to be paid"), "{}", mail.text);
    app.verified();
}
