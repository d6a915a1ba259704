//! Correcting the profile: nobody's change is lost, and every change is in the history.

use rstest::rstest;
use serde_json::json;

use crate::support::{Backend, TestApp, race};

#[rstest]
#[tokio::test]
async fn an_update_needs_the_version_it_is_based_on(#[values(Backend::Sqlite, Backend::Postgresql)] backend: Backend) {
    let app = TestApp::start(backend).await;
    let client = app.signed_in("Ada Lovelace").await;
    let first = client.get("/v1/account").expect(200).await.etag();
    client.patch("/v1/account", &json!({ "name": "Ada King" })).expect(428).await;

    let changed = client.patch("/v1/account", &json!({ "name": "Ada King" })).if_match(&first).expect(200).await;
    assert_ne!(changed.etag(), first);
    let read = client.get("/v1/account").expect(200).await;
    assert_eq!((read.text_at("/name").as_str(), read.etag()), ("Ada King", changed.etag()));

    let stale = client.patch("/v1/account", &json!({ "name": "Countess" })).if_match(&first).expect(412).await;
    assert_eq!(stale.code(), "stale");
    assert!(stale.text.contains("Ada King"), "the differing field with its present value: {stale}");
    client.patch("/v1/account", &json!({ "name": "Countess" })).if_match(&changed.etag()).expect(200).await;
    // Weak validators that a proxy made of ours are understood.
    let weak = format!("W/{}", client.get("/v1/account").expect(200).await.etag());
    client.patch("/v1/account", &json!({ "name": "Ada" })).if_match(&weak).expect(200).await;
}

#[rstest]
#[tokio::test]
async fn sixteen_racers_with_one_version_change_it_once(
    #[values(Backend::Sqlite, Backend::Postgresql)] backend: Backend,
) {
    let app = TestApp::start(backend).await;
    let client = app.signed_in("Ada Lovelace").await;
    let etag = client.get("/v1/account").expect(200).await.etag();
    let racers = std::sync::atomic::AtomicU32::new(0);
    let statuses = race(16, || {
        let name = format!("Racer {}", racers.fetch_add(1, std::sync::atomic::Ordering::Relaxed));
        client.patch("/v1/account", &json!({ "name": name })).if_match(&etag)
    })
    .await;
    assert_eq!(statuses.iter().filter(|status| **status == 200).count(), 1, "{statuses:?}");
    assert_eq!(statuses.iter().filter(|status| **status == 412).count(), 15, "{statuses:?}");
}

#[rstest]
#[tokio::test]
async fn the_history_says_what_was_before_and_after(#[values(Backend::Sqlite, Backend::Postgresql)] backend: Backend) {
    let app = TestApp::start(backend).await;
    let client = app.signed_in("Ada Lovelace").await;
    let etag = client.get("/v1/account").expect(200).await.etag();
    let patch = json!({ "name": "Ada King", "website": "https://ada.example/", "phone": "+6561234567" });
    client.patch("/v1/account", &patch).if_match(&etag).expect(200).await;
    client.patch("/v1/account", &json!({ "phone": null })).if_match("*").expect(200).await;
    assert!(client.get("/v1/account").expect(200).await.at("/phone").is_null());

    let history = client.get("/v1/account/history").expect(200).await;
    let rows = history.at("/data");
    let find = |field: &str, after: serde_json::Value| {
        let rows = rows.as_array().expect("rows");
        let row = rows.iter().find(|row| row["field"] == field && row["after"] == after);
        row.cloned().unwrap_or_else(|| panic!("no change of {field} to {after}: {history}"))
    };
    assert_eq!(find("name", json!("Ada King"))["before"], json!("Ada Lovelace"));
    assert_eq!(find("website", json!("https://ada.example/"))["before"], json!(null));
    let removal = find("phone", json!(null));
    assert_eq!(removal["before"], json!("+6561234567"));
    assert_eq!(removal["overwrite"], json!(true), "a change over whatever was there is marked: {removal}");
}

#[rstest]
#[case(json!({ "nickname": "x" }), "/nickname")]
#[case(json!({ "name": "" }), "/name")]
#[case(json!({ "name": null }), "/name")]
#[case(json!({ "name": 7 }), "/name")]
#[case(json!({ "phone": "call me" }), "/phone")]
#[case(json!({ "website": "javascript:alert(1)" }), "/website")]
#[case(json!({ "address": { "line1": "x", "country": "XX" } }), "/address/country")]
#[case(json!({ "address": { "line1": "x", "city": "y", "region": "SP", "postcode": "ABC", "country": "BR" } }), "/address/postcode")]
#[case(json!({ "address": { "line1": "x", "city": "y", "region": "ZZ", "postcode": "01310-100", "country": "BR" } }), "/address/region")]
#[case(json!({ "name": "\u{3164}" }), "/name")]
#[case(json!({ "website": "@example.org" }), "/website")]
#[case(json!({ "im_ids": [{ "network": "xmpp", "handle": "not a jid@@" }] }), "/im_ids/0/handle")]
#[case(json!({ "im_ids": [{ "network": "carrier-pigeon", "handle": "x" }] }), "/im_ids/0/network")]
#[case(json!({ "time_zone": "Mars/Olympus" }), "/time_zone")]
#[case(json!({ "locale": "!!" }), "/locale")]
#[tokio::test]
async fn nonsense_is_refused_by_its_name(#[case] patch: serde_json::Value, #[case] field: &str) {
    let app = TestApp::start(Backend::Sqlite).await;
    let client = app.signed_in("Ada Lovelace").await;
    let before = client.get("/v1/account").expect(200).await;
    let reply = client.patch("/v1/account", &patch).if_match(&before.etag()).expect(422).await;
    assert!(reply.fields().iter().any(|named| named == field), "{field} is named: {reply}");
    assert_eq!(client.get("/v1/account").expect(200).await.text, before.text, "nothing was stored");
}

#[tokio::test]
async fn what_people_know_of_themselves_can_be_typed() {
    let app = TestApp::start(Backend::Sqlite).await;
    let client = app.signed_in("Ada Lovelace").await;
    let before = client.get("/v1/account").expect(200).await;
    let patch = json!({
        "name": "\u{200f}محمد بن موسى\u{200f}",
        "address": { "line1": "虎ノ門2丁目10-1", "city": "港区", "region": "東京都", "postcode": "〒１０５−０００１", "country": "jp" },
        "website": "example.org",
        "im_ids": [{ "network": "xmpp", "handle": "آدم@example.org" }],
    });
    let after = client.patch("/v1/account", &patch).if_match(&before.etag()).expect(200).await;
    assert_eq!(after.text_at("/name"), "محمد بن موسى");
    assert_eq!(after.text_at("/address/postcode"), "105-0001");
    assert_eq!(after.text_at("/website"), "https://example.org/");
    let wrong = json!({ "address": { "postcode": "12345" } });
    let reply =
        client.patch("/v1/account", &wrong).if_match(&after.etag()).header("Accept-Language", "de").expect(422).await;
    assert!(reply.text.contains("zum Beispiel so: 105-0001."), "{reply}");
}

#[rstest]
#[tokio::test]
async fn preferences_follow_the_person(#[values(Backend::Sqlite, Backend::Postgresql)] backend: Backend) {
    let app = TestApp::start(backend).await;
    let ada = app.person("Ada Lovelace").await;
    let here = app.sign_in(&ada).await;
    let etag = here.get("/v1/account").expect(200).await.etag();
    here.patch("/v1/account", &json!({ "time_zone": "Asia/Singapore", "locale": "en-SG" }))
        .if_match(&etag)
        .expect(200)
        .await;
    let elsewhere = app.sign_in(&ada).await.get("/v1/account").header("Accept-Language", "de").expect(200).await;
    assert_eq!(elsewhere.text_at("/time_zone"), "Asia/Singapore");
    assert_eq!(elsewhere.text_at("/locale"), "en-SG");
}
