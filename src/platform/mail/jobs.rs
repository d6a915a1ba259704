//! Sending, and forgetting what was sent.

use std::sync::Arc;

use chrono::Duration;

use super::message::Message;
use super::transport::{Transport, TransportError};
use super::{Content, bounces, place, store};
use crate::db::{DbConnection, DbError};
use crate::env::Env;
use crate::kernel::ids::{Account, Id, Mail};
use crate::kernel::personal::Personal;
use crate::platform::jobs::{BATCH, Handlers, JobContext, JobError, Kind};
use crate::platform::trust::{self, ShareError, Shared, recipients};

/// Sends one mail.
pub(super) const SEND: Kind<Id<Mail>> = Kind::new("mail.send");
/// Deletes the rows of mails long done with.
const PURGE: Kind<()> = Kind::new("mail.purge");

/// Rows of sent mails hold no text, only that a mail of a kind went out: kept for questions about it.
const KEPT: Duration = Duration::days(90);

/// Adds what sends mail through `transport`.
pub fn handlers(handlers: &mut Handlers, transport: Arc<dyn Transport>) {
    handlers.on(SEND, move |context, id| send(context, id, transport.clone()));
    handlers.every(3_600, PURGE, purge);
}

/// What the outbox says about a mail.
enum Found {
    /// Sent or refused by an earlier run.
    Done,
    /// It must not leave any more.
    Barred,
    /// To be sent.
    Message(Box<Shared<Message>>, Option<Id<Account>>),
}

async fn send(context: JobContext, id: Id<Mail>, transport: Arc<dyn Transport>) -> Result<(), JobError> {
    let (env, mail) = (context.env.clone(), id.clone());
    let found = context.env.db.read(move |conn| find(conn, &env, &mail)).await?;
    let (outcome, returned_to) = match found {
        Found::Done => return Ok(()),
        Found::Barred => (Err(TransportError::Refused("the share is withdrawn".to_owned())), None),
        Found::Message(message, account) => {
            let outcome = transport.deliver(&message, context.attempt > 1).await;
            (outcome, account.map(|account| (account, message.value().to.reveal().clone())))
        }
    };
    let (refused, returned_to) = match outcome {
        Ok(()) => (None, None),
        Err(TransportError::Refused(why)) => (Some(why), None),
        Err(TransportError::Returned(why)) => (Some(why), returned_to),
        Err(TransportError::Later(why)) => return Err(JobError::retry(why)),
    };
    if let Some(why) = &refused {
        tracing::warn!(target: "steward::mail", mail = %id, why, "mail refused");
    }
    metrics::counter!("steward_mails_total", "outcome" => if refused.is_some() { "refused" } else { "sent" })
        .increment(1);
    let db = context.env.db.clone();
    let record = move |conn: &mut DbConnection| {
        match &refused {
            None => store::mark_sent(conn, &id, context.env.now())?,
            Some(_) => store::mark_refused(conn, &id)?,
        }
        if let (Some((account, address)), Some(reply)) = (&returned_to, &refused) {
            bounces::mark(conn, &context.env, account, (address, bounces::Source::Smtp, reply))?;
        }
        context.finish(conn)
    };
    Ok(db.write(record).await?)
}

fn find(conn: &mut DbConnection, env: &Env, id: &Id<Mail>) -> Result<Found, DbError> {
    let Some(row) = store::find_queued(conn, id)? else { return Ok(Found::Done) };
    let sealed = row.sealed.unwrap_or_default();
    let plain = env.keys.columns().open(&sealed, &place(id));
    let content: Content = plain
        .and_then(|plain| serde_json::from_slice(&plain).ok())
        .ok_or_else(|| DbError::Other("a mail in the outbox does not open with this key ring".to_owned()))?;
    let message = Message {
        id: id.clone(),
        from: env.settings.mail.from.clone(),
        to: Personal::new(content.to),
        subject: Personal::new(content.subject),
        text: Personal::new(content.text),
        html: Personal::new(content.html),
        date: env.now(),
    };
    match trust::reopen(conn, &row.share_id, &recipients::MAIL_RELAY, message) {
        Ok(message) => Ok(Found::Message(Box::new(message), row.account_id)),
        Err(ShareError::Db(error)) => Err(error),
        Err(ShareError::NoConsent(_) | ShareError::NotAllowed(_) | ShareError::Restricted(_)) => Ok(Found::Barred),
    }
}

async fn purge(context: JobContext) -> Result<(), JobError> {
    let before = context.env.now() - KEPT;
    let batch = move |conn: &mut DbConnection| {
        let shares = store::delete_done(conn, before, BATCH)?;
        trust::forget_unowned(conn, &shares)?;
        Ok(shares.len())
    };
    context.in_batches(batch).await
}
