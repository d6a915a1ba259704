//! What can be done.

use std::time::Duration;

use secrecy::ExposeSecret;
use serde::Deserialize;
use serde_json::{Value, json};

use super::super::cards;
use super::super::engine::Engine;
use super::super::faults::Fault;
use super::super::flows::{checkout, refund};
use super::super::objects::refund::RefundStatus;
use super::super::objects::{Event, PaymentMethod, Refund};
use super::super::pages::authenticate;
use super::super::webhooks::delivery;
use super::super::webhooks::rules::Rule;
use super::{Answer, Refusal, read, show};

/// A value to answer with and the journal line to wait for first.
type Changed = Result<(Value, u64), Refusal>;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ReleaseLate {
    id: Option<u64>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Advance {
    seconds: i64,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ReleaseHeld {
    ids: Option<Vec<String>>,
    order: Option<Order>,
}

#[derive(Deserialize, PartialEq)]
#[serde(rename_all = "snake_case")]
enum Order {
    Created,
    Reverse,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Redeliver {
    event: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Endpoint {
    url: Option<url::Url>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Decide {
    status: RefundStatus,
    failure_reason: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Behave {
    behaves_like: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Authenticate {
    outcome: authenticate::Choice,
}

/// Settings to change; what is absent stays, `rate_limit: 0` lifts the limit.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Patch {
    confirm_limit: Option<u32>,
    refund_status: Option<RefundStatus>,
    rate_limit: Option<u32>,
}

/// How long to wait for deliveries.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Settle {
    timeout_ms: Option<u64>,
}

/// Carries out a request that changes something.
pub(super) fn apply(engine: &Engine, method: &str, segments: &[&str], body: &[u8]) -> Changed {
    let done = |value| Ok((value, 0));
    match (method, segments) {
        ("POST", ["faults"]) => {
            engine.add_fault(read::<Fault>(body)?);
            done(show::list(engine, "faults")?)
        }
        ("DELETE", ["faults"]) => {
            engine.clear_faults();
            done(show::list(engine, "faults")?)
        }
        ("POST", ["late", "release"]) => {
            let (released, seq) = engine.release_late(read::<ReleaseLate>(body)?.id);
            Ok((json!({"released": released}), seq))
        }
        ("POST", ["hanging", "release"]) => done(json!({"released": engine.release_hanging()})),
        ("POST", ["clock", "advance"]) => advance(engine, read::<Advance>(body)?.seconds),
        ("PATCH", ["settings"]) => patch(engine, &read::<Patch>(body)?),
        ("POST", ["refunds", id]) => decide(engine, id, &read(body)?),
        ("POST", ["payment_methods", id]) => behave(engine, id, &read::<Behave>(body)?.behaves_like),
        ("POST", ["authentications", id]) => {
            let choice = read::<Authenticate>(body)?.outcome;
            let (target, seq) = engine.act(|tx| authenticate::decide(tx, id, None, choice));
            Ok((json!({"redirect": target?}), seq))
        }
        ("POST", ["reset"]) => Ok((json!({"reset": true}), engine.reset())),
        (_, ["webhooks", rest @ ..]) => webhooks(engine, method, rest, body),
        _ => Err(Refusal::new(404, format!("There is no {method} /_control/{}.", segments.join("/")))),
    }
}

fn webhooks(engine: &Engine, method: &str, segments: &[&str], body: &[u8]) -> Changed {
    match (method, segments) {
        ("POST", ["rules"]) => {
            engine.add_rule(read::<Rule>(body)?);
            Ok((show::rules(engine), 0))
        }
        ("DELETE", ["rules"]) => {
            engine.clear_rules();
            Ok((show::rules(engine), 0))
        }
        ("POST", ["release"]) => {
            let asked: ReleaseHeld = read(body)?;
            let released = engine.release(asked.ids.as_deref(), asked.order == Some(Order::Reverse));
            Ok((json!({"released": released}), 0))
        }
        ("POST", ["retry"]) => Ok((json!({"retried": engine.retry_now()}), 0)),
        ("POST", ["redeliver"]) => redeliver(engine, &read::<Redeliver>(body)?.event),
        ("PUT", ["endpoint"]) => {
            let url = read::<Endpoint>(body)?.url;
            let secret = engine.identity.webhook_secret.expose_secret();
            let seq = engine.set_configured_endpoint(url.as_ref().map(url::Url::as_str), secret);
            Ok((json!({"url": url}), seq))
        }
        _ => Err(Refusal::new(404, format!("There is no {method} /_control/webhooks/{}.", segments.join("/")))),
    }
}

fn advance(engine: &Engine, seconds: i64) -> Changed {
    if seconds < 0 {
        return Err(Refusal::new(400, "The clock moves forward only."));
    }
    engine.change_settings(|settings| settings.clock_offset = settings.clock_offset.saturating_add(seconds));
    let ((), seq) = engine.act(checkout::expire_due);
    Ok((show::clock(engine), seq))
}

fn patch(engine: &Engine, patch: &Patch) -> Changed {
    let (settings, seq) = engine.change_settings(|settings| {
        settings.confirm_limit = patch.confirm_limit.unwrap_or(settings.confirm_limit);
        settings.refund_status = patch.refund_status.unwrap_or(settings.refund_status);
        settings.rate_limit = match patch.rate_limit {
            Some(0) => None,
            Some(limit) => Some(limit),
            None => settings.rate_limit,
        };
    });
    Ok((json!(settings), seq))
}

fn decide(engine: &Engine, id: &str, asked: &Decide) -> Changed {
    let (refund, seq) = engine.act(|tx| {
        let found: Refund = tx.find(id, "id")?;
        refund::decide(tx, found, asked.status, asked.failure_reason.as_deref())
    });
    Ok((refund?.render(), seq))
}

fn behave(engine: &Engine, id: &str, token: &str) -> Changed {
    let card = cards::find(token).ok_or_else(|| Refusal::new(400, format!("There is no test card {token}.")))?;
    let (method, seq) = engine.act(|tx| {
        let mut method: PaymentMethod = tx.find(id, "id")?;
        method.behaviour = card.behaviour;
        tx.put(&method);
        Ok::<_, Refusal>(method)
    });
    Ok((method?.render(), seq))
}

fn redeliver(engine: &Engine, id: &str) -> Changed {
    let (copies, seq) = engine.act(|tx| {
        let event: Event = tx.find(id, "id")?;
        let copies = delivery::copies(tx.world(), &event, || tx.id("dlv"));
        for copy in &copies {
            tx.put(copy);
        }
        Ok::<_, Refusal>(copies.len())
    });
    Ok((json!({"deliveries": copies?}), seq))
}

/// Waits until nothing is queued or under way.
pub(super) async fn settle(engine: &Engine, asked: Settle) -> Answer {
    let limit = Duration::from_millis(asked.timeout_ms.unwrap_or(5_000));
    let quiet = async {
        loop {
            let changed = engine.quiet.notified();
            tokio::pin!(changed);
            // Listening before looking, or the last delivery could end in between.
            changed.as_mut().enable();
            if engine.is_quiet() {
                return;
            }
            changed.await;
        }
    };
    match tokio::time::timeout(limit, quiet).await {
        Ok(()) => Ok(json!({"failing": engine.failing()})),
        Err(_) => Err(Refusal::new(504, "Deliveries are still under way.")),
    }
}
