//! Secrets and personal data that go in must not come out where they do not belong: captured log, tables, metrics.

use rstest::rstest;
use serde_json::json;

use crate::support::{Backend, Person, SignIn, TestApp};

#[rstest]
#[tokio::test]
async fn secrets_are_nowhere_and_personal_data_is_in_no_log(
    #[values(Backend::Sqlite, Backend::Postgresql)] backend: Backend,
) {
    let app = TestApp::start(backend).await;
    let ada = Person { email: "canary.address@example.org".to_owned(), ..Person::new("Canary Personname") };
    let mut body = app.sign_up_body(&ada);
    body["phone"] = json!("+6561239876");
    body["website"] = json!("https://canary-website.example/");
    body["im_ids"] = json!([{ "network": "xmpp", "handle": "canary.handle@jabber.example" }]);
    app.visitor().post("/v1/accounts", &body).expect(202).await;
    let token = app.mails().next(&ada.email, 0).await.token();
    app.visitor().post("/v1/accounts/verify", &json!({ "token": token })).expect(200).await;
    let browser = app.sign_in(&ada).await;
    let cookie = browser.cookie("__Host-session").expect("signed in");
    let reply = app.visitor().post("/v1/sessions", &SignIn::BEARER.body(&ada.email, &ada.password)).expect(201).await;
    let bearer = reply.text_at("/token");
    let wrong = SignIn::OWN.body(&ada.email, "canary wrong password");
    app.visitor().post("/v1/sessions", &wrong).expect(401).await;
    let etag = browser.get("/v1/account").expect(200).await.etag();
    let patch = json!({ "name": "Canary Othername" });
    browser.patch("/v1/account", &patch).if_match(&etag).expect(200).await;
    // Where clients put things by mistake: path, query, header, and a body that is no JSON.
    app.visitor()
        .get("/v1/canary-in-path?canary-in-query=canary-value")
        .header("X-Canary", "canary-in-header")
        .send()
        .await;
    app.visitor()
        .call(reqwest::Method::POST, "/v1/accounts")
        .body("application/json", "canary-in-body")
        .expect(400)
        .await;

    let secrets = [ada.password.as_str(), &token, &cookie, &bearer, "canary wrong password", "canary-in-body"];
    let personal = [
        "canary.address@example.org",
        "Canary Personname",
        "Canary Othername",
        "6561239876",
        "canary-website.example",
        "canary.handle",
        "canary-in-path",
        "canary-in-query",
        "canary-value",
        "canary-in-header",
    ];
    for (place, text) in app.everything_written().await {
        let is_mail = place.starts_with("mail");
        for secret in secrets {
            // The link's token is in its mail: that is where it belongs.
            assert!(!text.contains(secret) || (is_mail && secret == token), "a secret is in {place}");
        }
        if matches!(place.as_str(), "log" | "metrics" | "table audit_entries" | "table jobs") {
            for value in personal {
                assert!(!text.contains(value), "`{value}` is in {place}");
            }
        }
        // The history is encrypted under the account's own key.
        if place == "table field_changes" {
            assert!(!text.contains("Canary"), "the history is readable: {text}");
        }
    }
}
