//! Sessions and their cookies: exactly what policy clause 1.2.1 promises.

use rstest::rstest;
use serde_json::json;

use crate::support::{Backend, Client, Person, SignIn, TestApp};

const SESSION: &str = "__Host-session";
const REMEMBERED: &str = "__Host-remembered-email";

#[rstest]
#[tokio::test]
async fn the_cookie_is_sealed_and_dies_with_its_session(
    #[values(Backend::Sqlite, Backend::Postgresql)] backend: Backend,
) {
    let app = TestApp::start(backend).await;
    let ada = app.person("Ada Lovelace").await;
    let client = app.browser();
    let reply = client.post("/v1/sessions", &SignIn::OWN.body(&ada.email, &ada.password)).expect(201).await;
    let line = reply.set_cookie(SESSION).expect("the session cookie").to_lowercase();
    for attribute in ["; secure", "; httponly", "; samesite=lax", "; path=/"] {
        assert!(line.contains(attribute), "{attribute} in {line}");
    }
    assert!(!line.contains("domain="), "{line}");
    assert!(!reply.text.contains(&client.cookie(SESSION).expect("kept")), "the answer repeats the cookie");
    assert!(reply.text_at("/account_id").starts_with("acct_"));

    let thief = client.copy();
    client.get("/v1/account").expect(200).await;
    let end = client.delete("/v1/session").send().await;
    assert!((200..300).contains(&end.status), "{end}");
    assert_eq!(client.cookie(SESSION), None, "sign-out expires the cookie");
    assert!(!end.header("clear-site-data").contains("cookies"), "would erase the pre-fill: {end}");
    thief.get("/v1/account").expect(401).await;
}

#[rstest]
#[case::public(SignIn::PUBLIC, false, false)]
#[case::own(SignIn::OWN, true, false)]
#[case::own_remembered(SignIn::OWN_REMEMBERED, true, true)]
#[case::nothing_said(SignIn::default(), false, false)]
#[case::public_overrides_remember(SignIn { remember_email: true, ..SignIn::PUBLIC }, false, false)]
#[tokio::test]
async fn the_radio_decides_what_stays(
    #[case] choice: SignIn,
    #[case] _own: bool,
    #[case] remembered: bool,
    #[values(false, true)] remembered_before: bool,
) {
    let app = TestApp::start(Backend::Sqlite).await;
    let ada = app.person("Ada Lovelace").await;
    let client = app.browser();
    if remembered_before {
        client.post("/v1/sessions", &SignIn::OWN_REMEMBERED.body(&ada.email, &ada.password)).expect(201).await;
        assert!(client.cookie(REMEMBERED).is_some());
        client.delete("/v1/session").send().await;
        assert!(client.cookie(REMEMBERED).is_some(), "sign-out keeps what the person chose to keep");
    }
    client.post("/v1/sessions", &choice.body(&ada.email, &ada.password)).expect(201).await;
    assert_eq!(client.cookie(REMEMBERED).is_some(), remembered);
    client.delete("/v1/session").send().await;
    assert_eq!(client.cookie(REMEMBERED).is_some(), remembered);
    client.get("/v1/account").expect(401).await; // the pre-fill alone never authenticates
}

#[rstest]
#[tokio::test]
async fn on_a_public_computer_the_cookie_ends_with_the_browser() {
    let app = TestApp::start(Backend::Sqlite).await;
    let ada = app.person("Ada Lovelace").await;
    for (choice, stays) in [(SignIn::KEPT, true), (SignIn::OWN, false), (SignIn::PUBLIC, false)] {
        let reply = app.browser().post("/v1/sessions", &choice.body(&ada.email, &ada.password)).expect(201).await;
        let line = reply.set_cookie(SESSION).expect("the session cookie").to_lowercase();
        assert_eq!(line.contains("max-age=") || line.contains("expires="), stays, "{line}");
    }
}

#[rstest]
#[tokio::test]
async fn a_failed_sign_in_on_a_public_computer_forgets_too() {
    let app = TestApp::start(Backend::Sqlite).await;
    let ada = app.person("Ada Lovelace").await;
    let client = app.browser();
    client.post("/v1/sessions", &SignIn::OWN_REMEMBERED.body(&ada.email, &ada.password)).expect(201).await;
    client.delete("/v1/session").send().await;
    client.post("/v1/sessions", &SignIn::PUBLIC.body(&ada.email, "not the right one")).expect(401).await;
    assert_eq!(client.cookie(REMEMBERED), None);
}

#[rstest]
#[tokio::test]
async fn a_bearer_token_stands_alone(#[values(Backend::Sqlite, Backend::Postgresql)] backend: Backend) {
    let app = TestApp::start(backend).await;
    let ada = app.person("Ada Lovelace").await;
    let reply = app.visitor().post("/v1/sessions", &SignIn::BEARER.body(&ada.email, &ada.password)).expect(201).await;
    let token = reply.text_at("/token");
    assert!(token.starts_with("stws_"), "{token}");
    assert_eq!(reply.cookie_names(), Vec::<String>::new());
    let program = Client::new(&app.base).with_bearer(&token);
    program.get("/v1/account").expect(200).await;

    // Any Authorization header, even a wrong one, disables cookies.
    let browser = app.sign_in(&ada).await;
    browser.get("/v1/account").expect(200).await;
    browser.clone().with_bearer("stws_wrong").get("/v1/account").expect(401).await;
    browser.get("/v1/account").header("Authorization", "Basic YTpi").expect(401).await;

    program.delete("/v1/session").send().await;
    program.get("/v1/account").expect(401).await;
}

#[rstest]
#[tokio::test]
async fn forged_and_damaged_cookies_open_nothing(#[values(Backend::Sqlite, Backend::Postgresql)] backend: Backend) {
    let app = TestApp::start(backend).await;
    let ada = app.person("Ada Lovelace").await;
    let client = app.sign_in(&ada).await;
    let good = client.cookie(SESSION).expect("signed in");
    let mut flipped = good.clone().into_bytes();
    let middle = flipped.len() / 2;
    flipped[middle] = if flipped[middle] == b'A' { b'B' } else { b'A' };
    let flipped = String::from_utf8(flipped).expect("ASCII");
    let half = good[..good.len() / 2].to_owned();
    for forged in [flipped, half, String::new(), "A".repeat(4000), "%00%ff".to_owned(), format!("{good}A")] {
        let thief = app.browser();
        thief.set_cookie(SESSION, &forged);
        thief.get("/v1/account").expect(401).await;
    }
    // The pre-fill cookie's sealing must not open as a session.
    let remembered = app.browser();
    remembered.post("/v1/sessions", &SignIn::OWN_REMEMBERED.body(&ada.email, &ada.password)).expect(201).await;
    let other = app.browser();
    other.set_cookie(SESSION, &remembered.cookie(REMEMBERED).expect("remembered"));
    other.get("/v1/account").expect(401).await;
}

#[rstest]
#[tokio::test]
async fn the_holder_sees_and_ends_sessions(#[values(Backend::Sqlite, Backend::Postgresql)] backend: Backend) {
    let app = TestApp::start(backend).await;
    let ada = app.person("Ada Lovelace").await;
    let (first, second, third) = (app.sign_in(&ada).await, app.sign_in(&ada).await, app.sign_in(&ada).await);
    let list = first.get("/v1/account/sessions").expect(200).await;
    assert_eq!(list.at("/data").as_array().map(Vec::len), Some(3), "{list}");
    let second_id = second.get("/v1/session").expect(200).await.text_at("/session/id");
    let ended = first.delete(&format!("/v1/account/sessions/{second_id}")).send().await;
    assert!((200..300).contains(&ended.status), "{ended}");
    second.get("/v1/account").expect(401).await;
    third.get("/v1/account").expect(200).await;
    let ended = first.post("/v1/account/sessions/end-others", &json!({})).send().await;
    assert!((200..300).contains(&ended.status), "{ended}");
    third.get("/v1/account").expect(401).await;
    first.get("/v1/account").expect(200).await;

    // Another customer's session is not there for this one.
    let bob = app.person("Bob Babbage").await;
    let bobs = app.sign_in(&bob).await;
    let bobs_id = bobs.get("/v1/session").expect(200).await.text_at("/session/id");
    first.delete(&format!("/v1/account/sessions/{bobs_id}")).expect(404).await;
    bobs.get("/v1/account").expect(200).await;
}

#[rstest]
#[tokio::test]
async fn signing_in_again_ends_the_session_of_the_same_browser(
    #[values(Backend::Sqlite, Backend::Postgresql)] backend: Backend,
) {
    let app = TestApp::start(backend).await;
    let (ada, bob) = (app.person("Ada Lovelace").await, app.person("Bob Babbage").await);
    let elsewhere = app.sign_in(&ada).await;
    let client = app.sign_in(&ada).await;
    let form = |email: &str, password: &str| {
        let form = serde_urlencoded::to_string([("email", email), ("password", password)]).expect("a form");
        client.call(reqwest::Method::POST, "/sign-in").body("application/x-www-form-urlencoded", form)
    };
    let before = client.copy();
    client.post("/v1/sessions", &SignIn::OWN.body(&ada.email, &ada.password)).expect(201).await;
    before.get("/v1/account").expect(401).await;
    client.get("/v1/account").expect(200).await;
    // On the page too, and whoever comes next at this browser.
    let before = client.copy();
    form(&bob.email, &bob.password).expect(303).await;
    before.get("/v1/account").expect(401).await;
    // Neither a sign-in that fails nor a program's ends it, nor is it anybody's business elsewhere.
    client.post("/v1/sessions", &SignIn::OWN.body(&ada.email, "not the right one")).expect(401).await;
    client.post("/v1/sessions", &SignIn::BEARER.body(&ada.email, &ada.password)).expect(201).await;
    for live in [&client, &elsewhere] {
        live.get("/v1/account").expect(200).await;
    }
}

#[rstest]
#[tokio::test]
async fn a_change_of_the_password_asks_for_the_present_one(
    #[values(Backend::Sqlite, Backend::Postgresql)] backend: Backend,
) {
    let app = TestApp::start(backend).await;
    let ada = app.person("Ada Lovelace").await;
    let client = app.sign_in(&ada).await;
    let with = |present: &str| json!({ "current_password": present, "password": "nine calm otters float" });
    let refused = client.put("/v1/account/password", &with("not the right one")).expect(403).await;
    assert_eq!((refused.code(), refused.fields()), ("wrong-password".into(), vec!["/current_password".to_owned()]));
    client.get("/v1/account").expect(200).await;
    app.sign_in(&ada).await;
    // The present one is no new one; who does not know it does not learn so.
    let same = |present: &str| json!({ "current_password": present, "password": ada.password });
    let refused = client.put("/v1/account/password", &same(&ada.password)).expect(422).await;
    assert_eq!(refused.fields(), ["/password"]);
    assert!(refused.text.contains("Choose a different one"), "{refused}");
    let refused = client.put("/v1/account/password", &same("not the right one")).expect(403).await;
    assert_eq!((refused.code(), refused.fields()), ("wrong-password".into(), vec!["/current_password".to_owned()]));
    client.put("/v1/account/password", &with(&ada.password)).expect(204).await;
    app.visitor().post("/v1/sessions", &SignIn::OWN.body(&ada.email, &ada.password)).expect(401).await;
}

/// Whoever gave the right password and is not let in is told what to do about it.
#[tokio::test]
async fn a_refusal_behind_the_right_password_says_the_way_out() {
    let app = TestApp::start(Backend::Sqlite).await;
    let sign_in = async |person: &Person, code: &str| {
        let body = SignIn::OWN.body(&person.email, &person.password);
        let refused = app.visitor().post("/v1/sessions", &body).expect(403).await;
        assert_eq!(refused.code(), code);
        refused.text_at("/detail")
    };
    let unproved = Person::new("Eve");
    app.sign_up(&unproved).await;
    assert!(sign_in(&unproved, "email-unverified").await.contains("/v1/accounts/resend"));
    let ada = app.person("Ada Lovelace").await;
    let own = app.sign_in(&ada).await;
    let id = own.get("/v1/account/sign-ins").expect(200).await.text_at("/data/0/id");
    own.post(&format!("/v1/account/sign-ins/{id}/report"), &json!({})).expect(204).await;
    assert!(sign_in(&ada, "password-reset-required").await.contains("/v1/password-resets"));
    let bob = app.person("Bob Babbage").await;
    app.sign_in(&bob).await.post("/v1/account/freeze", &json!({})).expect(204).await;
    assert!(sign_in(&bob, "account-frozen").await.contains("/v1/unfreezes"));
}

#[tokio::test]
async fn a_step_up_that_needs_a_factor_says_what_for() {
    let app = TestApp::start(Backend::Sqlite).await;
    let ada = app.person("Ada Lovelace").await;
    let client = app.sign_in(&ada).await;
    app.add_authenticator(&client).await;
    let refused = client.post("/v1/session/step-up", &json!({ "password": ada.password })).expect(422).await;
    assert_eq!(refused.fields(), ["/factor"]);
    assert!(!refused.text.contains("sign in with") && !refused.text.contains("needed to sign in"), "{refused}");
    assert!(refused.text.contains("needed to go on"), "{refused}");
    let refused = client.post("/v1/session/step-up", &json!({})).expect(422).await;
    assert!(!refused.text.contains("needed to sign in"), "{refused}");
}

#[rstest]
#[tokio::test]
async fn guessing_is_stopped_without_locking_the_owner_out(
    #[values(Backend::Sqlite, Backend::Postgresql)] backend: Backend,
) {
    let app = TestApp::with(backend, &[]).await;
    let ada = app.person("Ada Lovelace").await;
    let owner = app.browser();
    owner.post("/v1/sessions", &SignIn::OWN_REMEMBERED.body(&ada.email, &ada.password)).expect(201).await;

    let guesser = app.visitor();
    let mut stopped = None;
    for _ in 0..8 {
        let reply = guesser.post("/v1/sessions", &SignIn::OWN.body(&ada.email, "not the right one")).send().await;
        if reply.status == 429 {
            stopped = Some(reply);
            break;
        }
        assert_eq!(reply.status, 401, "{reply}");
    }
    let stopped = stopped.expect("five guesses in five minutes are enough");
    assert!(stopped.header("retry-after").parse::<u32>().is_ok_and(|seconds| seconds > 0), "{stopped}");
    // The right password does not help a guesser now, and the owner's known device is not held up.
    guesser.post("/v1/sessions", &SignIn::OWN.body(&ada.email, &ada.password)).expect(429).await;
    owner.delete("/v1/session").send().await;
    owner.post("/v1/sessions", &SignIn::OWN_REMEMBERED.body(&ada.email, &ada.password)).expect(201).await;
}

#[rstest]
#[tokio::test]
async fn requests_from_other_sites_are_refused() {
    let app = TestApp::start(Backend::Sqlite).await;
    let ada = app.person("Ada Lovelace").await;
    let cookie = app.sign_in(&ada).await.cookie(SESSION).expect("signed in");
    let line = format!("{SESSION}={cookie}");
    let with_cookie = |name: &str, value: &str| {
        let call = Client::new(&app.base).delete("/v1/session").header("Cookie", &line);
        if name.is_empty() { call } else { call.header(name, value) }
    };
    for (name, value) in [
        ("Sec-Fetch-Site", "cross-site"),
        ("Sec-Fetch-Site", "same-site"),
        ("Origin", "https://evil.example"),
        ("Origin", "null"),
        ("", ""),
    ] {
        with_cookie(name, value).expect(403).await;
    }
    let wrong_type = Client::new(&app.base).call(reqwest::Method::POST, "/v1/accounts/resend");
    wrong_type.header("Origin", &app.base).body("text/plain", r#"{"email":"a@example.org"}"#).expect(415).await;
    let end = with_cookie("Origin", &app.base).send().await;
    assert!((200..300).contains(&end.status), "{end}");
}
