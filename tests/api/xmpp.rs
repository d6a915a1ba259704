//! Security notices by XMPP: to who agreed and has confirmed the address by a code, in the words of the mail, through a real
//! server, and never instead of a mail.

use diesel::prelude::*;
use rstest::rstest;
use serde_json::{Value, json};
use steward::db::schema::{im_messages, jobs};

use crate::support::{Backend, Client, Mail, PASSWORD, Person, TestApp, XmppReader, XmppServer, eventually, race};

const CONSENT: &str = "/v1/account/consents/xmpp-notices";
const ADDRESS: &str = "/v1/account/xmpp-address";
const CODES: &str = "/v1/account/xmpp-address/codes";
const PROOF: &str = "/v1/account/xmpp-address/proof";
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

/// The code that came after `seen` others.
async fn code(reader: &XmppReader, seen: usize) -> String {
    eventually("a code", async || reader.codes().into_iter().nth(seen)).await
}

/// Agrees and gives the code: the reader has two messages then, the code and that notices are on.
async fn turn_on(client: &Client, reader: &XmppReader) {
    agree(client).await;
    let code = code(reader, 0).await;
    client.put(PROOF, &json!({ "code": code })).expect(200).await;
    reader.next(1).await;
}

async fn status(client: &Client) -> String {
    client.get(ADDRESS).expect(200).await.text_at("/status")
}

/// Whether a text holds these digits by themselves, and not within a longer number or a digest.
fn names(text: &str, digits: &str) -> bool {
    let stands_alone = |at: usize| {
        let neighbours = [text[..at].chars().next_back(), text[at + digits.len()..].chars().next()];
        !neighbours.into_iter().flatten().any(|c| c.is_ascii_alphanumeric())
    };
    text.match_indices(digits).any(|(at, _)| stands_alone(at))
}

/// Another code than this one.
fn wrong(code: &str) -> String {
    let (first, rest) = code.split_at(1);
    format!("{}{rest}", if first == "1" { "2" } else { "1" })
}

/// A change that every holder is told of.
async fn change_password(client: &Client) {
    let body = json!({ "current_password": PASSWORD, "password": OTHER_PASSWORD });
    client.put("/v1/account/password", &body).expect(204).await;
}

/// Another one.
async fn make_token(app: &TestApp, person: &Person, client: &Client, name: &str) {
    let token = json!({ "name": name, "scopes": ["billing:read"], "expires_in_days": 30 });
    client.post("/v1/session/step-up", &json!({ "password": OTHER_PASSWORD })).expect(204).await;
    client.post("/v1/account/tokens", &token).expect(201).await;
    eventually("a mail about the token", async || {
        app.mails().to(&person.email).into_iter().find(|mail| mail.text.contains(name))
    })
    .await;
    app.settle();
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
    turn_on(&client, &reader).await;
    let (asked, on) = (reader.next(0).await, reader.next(1).await);
    let asked = asked["body"].as_str().expect("a text");
    assert!(asked.contains("Der Code, der die Adresse bestätigt") && asked.contains("Guten Tag,"), "{asked}");
    assert!(!asked.contains("Ada") && !asked.contains("token="), "who reads it may be a stranger: {asked}");
    assert!(on["body"].as_str().is_some_and(|body| body.contains("kommen jetzt auch per XMPP")), "{on}");
    change_password(&client).await;
    let message = reader.next(2).await;
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
    let frozen = reader.next(3).await;
    assert!(frozen["body"].as_str().is_some_and(|body| body.contains("gesperrt")), "{frozen}");
    app.settle();
    assert_eq!(reader.messages().len(), 4, "{:?}", reader.messages());
    assert_eq!(states(&app), ["sent"; 4]);
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
    turn_on(&client, &reader).await;
    agree(&client).await;
    let shares = client.get("/v1/account/shared-with").expect(200).await.at("/data");
    let by_xmpp: Vec<&Value> =
        shares.as_array().expect("a list").iter().filter(|share| share["recipient"] == "xmpp_server").collect();
    assert_eq!(by_xmpp.len(), 2, "agreeing twice sends nothing more: {shares}");
    for (share, about) in by_xmpp.iter().zip(["xmpp_notices_on", "xmpp_code"]) {
        assert_eq!((&share["ground"], &share["about"]), (&json!("consent"), &json!(about)));
        assert_eq!(share["fields"], json!(["accounts.im_ids", "im_messages.sealed"]));
    }

    client.delete(CONSENT).expect(204).await;
    told_by_mail(&app, &person, "come by mail only").await;
    change_password(&client).await;
    told_by_mail(&app, &person, "Your password").await;
    app.settle();
    assert_eq!(states(&app), ["sent"; 2], "nothing after the withdrawal");
    assert_eq!(reader.messages().len(), 2);
    assert_eq!((app.audited("consent.give").len(), app.audited("consent.withdraw").len()), (1, 1));
    assert_eq!((app.audited("xmpp_proof.create").len(), app.audited("xmpp_proof.confirm").len()), (1, 1));
    assert_eq!(status(&client).await, "off");
    // Agreed to once more, it begins anew: the proof is gone with the consent.
    agree(&client).await;
    assert_eq!(status(&client).await, "waiting");
}

#[rstest]
#[tokio::test]
async fn who_has_not_agreed_has_no_address_or_has_not_proved_it_gets_nothing_by_xmpp(
    #[values(Backend::Sqlite, Backend::Postgresql)] backend: Backend,
) {
    let server = XmppServer::start();
    let reader = server.reader().await;
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

    // Agreed to: only the code leaves until it is given, and nobody is told that anything is on.
    agree(&client).await;
    let code = code(&reader, 0).await;
    let page = client.get("/account/privacy").expect(200).await;
    assert!(page.text.contains("A code is on its way to this address"), "{page}");
    make_token(&app, &person, &client, "nightly").await;
    assert_eq!(states(&app).len(), 1, "the code");
    assert!(app.mails().to(&person.email).iter().all(|mail| !mail.subject.contains("XMPP")));

    // Given, and then the address is gone: the mail is all there is, and says so.
    client.put(PROOF, &json!({ "code": code })).expect(200).await;
    told_by_mail(&app, &person, "also come by XMPP now").await;
    reader.next(1).await;
    client.patch("/v1/account", &json!({ "im_ids": [] })).if_match("*").expect(200).await;
    let off = told_by_mail(&app, &person, "come by mail only").await;
    assert!(off.text.contains("was changed or removed"), "{}", off.text);
    make_token(&app, &person, &client, "weekly").await;
    assert_eq!(states(&app).len(), 2, "the code, and that it was turned on");
    assert_eq!((status(&client).await, app.audited("xmpp_proof.void").len()), ("unproved".to_owned(), 1));
}

#[rstest]
#[tokio::test]
async fn a_server_that_is_down_delays_no_mail_and_gets_the_message_when_it_is_back(
    #[values(Backend::Sqlite, Backend::Postgresql)] backend: Backend,
) {
    let mut server = XmppServer::start();
    let app = app(backend, &server, &[]).await;
    let (person, client) = somebody(&app, "en").await;
    let reader = server.reader().await;
    turn_on(&client, &reader).await;
    app.settle();
    drop(reader);
    server.stop();
    change_password(&client).await;
    told_by_mail(&app, &person, "Your password").await;
    let complaint = complaint(&app).await;
    assert!(complaint.contains("the XMPP server cannot be reached"), "{complaint}");
    client.post("/v1/account/freeze", &json!({})).expect(204).await;
    told_by_mail(&app, &person, "frozen").await;
    assert_eq!(states(&app), ["sent", "sent", "queued", "queued"]);
    server.resume();
    let reader = server.reader().await;
    reader.next(1).await;
    eventually("both are sent", async || (states(&app) == ["sent"; 4]).then_some(())).await;
    assert_eq!(reader.messages().len(), 2, "each once: {:?}", reader.messages());
}

#[tokio::test]
async fn a_wrong_password_is_named_and_keeps_nothing_from_starting() {
    let server = XmppServer::start();
    let app = app(Backend::Sqlite, &server, &[("xmpp.password", "not this one")]).await;
    let (_, client) = somebody(&app, "en").await;
    agree(&client).await;
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
    assert!(reader.next(0).await["body"].as_str().is_some_and(|body| body.contains("The code that confirms")));

    let wary = app(Backend::Sqlite, &server, &[("xmpp.ca_file", "")]).await;
    let (_, client) = somebody(&wary, "en").await;
    agree(&client).await;
    let complaint = complaint(&wary).await;
    assert!(complaint.contains("no TLS with the XMPP server"), "{complaint}");
    client.delete(CONSENT).expect(204).await;
    eventually("what waits is kept here", async || (states(&wary) == ["refused"]).then_some(())).await;
    assert_eq!(reader.messages().len(), 1);
}

#[rstest]
#[tokio::test]
async fn a_code_is_given_once_within_five_tries_after_a_step_up(
    #[values(Backend::Sqlite, Backend::Postgresql)] backend: Backend,
) {
    let server = XmppServer::start();
    let reader = server.reader().await;
    let app = app(backend, &server, &[]).await;
    let (person, client) = somebody(&app, "en").await;
    let before = client.get(ADDRESS).expect(200).await;
    assert_eq!((before.text_at("/status"), before.text_at("/address")), ("off".into(), XmppServer::reader_address()));
    assert!(client.post(CODES, &json!({})).expect(409).await.text_at("/detail").contains("Agree"), "not agreed");

    agree(&client).await;
    let first = code(&reader, 0).await;
    let waiting = client.get(ADDRESS).expect(200).await;
    assert_eq!((waiting.text_at("/status"), waiting.at("/code/tries_left")), ("waiting".into(), json!(5)));
    let unreadable = client.put(PROOF, &json!({ "code": "1234" })).expect(422).await;
    assert_eq!((unreadable.code(), unreadable.fields()), ("invalid".into(), vec!["/code".to_owned()]));
    for left in ["4 tries", "3 tries", "2 tries", "One try", "the last try"] {
        let refused = client.put(PROOF, &json!({ "code": wrong(&first) })).expect(422).await;
        assert_eq!((refused.code(), refused.fields()), ("xmpp-code-wrong".into(), vec!["/code".to_owned()]));
        assert!(refused.text_at("/errors/0/detail").contains(left), "{refused}");
    }
    let used_up = client.put(PROOF, &json!({ "code": first })).expect(409).await;
    assert_eq!((used_up.code(), used_up.fields()), ("xmpp-code-spent".into(), vec!["/code".to_owned()]));
    assert!(used_up.text_at("/errors/0/detail").contains("Ask for another code"), "{used_up}");
    assert_eq!(status(&client).await, "unproved");

    let sent = client.post(CODES, &json!({})).expect(202).await;
    assert_eq!((sent.text_at("/status"), sent.at("/code/tries_left")), ("waiting".into(), json!(5)));
    let second = code(&reader, 1).await;
    // Somebody who found the session open some time ago cannot turn it on.
    let long_ago = "UPDATE sessions SET stepped_up_at = '2020-01-01 00:00:00'";
    diesel::sql_query(long_ago).execute(&mut app.database.connection()).expect("set back");
    let refused = client.put(PROOF, &json!({ "code": second })).expect(403).await;
    assert_eq!(refused.code(), "step-up-required");
    client.post("/v1/session/step-up", &json!({ "password": PASSWORD })).expect(204).await;
    let proved = client.put(PROOF, &json!({ "code": second.replace(' ', "") })).expect(200).await;
    assert_eq!((proved.text_at("/status"), proved.at("/code")), ("on".into(), Value::Null));
    assert!(proved.at("/proved_at").is_string(), "{proved}");
    told_by_mail(&app, &person, "also come by XMPP now").await;
    for refused in [client.put(PROOF, &json!({ "code": second })), client.post(CODES, &json!({}))] {
        assert_eq!(refused.expect(409).await.code(), "xmpp-address-proved");
    }
    for (place, text) in app.everything_written().await {
        assert!(!text.contains(&second) && !names(&text, &second.replace(' ', "")), "the code is in {place}");
    }
}

#[rstest]
#[tokio::test]
async fn of_sixteen_with_one_code_one_confirms_the_address(
    #[values(Backend::Sqlite, Backend::Postgresql)] backend: Backend,
) {
    let server = XmppServer::start();
    let reader = server.reader().await;
    let app = app(backend, &server, &[]).await;
    let (_, client) = somebody(&app, "en").await;
    agree(&client).await;
    let code = code(&reader, 0).await;
    let statuses = race(16, || client.put(PROOF, &json!({ "code": code }))).await;
    assert_eq!(statuses.iter().filter(|status| **status == 200).count(), 1, "{statuses:?}");
    assert!(statuses.iter().all(|status| [200, 409, 503].contains(status)), "{statuses:?}");
    assert_eq!(app.audited("xmpp_proof.confirm").len(), 1);
    reader.next(1).await;
    app.settle();
    assert_eq!(reader.messages().len(), 2, "told once: {:?}", reader.messages());
}

#[tokio::test]
async fn an_address_that_a_thief_proved_goes_when_the_change_of_the_mailbox_is_undone() {
    let server = XmppServer::start();
    let reader = server.reader().await;
    let app = app(Backend::Sqlite, &server, &[]).await;
    let (person, thief) = somebody(&app, "en").await;
    let mailbox = format!("new.{}", person.email);
    thief.post("/v1/account/email-changes", &json!({ "email": mailbox })).expect(202).await;
    let link = eventually("the link", async || app.mails().to(&mailbox).pop()).await.token();
    thief.post("/v1/account/email-changes/confirm", &json!({ "token": link })).expect(204).await;
    turn_on(&thief, &reader).await;
    let undo = json!({ "token": told_by_mail(&app, &person, "was changed").await.token(), "password": PASSWORD });
    app.visitor().post("/v1/account/email-changes/undo", &undo).expect(200).await;
    let owner = app.sign_in(&person).await;
    assert_eq!(status(&owner).await, "unproved", "the consent stands, and says so; nothing goes there");
    change_password(&owner).await;
    told_by_mail(&app, &person, "Your password").await;
    app.settle();
    // The freeze comes first, when it is not clear yet who is who: that may have left.
    let told = states(&app).into_iter().filter(|state| state == "sent").count();
    assert!(told <= 3, "neither that it was undone nor what came later: {:?}", reader.messages());
    assert!((2..=3).contains(&reader.messages().len()), "{:?}", reader.messages());
}

#[tokio::test]
async fn a_stranger_at_an_address_is_not_flooded_with_codes() {
    let server = XmppServer::start();
    let reader = server.reader().await;
    let app = app(Backend::Sqlite, &server, &[("limits.enabled", "true")]).await;
    let (_, client) = somebody(&app, "en").await;
    agree(&client).await;
    for _ in 0..2 {
        client.post(CODES, &json!({})).expect(202).await;
    }
    let refused = client.post(CODES, &json!({})).expect(429).await;
    assert!(refused.header("ratelimit-policy").starts_with("\"xmpp-codes\";q=3;w=3600"), "{refused}");
    assert!(refused.header("retry-after").parse::<u32>().is_ok_and(|seconds| seconds > 3_500), "{refused}");
    let page = client.submit("/account/privacy/xmpp-address/code", &[]).expect(429).await;
    assert!(page.text.contains("Too many tries"), "{page}");
    app.settle();
    assert!(reader.codes().len() <= 3, "{:?}", reader.codes());
    // Withdrawn and given again, the consent stands, and the code has to wait.
    client.delete(CONSENT).expect(204).await;
    agree(&client).await;
    assert_eq!(status(&client).await, "unproved");
    let page = client.get("/account/privacy").expect(200).await;
    assert!(page.text.contains("Nobody has confirmed this address yet") && page.text.contains("Send a code"), "{page}");
}

#[tokio::test]
async fn the_form_turns_it_on_and_without_an_account_nothing_of_it_is_shown() {
    let server = XmppServer::start();
    let with = app(Backend::Sqlite, &server, &[]).await;
    let reader = server.reader().await;
    let (_, client) = somebody(&with, "en").await;
    let security = async || client.get("/account/security").expect(200).await;
    assert!(security().await.text.contains("Off. Security notices come by mail only."));
    let give = "/account/privacy/consents/xmpp-notices/give";
    client.submit(give, &[]).expect(422).await;
    client.submit(give, &[("consent", "yes")]).expect(303).await;
    let code = code(&reader, 0).await;
    let proof = "/account/privacy/xmpp-address/proof";
    assert!(security().await.text.contains("A code was sent to"));
    let page = client.submit(proof, &[("code", &wrong(&code))]).expect(422).await;
    assert!(page.text.contains("This is not the code that was sent. 4 tries are left."), "{page}");
    assert!(page.text.contains("href=\"#code\""), "the summary leads to the field: {page}");
    client.submit("/account/privacy/xmpp-address/code", &[]).expect(303).await;
    let again = crate::support::eventually("another code", async || reader.codes().into_iter().nth(1)).await;
    let done = client.submit(proof, &[("code", &again)]).expect(303).await;
    assert_eq!(done.header("location"), "/account/privacy?notice=proved");
    let page = client.get("/account/privacy").expect(200).await;
    assert!(page.text.contains("This is on: you confirmed") && page.text.contains("xmpp-notices/withdraw"), "{page}");
    assert!(security().await.text.contains("On: they also go to"));
    let page = client.submit(proof, &[("code", &again)]).expect(409).await;
    assert!(page.text.contains("This address is confirmed already."), "{page}");
    client.submit("/account/privacy/consents/xmpp-notices/withdraw", &[]).expect(303).await;
    let places = with.visitor().get("/privacy/places").expect(200).await;
    assert!(places.text.contains("XMPP server"), "{places}");
    assert!(with.visitor().get("/v1/places").expect(200).await.text.contains("xmpp_server"));
    assert!(with.visitor().get("/privacy/data-map").expect(200).await.text.contains("XMPP server"));

    let without = TestApp::start(Backend::Sqlite).await;
    let (_, client) = somebody(&without, "en").await;
    let refused = client.put(CONSENT, &json!({ "consent": true })).expect(404).await;
    assert!(refused.text_at("/detail").contains("no notices by XMPP"), "{refused}");
    for path in
        ["/account/security", "/account/privacy", "/privacy/places", "/privacy/data-map", "/v1/places", "/v1/data-map"]
    {
        let page = client.get(path).expect(200).await;
        assert!(!page.text.contains("XMPP server") && !page.text.contains("xmpp_server"), "{path}: {page}");
    }
}
