//! Security notices by XMPP: to who agreed, in the words of the mail, through a real server, and never instead of a mail.

use diesel::prelude::*;
use rstest::rstest;
use serde_json::{Value, json};
use steward::db::schema::{im_messages, jobs};

use crate::support::{Backend, Client, Mail, PASSWORD, Person, TestApp, XmppServer, eventually};

const CONSENT: &str = "/v1/account/consents/xmpp-notices";
const OTHER_PASSWORD: &str = "four calm otters drift south";

async fn app(backend: Backend, server: &XmppServer, more: &[(&str, &str)]) -> TestApp {
    let keys = server.keys();
    let keys = keys.iter().map(|(key, value)| (*key, value.as_str())).chain(more.iter().copied());
    TestApp::with(backend, &keys.collect::<Vec<_>>()).await
}

/// Somebody signed in whose profile has the reader's address, in this language.
async fn somebody(app: &TestApp, locale: &str) -> (Person, Client) {
    let person = app.person("Ada").await;
    let client = app.sign_in(&person).await;
    let ids = json!([
        { "network": "irc", "handle": "ada" },
        { "network": "xmpp", "handle": XmppServer::reader_address() },
        { "network": "xmpp", "handle": "second@xmpp.test" }
    ]);
    client.patch("/v1/account", &json!({ "locale": locale, "im_ids": ids })).if_match("*").expect(200).await;
    (person, client)
}

async fn agree(client: &Client) {
    client.put(CONSENT, &json!({ "consent": true })).expect(200).await;
}

/// A change that every holder is told of.
async fn change_password(client: &Client) {
    let body = json!({ "current_password": PASSWORD, "password": OTHER_PASSWORD });
    client.put("/v1/account/password", &body).expect(204).await;
}

/// The mail about it.
async fn told_by_mail(app: &TestApp, person: &Person, words: &str) -> Mail {
    eventually(&format!("a mail with `{words}`"), async || {
        app.mails().to(&person.email).into_iter().find(|mail| mail.subject.contains(words))
    })
    .await
}

fn states(app: &TestApp) -> Vec<String> {
    let all = im_messages::table.order(im_messages::id).select(im_messages::state);
    all.load(&mut app.database.connection()).expect("read")
}

/// Why the sender waits.
async fn complaint(app: &TestApp) -> String {
    eventually("the sender complains", async || {
        let waiting = jobs::table.filter(jobs::kind.eq("im.send").and(jobs::last_error.is_not_null()));
        let error: Option<Option<String>> =
            waiting.select(jobs::last_error).first(&mut app.database.connection()).optional().expect("read");
        error.flatten()
    })
    .await
}

fn freeze_token(body: &str) -> String {
    let (_, rest) = body.split_once("/freeze?token=").unwrap_or_else(|| panic!("no link in {body}"));
    rest.split_whitespace().next().expect("a token").to_owned()
}

#[rstest]
#[tokio::test]
async fn a_notice_comes_by_mail_and_by_xmpp_in_the_same_words(
    #[values(Backend::Sqlite, Backend::Postgresql)] backend: Backend,
) {
    let server = XmppServer::start();
    let reader = server.reader().await;
    let app = app(backend, &server, &[]).await;
    let (person, client) = somebody(&app, "de").await;
    agree(&client).await;
    let on = reader.next(0).await;
    assert!(on["body"].as_str().is_some_and(|body| body.contains("kommen jetzt auch per XMPP")), "{on}");
    change_password(&client).await;
    let message = reader.next(1).await;
    let mail = told_by_mail(&app, &person, "Ihr Passwort").await;
    let body = message["body"].as_str().expect("a text");
    let (subject, text) = body.split_once("\n\n").expect("subject and text");
    assert_eq!(subject, mail.subject);
    for line in text.lines().filter(|line| !line.is_empty()) {
        assert!(mail.text.contains(line), "`{line}` is not in the mail:\n{}", mail.text);
    }
    assert!(text.starts_with("Guten Tag Ada,") && text.contains("sperren Sie Ihr Konto"), "{text}");
    assert_eq!((&message["type"], &message["from"]), (&json!("chat"), &json!("notices@xmpp.test")));
    let id = message["id"].as_str().expect("an id");
    assert!(id.starts_with("im_") && message["origin"] == message["id"], "{message}");

    let token = freeze_token(body);
    app.visitor().get(&format!("/freeze?token={token}")).expect(200).await;
    app.visitor().post("/v1/freezes", &json!({ "token": token })).expect(204).await;
    assert_eq!(client.get("/v1/account").expect(403).await.code(), "account-frozen");
    // The freeze is told too; then each notice has come once.
    let frozen = reader.next(2).await;
    assert!(frozen["body"].as_str().is_some_and(|body| body.contains("gesperrt")), "{frozen}");
    app.settle();
    assert_eq!(reader.messages().len(), 3, "{:?}", reader.messages());
    assert_eq!(states(&app), ["sent"; 3]);
}

#[rstest]
#[tokio::test]
async fn each_message_stands_in_the_record_of_sharings_and_a_withdrawal_ends_them(
    #[values(Backend::Sqlite, Backend::Postgresql)] backend: Backend,
) {
    let server = XmppServer::start();
    let reader = server.reader().await;
    let app = app(backend, &server, &[]).await;
    let (person, client) = somebody(&app, "en").await;
    agree(&client).await;
    agree(&client).await;
    reader.next(0).await;
    let shares = client.get("/v1/account/shared-with").expect(200).await.at("/data");
    let by_xmpp: Vec<&Value> =
        shares.as_array().expect("a list").iter().filter(|share| share["recipient"] == "xmpp_server").collect();
    assert_eq!(by_xmpp.len(), 1, "agreeing twice is told once: {shares}");
    assert_eq!(by_xmpp[0]["ground"], "consent");
    assert_eq!(by_xmpp[0]["fields"], json!(["accounts.im_ids", "im_messages.sealed"]));
    assert_eq!(by_xmpp[0]["about"], "xmpp_notices_on");

    client.delete(CONSENT).expect(204).await;
    told_by_mail(&app, &person, "come by mail only").await;
    change_password(&client).await;
    told_by_mail(&app, &person, "Your password").await;
    app.settle();
    assert_eq!(states(&app), ["sent"], "nothing after the withdrawal");
    assert_eq!(reader.messages().len(), 1);
    assert_eq!((app.audited("consent.give").len(), app.audited("consent.withdraw").len()), (1, 1));
}

#[rstest]
#[tokio::test]
async fn who_has_not_agreed_or_has_no_address_gets_nothing_by_xmpp(
    #[values(Backend::Sqlite, Backend::Postgresql)] backend: Backend,
) {
    let server = XmppServer::start();
    let app = app(backend, &server, &[]).await;
    let grace = app.person("Grace").await;
    let client = app.sign_in(&grace).await;
    let refused = client.put(CONSENT, &json!({ "consent": true })).expect(409).await;
    assert!(refused.text_at("/detail").contains("XMPP address"), "{refused}");
    let page = client.get("/account/privacy").expect(200).await;
    assert!(page.text.contains("no XMPP address yet") && !page.text.contains("xmpp-notices/give"), "{page}");

    let (person, client) = somebody(&app, "en").await;
    client.put(CONSENT, &json!({ "consent": false })).expect(422).await;
    let page = client.get("/account/privacy").expect(200).await;
    assert!(page.text.contains(&XmppServer::reader_address()) && page.text.contains("xmpp.test"), "{page}");
    let (_, form) = page.text.split_once("xmpp-notices/give").expect("the form");
    assert!(!form.split("</form>").next().is_some_and(|form| form.contains(" checked")), "never ticked: {form}");
    change_password(&client).await;
    told_by_mail(&app, &person, "Your password").await;
    app.settle();
    assert_eq!(states(&app), Vec::<String>::new());

    // Agreed to, and then the address is gone: the mail is all there is.
    agree(&client).await;
    client.patch("/v1/account", &json!({ "im_ids": [] })).if_match("*").expect(200).await;
    let token = json!({ "name": "nightly", "scopes": ["billing:read"], "expires_in_days": 30 });
    client.post("/v1/session/step-up", &json!({ "password": OTHER_PASSWORD })).expect(204).await;
    client.post("/v1/account/tokens", &token).expect(201).await;
    told_by_mail(&app, &person, "token").await;
    app.settle();
    assert_eq!(states(&app).len(), 1, "only that it was turned on");
}

#[rstest]
#[tokio::test]
async fn a_server_that_is_down_delays_no_mail_and_gets_the_message_when_it_is_back(
    #[values(Backend::Sqlite, Backend::Postgresql)] backend: Backend,
) {
    let mut server = XmppServer::start();
    let app = app(backend, &server, &[]).await;
    let (person, client) = somebody(&app, "en").await;
    server.stop();
    agree(&client).await;
    change_password(&client).await;
    told_by_mail(&app, &person, "Your password").await;
    let complaint = complaint(&app).await;
    assert!(complaint.contains("the XMPP server cannot be reached"), "{complaint}");
    assert_eq!(states(&app), ["queued"; 2]);
    server.resume();
    let reader = server.reader().await;
    reader.next(1).await;
    eventually("both are sent", async || (states(&app) == ["sent"; 2]).then_some(())).await;
    assert_eq!(reader.messages().len(), 2, "each once: {:?}", reader.messages());
}

#[tokio::test]
async fn a_wrong_password_is_named_and_keeps_nothing_from_starting() {
    let server = XmppServer::start();
    let app = app(Backend::Sqlite, &server, &[("xmpp.password", "not this one")]).await;
    let (person, client) = somebody(&app, "en").await;
    agree(&client).await;
    told_by_mail(&app, &person, "also come by XMPP").await;
    let complaint = complaint(&app).await;
    assert!(complaint.contains("refuses xmpp.jid with xmpp.password (NotAuthorized)"), "{complaint}");
    assert_eq!(states(&app), ["queued"], "tried again later");
    client.delete(CONSENT).expect(204).await;
    eventually("what waits is kept here", async || (states(&app) == ["refused"]).then_some(())).await;
}

#[tokio::test]
async fn an_address_that_the_server_does_not_know_is_given_up_at_once() {
    let server = XmppServer::start();
    let app = app(Backend::Sqlite, &server, &[]).await;
    let (_, client) = somebody(&app, "en").await;
    let ids = json!([{ "network": "xmpp", "handle": "nobody@xmpp.test" }]);
    client.patch("/v1/account", &json!({ "im_ids": ids })).if_match("*").expect(200).await;
    agree(&client).await;
    eventually("it is refused", async || (states(&app) == ["refused"]).then_some(())).await;
    app.settle();
}

#[tokio::test]
async fn an_encrypted_server_is_held_to_its_certificate() {
    let server = XmppServer::encrypted();
    let reader = server.reader().await;
    let trusting = app(Backend::Sqlite, &server, &[]).await;
    agree(&somebody(&trusting, "en").await.1).await;
    assert!(reader.next(0).await["body"].as_str().is_some_and(|body| body.contains("come by XMPP now")));

    let wary = app(Backend::Sqlite, &server, &[("xmpp.ca_file", "")]).await;
    let (_, client) = somebody(&wary, "en").await;
    agree(&client).await;
    let complaint = complaint(&wary).await;
    assert!(complaint.contains("no TLS with the XMPP server"), "{complaint}");
    client.delete(CONSENT).expect(204).await;
    eventually("what waits is kept here", async || (states(&wary) == ["refused"]).then_some(())).await;
    assert_eq!(reader.messages().len(), 1);
}

#[tokio::test]
async fn the_form_turns_it_on_and_without_an_account_nothing_of_it_is_shown() {
    let server = XmppServer::start();
    let with = app(Backend::Sqlite, &server, &[]).await;
    let (_, client) = somebody(&with, "en").await;
    let give = "/account/privacy/consents/xmpp-notices/give";
    client.submit(give, &[]).expect(422).await;
    client.submit(give, &[("consent", "yes")]).expect(303).await;
    let page = client.get("/account/privacy").expect(200).await;
    assert!(page.text.contains("This is on.") && page.text.contains("xmpp-notices/withdraw"), "{page}");
    client.submit("/account/privacy/consents/xmpp-notices/withdraw", &[]).expect(303).await;
    let places = with.visitor().get("/privacy/places").expect(200).await;
    assert!(places.text.contains("XMPP server"), "{places}");
    assert!(with.visitor().get("/v1/places").expect(200).await.text.contains("xmpp_server"));
    assert!(with.visitor().get("/privacy/data-map").expect(200).await.text.contains("XMPP server"));

    let without = TestApp::start(Backend::Sqlite).await;
    let (_, client) = somebody(&without, "en").await;
    let refused = client.put(CONSENT, &json!({ "consent": true })).expect(404).await;
    assert!(refused.text_at("/detail").contains("no notices by XMPP"), "{refused}");
    for path in ["/account/privacy", "/privacy/places", "/privacy/data-map", "/v1/places", "/v1/data-map"] {
        let page = client.get(path).expect(200).await;
        assert!(!page.text.contains("XMPP server") && !page.text.contains("xmpp_server"), "{path}: {page}");
    }
}
