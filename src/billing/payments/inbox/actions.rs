//! Keeping events.

use super::store::{self, NewEvent, Source};
use crate::billing::payments::gateway::{Event, Subject};
use crate::db::{DbConnection, DbError};
use crate::env::Env;
use crate::kernel::ids::{Id, InboxEvent};
use crate::platform::jobs::{self, Kind, NewJob, Priority};

/// Works on one event.
pub const WORK: Kind<Id<InboxEvent>> = Kind::new("payments.inbox");

/// The word for what an event is about, and the object.
#[must_use]
fn subject(event: &Event) -> (&'static str, Option<&str>) {
    match &event.subject {
        Subject::Intent(intent) => ("intent", Some(intent.id.as_str())),
        Subject::Setup(setup) => ("setup", Some(setup.id.as_str())),
        Subject::SetupSession(session) => ("setup_session", Some(session.id.as_str())),
        Subject::Detached(method) => ("payment_method", Some(method.as_str())),
        Subject::Other { object } => ("other", object.as_deref()),
    }
}

/// Keeps an event and enqueues its work, in one transaction. An event of another installation, or one that we have no
/// use for, is not kept: it is none of our business.
///
/// # Errors
/// The database failed.
pub fn receive(conn: &mut DbConnection, env: &Env, event: &Event, source: Source) -> Result<bool, DbError> {
    let (subject, object_ref) = subject(event);
    let foreign = event.installation().is_some_and(|id| id != env.installation.id.as_str());
    if foreign || subject == "other" {
        return Ok(false);
    }
    let id: Id<InboxEvent> = env.id();
    let row = NewEvent {
        id: &id,
        reference: event.id.as_str(),
        kind: &event.kind,
        source,
        subject,
        object_ref,
        made_at: event.created,
        received_at: env.now(),
    };
    if !store::insert(conn, &row)? {
        return Ok(false);
    }
    let job = NewJob::new(WORK, &id).unique(format!("inbox:{id}")).priority(Priority::Interactive);
    jobs::enqueue(conn, env, job)?;
    Ok(true)
}
