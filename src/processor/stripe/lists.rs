//! The processor's lists: newest first, a hundred rows a page, consistent with its last write.

use serde_json::Value;

use super::gateway::StripeGateway;
use super::outcome::unreadable;
use super::read;
use super::request::{self, From};
use crate::billing::payments::gateway::{CustomerRef, Event, EventPage, EventRef, GatewayError, Intent};
use crate::kernel::time::Timestamp;

/// Pages that are walked at most: half a million rows. More is a list that does not end.
const MOST_PAGES: usize = 5_000;

/// One page as it came.
struct Page {
    rows: Vec<Value>,
    more: bool,
}

impl Page {
    fn read(mut reply: Value) -> Result<Self, GatewayError> {
        let more = reply.get("has_more").and_then(Value::as_bool).unwrap_or(false);
        match reply.get_mut("data").map(Value::take) {
            Some(Value::Array(rows)) => Ok(Self { rows, more }),
            _ => Err(unreadable("list")),
        }
    }

    /// Where the next older page begins; `None` at the end.
    fn older(&self) -> Result<Option<From>, GatewayError> {
        match (self.more, self.rows.last()) {
            (true, Some(last)) => {
                let id = read::id(last, "id").ok_or_else(|| unreadable("row"))?;
                Ok(Some(From::OlderThan(id.to_owned())))
            }
            _ => Ok(None),
        }
    }
}

/// All intents of a customer since an instant that belong to this installation. One of ours that cannot be read makes
/// the answer unknown: it may be the one that is looked for.
pub async fn intents(
    gateway: &StripeGateway,
    customer: &CustomerRef,
    since: Timestamp,
) -> Result<Vec<Intent>, GatewayError> {
    let (mut found, mut from) = (Vec::new(), From::Newest);
    for _ in 0..MOST_PAGES {
        let page = Page::read(gateway.get(request::list_intents(customer, since, from)).await?)?;
        for row in page.rows.iter().filter(|row| gateway.is_ours(row)) {
            found.push(read::intent(row).ok_or_else(|| unreadable("payment intent"))?);
        }
        match page.older()? {
            Some(older) => from = older,
            None => return Ok(found),
        }
    }
    Err(unreadable("end of the list"))
}

/// One page of events, oldest first: behind a cursor, or else the oldest since an instant.
pub async fn events(
    gateway: &StripeGateway,
    since: Timestamp,
    after: Option<&EventRef>,
) -> Result<EventPage, GatewayError> {
    let Some(after) = after else { return oldest_events(gateway, since).await };
    let asked = request::list_events(None, From::NewerThan(after.as_str().to_owned()));
    match gateway.get(asked).await {
        Ok(reply) => {
            let page = Page::read(reply)?;
            Ok(EventPage { events: read_events(gateway, &page.rows)?, more: page.more })
        }
        // The processor forgets events after 30 days, and with them the cursor.
        Err(GatewayError::NotFound) => oldest_events(gateway, since).await,
        Err(GatewayError::Refused { parameter: Some(parameter), .. }) if parameter == "ending_before" => {
            oldest_events(gateway, since).await
        }
        Err(error) => Err(error),
    }
}

/// The list begins with the newest, so the way to the oldest page leads over all others.
async fn oldest_events(gateway: &StripeGateway, since: Timestamp) -> Result<EventPage, GatewayError> {
    let mut from = From::Newest;
    for walked in 0..MOST_PAGES {
        let page = Page::read(gateway.get(request::list_events(Some(since), from)).await?)?;
        match page.older()? {
            Some(older) => from = older,
            None => return Ok(EventPage { events: read_events(gateway, &page.rows)?, more: walked > 0 }),
        }
    }
    Err(unreadable("end of the list"))
}

fn read_events(gateway: &StripeGateway, rows: &[Value]) -> Result<Vec<Event>, GatewayError> {
    let read = |row: &Value| match gateway.event(row) {
        Some(Ok(event)) => Ok(event),
        Some(Err(_)) => Err(GatewayError::Refused { status: 200, code: "livemode".to_owned(), parameter: None }),
        None => Err(unreadable("event")),
    };
    rows.iter().rev().map(read).collect()
}
