//! The password that was forgotten.

use rstest::rstest;
use serde_json::json;

use crate::support::{Backend, Person, SignIn, TestApp, race};

#[rstest]
#[tokio::test]
async fn a_reset_ends_every_session_and_signs_nobody_in(
    #[values(Backend::Sqlite, Backend::Postgresql)] backend: Backend,
) {
    let app = TestApp::start(backend).await;
    let ada = app.person("Ada Lovelace").await;
    let before = app.sign_in(&ada).await;
    app.visitor().post("/v1/password-resets", &json!({ "email": ada.email })).expect(202).await;
    let mail = app.mails().next(&ada.email, 1).await;
    let changed = Person { password: "nine calm otters float".to_owned(), ..ada.clone() };
    let body = json!({ "token": mail.token(), "password": changed.password });
    let reset = app.browser().put("/v1/password-resets", &body).send().await;
    assert!((200..300).contains(&reset.status), "{reset}");
    assert_eq!(reset.cookie_names(), Vec::<String>::new(), "a reset does not sign in");

    before.get("/v1/account").expect(401).await;
    app.visitor().post("/v1/sessions", &SignIn::OWN.body(&ada.email, &ada.password)).expect(401).await;
    app.sign_in(&changed).await;
    let again = app.visitor().put("/v1/password-resets", &body).send().await;
    assert!((400..500).contains(&again.status), "a link works once: {again}");
}

#[rstest]
#[tokio::test]
async fn sixteen_racers_use_one_link_once(#[values(Backend::Sqlite, Backend::Postgresql)] backend: Backend) {
    let app = TestApp::start(backend).await;
    let ada = app.person("Ada Lovelace").await;
    app.visitor().post("/v1/password-resets", &json!({ "email": ada.email })).expect(202).await;
    let token = app.mails().next(&ada.email, 1).await.token();
    let visitor = app.visitor();
    let body = json!({ "token": token, "password": "nine calm otters float" });
    let statuses = race(16, || visitor.put("/v1/password-resets", &body)).await;
    assert_eq!(statuses.iter().filter(|status| **status < 300).count(), 1, "{statuses:?}");
    assert!(statuses.iter().all(|status| *status < 500 || *status == 503), "{statuses:?}");
}
