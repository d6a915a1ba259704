//! What a reply means: the one table that decides between "done", "not done" and "unknown" (8-money.md, "Charging
//! protocol" 3 and 6). Where in doubt the answer is unknown, because looking again is harmless and assuming is not.

use chrono::Duration;
use serde_json::Value;

use super::read;
use super::transport::{Reply, SendError};
use crate::billing::payments::gateway::GatewayError;

/// Longest wait that is taken over from the processor.
const LONGEST_WAIT_SECONDS: i64 = 3_600;
/// Longest code or parameter name that is kept.
const LONGEST_WORD: usize = 100;

/// The body of a successful reply, or why there is none.
///
/// # Errors
/// See [`GatewayError`].
pub fn outcome(sent: Result<Reply, SendError>) -> Result<Value, GatewayError> {
    let reply = sent.map_err(|error| match error {
        SendError::NotSent(reason) => GatewayError::NotSent { reason },
        SendError::Lost(reason) => unknown(reason),
    })?;
    let body: Option<Value> = serde_json::from_slice(&reply.body).ok();
    match (reply.status, body) {
        (200..=299, Some(body)) if body.is_object() => Ok(body),
        (200..=299, _) => Err(unknown("a successful reply that cannot be read".to_owned())),
        (429, _) => Err(GatewayError::RateLimited { retry_after: retry_after(&reply) }),
        (status @ (424 | 500..=599), _) => {
            Err(GatewayError::Unknown { reason: format!("HTTP {status}"), replied: true })
        }
        (status, body) => match body.as_ref().and_then(|body| body.get("error")).filter(|error| error.is_object()) {
            Some(error) => Err(refusal(status, error)),
            // A proxy, a captive portal, a wrong address: nothing that the processor said.
            None => Err(unknown(format!("HTTP {status} without the processor's words"))),
        },
    }
}

/// An object was there, but not what was asked for.
pub fn unreadable(what: &str) -> GatewayError {
    unknown(format!("the reply holds no readable {what}"))
}

fn unknown(reason: String) -> GatewayError {
    GatewayError::Unknown { reason, replied: false }
}

fn refusal(status: u16, error: &Value) -> GatewayError {
    let text = |name: &str| error.get(name).and_then(Value::as_str);
    let (kind, code) = (text("type").unwrap_or_default(), text("code"));
    let intent = || error.get("payment_intent").and_then(read::intent).map(Box::new);
    match (status, code) {
        (402, _) => GatewayError::Declined { decline: read::decline(error), intent: intent() },
        _ if kind == "card_error" => GatewayError::Declined { decline: read::decline(error), intent: intent() },
        (409, _) => GatewayError::InFlight,
        (404, _) => GatewayError::NotFound,
        (400, Some("payment_intent_unexpected_state" | "setup_intent_unexpected_state")) => {
            GatewayError::UnexpectedState { intent: intent() }
        }
        (400..=499, _) => GatewayError::Refused {
            status,
            code: word(code.unwrap_or(kind)).unwrap_or_else(|| "unrecognised".to_owned()),
            parameter: text("param").and_then(word),
        },
        _ => unknown(format!("HTTP {status}")),
    }
}

/// A code or a parameter's name. Anything else could be prose that quotes personal data, and is dropped.
fn word(text: &str) -> Option<String> {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'-' | b'[' | b']');
    (!text.is_empty() && text.len() <= LONGEST_WORD && text.bytes().all(plain)).then(|| text.to_owned())
}

fn retry_after(reply: &Reply) -> Option<Duration> {
    let seconds: i64 = reply.headers.get("retry-after")?.to_str().ok()?.trim().parse().ok()?;
    (seconds >= 0).then(|| Duration::seconds(seconds.min(LONGEST_WAIT_SECONDS)))
}

#[cfg(test)]
#[path = "outcome_tests.rs"]
mod tests;
