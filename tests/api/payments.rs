//! Cards: set up at the processor after consent, kept as brand, last four digits and expiry, and nobody else's.

use reqwest::Method;
use rstest::rstest;
use serde_json::{Value, json};

use steward::billing::payments::setups::actions::Begin;
use steward::billing::payments::setups::error::SetupError;
use steward::billing::payments::setups::flow;
use steward::billing::payments::setups::model::Flow;
use steward::db::write;
use steward::kernel::lang::Lang;
use steward::platform::trust::ShareError;
use steward::server::Services;

use crate::support::billing::subscribe;
use crate::support::{Backend, TestApp};

#[rstest]
#[tokio::test]
async fn a_card_needs_consent_and_comes_back_without_its_number(
    #[values(Backend::Sqlite, Backend::Postgresql)] backend: Backend,
) {
    let app = TestApp::start(backend).await;
    let client = app.signed_in("Ada Lovelace").await;
    for body in [json!({ "flow": "client" }), json!({ "flow": "hosted", "consent": false })] {
        let refused = client.post("/v1/payment-methods/setup", &body).expect(422).await;
        assert_eq!(refused.code(), "consent-required", "{refused}");
    }
    assert_eq!(client.get("/v1/payment-methods").expect(200).await.at("/data"), json!([]));

    let card = app.add_card(&client, "pm_card_visa").await;
    assert_eq!((card["brand"].as_str(), card["last4"].as_str()), (Some("visa"), Some("4242")));
    assert_eq!(card["is_default"], json!(true), "the first card is the one that renewals use: {card}");
    let second = app.add_card(&client, "pm_card_mastercard").await;
    let list = client.get("/v1/payment-methods").expect(200).await;
    assert_eq!(list.at("/data").as_array().map(Vec::len), Some(2), "{list}");
    for row in list.at("/data").as_array().expect("rows") {
        let known = ["id", "brand", "last4", "expiry_month", "expiry_year", "is_default", "created_at"];
        let names: Vec<_> =
            row.as_object().expect("an object").keys().filter(|name| !known.contains(&name.as_str())).collect();
        assert!(names.is_empty(), "more than was promised: {names:?}");
    }

    let second_id = second["id"].as_str().expect("an id");
    let stranger = app.signed_in("Bob Babbage").await;
    assert_eq!(stranger.get("/v1/payment-methods").expect(200).await.at("/data"), json!([]));
    stranger.delete(&format!("/v1/payment-methods/{second_id}")).expect(404).await;
    stranger.post(&format!("/v1/payment-methods/{second_id}/default"), &json!({})).expect(404).await;

    client.post(&format!("/v1/payment-methods/{second_id}/default"), &json!({})).expect(200).await;
    client.delete(&format!("/v1/payment-methods/{second_id}")).expect(204).await;
    client.delete(&format!("/v1/payment-methods/{second_id}")).expect(404).await;
    let left = client.get("/v1/payment-methods").expect(200).await;
    assert_eq!(left.at("/data").as_array().map(Vec::len), Some(1), "{left}");
}

#[rstest]
#[tokio::test]
async fn the_hosted_flow_leads_to_the_processor_and_nowhere_else() {
    let app = TestApp::start(Backend::Sqlite).await;
    let client = app.signed_in("Ada Lovelace").await;
    let body = json!({ "flow": "hosted", "consent": true });
    let reply = client.post("/v1/payment-methods/setup", &body).expect(201).await;
    assert!(reply.text_at("/redirect_url").starts_with(&app.sandbox.url()), "{reply}");
    for elsewhere in ["https://evil.example/", "//evil.example", "javascript:alert(1)", "/\\evil.example"] {
        let body = json!({ "flow": "hosted", "consent": true, "return_url": elsewhere });
        let refused = client.post("/v1/payment-methods/setup", &body).expect(422).await;
        assert_eq!(refused.fields(), ["/return_url"], "{elsewhere}: {refused}");
    }
}

#[rstest]
#[tokio::test]
async fn consent_and_share_are_rows(#[values(Backend::Sqlite, Backend::Postgresql)] backend: Backend) {
    let app = TestApp::start(backend).await;
    let client = app.signed_in("Ada Lovelace").await;
    app.add_card(&client, "pm_card_visa").await;
    let written = app.everything_written().await;
    let table = |name: &str| &written.iter().find(|(place, _)| place == &format!("table {name}")).expect("a table").1;
    assert!(table("consents").contains("decision=given"), "{}", table("consents"));
    let to_processor = table("shares").lines().filter(|row| row.contains("ground=consent")).count();
    assert!(to_processor >= 1, "{}", table("shares"));
}

/// What the processor was told under keys that name something of which no share row speaks.
async fn told_without_row(app: &TestApp) -> Vec<String> {
    let written = app.everything_written().await;
    let shares = &written.iter().find(|(place, _)| place == "table shares").expect("a table").1;
    let replies = app.control(Method::GET, "idempotency", &Value::Null).await;
    let told: Vec<&str> =
        replies["stored"].as_array().expect("a list").iter().filter_map(|reply| reply["key"].as_str()).collect();
    // `customer:acct_…`, `setup:stp_…`, `inv_…:1:create`, `inv_…:1:1`.
    let subject = |key: &str| key.split(':').find(|part| part.contains('_')).map(str::to_owned).unwrap_or_default();
    let is_shared = |id: &str| !id.is_empty() && shares.lines().any(|row| row.contains(id) && row.contains("consent"));
    told.into_iter().filter(|key| !is_shared(&subject(key))).map(str::to_owned).collect()
}

#[rstest]
#[tokio::test]
async fn whatever_the_processor_is_told_has_its_row(#[values(Backend::Sqlite, Backend::Postgresql)] backend: Backend) {
    let app = TestApp::start(backend).await;
    app.offer_plans();
    let ada = app.signed_in("Ada").await;
    app.add_card(&ada, "pm_card_visa").await;
    let price = app.price("basic", "month", "USD").await;
    let made = subscribe(&ada, &json!({ "price": price, "quantity": 2 }), "order").await;
    app.bill("2027-12-01T00:00:00Z".parse().expect("an instant"));
    assert!(app.charges().await.len() > 1, "renewals were charged too");
    assert_eq!(told_without_row(&app).await, Vec::<String>::new());

    let first = made.text_at("/invoice");
    let shared = ada.get("/v1/account/shared-with?limit=100").expect(200).await;
    let rows = shared.at("/data");
    let about_first = |row: &&Value| row["about"] == json!(first);
    let charge: Vec<&Value> = rows.as_array().expect("a list").iter().filter(about_first).collect();
    assert_eq!(charge.len(), 1, "one row for the charge, which making and confirming the intent share: {shared}");
    assert_eq!(charge[0]["fields"], json!(["invoices.account_id", "invoices.number", "payments.amount"]));
    assert!(charge[0]["consent"].is_string(), "{shared}");
    let page = ada.get("/account/privacy").expect(200).await;
    assert!(page.text.contains(&format!("/billing/invoices/{first}")), "the row says which invoice");

    // The test can fail: a call of somebody who keeps no row is found.
    let url = format!("{}/v1/payment_intents", app.sandbox.url());
    let form = [("amount", "1900"), ("currency", "usd")];
    let call = reqwest::Client::new().post(url).bearer_auth(app.sandbox.secret_key()).form(&form);
    let reply = call.header("Idempotency-Key", "inv_untold:1:create").send().await.expect("the sandbox answers");
    assert!(reply.status().is_success());
    assert_eq!(told_without_row(&app).await, ["inv_untold:1:create"]);
}

/// Between what is written down and what is told there is time to think again.
#[rstest]
#[tokio::test]
async fn a_consent_withdrawn_in_between_keeps_a_set_up_from_the_processor(
    #[values(Backend::Sqlite, Backend::Postgresql)] backend: Backend,
    #[values(Flow::Hosted, Flow::Client)] flow: Flow,
) {
    let app = TestApp::start(backend).await;
    let gateway = Services::new(app.env.clone()).expect("the ports are built").gateways.people;
    let client = app.signed_in("Ada Lovelace").await;
    let account = client.get("/v1/session").expect(200).await.text_at("/account_id").parse().expect("an id");
    let wish = Begin { consent: true, lang: Lang::En, flow, return_url: "/billing".to_owned() };
    let begin =
        || write(&mut app.database.connection(), |conn| flow::begin(conn, &app.env, &account, &wish)).expect("begun");
    let told = async || {
        let mut lists = Vec::new();
        for kind in ["customers", "setup_intents", "checkout/sessions"] {
            let url = format!("{}/v1/{kind}", app.sandbox.url());
            let reply = reqwest::Client::new().get(url).bearer_auth(app.sandbox.secret_key()).send().await;
            let list: Value = reply.expect("the sandbox answers").json().await.expect("JSON");
            lists.push(list["data"].as_array().expect("a list").len());
        }
        lists
    };
    let before_the_customer = begin();
    client.delete("/v1/account/consents/card-payments").expect(204).await;
    let refused = flow::open(&app.env, &gateway, flow, before_the_customer).await;
    assert!(matches!(refused, Err(SetupError::Share(ShareError::NoConsent(_)))), "{refused:?}");
    assert_eq!(told().await, [0, 0, 0], "not even a customer");

    flow::open(&app.env, &gateway, flow, begin()).await.expect("with a new consent it goes on");
    let first = told().await;
    let with_a_customer = begin();
    assert!(with_a_customer.customer.is_some());
    client.delete("/v1/account/consents/card-payments").expect(204).await;
    let refused = flow::open(&app.env, &gateway, flow, with_a_customer).await;
    assert!(matches!(refused, Err(SetupError::Share(ShareError::NoConsent(_)))), "{refused:?}");
    assert_eq!(told().await, first, "nothing more was told");
    app.settle();
}
