//! The account over HTTP: versions, merge patch, conflicts, history.

use rstest::rstest;
use serde_json::{Value, json};

use crate::support::{Backend, Client, TestApp, race};

async fn history(client: &Client) -> Vec<Value> {
    client.get("/v1/account/history?limit=100").expect(200).await.at("/data").as_array().expect("a list").clone()
}

#[rstest]
#[tokio::test]
async fn a_correction_takes_effect_at_once_with_its_history(
    #[values(Backend::Sqlite, Backend::Postgresql)] backend: Backend,
) {
    let app = TestApp::start(backend).await;
    let ada = app.signed_in("Ada").await;
    let before = ada.get("/v1/account").expect(200).await;
    assert_eq!(before.text_at("/name"), "Ada");
    let patch = json!({
        "name": "Ada Lindqvist",
        "phone": "+65 6123 4567",
        "address": { "line1": "1 Fullerton Road", "postcode": "049213", "country": "SG" },
        "im_ids": [{ "network": "matrix", "handle": "@ada:example.org" }],
        "preferences": { "date_format": "iso" },
    });
    let after = ada.patch("/v1/account", &patch).if_match(&before.etag()).expect(200).await;
    assert_ne!(after.etag(), before.etag());
    assert_eq!((after.text_at("/phone"), after.text_at("/address/city")), ("+6561234567".into(), "Singapore".into()));
    let read = ada.get("/v1/account").expect(200).await;
    assert_eq!((read.json(), read.etag()), (after.json(), after.etag()));
    assert_eq!(read.header("cache-control"), "no-store, no-transform");

    let rows = history(&ada).await;
    assert_eq!(rows.len(), 5);
    let name = rows.iter().find(|row| row["field"] == "name").expect("the name's row");
    assert_eq!((&name["before"], &name["after"]), (&json!("Ada"), &json!("Ada Lindqvist")));
    assert_eq!((&name["actor"], &name["overwrite"]), (&json!("holder"), &json!(false)));
}

#[rstest]
#[tokio::test]
async fn a_change_names_the_version_it_was_decided_on(
    #[values(Backend::Sqlite, Backend::Postgresql)] backend: Backend,
) {
    let app = TestApp::start(backend).await;
    let ada = app.signed_in("Ada").await;
    let seen = ada.get("/v1/account").expect(200).await.etag();
    assert_eq!(ada.patch("/v1/account", &json!({ "name": "X" })).expect(428).await.code(), "precondition-required");
    assert_eq!(ada.patch("/v1/account", &json!({ "name": "X" })).if_match("7").expect(400).await.code(), "malformed");

    ada.patch("/v1/account", &json!({ "phone": "+6561234567" })).if_match(&seen).expect(200).await;
    let stale = ada.patch("/v1/account", &json!({ "name": "Eve" })).if_match(&seen).expect(412).await;
    assert_eq!(stale.code(), "stale");
    assert_eq!(
        stale.at("/differs"),
        json!([{ "field": "name", "current": "Ada" }, { "field": "phone", "current": "+6561234567" }])
    );
    let now = ada.get("/v1/account").expect(200).await;
    assert_eq!((stale.text_at("/etag"), now.text_at("/name")), (now.etag(), "Ada".into()));

    let weak = format!("W/{}", now.etag());
    ada.patch("/v1/account", &json!({ "name": "Ada B." })).if_match(&weak).expect(200).await;
    ada.patch("/v1/account", &json!({ "name": "Ada C." })).if_match("*").expect(200).await;
    let rows = history(&ada).await;
    let flagged: Vec<_> = rows.iter().filter(|row| row["overwrite"] == true).collect();
    assert_eq!(flagged.len(), 1, "{rows:?}");
    assert_eq!(flagged[0]["after"], "Ada C.");
}

#[tokio::test]
async fn absent_members_stay_null_empties_and_unknown_ones_are_refused() {
    let app = TestApp::start(Backend::Sqlite).await;
    let ada = app.signed_in("Ada").await;
    let patch = |body: Value| ada.patch("/v1/account", &body).if_match("*");
    let full =
        json!({ "phone": "+6561234567", "website": "ada.example", "im_ids": [{ "network": "irc", "handle": "ada" }] });
    patch(full).expect(200).await;
    let kept = patch(json!({ "website": null })).expect(200).await;
    assert_eq!((kept.at("/website"), kept.text_at("/phone")), (Value::Null, "+6561234567".into()));
    let kept = patch(json!({ "im_ids": null, "phone": null })).expect(200).await;
    assert_eq!((kept.at("/im_ids"), kept.at("/phone")), (json!([]), Value::Null));

    for (body, pointer) in [
        (json!({ "nickname": "x" }), "/nickname"),
        (json!({ "email": "eve@example.org" }), "/email"),
        (json!({ "name": null }), "/name"),
        (json!({ "name": ["x"] }), "/name"),
        (json!({ "phone": "123" }), "/phone"),
        (json!({ "address": { "line1": "x", "country": "ZZ" } }), "/address/country"),
        (json!({ "im_ids": [{ "network": "xmpp", "handle": "not a jid" }] }), "/im_ids/0/handle"),
        (json!({ "time_zone": "Mars/Olympus" }), "/time_zone"),
        (json!({ "preferences": { "theme": "dark" } }), "/preferences/theme"),
        (json!({ "name": "4242 4242 4242 4242" }), "/name"),
    ] {
        let refused = patch(body.clone()).expect(422).await;
        assert_eq!(refused.fields(), [pointer], "{body}: {refused}");
    }
    let wrong_type = ada.call(reqwest::Method::PATCH, "/v1/account").if_match("*").body("text/plain", "x");
    wrong_type.expect(415).await;
    ada.patch("/v1/account", &json!(["name"])).if_match("*").expect(422).await;
}

#[tokio::test]
async fn a_patch_that_changes_nothing_keeps_version_and_history() {
    let app = TestApp::start(Backend::Sqlite).await;
    let ada = app.signed_in("Ada").await;
    let before = ada.get("/v1/account").expect(200).await;
    for body in [json!({}), json!({ "name": "Ada", "phone": null })] {
        assert_eq!(ada.patch("/v1/account", &body).if_match(&before.etag()).expect(200).await.etag(), before.etag());
    }
    assert_eq!(history(&ada).await, Vec::<Value>::new());
}

/// Sixteen clients read the same version and change it: one wins, the others are told.
#[rstest]
#[tokio::test]
async fn of_changes_to_one_version_exactly_one_wins(#[values(Backend::Sqlite, Backend::Postgresql)] backend: Backend) {
    let app = TestApp::start(backend).await;
    let ada = app.signed_in("Ada").await;
    let seen = ada.get("/v1/account").expect(200).await.etag();
    let number = std::sync::atomic::AtomicU32::new(0);
    let statuses = race(16, || {
        let name = format!("Ada {}", number.fetch_add(1, std::sync::atomic::Ordering::Relaxed));
        ada.patch("/v1/account", &json!({ "name": name })).if_match(&seen)
    })
    .await;
    assert_eq!(statuses.iter().filter(|status| **status == 200).count(), 1, "{statuses:?}");
    assert_eq!(statuses.iter().filter(|status| **status == 412).count(), 15, "{statuses:?}");
    assert_eq!(history(&ada).await.len(), 1);
}

#[tokio::test]
async fn history_comes_in_pages_and_belongs_to_its_holder() {
    let app = TestApp::start(Backend::Sqlite).await;
    let (ada, eve) = (app.signed_in("Ada").await, app.signed_in("Eve").await);
    for number in 0..3 {
        ada.patch("/v1/account", &json!({ "name": format!("Ada {number}") })).if_match("*").expect(200).await;
    }
    let first = ada.get("/v1/account/history?limit=2").expect(200).await;
    assert_eq!(first.at("/data").as_array().map(Vec::len), Some(2));
    let next = first.text_at("/next");
    assert!(first.header("link").contains(&next), "{first}");
    let second = ada.get(&format!("/v1/account/history?limit=2&cursor={next}")).expect(200).await;
    assert_eq!((second.at("/data/0/after"), second.at("/next")), (json!("Ada 0"), Value::Null));
    for query in ["limit=0", "limit=101", "cursor=AAAA", "page=2"] {
        let refused = ada.get(&format!("/v1/account/history?{query}")).send().await;
        assert_eq!(refused.status, 400, "{query}: {refused}");
    }
    let hers = eve.get(&format!("/v1/account/history?cursor={next}")).expect(200).await;
    assert_eq!(hers.at("/data"), json!([]), "a cursor opens nobody else's history");
}

#[tokio::test]
async fn a_confirmation_is_a_new_version() {
    let app = TestApp::start(Backend::Sqlite).await;
    let ada = app.signed_in("Ada").await;
    let before = ada.get("/v1/account").expect(200).await;
    let confirmed = ada.post("/v1/account/confirmations", &json!({})).expect(201).await.text_at("/confirmed_at");
    let after = ada.get("/v1/account").expect(200).await;
    assert_eq!(after.text_at("/confirmed_at"), confirmed);
    assert_ne!(after.etag(), before.etag());
}

fn value_of(page: &str, name: &str) -> String {
    let marker = format!("name=\"{name}\" value=\"");
    page.split(&marker).nth(1).and_then(|rest| rest.split('"').next()).unwrap_or_default().to_owned()
}

#[rstest]
#[tokio::test]
async fn the_form_saves_complains_and_asks(#[values(Backend::Sqlite, Backend::Postgresql)] backend: Backend) {
    let app = TestApp::start(backend).await;
    let ada = app.signed_in("Ada").await;
    let form = ada.get("/account/edit").expect(200).await.text;
    let (csrf, version) = (value_of(&form, "csrf"), value_of(&form, "version"));
    let post = |version: &str, more: &[(&str, &str)]| {
        let mut fields = vec![("csrf", csrf.as_str()), ("version", version)];
        fields.extend(more);
        ada.submit("/account", &fields)
    };
    let wrong = post(&version, &[("name", "Ada"), ("phone", "12")]).expect(422).await;
    assert!(wrong.text.contains("id=\"phone-error\"") && wrong.text.contains("value=\"12\""), "{wrong}");

    // Two windows, different fields: both hold.
    post(&version, &[("name", "Ada"), ("phone", "+6561234567")]).expect(303).await;
    post(&version, &[("name", "Ada B."), ("phone", "")]).expect(303).await;
    let page = ada.get("/account").expect(200).await.text;
    assert!(page.contains("Ada B.") && page.contains("+65 6123 4567"), "{page}");

    // The same field: the page asks, and the answer holds.
    let asked = post(&version, &[("name", "Ada C."), ("website", "ada.example")]).expect(412).await.text;
    for part in ["Ada B.", "Ada C.", "name=\"name_from\" value=\"yours\"", "name=\"website\" value=\"ada.example\""] {
        assert!(asked.contains(part), "{part}: {asked}");
    }
    let newer = value_of(&asked, "version");
    let stored = [("name", "Ada C."), ("website", "ada.example"), ("name_from", "stored")];
    post(&newer, &stored).expect(303).await;
    let account = ada.get("/v1/account").expect(200).await;
    assert_eq!(
        (account.text_at("/name"), account.text_at("/website")),
        ("Ada B.".into(), "https://ada.example/".into())
    );
    let history = ada.get("/account/history").expect(200).await.text;
    assert!(
        history.contains("<del><bdi>Ada</bdi></del>") && history.contains("<ins><bdi>Ada B.</bdi></ins>"),
        "{history}"
    );
}
