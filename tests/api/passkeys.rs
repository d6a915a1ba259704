//! Passkeys, with one in software: as a second factor, in the place of the password, and for what must not be taken.

use rstest::rstest;
use serde_json::{Value, json};
use steward::kernel::permission::Role;

use crate::support::factors::Passkey;
use crate::support::{Backend, Client, PASSWORD, Person, Reply, SignIn, TestApp, race};

const CHALLENGES: &str = "/v1/sessions/passkey-challenges";

/// What a passkey signs, with the challenge's token; `ask` says of whom.
async fn signed(client: &Client, passkey: &mut Passkey, ask: &Value) -> Value {
    let asked = client.post(CHALLENGES, ask).expect(201).await;
    json!({ "challenge": asked.text_at("/challenge"), "credential": passkey.sign(&asked.at("/public_key")) })
}

/// Signs in with the passkey alone.
async fn enter(app: &TestApp, passkey: &mut Passkey) -> Reply {
    let body = signed(&app.visitor(), passkey, &json!({})).await;
    app.browser().post("/v1/sessions", &body).send().await
}

async fn pending(app: &TestApp, person: &Person) -> String {
    let body = SignIn::OWN.body(&person.email, &person.password);
    app.visitor().post("/v1/sessions", &body).expect(401).await.text_at("/pending")
}

#[rstest]
#[tokio::test]
async fn a_passkey_is_the_second_factor_or_signs_in_alone(
    #[values(Backend::Sqlite, Backend::Postgresql)] backend: Backend,
) {
    let app = TestApp::start(backend).await;
    let ada = app.person("Ada Lovelace").await;
    let client = app.sign_in(&ada).await;
    let mut passkey = app.add_passkey(&client).await;
    assert_eq!(client.get("/v1/account/recovery-codes").expect(200).await.at("/left"), json!(10));
    let told = crate::support::eventually("a notice", async || {
        app.mails().to(&ada.email).into_iter().find(|mail| mail.subject.contains("passkey was added"))
    });
    assert!(told.await.text.contains("/freeze?token="));

    // Behind the password.
    let sealed = pending(&app, &ada).await;
    let mut body = signed(&app.visitor(), &mut passkey, &json!({ "pending": sealed })).await;
    body["pending"] = json!(sealed);
    let browser = app.browser();
    browser.post("/v1/sessions", &body).expect(201).await;
    assert_eq!(browser.get("/v1/account").expect(200).await.text_at("/email"), ada.email);
    // Alone: the choices are made in the same request, and left out they are the careful ones.
    let mut body = signed(&app.visitor(), &mut passkey, &json!({})).await;
    body["computer"] = json!("own");
    body["remember_email"] = json!(true);
    let browser = app.browser();
    let begun = browser.post("/v1/sessions", &body).expect(201).await;
    assert_eq!(begun.text_at("/session/kind"), "own");
    assert!(browser.cookie("__Host-remembered-email").is_some());
    assert_eq!(enter(&app, &mut passkey).await.text_at("/session/kind"), "public");
    // As a step-up.
    let given = signed(&browser, &mut passkey, &json!({})).await;
    browser.post("/v1/session/step-up", &given).expect(204).await;
    // The last use is shown, the key is not.
    let list = browser.get("/v1/account/factors").expect(200).await;
    assert!(list.at("/data/0/last_used_at").is_string() && !list.text.contains("sealed"), "{list}");
}

#[rstest]
#[tokio::test]
async fn of_sixteen_with_one_answer_one_gets_in(#[values(Backend::Sqlite, Backend::Postgresql)] backend: Backend) {
    let app = TestApp::start(backend).await;
    let client = app.signed_in("Ada Lovelace").await;
    let begun = client.post("/v1/account/factors", &json!({ "kind": "passkey" })).expect(201).await;
    let (mut passkey, credential) = Passkey::create(&app.base, &begun.at("/public_key"), 0);
    let body = json!({ "challenge": begun.text_at("/challenge"), "credential": credential });
    let statuses = race(16, || client.post("/v1/account/factors/confirm", &body)).await;
    assert_eq!(statuses.iter().filter(|status| **status == 201).count(), 1, "{statuses:?}");
    assert!(statuses.iter().all(|status| *status < 500 || *status == 503), "{statuses:?}");

    // It does not count, as those kept in several devices: the challenge alone has to see to it.
    let visitor = app.visitor();
    let body = signed(&visitor, &mut passkey, &json!({})).await;
    let statuses = race(16, || visitor.post("/v1/sessions", &body)).await;
    assert_eq!(statuses.iter().filter(|status| **status == 201).count(), 1, "{statuses:?}");
    assert!(statuses.iter().all(|status| *status < 500 || *status == 503), "{statuses:?}");
    assert_eq!(enter(&app, &mut passkey).await.status, 201);
}

#[rstest]
#[tokio::test]
async fn an_answer_counts_once_for_its_own_challenge_site_and_owner(
    #[values(Backend::Sqlite, Backend::Postgresql)] backend: Backend,
) {
    let app = TestApp::start(backend).await;
    let (ada, eve) = (app.person("Ada Lovelace").await, app.person("Eve").await);
    let mut passkey = app.add_passkey(&app.sign_in(&ada).await).await;
    let eves_client = app.sign_in(&eve).await;
    let mut eves = app.add_passkey(&eves_client).await;
    let visitor = app.visitor();

    let body = signed(&visitor, &mut passkey, &json!({})).await;
    let statuses = race(16, || visitor.post("/v1/sessions", &body)).await;
    assert_eq!(statuses.iter().filter(|status| **status == 201).count(), 1, "{statuses:?}");
    assert!(statuses.iter().all(|status| *status < 500 || *status == 503), "{statuses:?}");
    // Signed for another challenge than the one it is sent with.
    let other = visitor.post(CHALLENGES, &json!({})).expect(201).await.text_at("/challenge");
    let mut body = signed(&visitor, &mut passkey, &json!({})).await;
    body["challenge"] = json!(other);
    assert_eq!(visitor.post("/v1/sessions", &body).expect(401).await.code(), "wrong-passkey");
    // Somebody else's passkey behind this password, in this session, and the other way round.
    let sealed = pending(&app, &ada).await;
    let mut body = signed(&visitor, &mut eves, &json!({ "pending": sealed })).await;
    body["pending"] = json!(sealed);
    assert_eq!(visitor.post("/v1/sessions", &body).expect(401).await.code(), "wrong-factor");
    let body = signed(&eves_client, &mut passkey, &json!({})).await;
    eves_client.post("/v1/session/step-up", &body).expect(401).await;
    // At a site that looks like ours.
    let home = std::mem::replace(&mut passkey.origin, "http://localhost:1".to_owned());
    assert_eq!(enter(&app, &mut passkey).await.code(), "wrong-passkey");
    passkey.origin = home;
    // By somebody whom the authenticator has not verified.
    passkey.verifies = false;
    assert_eq!(enter(&app, &mut passkey).await.code(), "wrong-passkey");
    passkey.verifies = true;
    // A signature that was changed on its way.
    let mut body = signed(&visitor, &mut passkey, &json!({})).await;
    body["credential"]["response"]["userHandle"] = json!("AAAAAAAAAAAAAAAAAAAAAA");
    assert_eq!(visitor.post("/v1/sessions", &body).expect(401).await.code(), "wrong-passkey");
    // A copy that counts for itself is noticed: the count of either stands still for the other.
    let mut copy = passkey.clone();
    assert_eq!(enter(&app, &mut passkey).await.status, 201);
    assert_eq!(enter(&app, &mut copy).await.code(), "wrong-passkey");
}

#[rstest]
#[tokio::test]
async fn a_passkey_is_added_once_and_removed_for_good(
    #[values(Backend::Sqlite, Backend::Postgresql)] backend: Backend,
) {
    let app = TestApp::start(backend).await;
    let (ada, eve) = (app.person("Ada Lovelace").await, app.person("Eve").await);
    let (client, eves) = (app.sign_in(&ada).await, app.sign_in(&eve).await);
    let begun = client.post("/v1/account/factors", &json!({ "kind": "passkey" })).expect(201).await;
    let (mut passkey, credential) = Passkey::create(&app.base, &begun.at("/public_key"), 1);
    let body = json!({ "challenge": begun.text_at("/challenge"), "credential": credential });
    // Another account cannot take the answer, and the try has spent the challenge.
    eves.post("/v1/account/factors/confirm", &body).expect(422).await;
    client.post("/v1/account/factors/confirm", &body).expect(422).await;
    let mut passkey2 = app.add_passkey(&client).await;
    // The browser is told which there are, so that no device is added twice.
    let again = client.post("/v1/account/factors", &json!({ "kind": "passkey" })).expect(201).await;
    assert_eq!(again.at("/public_key/excludeCredentials").as_array().map(Vec::len), Some(1), "{again}");
    assert_eq!(enter(&app, &mut passkey).await.code(), "wrong-passkey", "never added");

    assert_eq!(enter(&app, &mut passkey2).await.status, 201);
    let id = client.get("/v1/account/factors").expect(200).await.text_at("/data/0/id");
    client.delete(&format!("/v1/account/factors/{id}")).expect(204).await;
    assert_eq!(enter(&app, &mut passkey2).await.code(), "wrong-passkey");
    app.sign_in(&ada).await;
}

#[tokio::test]
async fn a_passkey_opens_no_frozen_account_and_lifts_with_the_password() {
    let app = TestApp::start(Backend::Sqlite).await;
    let ada = app.person("Ada Lovelace").await;
    let client = app.sign_in(&ada).await;
    let mut passkey = app.add_passkey(&client).await;
    client.post("/v1/account/freeze", &json!({})).expect(204).await;
    assert_eq!(enter(&app, &mut passkey).await.code(), "account-frozen");
    app.visitor().post("/v1/unfreezes", &json!({ "email": ada.email })).expect(202).await;
    let mail = crate::support::eventually("the link", async || {
        app.mails().to(&ada.email).into_iter().find(|mail| mail.subject.contains("Lift the freeze"))
    });
    let mut body = signed(&app.visitor(), &mut passkey, &json!({})).await;
    body["token"] = json!(mail.await.token());
    body["password"] = json!(PASSWORD);
    body["new_password"] = json!("nine calm otters float");
    app.visitor().put("/v1/unfreezes", &body).expect(204).await;
    assert_eq!(enter(&app, &mut passkey).await.status, 201);
}

#[tokio::test]
async fn staff_sign_in_with_a_passkey_by_cookie_only() {
    let app = TestApp::start(Backend::Sqlite).await;
    let staff = app.staff(Role::Billing).await;
    let mut passkey = app.add_passkey(&staff).await;
    let begun = enter(&app, &mut passkey).await;
    assert_eq!((begun.status, begun.text_at("/session/kind").as_str()), (201, "staff"), "{begun}");
    let mut body = signed(&app.visitor(), &mut passkey, &json!({})).await;
    body["transport"] = json!("bearer");
    assert_eq!(app.visitor().post("/v1/sessions", &body).expect(403).await.code(), "staff-need-cookies");
}

#[tokio::test]
async fn where_the_address_has_no_name_there_are_no_passkeys() {
    let app =
        TestApp::with(Backend::Sqlite, &[("limits.enabled", "false"), ("http.base_url", "http://127.0.0.1")]).await;
    let refused = Client::new(&app.base.replace("localhost", "127.0.0.1")).post(CHALLENGES, &json!({}));
    let refused = refused.header("Host", "127.0.0.1").send().await;
    assert_eq!((refused.status, refused.code().as_str()), (409, "no-passkeys"), "{refused}");
}

#[tokio::test]
async fn broken_answers_are_refused_by_name() {
    let app = TestApp::start(Backend::Sqlite).await;
    let client = app.signed_in("Ada Lovelace").await;
    let mut passkey = app.add_passkey(&client).await;
    let good = signed(&app.visitor(), &mut passkey, &json!({})).await;
    for (pointer, value) in [
        ("/credential", json!("text")),
        ("/credential", json!({})),
        ("/credential/response/signature", json!("not base64 !")),
        ("/challenge", json!(7)),
    ] {
        let mut body = good.clone();
        *body.pointer_mut(pointer).expect("there") = value;
        let refused = app.visitor().post("/v1/sessions", &body).expect(422).await;
        assert!(refused.fields()[0].starts_with(pointer.split_inclusive('/').take(2).collect::<String>().as_str()));
    }
    for (pointer, value) in [
        ("/challenge", json!("AAAA")),
        ("/credential/response/signature", json!("AAAA")),
        ("/credential/response/clientDataJSON", json!("e30")),
        ("/credential/response/authenticatorData", json!("AAAA")),
        ("/credential/rawId", json!("AAAA")),
        ("/credential/response/userHandle", Value::Null),
    ] {
        let fresh = signed(&app.visitor(), &mut passkey, &json!({})).await;
        let mut body = fresh;
        *body.pointer_mut(pointer).expect("there") = value;
        assert_eq!(app.visitor().post("/v1/sessions", &body).expect(401).await.code(), "wrong-passkey", "{pointer}");
    }
    let none = app.signed_in("Eve").await.post(CHALLENGES, &json!({})).expect(409).await;
    assert_eq!(none.code(), "no-passkey");
    let missing = app.visitor().post("/v1/sessions", &json!({})).expect(422).await;
    assert_eq!(
        (missing.code(), missing.fields()),
        ("credentials-missing".into(), vec!["/email".into(), "/password".into()])
    );
}
