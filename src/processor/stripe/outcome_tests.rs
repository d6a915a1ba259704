use hyper::HeaderMap;
use hyper::body::Bytes;
use proptest::prelude::*;
use rstest::rstest;
use serde_json::json;

use super::*;
use crate::billing::payments::gateway::{Advice, IntentStatus};

fn reply(status: u16, body: &str) -> Reply {
    Reply { status, headers: HeaderMap::new(), body: Bytes::copy_from_slice(body.as_bytes()) }
}

/// The outcome in one word, as the table writes it.
fn word_for(result: &Result<Value, GatewayError>) -> String {
    match result {
        Ok(_) => "done".to_owned(),
        Err(GatewayError::Unknown { replied: true, .. }) => "unknown, key spent".to_owned(),
        Err(GatewayError::Unknown { .. }) => "unknown".to_owned(),
        Err(GatewayError::NotSent { .. }) => "not sent".to_owned(),
        Err(GatewayError::Declined { decline, intent }) => {
            format!("declined {}{}", decline.code, if intent.is_some() { " with intent" } else { "" })
        }
        Err(GatewayError::RateLimited { .. }) => "slow down".to_owned(),
        Err(GatewayError::InFlight) => "in flight".to_owned(),
        Err(GatewayError::UnexpectedState { intent }) => {
            format!("other state{}", if intent.is_some() { " with intent" } else { "" })
        }
        Err(GatewayError::NotFound) => "not found".to_owned(),
        Err(GatewayError::Refused { status, code, parameter }) => {
            format!("refused {status} {code} {}", parameter.as_deref().unwrap_or("-"))
        }
    }
}

const INTENT: &str =
    r#""payment_intent":{"id":"pi_1","status":"requires_payment_method","amount":1900,"currency":"usd","created":1}"#;

#[rstest]
#[case(200, r#"{"id":"pi_1"}"#, "done")]
#[case(201, "{}", "done")]
#[case(200, "", "unknown")]
#[case(200, "null", "unknown")]
#[case(200, r#"{"id":"pi_1""#, "unknown")]
#[case(200, "<html>", "unknown")]
#[case(302, "", "unknown")]
#[case(302, r#"{"error":{"type":"api_error"}}"#, "unknown")]
#[case(
    400,
    r#"{"error":{"type":"invalid_request_error","code":"parameter_missing","param":"amount"}}"#,
    "refused 400 parameter_missing amount"
)]
#[case(400, r#"{"error":{"type":"invalid_request_error"}}"#, "refused 400 invalid_request_error -")]
#[case(400, r#"{"error":{"type":"idempotency_error"}}"#, "refused 400 idempotency_error -")]
#[case(400, r#"{"error":{"code":"who@example.org said"}}"#, "refused 400 unrecognised -")]
#[case(400, r#"{"error":{"code":"a","param":"metadata[a]"}}"#, "refused 400 a metadata[a]")]
#[case(400, r#"{"error":{"code":"a","param":"John Doe"}}"#, "refused 400 a -")]
#[case(400, r#"{"error":{"code":"payment_intent_unexpected_state"}}"#, "other state")]
#[case(400, &format!(r#"{{"error":{{"code":"payment_intent_unexpected_state",{INTENT}}}}}"#), "other state with intent")]
#[case(400, r#"{"error":{"code":"setup_intent_unexpected_state"}}"#, "other state")]
#[case(400, "Bad Request", "unknown")]
#[case(401, r#"{"error":{"type":"invalid_request_error"}}"#, "refused 401 invalid_request_error -")]
#[case(402, r#"{"error":{"code":"card_declined","decline_code":"lost_card"}}"#, "declined card_declined")]
#[case(402, &format!(r#"{{"error":{{"code":"expired_card",{INTENT}}}}}"#), "declined expired_card with intent")]
#[case(402, r#"{"error":{"code":"card_declined","payment_intent":{"id":5}}}"#, "declined card_declined")]
#[case(402, r#"{"error":{}}"#, "declined card_declined")]
#[case(402, "not json", "unknown")]
#[case(400, r#"{"error":{"type":"card_error","code":"card_declined"}}"#, "declined card_declined")]
#[case(403, r#"{"error":{"code":"more_permissions_required"}}"#, "refused 403 more_permissions_required -")]
#[case(403, "<html>blocked</html>", "unknown")]
#[case(404, r#"{"error":{"code":"resource_missing"}}"#, "not found")]
#[case(404, "no such page", "unknown")]
#[case(409, r#"{"error":{"code":"idempotency_key_in_use","type":"idempotency_error"}}"#, "in flight")]
#[case(424, r#"{"error":{"type":"api_error"}}"#, "unknown, key spent")]
#[case(429, r#"{"error":{"code":"rate_limit"}}"#, "slow down")]
#[case(429, r#"{"error":{"code":"lock_timeout"}}"#, "slow down")]
#[case(429, "", "slow down")]
#[case(500, r#"{"error":{"type":"api_error"}}"#, "unknown, key spent")]
#[case(500, r#"{"error":{"type":"card_error","code":"card_declined"}}"#, "unknown, key spent")]
#[case(502, "<html>", "unknown, key spent")]
#[case(503, "", "unknown, key spent")]
#[case(600, r#"{"error":{}}"#, "unknown")]
fn each_reply_has_one_meaning(#[case] status: u16, #[case] body: &str, #[case] expected: &str) {
    assert_eq!(word_for(&outcome(Ok(reply(status, body)))), expected);
}

#[test]
fn what_did_not_leave_is_told_apart_from_what_was_lost() {
    assert_eq!(word_for(&outcome(Err(SendError::NotSent("refused".to_owned())))), "not sent");
    assert_eq!(word_for(&outcome(Err(SendError::Lost("cut".to_owned())))), "unknown");
}

#[test]
fn a_decline_keeps_codes_advice_charge_and_intent() {
    let body = json!({"error": {
        "type": "card_error", "code": "card_declined", "decline_code": "stolen_card", "advice_code": "do_not_try_again",
        "charge": "ch_1", "message": "Mrs Canary's card was declined.",
        "payment_intent": {"id": "pi_1", "status": "requires_payment_method", "amount": 1_900, "currency": "usd", "created": 1},
    }});
    let error = outcome(Ok(reply(402, &body.to_string()))).expect_err("declined");
    assert!(!format!("{error:?} {error}").contains("Canary"), "free text is dropped");
    let GatewayError::Declined { decline, intent } = error else { panic!("{error:?}") };
    assert_eq!(decline.decline_code.as_deref(), Some("stolen_card"));
    assert_eq!(decline.advice, Some(Advice::DoNotTryAgain));
    assert_eq!(decline.charge.map(|charge| charge.to_string()).as_deref(), Some("ch_1"));
    assert_eq!(intent.map(|intent| intent.status), Some(IntentStatus::RequiresPaymentMethod));
}

#[rstest]
#[case(None, None)]
#[case(Some("7"), Some(7))]
#[case(Some("0"), Some(0))]
#[case(Some("-1"), None)]
#[case(Some("99999999999999999999"), None)]
#[case(Some("9999999"), Some(3_600))]
#[case(Some("Wed, 21 Oct 2026 07:28:00 GMT"), None)]
fn the_wait_asked_for_is_taken_over(#[case] header: Option<&str>, #[case] seconds: Option<i64>) {
    let mut slow = reply(429, "");
    if let Some(header) = header {
        slow.headers.insert("retry-after", header.parse().expect("a header"));
    }
    let expected = GatewayError::RateLimited { retry_after: seconds.map(Duration::seconds) };
    assert_eq!(outcome(Ok(slow)), Err(expected));
}

proptest! {
    #[test]
    fn no_reply_panics(status in any::<u16>(), body in any::<Vec<u8>>(), word in ".*") {
        let _ = outcome(Ok(Reply { status, headers: HeaderMap::new(), body: Bytes::from(body) }));
        let told = json!({"error": {"type": word, "code": word, "param": word, "charge": word, "payment_intent": word}});
        let _ = outcome(Ok(reply(status, &told.to_string())));
    }

    #[test]
    fn only_success_is_done(status in any::<u16>(), body in ".*") {
        let done = outcome(Ok(reply(status, &body))).is_ok();
        prop_assert!(!done || (200..300).contains(&status));
    }

    #[test]
    fn prose_never_passes_for_a_code(before in "[a-z]{1,9}", after in "[a-z]{1,9}", gap in "[ @,:;\"'äß\n]") {
        let told = json!({"error": {"code": format!("{before}{gap}{after}"), "param": format!("{before}{gap}")}});
        prop_assert_eq!(word_for(&outcome(Ok(reply(400, &told.to_string())))), "refused 400 unrecognised -");
    }
}
