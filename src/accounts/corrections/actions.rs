//! Asking for a correction, taking that back, and reading how it stands.

use serde_json::{Map, Value};

use super::error::{CorrectionError, DECIDED, OPEN_ALREADY, TOO_MANY};
use super::model::{Claim, DUE, MAX_OPEN, State, Subject, explanation};
use super::store::{self, End, Row};
use crate::accounts::actions as accounts;
use crate::accounts::author::Author;
use crate::accounts::model::{Field, Profile};
use crate::accounts::patch::ProfilePatch;
use crate::accounts::ripples::actions as ripples;
use crate::accounts::ripples::model::stored_as;
use crate::db::{DbConnection, DbError};
use crate::env::Env;
use crate::kernel::ids::{self, Account, Change, Id, Invoice};
use crate::kernel::personal::Personal;
use crate::kernel::public_error::FieldError;
use crate::kernel::time::Timestamp;
use crate::platform::audit::{self, Event};
use crate::platform::changes;
use crate::platform::trust::{FieldName, restrictions};

/// The audit action of asking.
pub const ASK: &str = "correction.create";
/// The audit action of taking it back.
pub const WITHDRAW: &str = "correction.withdraw";

/// Most requests that a list shows.
pub const MOST: i64 = 100;

/// A request, opened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Correction {
    /// `cor_…`
    pub id: Id<ids::Correction>,
    /// Whose.
    pub account: Id<Account>,
    /// What it is about.
    pub subject: Subject,
    /// How it stands.
    pub state: State,
    /// What it says; `None` once the account was erased.
    pub claim: Option<Claim>,
    /// Why it was decided so.
    pub reason: Option<String>,
    /// The change of the profile that it led to.
    pub change: Option<Id<Change>>,
    /// The account's version when it was asked.
    pub version: i64,
    /// When it was asked.
    pub opened_at: Timestamp,
    /// Until when it must be decided.
    pub due_at: Timestamp,
    /// When it ended.
    pub decided_at: Option<Timestamp>,
}

/// What a holder asks for. Has no `Debug`: the values are in it.
#[derive(Clone)]
pub enum Ask {
    /// Another value of one field of the profile: a merge patch with one member.
    Profile(Map<String, Value>),
    /// Another name or address on an invoice; the caller has found it to be theirs and says what stands there.
    Invoice(Id<Invoice>, Map<String, Value>, Map<String, Value>),
    /// Anything else, in words.
    Other(String),
}

/// Opens a request and restricts the value.
///
/// # Errors
/// [`CorrectionError::Invalid`] points at the member; [`CorrectionError::State`]; the database failed.
pub fn ask(
    conn: &mut DbConnection,
    env: &Env,
    author: &Author,
    (ask, evidence): (&Ask, &str),
) -> Result<Correction, CorrectionError> {
    let (account, _) = accounts::get(conn, env, &author.account)?;
    let (subject, claim) = understand((ask, evidence), &account.profile)?;
    if claim.what.is_none() && claim.held == claim.wanted {
        return Err(CorrectionError::Invalid(invalid("/wanted", "This is what stands there already.")));
    }
    // Two at the same moment may both be the last that fits: one too many does no harm.
    if store::count_open(conn, &author.account)? >= MAX_OPEN {
        return Err(CorrectionError::State(TOO_MANY));
    }
    insert(conn, env, author, (&subject, &claim, account.version))
}

/// Whether a wish can be understood, before what it is about is looked for.
///
/// # Errors
/// [`CorrectionError::Invalid`] points at the member; the database failed.
pub fn check(conn: &mut DbConnection, env: &Env, author: &Author, wish: (&Ask, &str)) -> Result<(), CorrectionError> {
    let (account, _) = accounts::get(conn, env, &author.account)?;
    understand(wish, &account.profile).map(|_| ())
}

/// A wish with its evidence, or all that is wrong with them at once.
fn understand((ask, evidence): (&Ask, &str), profile: &Profile) -> Result<(Subject, Claim), CorrectionError> {
    let evidence = explanation(evidence).map_err(|text| FieldError::new("/evidence", text));
    match (read(ask, profile), evidence) {
        (Ok((subject, claim)), Ok(evidence)) => Ok((subject, Claim { evidence, ..claim })),
        (Err(mut errors), evidence) => {
            errors.extend(evidence.err());
            Err(CorrectionError::Invalid(errors))
        }
        (Ok(_), Err(error)) => Err(CorrectionError::Invalid(vec![error])),
    }
}

/// What a wish is about and what it says, by the rules of the profile; the evidence is for the caller to add.
fn read(ask: &Ask, profile: &Profile) -> Result<(Subject, Claim), Vec<FieldError>> {
    let evidence = String::new();
    let valued = |field: Field, wanted: &Map<String, Value>| {
        let patched = ProfilePatch::parse(&whole(field, wanted)).and_then(|patch| patch.apply(profile));
        patched.map(|patched| patched.value(field).map(Personal::into_revealed)).map_err(below_wanted)
    };
    Ok(match ask {
        Ask::Profile(wish) => {
            let field = only_member(wish, &Field::ALL)?;
            let (held, wanted) = (profile.value(field).map(Personal::into_revealed), valued(field, wish)?);
            (Subject::Profile(field), Claim { held, wanted, what: None, evidence })
        }
        Ask::Invoice(id, wish, printed) => {
            let field = only_member(wish, &[Field::Name, Field::Address])?;
            let held = printed.get(field.as_str()).cloned().filter(|value| !value.is_null());
            (Subject::Invoice(id.clone(), field), Claim { held, wanted: valued(field, wish)?, what: None, evidence })
        }
        Ask::Other(what) => {
            let what = explanation(what).map_err(|text| invalid("/what", text))?;
            (Subject::Other, Claim { held: None, wanted: None, what: Some(what), evidence })
        }
    })
}

fn insert(
    conn: &mut DbConnection,
    env: &Env,
    author: &Author,
    (subject, claim, version): (&Subject, &Claim, i64),
) -> Result<Correction, CorrectionError> {
    let (id, now): (Id<ids::Correction>, _) = (env.id(), env.now());
    let (of, field) = subject.stored();
    let plain = serde_json::to_string(claim).map_err(|error| DbError::Other(error.to_string()))?;
    let sealer = changes::open_sealer(conn, env, &author.account)?;
    let row = Row {
        account_id: author.account.clone(),
        subject: of.to_owned(),
        field: field.to_owned(),
        state: State::Open,
        version,
        sealed: sealer.seal(&plain, &place(&id))?,
        reason: None,
        decided_by: None,
        change_id: None,
        opened_at: now,
        due_at: now + DUE,
        decided_at: None,
        id,
    };
    if !store::insert(conn, &row)? {
        return Err(CorrectionError::State(OPEN_ALREADY));
    }
    if let Subject::Profile(field) = subject
        && let Some(stored) = stored_as(field.as_str())
    {
        restrictions::restrict(conn, &author.account, FieldName(stored), (row.id.as_str(), now))?;
    }
    note(conn, env, author, (ASK, &row.id, &[field]))?;
    Ok(Correction {
        subject: subject.clone(),
        claim: Some(claim.clone()),
        id: row.id,
        account: row.account_id,
        state: row.state,
        reason: None,
        change: None,
        version,
        opened_at: row.opened_at,
        due_at: row.due_at,
        decided_at: None,
    })
}

/// Takes an open request back and lifts the restriction.
///
/// # Errors
/// [`CorrectionError::NotFound`]; [`CorrectionError::State`] when it has ended already; the database failed.
pub fn withdraw(
    conn: &mut DbConnection,
    env: &Env,
    author: &Author,
    id: &Id<ids::Correction>,
) -> Result<(), CorrectionError> {
    let row = store::find(conn, id)?.filter(|row| row.account_id == author.account);
    let row = row.ok_or(CorrectionError::NotFound)?;
    let end = End { state: State::Withdrawn, reason: None, by: None, change: None, at: env.now() };
    if !store::end(conn, id, &end)? {
        return Err(CorrectionError::State(DECIDED));
    }
    lift(conn, env, &row.account_id, id)?;
    Ok(note(conn, env, author, (WITHDRAW, id, &[row.field.as_str()]))?)
}

/// Lifts the restriction of a request that has ended; whoever waits for the value is told it.
pub(super) fn lift(
    conn: &mut DbConnection,
    env: &Env,
    account: &Id<Account>,
    id: &Id<ids::Correction>,
) -> Result<(), DbError> {
    if restrictions::lift(conn, id.as_str())? {
        ripples::resume(conn, env, account)?;
    }
    Ok(())
}

/// The requests of an account, newest first.
///
/// # Errors
/// The database failed.
pub fn list(conn: &mut DbConnection, env: &Env, account: &Id<Account>) -> Result<Vec<Correction>, DbError> {
    let rows = store::list(conn, account, MOST)?;
    let sealer = changes::open_sealer(conn, env, account)?;
    rows.into_iter().map(|row| open(&sealer, row)).collect()
}

/// A request with what it says.
///
/// # Errors
/// [`CorrectionError::NotFound`]; the database failed.
pub fn find(conn: &mut DbConnection, env: &Env, id: &Id<ids::Correction>) -> Result<Correction, CorrectionError> {
    let row = store::find(conn, id)?.ok_or(CorrectionError::NotFound)?;
    let sealer = changes::open_sealer(conn, env, &row.account_id)?;
    Ok(open(&sealer, row)?)
}

/// A request without what it says: for lists of staff, which name nobody.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Waiting {
    /// `cor_…`
    pub id: Id<ids::Correction>,
    /// What it is about.
    pub subject: Subject,
    /// How it stands.
    pub state: State,
    /// When it was asked.
    pub opened_at: Timestamp,
    /// Until when it must be decided.
    pub due_at: Timestamp,
}

/// Open requests of all accounts, the first due first.
///
/// # Errors
/// The database failed.
pub fn waiting(
    conn: &mut DbConnection,
    after: Option<&Id<ids::Correction>>,
    limit: i64,
) -> Result<Vec<Waiting>, DbError> {
    store::list_open(conn, after, limit)?.into_iter().map(unread).collect()
}

/// What stands beside the values of an account: requests that are open or were refused, newest first.
///
/// # Errors
/// The database failed.
pub fn contested(conn: &mut DbConnection, account: &Id<Account>) -> Result<Vec<Waiting>, DbError> {
    let rows = store::list(conn, account, MOST)?.into_iter();
    rows.filter(|row| matches!(row.state, State::Open | State::Refused)).map(unread).collect()
}

fn unread(row: Row) -> Result<Waiting, DbError> {
    let subject = subject_of(&row)?;
    Ok(Waiting { subject, id: row.id, state: row.state, opened_at: row.opened_at, due_at: row.due_at })
}

fn open(sealer: &changes::AccountSealer, row: Row) -> Result<Correction, DbError> {
    let subject = subject_of(&row)?;
    let plain = sealer.open(&row.sealed, &place(&row.id));
    let claim = plain.and_then(|plain| serde_json::from_str(plain.reveal()).ok());
    Ok(Correction {
        subject,
        claim,
        id: row.id,
        account: row.account_id,
        state: row.state,
        reason: row.reason,
        change: row.change_id,
        version: row.version,
        opened_at: row.opened_at,
        due_at: row.due_at,
        decided_at: row.decided_at,
    })
}

fn subject_of(row: &Row) -> Result<Subject, DbError> {
    Subject::of_stored(&row.subject, &row.field)
        .ok_or_else(|| DbError::Other("a correction is about something unknown".to_owned()))
}

fn place(id: &Id<ids::Correction>) -> String {
    format!("correction_requests.sealed|{id}")
}

/// The one field that a wish names.
fn only_member(wanted: &Map<String, Value>, among: &[Field]) -> Result<Field, Vec<FieldError>> {
    let mut names = wanted.keys();
    let (Some(name), None) = (names.next(), names.next()) else {
        return Err(invalid("/wanted", "Name exactly one field, with the value that should stand there."));
    };
    let known = name.parse::<Field>().ok().filter(|field| among.contains(field));
    known.ok_or_else(|| {
        let names: Vec<&str> = among.iter().map(|field| field.as_str()).collect();
        let pointer = format!("/wanted/{}", name.replace('~', "~0").replace('/', "~1"));
        invalid(&pointer, &format!("No such field can be corrected here; these can: {}.", names.join(", ")))
    })
}

/// The wish as a patch that replaces the whole field: what an address leaves out is empty, not as it was.
fn whole(field: Field, wanted: &Map<String, Value>) -> Map<String, Value> {
    ProfilePatch::replacing(field, wanted.get(field.as_str()))
}

fn below_wanted(errors: Vec<FieldError>) -> Vec<FieldError> {
    let below = |error: FieldError| FieldError::new(format!("/wanted{}", error.pointer), error.message);
    errors.into_iter().map(below).collect()
}

fn invalid(pointer: &str, text: &str) -> Vec<FieldError> {
    vec![FieldError::new(pointer, text)]
}

/// Writes the audit entry of what somebody did to a request.
pub(super) fn note(
    conn: &mut DbConnection,
    env: &Env,
    author: &Author,
    (action, id, fields): (&'static str, &Id<ids::Correction>, &[&str]),
) -> Result<(), DbError> {
    let mut refs = author.refs();
    refs.push(("correction", id.as_str()));
    let (actor, subject) = (&author.actor, author.account.as_str());
    audit::record(conn, env, &Event { actor, action, subject, fields, refs: &refs, commits_to: b"" })
}
