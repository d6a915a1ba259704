//! Every operation × values that cannot be: numbers beyond all bounds, texts that are none, ids of no kind; forms alike.
//! Every answer is a 4xx that names the field and the way out, and no row of any table is changed. What was issued here
//! and comes back spoilt is in `spoilt.rs`.

use reqwest::Method;
use rstest::rstest;
use serde_json::{Value, json};
use steward::platform::web::registry::{Access, Idempotency};

use super::world::World;
use crate::support::operations::Covered;
use crate::support::{Backend, Client, Reply};
use crate::surface::assert_problem;

/// As they stand in the body; none is a number that any operation takes.
const NO_NUMBERS: &[&str] = &[
    "-1",
    "-9223372036854775809",
    "0",
    "4294967295",
    "9223372036854775807",
    "9223372036854775808",
    "99999999999999999999999999999999999999",
    "1e400",
    "-1e400",
    "1.5",
    "\"1\"",
    "\"2026-02-30\"",
    "true",
    "[1]",
    "{}",
];

/// As they stand in the body; none is a text.
const NO_TEXTS: &[&[u8]] = &[
    b"5",
    b"-1",
    b"1e400",
    b"true",
    b"[\"a\"]",
    b"{\"a\": \"b\"}",
    b"\"a\\u0000b\"",
    b"\"a\\u0008b\"",
    b"\"a\\u001b[31mb\"",
    b"\"a\\u007fb\"",
    b"\"a\\u0085b\"",
    b"\"\\ud800\"",
    b"\"\xff\xfe\"",
    b"\"\xc0\xaf\"",
    b"\"\xed\xa0\x80\"",
];

/// In the place of an id.
const NO_IDS: &[&str] = &[
    "-1",
    "0",
    "9223372036854775808",
    "99999999999999999999999999999999999999",
    "1e400",
    "2026-02-30",
    "%ff%fe",
    "%c0%af",
    "%ed%a0%80",
    "%00",
    "%1b",
    "%0a",
    "%7f",
    "null",
    "%20",
];

/// A world, and who asks for what in it.
pub struct Asked {
    pub world: World,
    visitor: Client,
    staff: Client,
}

impl Asked {
    pub async fn new(backend: Backend) -> Self {
        let world = World::new(backend).await;
        let (visitor, staff) = (world.app.visitor(), world.app.staff(steward::kernel::permission::Role::Admin).await);
        Self { world, visitor, staff }
    }

    pub fn by(&self, operation: &Covered) -> &Client {
        match operation.access {
            Access::Holder | Access::Session => &self.world.owner.client,
            Access::Visitor | Access::Machine => &self.visitor,
            Access::Staff(_) => &self.staff,
        }
    }

    pub fn path(&self, operation: &Covered) -> String {
        match operation.access {
            Access::Staff(_) => self.world.staff_path(operation.path),
            _ => self.world.owner.path(operation.path),
        }
    }

    /// Everything but the machine's own door, whose body is signed before it is read.
    fn with_bodies(&self) -> Vec<Covered> {
        let mut all = self.world.app.operations();
        all.retain(|operation| operation.body.is_some() && operation.access != Access::Machine);
        all
    }

    /// Sends the sample of an operation with these bytes at the pointer.
    async fn with(&self, operation: &Covered, pointer: &str, bytes: &[u8], price: &str) -> Reply {
        const MARK: &str = "\"in the place of this\"";
        let mut body = operation.sample_with(pointer, json!("in the place of this"));
        if body.get("price").is_some() && pointer != "/price" {
            body["price"] = json!(price);
        }
        let body = body.to_string();
        let (before, after) = body.split_once(MARK).expect("the mark is in the body");
        let body = [before.as_bytes(), bytes, after.as_bytes()].concat();
        operation.call_at_with_bytes(self.by(operation), &self.path(operation), &body).send().await
    }
}

/// A problem that names this member, and says something about it.
#[track_caller]
pub fn assert_names(what: &str, pointer: &str, reply: &Reply) {
    assert_problem(what, reply);
    let errors = reply.json().get("errors").and_then(Value::as_array).cloned().unwrap_or_default();
    let named = errors.iter().find(|error| {
        let field = error["pointer"].as_str().unwrap_or_default();
        !field.is_empty() && (pointer == field || pointer.starts_with(&format!("{field}/")))
    });
    let Some(named) = named else { panic!("{what}: {pointer} is not named: {reply}") };
    assert!(named["detail"].as_str().is_some_and(|text| text.len() > 8), "{what}: no way out: {reply}");
}

#[rstest]
#[tokio::test]
async fn numbers_that_cannot_be_are_named(#[values(Backend::Sqlite, Backend::Postgresql)] backend: Backend) {
    let asked = Asked::new(backend).await;
    let price = asked.world.app.price("basic", "month", "USD").await;
    let before = asked.world.app.contents().await;
    let mut seen = 0;
    for operation in asked.with_bodies() {
        for pointer in operation.numbers() {
            for number in NO_NUMBERS {
                let reply = asked.with(&operation, &pointer, number.as_bytes(), &price).await;
                assert_names(&format!("{} with {number} at {pointer}", operation.id), &pointer, &reply);
                seen += 1;
            }
        }
    }
    assert_eq!(asked.world.app.contents().await, before, "something was changed");
    assert!(seen >= 3 * NO_NUMBERS.len(), "only {seen} bodies were tried");
}

#[rstest]
#[tokio::test]
async fn texts_that_are_none_are_named(#[values(Backend::Sqlite, Backend::Postgresql)] backend: Backend) {
    let asked = Asked::new(backend).await;
    let before = asked.world.app.contents().await;
    let mut seen = 0;
    for operation in asked.with_bodies() {
        for pointer in operation.texts() {
            for text in NO_TEXTS {
                let reply = asked.with(&operation, &pointer, text, "").await;
                let shown = String::from_utf8_lossy(text);
                assert_names(&format!("{} with {shown} at {pointer}", operation.id), &pointer, &reply);
                seen += 1;
            }
        }
    }
    assert_eq!(asked.world.app.contents().await, before, "something was changed");
    assert!(seen > 20 * NO_TEXTS.len(), "only {seen} bodies were tried");
}

#[rstest]
#[tokio::test]
async fn ids_of_no_kind_are_refused(#[values(Backend::Sqlite, Backend::Postgresql)] backend: Backend) {
    let asked = Asked::new(backend).await;
    let before = asked.world.app.contents().await;
    let mut seen = 0;
    for operation in asked.world.app.operations() {
        for (place, _) in operation.path.split('/').enumerate().filter(|(_, part)| part.starts_with('{')) {
            for id in NO_IDS {
                let (path, query) = asked.path(&operation).split_once('?').map_or_else(
                    || (asked.path(&operation), String::new()),
                    |(path, query)| (path.to_owned(), format!("?{query}")),
                );
                let parts = path.split('/').enumerate().map(|(n, part)| if n == place { *id } else { part });
                let path = format!("{}{query}", parts.collect::<Vec<_>>().join("/"));
                let reply = operation.call_at(asked.by(&operation), &path, operation.sample()).send().await;
                assert_problem(&format!("{} {path}", operation.id), &reply);
                seen += 1;
            }
        }
    }
    assert_eq!(asked.world.app.contents().await, before, "something was changed");
    assert!(seen > 10 * NO_IDS.len(), "only {seen} requests were tried");
}

#[rstest]
#[tokio::test]
async fn headers_that_are_none_are_named() {
    let asked = Asked::new(Backend::Sqlite).await;
    let before = asked.world.app.contents().await;
    let long = "k".repeat(256);
    let mut seen = 0;
    for operation in asked.world.app.operations() {
        let tags = ["", "1", "\"abc\"", "\"-1\"", "\"0\"", "\"1\", \"2\"", "W/", "\"9223372036854775808\"", "\"\""];
        let keys = ["", " ", "two words", long.as_str()];
        let headers = [
            ("If-Match", if operation.if_match { &tags[..] } else { &[] }),
            ("Idempotency-Key", if operation.idempotency == Idempotency::None { &[] } else { &keys[..] }),
        ];
        for (name, values) in headers {
            for value in values {
                let mut call = asked.by(&operation).call(operation.method.clone(), &asked.path(&operation));
                if let (Some((kind, _)), Some(body)) = (&operation.body, operation.sample()) {
                    call = call.body(kind, body.to_string());
                }
                let reply = call.header(name, value).send().await;
                let what = format!("{} with {name}: {value}", operation.id);
                assert_problem(&what, &reply);
                let told = format!("{}{}", reply.json()["title"], reply.json()["detail"]);
                assert!(told.contains(name), "{what}: the header is not named: {reply}");
                seen += 1;
            }
        }
    }
    assert_eq!(asked.world.app.contents().await, before, "something was changed");
    assert!(seen > 12, "only {seen} requests were tried");
}

/// Forms: what is no UTF-8 and what is no text, whatever the field.
#[rstest]
#[tokio::test]
async fn forms_refuse_what_is_no_text(#[values(Backend::Sqlite, Backend::Postgresql)] backend: Backend) {
    let asked = Asked::new(backend).await;
    let app = &asked.world.app;
    let before = app.contents().await;
    let visitor = app.browser();
    let mut seen = 0;
    for page in steward::server::pages().into_iter().filter(|page| page.method.as_str() == "POST") {
        let (client, path) = match page.access {
            Access::Staff(_) => (&asked.staff, asked.world.staff_path(page.path)),
            Access::Holder | Access::Session => (&asked.world.owner.client, asked.world.owner.path(page.path)),
            Access::Visitor | Access::Machine => (&visitor, page.path.to_owned()),
        };
        for body in ["name=%ff%fe", "name=%c0%af", "name=%ed%a0%80", "name=a%00b", "name=a%1b", "name=%c2%85", "%00=a"]
        {
            let call = client.call(Method::POST, &path).body("application/x-www-form-urlencoded", body);
            let reply = call.send().await;
            assert!((400..500).contains(&reply.status), "{path} with {body}: {reply}");
            seen += 1;
        }
    }
    assert_eq!(app.contents().await, before, "something was changed");
    assert!(seen > 100, "only {seen} forms were tried");
}
