//! What surrounds every operation and page: addresses, hosts, methods, headers, health, the API's document.

use std::collections::BTreeSet;

use reqwest::Method;
use rstest::rstest;
use serde_json::{Value, json};

use crate::support::{Backend, Reply, TestApp};

#[track_caller]
pub fn assert_problem(what: &str, reply: &Reply) {
    assert!((400..500).contains(&reply.status), "{what}: {reply}");
    assert!(reply.header("content-type").starts_with("application/problem+json"), "{what}: {reply}");
    for member in ["/type", "/title", "/instance"] {
        assert!(!reply.text_at(member).is_empty(), "{what}: {reply}");
    }
    assert_eq!(reply.at("/status"), json!(reply.status), "{what}");
}

#[rstest]
#[tokio::test]
async fn it_is_alive_and_ready(#[values(Backend::Sqlite, Backend::Postgresql)] backend: Backend) {
    let app = TestApp::start(backend).await;
    app.visitor().get("/healthz").expect(200).await;
    app.visitor().get("/readyz").expect(200).await;
    let metrics = app.visitor().get("/metrics").expect(200).await;
    assert!(metrics.header("content-type").starts_with("text/plain"), "{metrics}");
}

#[tokio::test]
async fn metrics_ask_for_their_token_where_one_is_set() {
    let keys = [("limits.enabled", "false"), ("http.metrics_token", "metrics-token-of-the-suite")];
    let app = TestApp::with(Backend::Sqlite, &keys).await;
    app.visitor().get("/metrics").expect(401).await;
    app.visitor().with_bearer("metrics-token-of-the-suit").get("/metrics").expect(401).await;
    let metrics = app.visitor().with_bearer("metrics-token-of-the-suite").get("/metrics").expect(200).await;
    assert!(metrics.header("content-type").ends_with("charset=utf-8"), "{metrics}");
}

#[tokio::test]
async fn a_refusal_is_in_the_log_by_its_code() {
    let app = TestApp::start(Backend::Sqlite).await;
    let visitor = app.visitor();
    visitor.get("/v1/account").header("Cookie", "__Host-session=forged").expect(401).await;
    visitor.get("/healthz").header("Host", "evil.example").expect(421).await;
    visitor.get("/healthz").expect(200).await;
    let written = app.everything_written().await;
    let log = written.iter().find(|(place, _)| place == "log").map(|(_, text)| text.as_str()).expect("the log");
    for code in ["not-signed-in", "misdirected", ""] {
        assert!(log.contains(&format!("\"refused\":\"{code}\"")), "{code} in {log}");
    }
    assert!(!log.contains("forged"), "what was refused is not repeated");
}

#[tokio::test]
async fn unknown_addresses_hosts_and_methods_are_told_apart() {
    let app = TestApp::start(Backend::Sqlite).await;
    let visitor = app.visitor();
    assert_problem("an unknown address", &visitor.get("/v1/no-such-thing").expect(404).await);
    let wrong = visitor.delete("/healthz").expect(405).await;
    assert_problem("an unknown method", &wrong);
    assert!(wrong.header("allow").contains("GET"), "{wrong}");
    assert_problem("another host", &visitor.get("/healthz").header("Host", "evil.example").expect(421).await);
    for name in ["Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto"] {
        assert_problem(name, &visitor.get("/healthz").header(name, "for=1.2.3.4").expect(400).await);
    }
    let page = visitor.get("/no-such-page").expect(404).await;
    assert!(page.header("content-type").starts_with("text/html"), "people get a page: {page}");
    assert!(page.text.contains("href=\"/privacy\"") && page.text.contains("href=\"/contact\""), "{page}");
}

#[tokio::test]
async fn every_answer_carries_its_protection() {
    let app = TestApp::start(Backend::Sqlite).await;
    for (path, status) in [("/healthz", 200), ("/v1/none", 404), ("/none", 404), ("/openapi.json", 200)] {
        let reply = app.visitor().get(path).expect(status).await;
        assert_eq!(reply.header("x-content-type-options"), "nosniff", "{path}");
        let policy = reply.header("content-security-policy");
        assert!(policy.starts_with("default-src 'none'") && !policy.contains("unsafe"), "{path}: {policy}");
        assert!(policy.contains("frame-ancestors 'none'"), "{path}: {policy}");
        for name in
            ["referrer-policy", "cross-origin-opener-policy", "cross-origin-resource-policy", "permissions-policy"]
        {
            assert!(!reply.header(name).is_empty(), "{path}: {name}");
        }
        for name in ["server", "x-powered-by"] {
            assert_eq!(reply.header(name), "", "{path}: no banner");
        }
        assert!(!reply.header("x-request-id").is_empty(), "{path}");
    }
}

#[tokio::test]
async fn a_head_answers_like_its_get_without_the_body() {
    let app = TestApp::start(Backend::Sqlite).await;
    let head = app.visitor().call(Method::HEAD, "/healthz").expect(200).await;
    assert_eq!(head.text, "");
}

#[tokio::test]
async fn no_answer_sets_a_cookie_for_someone_who_only_looks() {
    let app = TestApp::start(Backend::Sqlite).await;
    for page in steward::server::pages() {
        if page.method.as_str() != "GET" || page.path.contains('{') {
            continue;
        }
        let reply = app.visitor().get(page.path).send().await;
        assert!(reply.status < 500, "{}: {reply}", page.path);
        // Ending a cookie is no cookie; setting one is.
        let set = reply
            .cookie_names()
            .into_iter()
            .filter(|name| reply.set_cookie(name).is_some_and(|line| !line.to_lowercase().contains("max-age=0")));
        assert_eq!(set.collect::<Vec<_>>(), Vec::<String>::new(), "{}", page.path);
    }
}

#[tokio::test]
async fn the_document_describes_every_operation() {
    let app = TestApp::start(Backend::Sqlite).await;
    let document = app.visitor().get("/openapi.json").expect(200).await;
    assert_eq!(document.text_at("/openapi"), "3.1.0");
    for operation in app.operations() {
        let pointer = format!(
            "/paths/{}/{}/operationId",
            operation.path.replace('~', "~0").replace('/', "~1"),
            operation.method.as_str().to_lowercase()
        );
        assert_eq!(document.text_at(&pointer), operation.id);
    }
    // A list says of which rows it is one.
    for list in ["cookies", "places", "data-map", "policy~1versions"] {
        let reply = format!("/paths/~1v1~1{list}/get/responses/200/content/application~1json/schema/$ref");
        let page = document.at(document.text_at(&reply).trim_start_matches('#'));
        let row = page["properties"]["data"]["items"]["$ref"].as_str().expect("a kind of row").trim_start_matches('#');
        let described = document.at(&format!("{row}/properties"));
        let shown = app.visitor().get(&format!("/v1/{}", list.replace("~1", "/"))).expect(200).await.at("/data/0");
        let names = |value: &Value| value.as_object().expect("an object").keys().cloned().collect::<BTreeSet<_>>();
        assert_eq!(names(&described), names(&shown), "{list}");
    }
    app.visitor().get("/docs/").expect(200).await;
}
