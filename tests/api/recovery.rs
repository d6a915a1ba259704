//! The password that was forgotten.

use rstest::rstest;
use serde_json::json;

use crate::support::{Backend, Mail, Person, SignIn, TestApp, eventually, race};

const NEW_PASSWORD: &str = "nine calm otters float";

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

async fn mail(app: &TestApp, to: &str, subject: &str) -> Mail {
    eventually(subject, async || app.mails().to(to).into_iter().rev().find(|mail| mail.subject.contains(subject))).await
}

/// Whoever knows the present password must be out afterwards, so it is not taken as the new one.
#[rstest]
#[tokio::test]
async fn no_link_sets_the_present_password_again(#[values(Backend::Sqlite, Backend::Postgresql)] backend: Backend) {
    let app = TestApp::start(backend).await;
    let ada = app.person("Ada Lovelace").await;
    let own = app.sign_in(&ada).await;
    let id = own.get("/v1/account/sign-ins").expect(200).await.text_at("/data/0/id");
    own.post(&format!("/v1/account/sign-ins/{id}/report"), &json!({})).expect(204).await;
    let token = mail(&app, &ada.email, "A new password for").await.token();
    let with = |password: &str| json!({ "token": token, "password": password });
    let same = app.visitor().put("/v1/password-resets", &with(&ada.password)).expect(422).await;
    assert_eq!(same.fields(), ["/password"]);
    assert!(same.text.contains("Choose a different one"), "the way out: {same}");
    let page = app.browser().submit("/reset/password", &[("token", token.as_str()), ("password", &ada.password)]);
    let page = page.expect(422).await;
    assert!(page.text.contains("Choose a different one") && page.text.contains(&token), "{}", page.text);
    let right = SignIn::OWN.body(&ada.email, &ada.password);
    assert_eq!(app.visitor().post("/v1/sessions", &right).expect(403).await.code(), "password-reset-required");
    // What was refused has not spent the link.
    app.visitor().put("/v1/password-resets", &with(NEW_PASSWORD)).expect(204).await;
    let ada = Person { password: NEW_PASSWORD.to_owned(), ..ada };

    app.sign_in(&ada).await.post("/v1/account/freeze", &json!({})).expect(204).await;
    app.visitor().post("/v1/unfreezes", &json!({ "email": ada.email })).expect(202).await;
    let token = mail(&app, &ada.email, "Lift the freeze").await.token();
    let with = |present: &str, new: &str| json!({ "token": token, "password": present, "new_password": new });
    let same = app.visitor().put("/v1/unfreezes", &with(&ada.password, &ada.password)).expect(422).await;
    assert_eq!(same.fields(), ["/new_password"]);
    // Who does not know the present one does not learn that the new one is it.
    let wrong = app.visitor().put("/v1/unfreezes", &with("not the right one", &ada.password)).expect(403).await;
    assert_eq!(wrong.code(), "wrong-password");
    app.visitor().put("/v1/unfreezes", &with(&ada.password, "seven quiet herons wait")).expect(204).await;
}

#[tokio::test]
async fn a_link_does_not_help_to_guess_the_present_password() {
    let app = TestApp::with(Backend::Sqlite, &[]).await;
    let ada = app.person("Ada Lovelace").await;
    app.visitor().post("/v1/password-resets", &json!({ "email": ada.email })).expect(202).await;
    let token = mail(&app, &ada.email, "A new password for").await.token();
    let with = |password: &str| json!({ "token": token, "password": password });
    let mut statuses = Vec::new();
    for _ in 0..7 {
        statuses.push(app.visitor().put("/v1/password-resets", &with(&ada.password)).send().await.status);
    }
    assert_eq!(statuses[0], 422, "{statuses:?}");
    assert_eq!(statuses.last(), Some(&429), "{statuses:?}");
}
