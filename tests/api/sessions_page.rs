//! The page of sessions: what it shows of each, what the cookies say, and that ending acts on the next request.

use rstest::rstest;
use serde_json::json;

use crate::support::{Backend, SignIn, TestApp};

const FIREFOX: &str = "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0";

#[rstest]
#[tokio::test]
async fn it_shows_devices_and_networks_and_what_the_cookies_say(
    #[values(Backend::Sqlite, Backend::Postgresql)] backend: Backend,
) {
    let app = TestApp::start(backend).await;
    let ada = app.person("Ada Lovelace").await;
    let client = app.browser();
    let body = SignIn::OWN_REMEMBERED.body(&ada.email, &ada.password);
    let call = client.post("/v1/sessions", &body).header("User-Agent", FIREFOX).header("Accept-Language", "de-CH,de");
    let account = call.expect(201).await.text_at("/account_id");
    let page = client.get("/account/security").expect(200).await.text;
    for shown in [
        "Firefox on Linux",
        "network 127.0.0.0/24",
        "language de-CH",
        "Your session cookie says: account",
        account.as_str(),
        ada.email.as_str(),
        "This session",
    ] {
        assert!(page.contains(shown), "{shown}: {page}");
    }
    assert!(!page.contains("127.0.0.1"), "the whole address: {page}");
    let list = client.get("/v1/account/sessions").expect(200).await;
    assert_eq!(list.text_at("/data/0/network"), "127.0.0.0/24");
    assert!(!list.text.contains("127.0.0.1"), "{list}");

    // What is shown is the cookie itself, opened: a bearer session has none.
    let bearer = app.visitor().post("/v1/sessions", &SignIn::BEARER.body(&ada.email, &ada.password)).expect(201).await;
    let program = app.visitor().with_bearer(&bearer.text_at("/token"));
    assert!(program.get("/account/security").expect(200).await.text.contains("signed in without a cookie"));
}

#[rstest]
#[tokio::test]
async fn ending_one_the_others_or_all_acts_on_the_next_request(
    #[values(Backend::Sqlite, Backend::Postgresql)] backend: Backend,
) {
    let app = TestApp::start(backend).await;
    let ada = app.person("Ada Lovelace").await;
    let [here, one, two, three] =
        [app.sign_in(&ada).await, app.sign_in(&ada).await, app.sign_in(&ada).await, app.sign_in(&ada).await];
    let id = one.get("/v1/session").expect(200).await.text_at("/session/id");
    here.submit(&format!("/account/security/sessions/{id}/end"), &[]).expect(303).await;
    one.get("/v1/account").expect(401).await;
    two.get("/v1/account").expect(200).await;
    here.submit("/account/security/sessions/end-others", &[]).expect(303).await;
    two.get("/v1/account").expect(401).await;
    three.get("/v1/account").expect(401).await;
    here.get("/v1/account").expect(200).await;

    let again = app.sign_in(&ada).await;
    let thief = here.copy();
    let all = here.submit("/account/security/sessions/end-all", &[]).expect(303).await;
    assert_eq!(all.header("location"), "/signed-out");
    for client in [&here, &again, &thief] {
        client.get("/v1/account").expect(401).await;
    }
    let by_api = app.sign_in(&ada).await;
    let elsewhere = app.sign_in(&ada).await;
    let ended = by_api.post("/v1/account/sessions/end-all", &json!({})).expect(200).await;
    assert_eq!(ended.at("/ended"), json!(2));
    elsewhere.get("/v1/account").expect(401).await;
}

#[rstest]
#[tokio::test]
async fn a_public_computer_is_told_what_is_left(#[values(Backend::Sqlite, Backend::Postgresql)] backend: Backend) {
    let app = TestApp::start(backend).await;
    let ada = app.person("Ada Lovelace").await;
    let client = app.browser();
    client.post("/v1/sessions", &SignIn::PUBLIC.body(&ada.email, &ada.password)).expect(201).await;
    let out = client.submit("/sign-out", &[]).expect(303).await;
    assert_eq!(out.header("location"), "/signed-out?computer=public");
    assert!(out.header("clear-site-data").contains("\"cookies\""), "{out}");
    let page = client.get("/signed-out?computer=public").expect(200).await.text;
    assert!(page.contains("Nothing of you is left") && page.contains("sent us no cookie of ours"), "{page}");
    // Whoever is signed in is not told that nothing is left, wherever the link came from, and is shown the way out.
    let live = app.sign_in(&ada).await;
    for path in ["/signed-out?computer=public&expired=yes", "/signed-out?computer=public", "/signed-out"] {
        let page = live.get(path).expect(200).await.text;
        let untrue =
            ["Nothing of you is left", "opens nothing any more", "You are signed out", "Nothing of you is remembered"];
        assert!(!untrue.into_iter().any(|text| page.contains(text)), "{path}: {page}");
        assert!(page.contains("You are still signed in") && page.contains("__Host-session"), "{path}: {page}");
        assert!(page.contains("action=\"/sign-out\""), "{path}: {page}");
        live.get("/v1/account").expect(200).await;
    }
    // It says what it sees, not what it hopes.
    client.set_cookie("__Host-session", "left over");
    let page = client.get("/signed-out?computer=public").expect(200).await.text;
    assert!(page.contains("your browser still sent") && page.contains("__Host-session"), "{page}");
}
