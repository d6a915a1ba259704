//! Deciding on a request: staff only, and once.

use super::actions::{self, Correction, find, lift, note};
use super::error::{CorrectionError, DECIDED, MOVED};
use super::letters::{self, Decision as Words};
use super::model::{Event, State, Subject};
use super::store::{self, End};
use crate::accounts::actions::{self as accounts, Update};
use crate::accounts::author::Author;
use crate::accounts::model::Field;
use crate::accounts::patch::ProfilePatch;
use crate::db::{DbConnection, DbError};
use crate::env::Env;
use crate::identity::actors::StaffSession;
use crate::identity::post::{self, Envelope};
use crate::kernel::ids::{self, Change, Id};
use crate::kernel::personal::Personal;
use crate::kernel::public_error::FieldError;
use crate::platform::changes;
use crate::platform::jobs::BATCH;
use crate::platform::web::etag::IfMatch;

/// The audit action of agreeing.
pub const ACCEPT: &str = "correction.accept";
/// The audit action of not agreeing.
pub const REFUSE: &str = "correction.refuse";

/// What staff decide.
#[derive(Debug, Clone)]
pub struct Decision {
    /// [`Event::Accept`] or [`Event::Refuse`].
    pub event: Event,
    /// A sentence that the holder reads.
    pub reason: String,
}

/// Decides: of any number at once one does. An accepted value of the profile holds from now on.
///
/// # Errors
/// [`CorrectionError::State`] when it has ended, or when the holder has given the value meanwhile; a reason that says
/// nothing; the database failed.
pub fn decide(
    conn: &mut DbConnection,
    env: &Env,
    member: &StaffSession,
    (id, decision): (&Id<ids::Correction>, &Decision),
) -> Result<Correction, CorrectionError> {
    let reason: crate::identity::freezing::model::Reason = decision
        .reason
        .parse()
        .map_err(|text: &str| CorrectionError::Invalid(vec![FieldError::new("/reason", text)]))?;
    let (reason, request) = (reason.into_text(), find(conn, env, id)?);
    let state = request.state.next(decision.event).ok_or(CorrectionError::State(DECIDED))?;
    let author = Author::staff(member, &request.account);
    let change = match (state, &request.subject) {
        (State::Accepted, Subject::Profile(field)) => apply(conn, env, &author, (&request, *field))?,
        _ => None,
    };
    let end = End { state, reason: Some(&reason), by: Some(&member.id), change: change.as_ref(), at: env.now() };
    // Whoever decided first has ended it, and takes back with this error what was just put into the profile.
    if !store::end(conn, id, &end)? {
        return Err(CorrectionError::State(DECIDED));
    }
    lift(conn, env, &request.account, id)?;
    let action = if state == State::Accepted { ACCEPT } else { REFUSE };
    note(conn, env, &author, (action, id, &[request.subject.stored().1]))?;
    tell(conn, env, &request, (state, &reason))?;
    actions::find(conn, env, id)
}

/// Puts the value into the profile, by the way of every other change; answers that change, if one was needed.
fn apply(
    conn: &mut DbConnection,
    env: &Env,
    author: &Author,
    (request, field): (&Correction, Field),
) -> Result<Option<Id<Change>>, CorrectionError> {
    let claim = request.claim.as_ref().ok_or(CorrectionError::NotFound)?;
    let (account, _) = accounts::get(conn, env, &request.account)?;
    let held = account.profile.value(field).map(Personal::into_revealed);
    if held == claim.wanted {
        return Ok(None);
    }
    if held != claim.held {
        return Err(CorrectionError::State(MOVED));
    }
    let patch = ProfilePatch::of_value(field, claim.wanted.as_ref()).map_err(CorrectionError::Invalid)?;
    let update = Update::new(IfMatch::Version(account.version), patch);
    accounts::update(conn, env, author, &update)?;
    let change = changes::find_first_since(conn, env, &request.account, field.as_str(), account.version)?;
    Ok(change.map(|change| change.id))
}

fn tell(
    conn: &mut DbConnection,
    env: &Env,
    request: &Correction,
    (state, reason): (State, &str),
) -> Result<(), DbError> {
    let (account, mailbox) = accounts::get(conn, env, &request.account)?;
    let decision = if state == State::Accepted { Words::Accepted } else { Words::Refused };
    let letter =
        letters::decided(post::letterhead(env), account.profile.name.reveal(), &request.subject, (decision, reason));
    let envelope = Envelope { to: mailbox.email.reveal(), account: Some(&account.id), kind: "correction_decided" };
    post::send(conn, env, envelope, &letter)
}

/// Tells holders whose requests are overdue; answers how many were looked at.
///
/// # Errors
/// The database failed.
pub fn tell_late(conn: &mut DbConnection, env: &Env) -> Result<usize, DbError> {
    let late = store::list_late(conn, env.now(), BATCH)?;
    for row in &late {
        if !store::mark_late(conn, &row.id)? {
            continue;
        }
        tracing::warn!(target: "steward::accounts", correction = %row.id, "a correction is overdue");
        let (account, mailbox) = accounts::get(conn, env, &row.account_id)?;
        let subject = Subject::of_stored(&row.subject, &row.field).unwrap_or(Subject::Other);
        let name = account.profile.name.reveal();
        let letter = letters::late(post::letterhead(env), name, &subject);
        let envelope = Envelope { to: mailbox.email.reveal(), account: Some(&account.id), kind: "correction_late" };
        post::send(conn, env, envelope, &letter)?;
    }
    Ok(late.len())
}
