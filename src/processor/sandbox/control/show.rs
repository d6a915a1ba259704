//! What there is.

use serde_json::{Value, json};

use super::super::engine::Engine;
use super::{Answer, Refusal};

/// Newest journal lines that are shown.
const JOURNAL_LINES: usize = 1_000;

/// One of the lists, the oldest entry first.
pub(super) fn list(engine: &Engine, what: &str) -> Answer {
    Ok(match what {
        "faults" => json!({"faults": engine.faults()}),
        "late" => json!({"late": engine.late()}),
        "clock" => clock(engine),
        "settings" => engine.read(|world, _| json!(world.settings)),
        "events" => engine.read(|world, _| {
            let events: Vec<Value> =
                world.events.iter().map(|row| row.render(world.pending_webhooks(&row.id))).collect();
            json!({"events": events})
        }),
        "deliveries" => {
            let deliveries = engine.read(|world, _| json!(world.deliveries.iter().collect::<Vec<_>>()));
            json!({"deliveries": deliveries})
        }
        "idempotency" => {
            let stored = engine.read(|world, _| json!(world.replies.values().collect::<Vec<_>>()));
            json!({"running": engine.running_keys(), "stored": stored})
        }
        other => return Err(Refusal::new(404, format!("There is no /_control/{other}."))),
    })
}

pub(super) fn clock(engine: &Engine) -> Value {
    json!({"now": engine.clock.now(), "offset": engine.clock.offset()})
}

pub(super) fn rules(engine: &Engine) -> Value {
    engine.read(|world, _| json!({"rules": world.rules.list()}))
}

/// The newest lines of the journal's file.
pub(super) async fn journal(engine: &Engine) -> Answer {
    let Some(path) = engine.journal_path().map(std::path::Path::to_owned) else {
        return Ok(json!({"path": null, "lines": []}));
    };
    let shown = path.display().to_string();
    let read = tokio::task::spawn_blocking(move || std::fs::read_to_string(path)).await;
    let text = read.ok().and_then(Result::ok).ok_or_else(|| Refusal::new(500, "The journal cannot be read."))?;
    let mut lines: Vec<Value> =
        text.lines().rev().take(JOURNAL_LINES).filter_map(|line| serde_json::from_str(line).ok()).collect();
    lines.reverse();
    Ok(json!({"path": shown, "lines": lines}))
}
