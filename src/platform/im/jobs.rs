//! Sending what waits, giving up what waited too long, and forgetting what was sent.

use std::sync::Arc;

use chrono::Duration;

use super::message::Message;
use super::transport::{Outcome, Transport};
use super::{Content, place, store};
use crate::db::{DbConnection, DbError};
use crate::env::Env;
use crate::kernel::ids::{Id, Im};
use crate::kernel::personal::Personal;
use crate::kernel::time::Timestamp;
use crate::platform::jobs::{BATCH, Handlers, JobContext, JobError, Kind, NewJob, enqueue};
use crate::platform::trust::{self, ShareError, Shared, recipients};

/// Sends everything that waits, on one connection after the other.
const SEND: Kind<()> = Kind::new("im.send");
/// Gives up what is stale, wakes the sender for what is not, and deletes the rows of messages long done with.
const PURGE: Kind<()> = Kind::new("im.purge");

/// Messages on one connection: as many as may arrive twice when the process dies behind them.
const PER_CONNECTION: i64 = 20;
/// A notice that comes later than this warns nobody; the mail is there.
const TRIED: Duration = Duration::days(2);
/// When another sender begins after one that gave up.
const ANEW: Duration = Duration::hours(1);
/// Rows of sent messages hold no text, only that one of a kind went out: kept for questions about it.
const KEPT: Duration = Duration::days(90);

/// Adds what sends messages through `transport`; without one, what still waits is refused.
pub fn handlers(handlers: &mut Handlers, transport: Option<Arc<dyn Transport>>) {
    handlers.on(SEND, move |context, ()| send(context, transport.clone()));
    handlers.every(3_600, PURGE, purge);
}

/// One job for all that waits: a server that is away holds one place of the queue, not all of them.
pub(super) fn wake(conn: &mut DbConnection, env: &Env, at: Timestamp) -> Result<(), DbError> {
    enqueue(conn, env, NewJob::new(SEND, &()).unique("all").run_at(at))
}

/// What the outbox has to send.
#[derive(Default)]
struct Batch {
    messages: Vec<Shared<Message>>,
    /// May not leave any more.
    barred: Vec<Id<Im>>,
    last: Option<Id<Im>>,
}

async fn send(context: JobContext, transport: Option<Arc<dyn Transport>>) -> Result<(), JobError> {
    let (mut after, mut later) = (None, None);
    loop {
        let (env, from) = (context.env.clone(), after.take());
        let batch = context.env.db.read(move |conn| find(conn, &env, from.as_ref())).await?;
        let Some(last) = batch.last else { break };
        after = Some(last);
        let ids: Vec<Id<Im>> = batch.messages.iter().map(|message| message.value().id.clone()).collect();
        let outcomes = match &transport {
            _ if ids.is_empty() => Ok(Vec::new()),
            Some(transport) => transport.deliver(&batch.messages).await,
            None => Ok(vec![Outcome::Refused("no XMPP account is configured".to_owned()); ids.len()]),
        };
        let (outcomes, broken) = match outcomes {
            Ok(outcomes) => (outcomes, None),
            Err(error) => (Vec::new(), Some(error)),
        };
        later = outcomes.iter().rev().find_map(reason_to_wait).or(later);
        record(&context, ids.into_iter().zip(outcomes).collect(), batch.barred).await?;
        if let Some(error) = broken {
            tracing::warn!(target: "steward::im", %error, "notices by XMPP wait");
            return Err(JobError::retry(error.to_string()));
        }
    }
    later.map_or(Ok(()), |why| Err(JobError::retry(why)))
}

fn reason_to_wait(outcome: &Outcome) -> Option<String> {
    if let Outcome::Later(why) = outcome { Some(why.clone()) } else { None }
}

async fn record(context: &JobContext, done: Vec<(Id<Im>, Outcome)>, barred: Vec<Id<Im>>) -> Result<(), JobError> {
    let withdrawn = || Outcome::Refused("the consent is withdrawn".to_owned());
    let all: Vec<_> = done.into_iter().chain(barred.into_iter().map(|id| (id, withdrawn()))).collect();
    for (id, outcome) in &all {
        let word = match outcome {
            Outcome::Delivered => "sent",
            Outcome::Later(_) => "later",
            Outcome::Refused(why) => {
                tracing::warn!(target: "steward::im", message = %id, why, "message refused");
                "refused"
            }
        };
        metrics::counter!("steward_ims_total", "outcome" => word).increment(1);
    }
    let now = context.env.now();
    let write = move |conn: &mut DbConnection| {
        for (id, outcome) in &all {
            match outcome {
                Outcome::Delivered => store::end(conn, id, store::SENT, now)?,
                Outcome::Refused(_) => store::end(conn, id, store::REFUSED, now)?,
                Outcome::Later(_) => {}
            }
        }
        Ok::<_, DbError>(())
    };
    Ok(context.env.db.write(write).await?)
}

fn find(conn: &mut DbConnection, env: &Env, after: Option<&Id<Im>>) -> Result<Batch, DbError> {
    let mut batch = Batch::default();
    for row in store::list_queued(conn, after, PER_CONNECTION)? {
        let sealed = row.sealed.unwrap_or_default();
        let plain = env.keys.columns().open(&sealed, &place(&row.id));
        let content: Content = plain
            .and_then(|plain| serde_json::from_slice(&plain).ok())
            .ok_or_else(|| DbError::Other("a message in the outbox does not open with this key ring".to_owned()))?;
        let message = Message { id: row.id.clone(), to: Personal::new(content.to), text: Personal::new(content.text) };
        batch.last = Some(row.id.clone());
        match trust::reopen(conn, &row.share_id, &recipients::XMPP_SERVER, message) {
            Ok(message) => batch.messages.push(message),
            Err(ShareError::Db(error)) => return Err(error),
            Err(ShareError::NoConsent(_) | ShareError::NotAllowed(_) | ShareError::Restricted(_)) => {
                batch.barred.push(row.id);
            }
        }
    }
    Ok(batch)
}

async fn purge(context: JobContext) -> Result<(), JobError> {
    let (env, now) = (context.env.clone(), context.env.now());
    let sweep = move |conn: &mut DbConnection| {
        let stale = store::expire(conn, now - TRIED)?;
        // A sender that gave up leaves what is not stale yet to another, later; one that waits keeps its time.
        if store::has_queued(conn)? {
            wake(conn, &env, now + ANEW)?;
        }
        Ok::<_, DbError>(stale)
    };
    let stale = context.env.db.write(sweep).await?;
    if stale > 0 {
        tracing::warn!(target: "steward::im", stale, "notices by XMPP given up after two days");
        metrics::counter!("steward_ims_total", "outcome" => "expired").increment(stale as u64);
    }
    context.in_batches(move |conn| store::delete_done(conn, now - KEPT, BATCH)).await
}

/// What a process has in hand that is about to send.
#[cfg(test)]
pub(super) fn waiting(conn: &mut DbConnection, env: &Env) -> Result<Vec<Shared<Message>>, DbError> {
    Ok(find(conn, env, None)?.messages)
}
