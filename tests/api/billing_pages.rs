//! The pages of billing and of staff's entrance, as a browser without scripts uses them.

use serde_json::json;

use crate::support::{Backend, Client, Reply, TestApp, eventually};

/// The value of a hidden input.
fn hidden(page: &Reply, name: &str) -> String {
    let start = format!("name=\"{name}\" value=\"");
    let (_, rest) = page.text.split_once(&start).unwrap_or_else(|| panic!("{name} is missing: {page}"));
    rest.split('"').next().unwrap_or_default().to_owned()
}

const CHOICE: [(&str, &str); 4] = [("plan", "basic"), ("interval", "month"), ("currency", "EUR"), ("quantity", "3")];

/// Previews and agrees; the answer to the agreement, and what was posted.
async fn agree(client: &Client, card: &str) -> (Reply, Vec<(String, String)>) {
    let preview = client.submit("/billing/preview", &CHOICE).expect(200).await;
    let mut fields: Vec<(String, String)> =
        ["quote", "price"].map(|name| (name.to_owned(), hidden(&preview, name))).into();
    fields.extend(CHOICE.map(|(name, value)| (name.to_owned(), value.to_owned())));
    fields.push(("payment_method".to_owned(), card.to_owned()));
    (post(client, &fields).await, fields)
}

async fn post(client: &Client, fields: &[(String, String)]) -> Reply {
    let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    client.submit("/billing/subscribe", &fields).send().await
}

async fn reads(client: &Client, path: &str, words: &str) -> Reply {
    eventually(words, async || {
        let page = client.get(path).send().await;
        (page.status == 200 && page.text.contains(words)).then_some(page)
    })
    .await
}

#[tokio::test]
async fn a_wrong_choice_is_told_at_its_field() {
    let app = TestApp::start(Backend::Sqlite).await;
    app.offer_plans();
    let ada = app.signed_in("Ada").await;
    ada.get("/billing").expect(200).await.text.find("No plan yet").expect("an empty state");
    let wrong = ada.submit("/billing/preview", &[("plan", "none"), ("quantity", "many")]).expect(422).await;
    for field in ["plan", "quantity"] {
        assert!(wrong.text.contains(&format!("href=\"#{field}\"")), "{field}: {wrong}");
    }
    let many = [CHOICE[0], CHOICE[1], CHOICE[2], ("quantity", "4000000000")];
    let many = ada.submit("/billing/preview", &many).expect(422).await;
    assert!(many.text.contains("href=\"#quantity\""), "{many}");
    let preview = ada.submit("/billing/preview", &CHOICE).expect(200).await;
    assert!(preview.text.contains("€57.00 EUR") && preview.text.contains("A card is needed first"), "{preview}");
}

#[tokio::test]
async fn an_order_sent_twice_is_one_and_a_declined_card_has_a_way_out() {
    let app = TestApp::start(Backend::Sqlite).await;
    app.offer_plans();
    let ada = app.signed_in("Ada").await;
    let card = app.card_id(&ada, "pm_card_visa").await;
    app.turn_card_into("pm_card_visa_chargeDeclinedInsufficientFunds").await;
    let (made, fields) = agree(&ada, &card).await;
    assert_eq!(made.status, 303, "{made}");
    let outcome = made.header("location").to_owned();
    let again = post(&ada, &fields).await;
    assert_eq!((again.status, again.header("location")), (303, outcome.as_str()), "{again}");
    let declined = reads(&ada, &outcome, "The payment did not go through").await;
    assert!(declined.text.contains("not enough money"), "{declined}");

    let (_, rest) = declined.text.split_once("/billing/invoices/").expect("the invoice");
    let invoice = format!("/billing/invoices/{}", rest.split(['/', '"']).next().unwrap_or_default());
    let eve = app.signed_in("Eve").await;
    eve.get(&invoice).expect(404).await;
    eve.submit(&format!("{invoice}/pay"), &[]).expect(404).await;

    let better = app.card_id(&ada, "pm_card_mastercard").await;
    let paid = ada.submit(&format!("{invoice}/pay"), &[("payment_method", &better)]).expect(303).await;
    assert_eq!(paid.header("location"), outcome);
    reads(&ada, &outcome, "Your plan is active").await;
    let document = ada.get(&invoice).expect(200).await;
    for words in ["Ada", "€57.00 EUR", "Paid on"] {
        assert!(document.text.contains(words), "{words}: {document}");
    }
    app.settle();
    assert_eq!(app.charges().await.len(), 1);
    app.verified();

    let id = outcome.rsplit('/').next().unwrap_or_default().to_owned();
    ada.submit(&format!("{outcome}/cancel"), &[]).expect(303).await;
    let subscription = ada.get(&format!("/v1/subscriptions/{id}")).expect(200).await;
    assert_eq!(subscription.at("/cancels_at_period_end"), json!(true));
    ada.submit(&format!("{outcome}/uncancel"), &[]).expect(303).await;
    let subscription = ada.get(&format!("/v1/subscriptions/{id}")).expect(200).await;
    assert_eq!(subscription.at("/cancels_at_period_end"), json!(false));
}

#[tokio::test]
async fn staff_have_an_entrance_of_their_own() {
    let app = TestApp::start(Backend::Sqlite).await;
    let member = app.browser();
    let sent = member.get("/staff/invoices/inv_1?purpose=dispute").expect(303).await;
    assert_eq!(sent.header("location"), "/staff/sign-in?next=%2Fstaff%2Finvoices%2Finv_1%3Fpurpose%3Ddispute");
    let form = member.get(sent.header("location")).expect(200).await;
    assert_eq!(hidden(&form, "next"), "/staff/invoices/inv_1?purpose=dispute");
    let evil = member.get("/staff/sign-in?next=//evil.example").expect(200).await;
    assert!(!evil.text.contains("evil.example"), "{evil}");
    let fields = [("email", "nobody@example.org"), ("password", "seven quiet herons wade"), ("factor", "000000")];
    member.submit("/staff/sign-in", &fields).expect(401).await;
}
