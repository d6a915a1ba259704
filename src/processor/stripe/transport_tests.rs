use std::net::TcpListener;

use stripe_client_core::IdempotencyKey;

use super::super::testing::{Does, OK, answers, serve};
use super::*;
use crate::config::Stripe;

/// As long as the settings give.
const WITHIN: Duration = Duration::from_millis(300);

fn transport(base: &str) -> Transport {
    let settings = Stripe {
        api_base: base.parse().expect("a URL"),
        secret_key: SecretString::from("sk_test_canary"),
        webhook_secret: SecretString::from(""),
        timeout_ms: 300,
        rate_per_second: 25,
        endpoint_rate_per_second: 25,
        poll_seconds: 300,
    };
    Transport::new(&Access::new(&settings, false).expect("sound")).expect("TLS")
}

fn get() -> RequestBuilder {
    RequestBuilder::new(StripeMethod::Get, "/things/th_1")
}

#[tokio::test]
async fn a_request_carries_version_key_and_form_and_reuses_its_connection() {
    let (base, requests) = serve(vec![answers(OK), answers(OK)]);
    let transport = transport(&base);
    let mut post = RequestBuilder::new(StripeMethod::Post, "/things");
    post.body = Some("a=b%20c".to_owned());
    let key = RequestStrategy::Idempotent(IdempotencyKey::new("inv_1:1:create").expect("a key"));
    let reply = transport.send(post, key, WITHIN).await.expect("a reply");
    assert_eq!((reply.status, reply.request_id(), &reply.body[..]), (200, Some("req_1"), &b"{}"[..]));
    transport.send(get(), RequestStrategy::Once, WITHIN).await.expect("a reply");

    let (first_connection, first) = requests.recv().expect("told");
    let first = first.to_ascii_lowercase();
    assert!(first.starts_with("post /v1/things http/1.1\r\n"), "{first}");
    for line in [
        "authorization: bearer sk_test_canary",
        "idempotency-key: inv_1:1:create",
        "stripe-version: 2026-09-30.endive",
        "content-type: application/x-www-form-urlencoded",
        "user-agent: steward/",
    ] {
        assert!(first.contains(line), "{line} in {first}");
    }
    assert!(first.ends_with("\r\n\r\na=b%20c"), "{first}");
    let (second_connection, second) = requests.recv().expect("told");
    assert_eq!(first_connection, second_connection, "the connection is kept");
    assert!(!second.to_ascii_lowercase().contains("idempotency-key"), "{second}");
}

#[tokio::test]
async fn a_refusal_keeps_status_headers_and_body() {
    let refusal = "HTTP/1.1 429 Too Many\r\nRetry-After: 7\r\nContent-Length: 8\r\n\r\nnot json";
    let (base, _requests) = serve(vec![answers(refusal)]);
    let reply = transport(&base).send(get(), RequestStrategy::Once, WITHIN).await.expect("a reply");
    assert_eq!((reply.status, reply.headers["retry-after"].to_str().ok()), (429, Some("7")));
    assert_eq!(&reply.body[..], b"not json");
    assert!(!format!("{reply:?}").contains("not json"), "bodies are not printed");
}

#[tokio::test]
async fn what_broke_off_after_sending_is_lost_and_not_sent_again() {
    let half = "HTTP/1.1 200 OK\r\nContent-Length: 20\r\n\r\n{";
    for does in [Does::Closes, Does::KeepsSilent, answers("nonsense\r\n\r\n"), answers(half)] {
        let (base, requests) = serve(vec![does]);
        let error = transport(&base).send(get(), RequestStrategy::Once, WITHIN).await.expect_err("no reply");
        assert!(matches!(error, SendError::Lost(_)), "{error:?}");
        assert!(!error.to_string().contains("canary"), "{error}");
        requests.recv().expect("sent once");
        assert!(requests.try_recv().is_err(), "sent twice");
    }
}

#[tokio::test]
async fn a_connection_closed_between_calls_is_replaced() {
    let last = "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\n{}";
    let (base, requests) = serve(vec![answers(last), answers(OK)]);
    let transport = transport(&base);
    for _ in 0..2 {
        transport.send(get(), RequestStrategy::Once, WITHIN).await.expect("a reply");
    }
    assert_eq!(requests.recv().expect("told").0, 0);
}

#[tokio::test]
async fn an_unreachable_host_means_not_sent() {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let base = format!("http://{}", listener.local_addr().expect("bound"));
    drop(listener);
    let error = transport(&base).send(get(), RequestStrategy::Once, WITHIN).await.expect_err("nobody listens");
    assert!(matches!(error, SendError::NotSent(_)), "{error:?}");
}

#[tokio::test]
async fn an_endless_reply_is_cut_off() {
    let length = LARGEST_REPLY + 1;
    let flood = format!("HTTP/1.1 200 OK\r\nContent-Length: {length}\r\n\r\n{}", "x".repeat(length));
    let (base, _requests) = serve(vec![Does::Answers(flood)]);
    let error = transport(&base).send(get(), RequestStrategy::Once, WITHIN).await.expect_err("too long");
    assert!(error.to_string().contains("length limit exceeded"), "{error:?}");
}

#[test]
fn nothing_secret_is_printed() {
    assert!(!format!("{:?}", transport("http://127.0.0.1:1")).contains("canary"));
}
