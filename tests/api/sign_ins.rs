//! The history of sign-ins, "that wasn't me", and the link that ends a session on a public computer.

use rstest::rstest;
use serde_json::json;

use crate::support::{Backend, Client, Mail, Person, SignIn, TestApp, eventually, race};

const NEW_PASSWORD: &str = "nine calm otters float";
const FIREFOX: &str = "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0";
const SAFARI: &str = "Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) Version/19.0 Safari/604.1";

async fn mail(app: &TestApp, to: &str, subject: &str) -> Mail {
    eventually(subject, async || app.mails().to(to).into_iter().rev().find(|mail| mail.subject.contains(subject))).await
}

/// The token of the mail's link to this page.
fn token(mail: &Mail, page: &str) -> String {
    let link = mail.links().into_iter().find(|link| link.contains(page));
    let link = link.unwrap_or_else(|| panic!("no link to {page} in:\n{}", mail.text));
    link.split_once("token=").expect("a token").1.to_owned()
}

/// Signs in with a browser of this kind.
async fn sign_in_with(app: &TestApp, person: &Person, agent: &str, choice: SignIn) -> Client {
    let client = app.browser();
    let body = choice.body(&person.email, &person.password);
    client.post("/v1/sessions", &body).header("User-Agent", agent).expect(201).await;
    client
}

#[rstest]
#[tokio::test]
async fn successes_and_failures_are_listed_and_nobody_elses(
    #[values(Backend::Sqlite, Backend::Postgresql)] backend: Backend,
) {
    let app = TestApp::start(backend).await;
    let ada = app.person("Ada Lovelace").await;
    let client = sign_in_with(&app, &ada, FIREFOX, SignIn::OWN).await;
    let wrong = SignIn::OWN.body(&ada.email, "seven quiet herons wait");
    app.visitor().post("/v1/sessions", &wrong).header("User-Agent", SAFARI).expect(401).await;
    // It is written behind the answer, so that no answer's time tells who has an account.
    let list = eventually("the failure", async || {
        let list = client.get("/v1/account/sign-ins").expect(200).await;
        (list.at("/data").as_array().map(Vec::len) == Some(2)).then_some(list)
    })
    .await;
    let text = |pointer: &str| list.text_at(pointer);
    assert_eq!((text("/data/0/outcome"), text("/data/0/device")), ("wrong_password".into(), "Safari on iPhone".into()));
    assert_eq!((text("/data/1/outcome"), text("/data/1/device")), ("signed_in".into(), "Firefox on Linux".into()));
    assert_eq!(text("/data/1/network"), "127.0.0.0/24");
    assert_eq!(text("/data/1/session_id"), client.get("/v1/session").expect(200).await.text_at("/session/id"));
    let page = client.get("/account/security/sign-ins").expect(200).await;
    assert!(page.text.contains("Refused: wrong password") && !page.text.contains("127.0.0.1"), "{}", page.text);

    let first = client.get("/v1/account/sign-ins?limit=1").expect(200).await;
    let next = client.get(&format!("/v1/account/sign-ins?limit=1&cursor={}", first.text_at("/next"))).expect(200).await;
    assert_eq!(next.at("/data/0"), list.at("/data/1"));
    let eve = app.signed_in("Eve").await;
    assert_eq!(eve.get("/v1/account/sign-ins").expect(200).await.at("/data").as_array().map(Vec::len), Some(1));
}

#[rstest]
#[tokio::test]
async fn the_history_names_what_was_judged(#[values(Backend::Sqlite, Backend::Postgresql)] backend: Backend) {
    let app = TestApp::start(backend).await;
    let ada = app.person("Ada Lovelace").await;
    // A code for an account that has no factor proves nothing and is no part of the history.
    let mut body = SignIn::OWN.body(&ada.email, &ada.password);
    body["factor"] = json!("123456");
    let client = app.browser();
    client.post("/v1/sessions", &body).expect(201).await;
    assert_eq!(client.get("/v1/account/sign-ins").expect(200).await.text_at("/data/0/method"), "password");
    let (phone, _) = app.add_authenticator(&client).await;
    body["factor"] = json!(phone.shows(&app, 1));
    client.post("/v1/sessions", &body).expect(201).await;
    assert_eq!(client.get("/v1/account/sign-ins").expect(200).await.text_at("/data/0/method"), "password_factor");
}

#[rstest]
#[tokio::test]
async fn that_was_not_me_ends_everything_and_asks_for_a_new_password(
    #[values(Backend::Sqlite, Backend::Postgresql)] backend: Backend,
) {
    let app = TestApp::start(backend).await;
    let ada = app.person("Ada Lovelace").await;
    let (own, other) = (app.sign_in(&ada).await, app.sign_in(&ada).await);
    let wish = json!({ "name": "export", "scopes": ["profile:read"] });
    let secret = own.post("/v1/account/tokens", &wish).expect(201).await.text_at("/token");
    let program = Client::new(&app.base).with_bearer(&secret);
    program.get("/v1/account").expect(200).await;
    let thief = sign_in_with(&app, &ada, SAFARI, SignIn::OWN).await;
    let list = own.get("/v1/account/sign-ins").expect(200).await;
    assert_eq!(list.at("/data/0/was_known"), json!(false), "{list}");
    let path = format!("/v1/account/sign-ins/{}/report", list.text_at("/data/0/id"));
    let statuses = race(16, || own.post(&path, &json!({}))).await;
    assert_eq!(statuses.iter().filter(|status| **status == 204).count(), 1, "{statuses:?}");
    assert!(statuses.iter().all(|status| *status < 500 || *status == 503), "{statuses:?}");
    for client in [&own, &other, &thief, &program] {
        client.get("/v1/account").expect(401).await;
    }
    // The password opens nothing, and only who knows it is told why.
    let right = SignIn::OWN.body(&ada.email, &ada.password);
    let refused = app.visitor().post("/v1/sessions", &right).expect(403).await;
    assert_eq!(refused.code(), "password-reset-required");
    let wrong = SignIn::OWN.body(&ada.email, "seven quiet herons wait");
    assert_eq!(app.visitor().post("/v1/sessions", &wrong).expect(401).await.code(), "wrong-credentials");
    mail(&app, &ada.email, "is closed to everybody").await;
    let reset = token(&mail(&app, &ada.email, "A new password for").await, "/reset");
    let body = json!({ "token": reset, "password": NEW_PASSWORD });
    app.visitor().put("/v1/password-resets", &body).expect(204).await;
    let again = app.sign_in(&Person { password: NEW_PASSWORD.to_owned(), ..ada.clone() }).await;
    let entries = again.get("/v1/account/sign-ins").expect(200).await;
    let reported =
        entries.at("/data").as_array().expect("a list").iter().filter(|e| !e["reported_at"].is_null()).count();
    assert_eq!(reported, 1, "{entries}");
    assert!(entries.text.contains("reset_required"), "{entries}");
    assert_eq!(again.get("/v1/account/tokens").expect(200).await.at("/data"), json!([]));
}

#[rstest]
#[tokio::test]
async fn the_link_of_a_new_device_reports_once(#[values(Backend::Sqlite, Backend::Postgresql)] backend: Backend) {
    let app = TestApp::start(backend).await;
    let ada = app.person("Ada Lovelace").await;
    let own = sign_in_with(&app, &ada, FIREFOX, SignIn::OWN).await;
    let seen = app.mails().to(&ada.email).len();
    let thief = sign_in_with(&app, &ada, SAFARI, SignIn::OWN).await;
    let notice = app.mails().next(&ada.email, seen).await;
    assert!(notice.text.contains("Safari on iPhone") && notice.text.contains("/freeze?token="), "{}", notice.text);
    let link = token(&notice, "/report-sign-in");
    // Looking at the page does nothing: mail scanners follow links.
    let page = app.visitor().get(&format!("/report-sign-in?token={link}")).expect(200).await;
    assert!(page.text.contains("Nobody signs in until a new password is set"), "{}", page.text);
    assert_eq!(page.header("referrer-policy"), "no-referrer");
    own.get("/v1/account").expect(200).await;
    let visitor = app.visitor();
    let statuses = race(16, || visitor.post("/v1/sign-in-reports", &json!({ "token": link }))).await;
    assert_eq!(statuses.iter().filter(|status| **status == 204).count(), 1, "{statuses:?}");
    assert!(statuses.iter().all(|status| [204, 410, 503].contains(status)), "{statuses:?}");
    thief.get("/v1/account").expect(401).await;
    own.get("/v1/account").expect(401).await;
}

#[rstest]
#[tokio::test]
async fn a_session_on_a_public_computer_is_closed_from_elsewhere(
    #[values(Backend::Sqlite, Backend::Postgresql)] backend: Backend,
) {
    let app = TestApp::start(backend).await;
    let ada = app.person("Ada Lovelace").await;
    let own = app.sign_in(&ada).await;
    let left = app.browser();
    let body = SignIn::PUBLIC.body(&ada.email, &ada.password);
    left.post("/v1/sessions", &body).expect(201).await;
    let link = token(&mail(&app, &ada.email, "public computer").await, "/close-session");
    app.visitor().get(&format!("/close-session?token={link}")).expect(200).await;
    left.get("/v1/account").expect(200).await;
    let visitor = app.visitor();
    let statuses = race(16, || visitor.post("/v1/session-closings", &json!({ "token": link }))).await;
    assert_eq!(statuses.iter().filter(|status| **status == 204).count(), 1, "{statuses:?}");
    left.get("/v1/account").expect(401).await;
    own.get("/v1/account").expect(200).await;
    // Who still sits there is led to a page that says so, once.
    let over = left.get("/sign-in").expect(303).await;
    assert!(over.header("location").starts_with("/signed-out?computer=public"), "{}", over.header("location"));
    assert!(over.header("clear-site-data").contains("\"cookies\""), "{over}");
    left.get("/sign-in").expect(200).await;
    let spent = app.browser().submit("/close-session", &[("token", &link)]).expect(410).await;
    assert!(spent.text.contains("This link does nothing any more"), "{}", spent.text);
}

#[tokio::test]
async fn nothing_is_mailed_about_a_public_computer_that_nobody_spoke_of() {
    let app = TestApp::start(Backend::Sqlite).await;
    let ada = app.person("Ada Lovelace").await;
    let seen = app.mails().to(&ada.email).len();
    // Left out, `computer` is the careful choice, and a bearer session has no browser that keeps anything.
    for choice in [SignIn::default(), SignIn { transport: Some("bearer"), ..SignIn::PUBLIC }] {
        app.browser().post("/v1/sessions", &choice.body(&ada.email, &ada.password)).expect(201).await;
    }
    app.settle();
    assert_eq!(app.mails().to(&ada.email).len(), seen);
}
