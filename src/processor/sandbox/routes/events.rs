//! `/v1/events`

use super::super::errors::ApiError;
use super::super::objects::Event;
use super::super::pagination::Page;
use super::super::params::Params;
use super::{Work, work};

/// Seconds after which events are no longer told: 30 days.
const KEPT_FOR: i64 = 30 * 86_400;

pub(super) fn retrieve(ids: &[String], _: &mut Params) -> Result<Work, ApiError> {
    let id = ids[0].clone();
    work(move |tx| {
        let event: Event = tx.find(&id, "id")?;
        Ok(event.render(tx.world().pending_webhooks(&event.id)))
    })
}

pub(super) fn list(_: &[String], params: &mut Params) -> Result<Work, ApiError> {
    let page = Page::read(params)?;
    let (kind, types) = (params.text("type")?, params.list("types")?);
    let success = params.boolean("delivery_success")?;
    if kind.is_some() && types.is_some() {
        let message = "You may only specify one of these parameters: type, types.";
        return Err(ApiError::invalid("types", message).code("parameters_exclusive"));
    }
    work(move |tx| {
        let oldest = tx.now - KEPT_FOR;
        let world = tx.world();
        let wanted = |row: &Event| {
            row.created >= oldest
                && kind.as_ref().is_none_or(|kind| fits(kind, &row.kind))
                && types.as_ref().is_none_or(|types| types.iter().any(|kind| fits(kind, &row.kind)))
                && success.is_none_or(|success| success == (world.pending_webhooks(&row.id) == 0))
        };
        page.list(world, "/v1/events", wanted, |row| row.render(world.pending_webhooks(&row.id)))
    })
}

/// `charge.*` stands for every type that begins so.
fn fits(wanted: &str, kind: &str) -> bool {
    match wanted.strip_suffix('*') {
        Some(start) => kind.starts_with(start),
        None => kind == wanted,
    }
}
