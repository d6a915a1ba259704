//! What bad input gets, for every operation of the registry: a 4xx problem that names the field and the way out, and
//! nothing is stored.

use serde_json::{Value, json};
use steward::platform::web::registry::Access;

use super::surface::assert_problem;
use crate::support::{Backend, Client, TestApp};

/// Bodies that are no JSON object of any schema.
fn nonsense() -> Vec<(&'static str, Vec<u8>)> {
    vec![
        ("nothing", b"".to_vec()),
        ("half an object", b"{\"email\": \"a@b".to_vec()),
        ("a list", b"[]".to_vec()),
        ("null", b"null".to_vec()),
        ("a number", b"12345678901234567890123456789012345678901234567890".to_vec()),
        ("not UTF-8", b"{\"email\": \"\xff\xfe\"}".to_vec()),
        ("a lone surrogate", b"{\"email\": \"\\ud800\"}".to_vec()),
        ("deep nesting", "[".repeat(20_000).into_bytes()),
        ("a huge number", b"{\"quantity\": 1e999}".to_vec()),
        ("an unknown field", b"{\"no_such_field\": 1}".to_vec()),
        ("too large", format!("{{\"name\": \"{}\"}}", "x".repeat(70_000)).into_bytes()),
    ]
}

struct Clients {
    customer: Client,
    visitor: Client,
}

impl Clients {
    async fn of(app: &TestApp) -> Self {
        Self { customer: app.signed_in("Ada Lovelace").await, visitor: app.visitor() }
    }

    fn who_may(&self, access: Access) -> &Client {
        match access {
            Access::Holder | Access::Session => &self.customer,
            // What is wrong in itself is refused before anybody is asked who they are.
            Access::Visitor | Access::Machine | Access::Staff(_) => &self.visitor,
        }
    }
}

#[tokio::test]
async fn nonsense_bodies_are_refused_everywhere() {
    let app = TestApp::start(Backend::Sqlite).await;
    let clients = Clients::of(&app).await;
    let before = app.row_counts();
    for operation in app.operations().iter().filter(|operation| operation.body.is_some()) {
        let client = clients.who_may(operation.access);
        for (what, bytes) in nonsense() {
            let reply = operation.call_with_bytes(client, &bytes).send().await;
            assert_problem(&format!("{} with {what}", operation.id), &reply);
        }
        let wrong_kind = operation.call_with(client, None).header("Origin", &app.base).body("text/plain", "{}");
        let wrong_kind = wrong_kind.send().await;
        assert_problem(&format!("{} as text/plain", operation.id), &wrong_kind);
        assert_eq!(wrong_kind.status, 415, "{wrong_kind}");
    }
    assert_eq!(app.row_counts(), before, "something was stored");
}

#[tokio::test]
async fn texts_of_the_wrong_type_or_with_control_characters_are_named() {
    let app = TestApp::start(Backend::Sqlite).await;
    let clients = Clients::of(&app).await;
    for operation in app.operations().iter().filter(|operation| operation.access != Access::Machine) {
        let client = clients.who_may(operation.access);
        for pointer in operation.texts() {
            for value in [json!({ "a": 1 }), json!(["a"]), json!(true), json!("a\u{0}b"), json!("a\u{1b}[31m")] {
                let reply =
                    operation.call_with(client, Some(operation.sample_with(&pointer, value.clone()))).send().await;
                let what = format!("{} with {value} at {pointer}", operation.id);
                assert_problem(&what, &reply);
                let named = reply.fields().iter().any(|field| pointer.starts_with(field.as_str()));
                assert!(named, "{what}: the field is named: {reply}");
            }
        }
    }
}

#[tokio::test]
async fn members_that_are_unknown_missing_or_of_the_wrong_kind_are_named() {
    let app = TestApp::start(Backend::Sqlite).await;
    let clients = Clients::of(&app).await;
    let before = app.row_counts();
    let mut seen = 0;
    for operation in app.operations().iter().filter(|operation| operation.body.is_some()) {
        let client = clients.who_may(operation.access);
        let mut wrong = vec![("/no_such_member".to_owned(), operation.sample().unwrap_or_else(|| json!({})))];
        wrong[0].1["no_such_member"] = json!(1);
        for (name, required) in operation.members() {
            let mut odd = operation.sample().unwrap_or_else(|| json!({}));
            odd[&name] = json!([[1]]);
            wrong.push((format!("/{name}"), odd));
            if required {
                let mut without = operation.sample().unwrap_or_else(|| json!({}));
                without.as_object_mut().expect("an object").remove(&name);
                wrong.push((format!("/{name}"), without));
            }
        }
        for (pointer, body) in wrong {
            let reply = operation.call_with(client, Some(body.clone())).send().await;
            let what = format!("{} with {body}", operation.id);
            assert_problem(&what, &reply);
            assert!(
                reply.fields().iter().any(|field| field.starts_with(&pointer)),
                "{what}: {pointer} is named: {reply}"
            );
            seen += 1;
        }
    }
    assert_eq!(app.row_counts(), before, "something was stored");
    assert!(seen > 40, "only {seen} bodies were tried");
}

#[tokio::test]
async fn lists_refuse_bad_cursors_and_limits() {
    let app = TestApp::start(Backend::Sqlite).await;
    let clients = Clients::of(&app).await;
    let mut seen = 0;
    for operation in app.operations() {
        for name in ["cursor", "limit"].into_iter().filter(|name| operation.query.contains(name)) {
            let bad: &[&str] =
                if name == "limit" { &["0", "-1", "101", "1e9", "ten"] } else { &["AAAA", "%00", "eyJ9"] };
            for value in bad {
                let mut path = format!("{}?{name}={value}", operation.made_up_path());
                if matches!(operation.access, Access::Staff(_)) {
                    path.push_str("&purpose=billing");
                }
                let reply = clients.who_may(operation.access).get(&path).send().await;
                assert_problem(&path, &reply);
                seen += 1;
            }
        }
    }
    assert!(seen > 10, "only {seen} requests were tried");
}

#[tokio::test]
async fn ids_of_any_shape_are_not_found() {
    let app = TestApp::start(Backend::Sqlite).await;
    let clients = Clients::of(&app).await;
    let long = "a".repeat(2_000);
    for operation in app.operations().iter().filter(|operation| operation.path.contains('{')) {
        for id in ["0", "sub_", "acct_zzzz", "%00", "..%2f..%2fetc", "'%20OR%201=1--", "%F0%9F%A6%80", long.as_str()] {
            let parts = operation.path.split('/').map(|part| if part.starts_with('{') { id } else { part });
            let path = parts.collect::<Vec<_>>().join("/");
            let call = clients.who_may(operation.access).call(operation.method.clone(), &path);
            let reply = call.json(&operation.sample().unwrap_or(Value::Null)).send().await;
            assert_problem(&format!("{} {path}", operation.id), &reply);
        }
    }
}

#[tokio::test]
async fn forged_webhooks_are_refused_and_leave_nothing() {
    let app = TestApp::start(Backend::Sqlite).await;
    let before = app.row_counts();
    let body = json!({ "id": "evt_forged", "object": "event", "type": "payment_intent.succeeded", "livemode": false,
        "data": { "object": {} } })
    .to_string();
    let now = 1_800_000_000;
    for signature in ["", "t=1,v1=00", "v1=abc", &format!("t={now},v1={}", "0".repeat(64))] {
        let reply = app
            .visitor()
            .call(reqwest::Method::POST, "/v1/webhooks/stripe")
            .header("Stripe-Signature", signature)
            .body("application/json", body.clone())
            .send()
            .await;
        assert_problem(&format!("signature {signature:?}"), &reply);
    }
    assert_eq!(app.row_counts(), before, "something was stored");
}
