//! Working on events, and reading the event list for those that never came.

use chrono::Duration;

use super::actions::{self, WORK};
use super::store::{self, EventRow, Source};
use crate::billing::payments::gateway::{EventRef, IntentRef, SetupRef};
use crate::billing::payments::jobs as charging;
use crate::billing::payments::methods;
use crate::billing::payments::setups::flow::{self, Gateway};
use crate::billing::payments::setups::store as setups;
use crate::db::DbError;
use crate::kernel::ids::{Id, InboxEvent, PaymentSetup};
use crate::platform::jobs::{Handlers, JobContext, JobError, Kind};

/// Reads the event list.
const POLL: Kind<()> = Kind::new("payments.poll_events");

/// Before the first poll there is nothing of ours; this much is read again each time, since the processor's list may
/// gain events of the same second later.
const OVERLAP: Duration = Duration::minutes(2);
/// Pages of one poll: the next one goes on from there.
const PAGES: usize = 20;

/// Adds the jobs of this part; `poll_seconds` is how often the event list is read.
pub fn handlers(handlers: &mut Handlers, gateway: &Gateway, poll_seconds: i64) {
    let one = gateway.clone();
    handlers.on(WORK, move |context, id| work(context, id, one.clone()));
    let all = gateway.clone();
    handlers.every(poll_seconds, POLL, move |context| poll(context, all.clone()));
}

async fn work(context: JobContext, id: Id<InboxEvent>, gateway: Gateway) -> Result<(), JobError> {
    let wanted = id.clone();
    let row = context.env.db.read::<_, DbError, _>(move |conn| store::find(conn, &wanted)).await?;
    let Some(row) = row.filter(|row| row.handled_at.is_none()) else { return Ok(()) };
    let outcome = act(&context, &gateway, &row).await?;
    let now = context.env.now();
    let db = context.env.db.clone();
    db.write::<_, DbError, _>(move |conn| {
        store::mark_handled(conn, &row.id, outcome, now)?;
        context.finish(conn)
    })
    .await?;
    Ok(())
}

async fn act(context: &JobContext, gateway: &Gateway, row: &EventRow) -> Result<&'static str, JobError> {
    let Some(object) = row.object_ref.clone() else { return Ok("ignored") };
    let env = &context.env;
    match row.subject.as_str() {
        "intent" => {
            charging::refresh(env, &**gateway, &IntentRef::new(object)).await?;
            Ok("refreshed")
        }
        "setup" | "setup_session" => {
            let Some(setup) = find_setup(context, gateway, row, &object).await? else { return Ok("unknown_setup") };
            flow::settle(env, gateway, &setup).await.map_err(retry)?;
            Ok("settled")
        }
        "payment_method" => {
            let inside = env.clone();
            env.db
                .write::<_, DbError, _>(move |conn| methods::actions::detached_at_processor(conn, &inside, &object))
                .await?;
            Ok("detached")
        }
        _ => Ok("ignored"),
    }
}

/// Our set-up for the processor's object: by what we noted, else by the reference that the processor keeps.
async fn find_setup(
    context: &JobContext,
    gateway: &Gateway,
    row: &EventRow,
    object: &str,
) -> Result<Option<Id<PaymentSetup>>, JobError> {
    let wanted = object.to_owned();
    let known = context.env.db.read::<_, DbError, _>(move |conn| setups::find_by_reference(conn, &wanted)).await?;
    if known.is_some() || row.subject != "setup" {
        return Ok(known);
    }
    let setup = gateway.retrieve_setup(&SetupRef::new(object)).await.map_err(retry)?;
    Ok(setup.reference.and_then(|reference| reference.parse().ok()))
}

fn retry(error: impl std::fmt::Display) -> JobError {
    JobError::retry(error.to_string())
}

async fn poll(context: JobContext, gateway: Gateway) -> Result<(), JobError> {
    let env = context.env.clone();
    let now = env.now();
    let cursor = env.db.read::<_, DbError, _>(store::find_cursor).await?;
    let (since, mut after) = match cursor {
        Some((since, after)) => (since, after.map(EventRef::new)),
        None => (now - OVERLAP, None),
    };
    let mut newest = since;
    for _ in 0..PAGES {
        let page = gateway.list_events(since, after.as_ref()).await.map_err(retry)?;
        if let Some(last) = page.events.last() {
            after = Some(last.id.clone());
            newest = newest.max(last.created);
        }
        let inside = env.clone();
        // In pieces: an interactive write never waits for a whole page.
        for event in page.events {
            let inside = inside.clone();
            env.db.write::<_, DbError, _>(move |conn| actions::receive(conn, &inside, &event, Source::Poll)).await?;
        }
        if !page.more {
            break;
        }
    }
    let since = (newest - OVERLAP).max(since);
    env.db.write::<_, DbError, _>(move |conn| store::update_cursor(conn, since, None)).await?;
    Ok(())
}
