//! Renewals in simulated time: each period once, whoever bills and however often.

use rstest::rstest;
use serde_json::json;
use steward::billing::runs;
use steward::env::clock::advance_business_clock;
use steward::kernel::time::Timestamp;

use crate::support::billing::subscribe;
use crate::support::{Backend, Client, Person, TestApp};

/// Behind any date on which this test can run.
const START: &str = "2099-01-31T10:00:00Z";

fn at(text: &str) -> Timestamp {
    text.parse().expect("a time")
}

/// Somebody who took a monthly plan on 31 January.
async fn since_january(app: &TestApp) -> (Client, Person, String) {
    app.offer_plans();
    advance_business_clock(&mut app.database.connection(), &app.env.clock, at(START)).expect("moved");
    let person = app.person("Ada").await;
    let ada = app.sign_in(&person).await;
    app.add_card(&ada, "pm_card_visa").await;
    let price = app.price("basic", "month", "EUR").await;
    let made = subscribe(&ada, &json!({ "price": price, "quantity": 3 }), "january").await;
    assert_eq!(made.text_at("/status"), "active");
    (ada, person, made.text_at("/id"))
}

async fn period(client: &Client, id: &str) -> (String, Timestamp) {
    let row = client.get(&format!("/v1/subscriptions/{id}")).expect(200).await;
    let day = row.text_at("/period_start").chars().take(10).collect();
    (day, at(&row.text_at("/period_end")))
}

#[rstest]
#[tokio::test]
async fn fourteen_months_from_the_last_of_january(#[values(Backend::Sqlite, Backend::Postgresql)] backend: Backend) {
    let app = TestApp::start(backend).await;
    let (ada, _, id) = since_january(&app).await;
    let days = [
        "2099-02-28",
        "2099-03-31",
        "2099-04-30",
        "2099-05-31",
        "2099-06-30",
        "2099-07-31",
        "2099-08-31",
        "2099-09-30",
        "2099-10-31",
        "2099-11-30",
        "2099-12-31",
        "2100-01-31",
        "2100-02-28",
        "2100-03-31",
    ];
    for (number, day) in days.iter().enumerate() {
        let (_, boundary) = period(&ada, &id).await;
        let before = app.verified().checked["invoices"];
        app.bill(boundary - chrono::Duration::hours(1));
        assert_eq!(app.verified().checked["invoices"], before, "{day}: too early");
        for _ in 0..2 {
            app.bill(boundary);
        }
        assert_eq!(&period(&ada, &id).await.0, day);
        let checked = app.verified().checked;
        assert_eq!((checked["invoices"], checked["payments"]), (number as u64 + 2, number as u64 + 2));
    }
    assert_eq!(app.charges().await.len(), 15);
    let invoices = ada.get("/v1/invoices?limit=100").expect(200).await.at("/data");
    assert!(invoices.as_array().expect("a list").iter().all(|invoice| invoice["status"] == "paid"), "{invoices}");
}

#[rstest]
#[tokio::test]
async fn eight_runs_at_once_bill_each_period_once(#[values(Backend::Sqlite, Backend::Postgresql)] backend: Backend) {
    let app = TestApp::start(backend).await;
    let (_, _, _) = since_january(&app).await;
    let until = at("2099-07-01T00:00:00Z");
    let issued: u64 = std::thread::scope(|scope| {
        let bill = || runs::bill(&mut app.database.connection(), &app.env, until, false).expect("billed").invoices;
        let runs: Vec<_> = (0..8).map(|_| scope.spawn(bill)).collect();
        runs.into_iter().map(|run| run.join().expect("no panic")).sum()
    });
    assert!(issued <= 5, "{issued} are counted, some twice");
    app.settle();
    assert_eq!(app.verified().checked["invoices"], 6, "January and five months more");
    assert_eq!(app.charges().await.len(), 6);
}

#[tokio::test]
async fn a_rehearsal_leaves_nothing() {
    let app = TestApp::start(Backend::Sqlite).await;
    let _ = since_january(&app).await;
    app.settle();
    let before = app.row_counts();
    let until = at("2099-04-15T00:00:00Z");
    let rehearsed = runs::bill(&mut app.database.connection(), &app.env, until, true).expect("rehearsed");
    assert_eq!(rehearsed.invoices, 2);
    assert_eq!(app.row_counts(), before);
    app.bill(until);
    assert_eq!(app.verified().checked["invoices"], 3);
}

#[tokio::test]
async fn a_declined_renewal_asks_by_mail_and_is_paid() {
    let app = TestApp::start(Backend::Sqlite).await;
    let (ada, person, id) = since_january(&app).await;
    app.settle();
    let seen = app.mails().to(&person.email).len();
    assert!(app.mails().to(&person.email)[seen - 1].text.contains("Visa ending in 4242"));
    app.turn_card_into("pm_card_chargeDeclinedInsufficientFunds").await;

    let (_, boundary) = period(&ada, &id).await;
    app.bill(boundary);
    let path = format!("/v1/subscriptions/{id}");
    assert_eq!(ada.get(&path).expect(200).await.text_at("/status"), "past_due");
    let mail = app.mails().next(&person.email, seen).await;
    let invoice = ada.get("/v1/invoices").expect(200).await.text_at("/data/0/id");
    assert!(mail.text.contains(&format!("/billing/invoices/{invoice}")), "{}", mail.text);
    assert!(mail.text.contains("not enough money"), "{}", mail.text);

    let card = app.card_id(&ada, "pm_card_mastercard").await;
    let pay = ada.post(&format!("/v1/invoices/{invoice}/pay"), &json!({ "payment_method": card }));
    assert_eq!(pay.idempotency_key("pay").expect(200).await.text_at("/payment/status"), "succeeded");
    assert_eq!(ada.get(&path).expect(200).await.text_at("/status"), "active");
    let thanks = app.mails().next(&person.email, seen + 1).await;
    assert!(thanks.text.contains("Mastercard ending in 4444"), "{}", thanks.text);
    app.verified();
}

#[tokio::test]
async fn an_order_that_stays_unpaid_expires_once() {
    let app = TestApp::start(Backend::Sqlite).await;
    app.offer_plans();
    let ada = app.signed_in("Ada").await;
    app.add_card(&ada, "pm_card_chargeCustomerFail").await;
    let price = app.price("basic", "year", "SGD").await;
    let made = subscribe(&ada, &json!({ "price": price, "quantity": 1 }), "order").await;
    let end = at(&made.text_at("/created_at")) + chrono::Duration::hours(23);
    for _ in 0..3 {
        app.bill(end);
    }
    let path = format!("/v1/subscriptions/{}", made.text_at("/id"));
    assert_eq!(ada.get(&path).expect(200).await.text_at("/status"), "expired");
    let path = format!("/v1/invoices/{}", made.text_at("/invoice"));
    assert_eq!(ada.get(&path).expect(200).await.text_at("/status"), "void");
    assert_eq!(app.charges().await.len(), 0);
    app.verified();
}
