//! Cards: set up at the processor after consent, kept as brand, last four digits and expiry, and nobody else's.

use rstest::rstest;
use serde_json::json;

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
