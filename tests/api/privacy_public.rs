//! The policy, the cookies and the holder's view of what was agreed and shared, over HTTP.

use rstest::rstest;
use serde_json::json;

use crate::support::{Backend, SignIn, TestApp};

/// Every page that needs nobody signed in (policy clause 1.2.2).
const PUBLIC: &[&str] = &["/", "/privacy", "/privacy/cookies", "/privacy/data-map", "/privacy/places", "/contact"];

#[rstest]
#[tokio::test]
async fn the_policy_is_shown_with_version_and_date(#[values(Backend::Sqlite, Backend::Postgresql)] backend: Backend) {
    let app = TestApp::start(backend).await;
    let policy = app.visitor().get("/v1/policy").expect(200).await;
    assert_eq!(policy.at("/version"), json!(1));
    assert!(policy.text_at("/markdown").contains("{#1.2.1}"));
    let versions = app.visitor().get("/v1/policy/versions").expect(200).await;
    assert_eq!(versions.at("/data/0/last_updated"), policy.at("/last_updated"));
    let page = app.visitor().get("/privacy").expect(200).await.text;
    assert!(page.contains(&format!("datetime=\"{}\"", &policy.text_at("/last_updated")[..10])), "{page}");
    for clause in policy.at("/clauses").as_array().expect("a list") {
        let id = clause["id"].as_str().expect("a text");
        assert!(page.contains(&format!("id=\"clause-{id}\"")), "{id}");
    }
}

#[tokio::test]
async fn public_pages_work_without_cookies_and_set_none() {
    let app = TestApp::start(Backend::Sqlite).await;
    let api = ["/v1/policy", "/v1/policy/versions", "/v1/cookies", "/v1/data-map", "/v1/places"];
    for path in PUBLIC.iter().chain(&api) {
        let reply = app.visitor().get(path).expect(200).await;
        assert_eq!(reply.cookie_names(), Vec::<String>::new(), "{path}");
    }
    let forged = app.browser();
    forged.set_cookie("__Host-session", "AAAA");
    for path in PUBLIC {
        forged.get(path).expect(200).await;
    }
}

#[tokio::test]
async fn the_cookie_list_names_every_cookie_that_signing_in_sets() {
    let app = TestApp::start(Backend::Sqlite).await;
    let (person, ada) = (app.person("Ada").await, app.browser());
    let sign_in = SignIn::OWN_REMEMBERED.body(&person.email, &person.password);
    let set = ada.post("/v1/sessions", &sign_in).expect(201).await.cookie_names();
    let listed = app.visitor().get("/v1/cookies").expect(200).await;
    let names: Vec<_> = listed.at("/data").as_array().expect("a list").iter().map(|c| c["name"].clone()).collect();
    assert_eq!(names, [json!("__Host-session"), json!("__Host-remembered-email")]);
    // Both are set when the address is to be remembered, and no other; neither says who it is about to whoever reads it.
    assert_eq!(set, ["__Host-session", "__Host-remembered-email"]);
    for name in &set {
        let value = ada.cookie(name).expect("set");
        assert!(!value.is_empty() && !value.contains(person.email.split('@').next().expect("a name")), "{name}");
    }
    let page = app.visitor().get("/privacy/cookies").expect(200).await.text;
    assert!(names.iter().all(|name| page.contains(name.as_str().expect("a text"))));
}

#[tokio::test]
async fn places_are_listed_with_their_country() {
    let app = TestApp::start(Backend::Sqlite).await;
    let listed = app.visitor().get("/v1/places").expect(200).await;
    let keys: Vec<_> =
        listed.at("/data").as_array().expect("a list").iter().map(|place| place["key"].clone()).collect();
    assert_eq!(keys, [json!("this-server"), json!("mail_relay"), json!("payment_processor")]);
    // Mail goes into a folder and the processor is the sandbox: nothing leaves this machine.
    for place in listed.at("/data").as_array().expect("a list") {
        assert_eq!((&place["country"], &place["transfer"]), (&json!(null), &json!("none")), "{place}");
    }
    let page = app.visitor().get("/privacy/places").expect(200).await.text;
    assert!(["This server", "Mail relay", "Stripe"].iter().all(|name| page.contains(name)), "{page}");
}

#[tokio::test]
async fn the_holder_sees_what_was_agreed_and_shared() {
    let app = TestApp::start(Backend::Sqlite).await;
    let ada = app.signed_in("Ada").await;
    let terms = ada.get("/v1/account/terms/1").expect(200).await;
    assert_eq!(terms.at("/in_force"), json!(1));
    assert_eq!(
        ada.post("/v1/account/terms/1", &json!({})).expect(200).await.at("/accepted_at"),
        terms.at("/accepted_at")
    );
    for version in ["2", "0", "-1", "x"] {
        ada.get(&format!("/v1/account/terms/{version}")).expect(404).await;
    }
    let consent = ada.get("/v1/account/consents/card-payments").expect(200).await;
    assert_eq!(consent.text_at("/status"), "none");
    ada.delete("/v1/account/consents/card-payments").expect(204).await;
    let path = "/v1/account/consents/card-payments";
    assert_eq!(ada.put(path, &json!({ "consent": false })).expect(422).await.code(), "consent-required");
    let given = ada.put(path, &json!({ "consent": true })).expect(200).await;
    assert!(given.text_at("/wording").contains("Stripe"), "{given}");
    assert_eq!(ada.put(path, &json!({ "consent": true })).expect(200).await.json(), given.json(), "once is enough");
    assert!(ada.get("/account/privacy").expect(200).await.text.contains("consents/card-payments/withdraw"));
    ada.delete(path).expect(204).await;
    let withdrawn = ada.get(path).expect(200).await;
    assert_eq!(withdrawn.text_at("/status"), "withdrawn");
    ada.get("/v1/account/consents/anything").expect(404).await;
    let shared = ada.get("/v1/account/shared-with").expect(200).await;
    let rows = shared.at("/data");
    assert!(rows.as_array().expect("a list").iter().all(|row| row["recipient"] == "mail_relay"), "{shared}");
    assert_eq!(ada.get("/v1/account/staff-access").expect(200).await.at("/data"), json!([]));
    let page = ada.get("/account/privacy").expect(200).await.text;
    assert!(page.contains("version 1 of the policy"), "{page}");
}
