//! What a holder does with their account. Each change, its history and its audit entry stand in one transaction.

mod restore;
mod save;

use super::author::Author;
use super::error::{AccountError, Stale};
use super::model::{Difference, Field, Profile};
use super::patch::ProfilePatch;
use super::ripples::actions as ripples;
use super::ripples::store as tasks;
use super::store::{self, Account, Ground, Mailbox};
use crate::db::{DbConnection, DbError};
use crate::env::Env;
use crate::identity::actors::Holder;
use crate::identity::xmpp_notices::actions as xmpp_notices;
use crate::kernel::ids::{self, Id};
use crate::kernel::personal::Personal;
use crate::kernel::time::Timestamp;
use crate::platform::audit::{self, Event};
use crate::platform::changes::{self, Origin, Recorded};
use crate::platform::web::etag::IfMatch;

pub use super::ripples::actions::Task;
pub use restore::{Restore, restore};
pub use save::{Clash, Conflict, Saved, save};

/// The audit action of a value brought back from the history.
pub const RESTORE: &str = "account.restore";
/// The audit action of a changed profile.
pub const UPDATE: &str = "account.update";
/// The audit action of a confirmed one.
pub const CONFIRM: &str = "account.confirm";

/// A change of a profile.
#[derive(Debug, Clone)]
pub struct Update {
    /// Which version it was decided on.
    pub seen: IfMatch,
    /// What is to change.
    pub patch: ProfilePatch,
    /// The change whose value it brings back.
    pub restores: Option<Id<ids::Change>>,
}

impl Update {
    /// A change that is not out of the history.
    #[must_use]
    pub fn new(seen: IfMatch, patch: ProfilePatch) -> Self {
        Self { seen, patch, restores: None }
    }
}

/// An account, its e-mail address, and what is known of that.
///
/// # Errors
/// The database failed.
pub fn get(conn: &mut DbConnection, env: &Env, account: &Id<ids::Account>) -> Result<(Account, Mailbox), DbError> {
    let (account, mailbox) = store::find(conn, account)?;
    Ok((account, current(env, mailbox)?))
}

/// The mailbox without what was said about an earlier address.
fn current(env: &Env, mut mailbox: Mailbox) -> Result<Mailbox, DbError> {
    if let Some(bounce) = &mailbox.bounce
        && !bounce.is_from(env, &mailbox.email)?
    {
        mailbox.bounce = None;
    }
    Ok(mailbox)
}

/// Changes the profile. A patch that changes nothing leaves version and history alone.
///
/// # Errors
/// [`AccountError::Stale`] when the row is not at the version seen; [`AccountError::Invalid`].
pub fn update(
    conn: &mut DbConnection,
    env: &Env,
    author: &Author,
    update: &Update,
) -> Result<(Account, Mailbox), AccountError> {
    let mut outcomes = update_all(conn, env, &author.account, &[(author, update)])?;
    outcomes.pop().unwrap_or(Err(AccountError::Db(DbError::NotFound)))
}

/// What came of each of several updates.
pub type Outcomes = Vec<Result<(Account, Mailbox), AccountError>>;

/// Makes several updates of one account one after another, as if each had a transaction of its own, and writes what they
/// come to at once: one that is refused leaves the others alone.
///
/// # Errors
/// The database failed: none of them is stored.
pub fn update_all(
    conn: &mut DbConnection,
    env: &Env,
    account: &Id<ids::Account>,
    updates: &[(&Author, &Update)],
) -> Result<Outcomes, DbError> {
    let mut ground = store::lock_ground(conn, env, account)?;
    ground.mailbox = current(env, ground.mailbox)?;
    let (mut pending, mut outcomes) = (Pending::default(), Vec::with_capacity(updates.len()));
    for (author, update) in updates {
        // Whoever comes too late is told what has changed, which the history must know by then.
        if !update.seen.allows(ground.account.version) || ground.was_shared {
            pending.write(conn, env, &ground)?;
        }
        let outcome = match one(conn, env, (author, update), &mut ground, &mut pending) {
            Ok(()) => Ok((ground.account.clone(), ground.mailbox.clone())),
            Err(AccountError::Db(error)) => return Err(error),
            Err(refused) => Err(refused),
        };
        outcomes.push(outcome);
    }
    pending.write(conn, env, &ground)?;
    Ok(outcomes)
}

/// What is decided and not yet written.
#[derive(Default)]
struct Pending {
    rows: changes::Rows,
    entries: Vec<audit::Entry>,
    fields: Vec<Field>,
}

impl Pending {
    fn write(&mut self, conn: &mut DbConnection, env: &Env, ground: &Ground) -> Result<(), DbError> {
        let Self { rows, entries, fields } = std::mem::take(self);
        if entries.is_empty() {
            return Ok(());
        }
        store::update_profile(conn, &ground.account, &rows, &entries)?;
        if fields.contains(&Field::ImIds) {
            xmpp_notices::follow_profile(conn, env, &ground.account.id)?;
        }
        if ground.was_shared {
            let changed: Vec<_> = fields.into_iter().map(Field::as_str).zip(rows.ids()).collect();
            ripples::open(conn, env, (&ground.account.id, ground.account.version), &changed)?;
        }
        Ok(())
    }
}

/// Decides on one update; what it changes is then on the ground and pending.
fn one(
    conn: &mut DbConnection,
    env: &Env,
    (author, update): (&Author, &Update),
    ground: &mut Ground,
    pending: &mut Pending,
) -> Result<(), AccountError> {
    let before = &ground.account;
    let (differences, profile) = decide(conn, before, update)?;
    if differences.is_empty() {
        return Ok(());
    }
    let now = env.now();
    let fields = differences.iter().map(|one| one.field);
    let dates = before.dates.clone().with(fields.clone().filter(|_| author.is_holder()), now);
    let origin = Origin {
        actor: &author.actor,
        account: &author.account,
        overwrite: update.seen == IfMatch::Any,
        version: before.version + 1,
        place: &author.place,
        restores: update.restores.as_ref(),
    };
    let (rows, entry) = record(env, (author, &ground.history), &differences, origin)?;
    pending.rows.append(rows);
    pending.entries.push(entry);
    pending.fields.extend(fields);
    let version = before.version + 1;
    ground.account = Account { profile, dates, version, updated_at: now, ..before.clone() };
    Ok(())
}

/// What an update makes of an account, or why it must not.
fn decide(
    conn: &mut DbConnection,
    account: &Account,
    update: &Update,
) -> Result<(Vec<Difference>, Profile), AccountError> {
    let patched = update.patch.apply(&account.profile);
    if let IfMatch::Version(seen) = update.seen
        && seen != account.version
    {
        let wanted = patched.map(|patched| account.profile.differences(&patched)).unwrap_or_default();
        return Err(stale(conn, account, seen, &wanted)?);
    }
    let patched = patched.map_err(AccountError::Invalid)?;
    Ok((account.profile.differences(&patched), patched))
}

/// The fields that changed since the version seen, and those that the patch would change.
fn stale(
    conn: &mut DbConnection,
    account: &Account,
    seen: i64,
    wanted: &[Difference],
) -> Result<AccountError, DbError> {
    let changed = changes::fields_since(conn, &account.id, seen)?;
    let concerns = |field: &Field| {
        changed.iter().any(|name| name == field.as_str()) || wanted.iter().any(|one| one.field == *field)
    };
    let differs = Field::ALL.into_iter().filter(concerns).collect();
    Ok(AccountError::Stale(Box::new(Stale { version: account.version, current: account.profile.clone(), differs })))
}

/// What is written of an update beside the profile: the history of each field, and one audit entry.
fn record(
    env: &Env,
    (author, history): (&Author, &changes::History),
    differences: &[Difference],
    origin: Origin<'_>,
) -> Result<(changes::Rows, audit::Entry), DbError> {
    let text = |value: &Option<Personal<serde_json::Value>>| value.as_ref().map(|value| value.reveal().to_string());
    let texts: Vec<_> =
        differences.iter().map(|one| (one.field.as_str(), text(&one.before), text(&one.after))).collect();
    let rows: Vec<changes::Change<'_>> = texts
        .iter()
        .map(|(field, before, after)| changes::Change { field, before: before.as_deref(), after: after.as_deref() })
        .collect();
    let rows = history.rows(env, origin, &rows);
    let fields: Vec<&str> = texts.iter().map(|(field, _, _)| *field).collect();
    let commits_to = &serde_json::to_vec(&texts).map_err(|error| DbError::Other(error.to_string()))?;
    let mut refs = author.refs();
    refs.extend(origin.restores.map(|change| ("restores", change.as_str())));
    let action = if origin.restores.is_some() { RESTORE } else { UPDATE };
    let (actor, subject) = (origin.actor, author.account.as_str());
    let entry = audit::prepare(env, &Event { actor, action, subject, fields: &fields, refs: &refs, commits_to });
    Ok((rows, entry))
}

/// The holder looked and says that all is right (policy clause 3: accurate, complete, current). Where they say which
/// version they looked at, nothing newer is confirmed unseen.
///
/// # Errors
/// [`AccountError::Stale`] when the profile has changed since; the database failed.
pub fn confirm(
    conn: &mut DbConnection,
    env: &Env,
    author: &Author,
    seen: Option<IfMatch>,
) -> Result<Timestamp, AccountError> {
    let (now, before) = (env.now(), store::lock_ground(conn, env, &author.account)?.account);
    if let Some(IfMatch::Version(seen)) = seen
        && seen != before.version
    {
        return Err(stale(conn, &before, seen, &[])?);
    }
    store::update_confirmed(conn, &author.account, now)?;
    let subject = author.account.as_str();
    let (refs, at) = (author.refs(), now.to_string());
    let actor = &author.actor;
    let event = Event { actor, action: CONFIRM, subject, fields: &[], refs: &refs, commits_to: at.as_bytes() };
    audit::record(conn, env, &event)?;
    Ok(now)
}

/// One change of the holder's profile.
///
/// # Errors
/// [`AccountError::NoSuchChange`]; the database failed.
pub fn find_change(
    conn: &mut DbConnection,
    env: &Env,
    holder: &Holder,
    change: &Id<ids::Change>,
) -> Result<Recorded, AccountError> {
    changes::find(conn, env, &holder.account, change).map_err(|error| match error {
        DbError::NotFound => AccountError::NoSuchChange,
        error => AccountError::Db(error),
    })
}

/// Who had the old values of these changes, and whether they have been told.
///
/// # Errors
/// The database failed.
pub fn passed_on(conn: &mut DbConnection, changes: &[Recorded]) -> Result<Vec<Task>, DbError> {
    let ids: Vec<_> = changes.iter().map(|change| &change.id).collect();
    tasks::list_of(conn, &ids)
}

/// The history of the holder's profile, newest first, from behind `older_than`.
///
/// # Errors
/// The database failed.
pub fn history(
    conn: &mut DbConnection,
    env: &Env,
    holder: &Holder,
    older_than: Option<&Id<ids::Change>>,
    limit: i64,
) -> Result<Vec<Recorded>, DbError> {
    changes::list(conn, env, &holder.account, older_than, limit)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::accounts::testing::{Tables, author, open};
    use crate::db;
    use crate::env::testing::{Bench, on_each_database};
    use crate::platform::changes::Past;
    use serde_json::json;

    fn change(
        bench: &mut Bench,
        holder: &Holder,
        seen: IfMatch,
        patch: serde_json::Value,
    ) -> Result<Account, AccountError> {
        let patch = ProfilePatch::parse(patch.as_object().expect("an object")).map_err(AccountError::Invalid)?;
        let command = Update::new(seen, patch);
        let (env, author) = (bench.env.clone(), author(holder));
        db::write(&mut bench.conn, |conn| update(conn, &env, &author, &command)).map(|(account, _)| account)
    }

    fn text(past: &Past) -> Option<&str> {
        if let Past::Value(value) = past { Some(value.reveal()) } else { None }
    }

    #[test]
    fn a_change_stands_in_row_history_and_audit() {
        on_each_database(|mut bench| {
            let holder = open(&mut bench, "Ada");
            let patch = json!({ "name": "Ada Lindqvist", "phone": "+65 6123 4567" });
            let after = change(&mut bench, &holder, IfMatch::Version(1), patch).expect("nobody else was here");
            assert_eq!(after.version, 2);
            let (stored, mailbox) = get(&mut bench.conn, &bench.env, &holder.account).expect("the row");
            assert_eq!((&stored, mailbox.email.reveal().as_str()), (&after, "ada@example.org"));
            let history = history(&mut bench.conn, &bench.env, &holder, None, 10).expect("readable");
            let mut told: Vec<_> =
                history.iter().map(|one| (one.field.as_str(), text(&one.before), text(&one.after))).collect();
            told.sort_unstable();
            assert_eq!(
                told,
                [("name", Some("\"Ada\""), Some("\"Ada Lindqvist\"")), ("phone", None, Some("\"+6561234567\""))]
            );
            assert!(
                history.iter().all(|one| !one.overwrite && one.version == 2 && one.actor_id == holder.account.as_str())
            );
            assert_eq!(Tables::count(&mut bench).audit, vec![("account.update".to_owned(), "name phone".to_owned())]);
        });
    }

    #[test]
    fn a_stale_change_is_refused_with_what_differs_and_leaves_nothing() {
        on_each_database(|mut bench| {
            let holder = open(&mut bench, "Ada");
            change(&mut bench, &holder, IfMatch::Version(1), json!({ "phone": "+6561234567" })).expect("first");
            let error = change(&mut bench, &holder, IfMatch::Version(1), json!({ "name": "Eve" })).expect_err("stale");
            let AccountError::Stale(stale) = error else { panic!("{error:?}") };
            assert_eq!(stale.differs, [Field::Name, Field::Phone]);
            assert_eq!((stale.version, stale.current.name.reveal().as_str()), (2, "Ada"));
            let counts = Tables::count(&mut bench);
            assert_eq!((counts.history, counts.audit.len(), counts.version), (1, 1, 2));
        });
    }

    #[test]
    fn overwriting_is_flagged() {
        on_each_database(|mut bench| {
            let holder = open(&mut bench, "Ada");
            change(&mut bench, &holder, IfMatch::Any, json!({ "name": "Ada B." })).expect("any version");
            assert!(history(&mut bench.conn, &bench.env, &holder, None, 1).expect("readable")[0].overwrite);
        });
    }

    #[test]
    fn what_changes_nothing_leaves_no_trace() {
        on_each_database(|mut bench| {
            let holder = open(&mut bench, "Ada");
            for patch in [json!({}), json!({ "name": "Ada", "phone": null, "im_ids": [] })] {
                assert_eq!(change(&mut bench, &holder, IfMatch::Version(1), patch).expect("fine").version, 1);
            }
            let counts = Tables::count(&mut bench);
            assert_eq!((counts.history, counts.audit.len(), counts.version), (0, 0, 1));
        });
    }

    #[test]
    fn an_address_that_is_wrong_when_merged_is_refused_whole() {
        on_each_database(|mut bench| {
            let holder = open(&mut bench, "Ada");
            let patch = json!({ "name": "Eve", "address": { "line1": "1 Main St", "country": "US" } });
            let error = change(&mut bench, &holder, IfMatch::Version(1), patch).expect_err("no city");
            assert!(
                matches!(error, AccountError::Invalid(errors) if errors.iter().any(|e| e.pointer == "/address/city"))
            );
            assert_eq!(
                get(&mut bench.conn, &bench.env, &holder.account).expect("the row").0.profile.name.reveal(),
                "Ada"
            );
        });
    }

    #[test]
    fn every_kind_of_value_comes_back_as_it_went_in() {
        on_each_database(|mut bench| {
            let holder = open(&mut bench, "Ada");
            let patch = json!({
                "name": "陳大文", "phone": "+6561234567", "website": "https://example.org/", "locale": "zh-Hant",
                "time_zone": "Asia/Taipei", "preferences": { "date_format": "iso" },
                "address": { "line1": "Invalidenstr. 1", "city": "Berlin", "postcode": "10115", "country": "DE" },
                "im_ids": [{ "network": "matrix", "handle": "@ada:example.org" }],
                "contacts": [{ "kind": "email", "value": "Desk@example.org", "purpose": "billing" }],
            });
            let after = change(&mut bench, &holder, IfMatch::Version(1), patch).expect("well formed");
            let stored = get(&mut bench.conn, &bench.env, &holder.account).expect("the row").0;
            assert_eq!((stored.profile, stored.dates), (after.profile, after.dates));
            let emptied = json!({ "phone": null, "website": null, "address": null, "im_ids": null, "contacts": null, "preferences": null });
            let bare = change(&mut bench, &holder, IfMatch::Version(2), emptied).expect("optional");
            assert_eq!((bare.profile.address, bare.profile.phone, bare.profile.website), (None, None, None));
        });
    }

    #[test]
    fn confirming_makes_a_new_version_and_an_audit_entry() {
        on_each_database(|mut bench| {
            let holder = open(&mut bench, "Ada");
            bench.pass(chrono::Duration::hours(1));
            let env = bench.env.clone();
            let by = author(&holder);
            change(&mut bench, &holder, IfMatch::Version(1), json!({ "phone": "+6561234567" })).expect("changed");
            let old = Some(IfMatch::Version(1));
            let unseen = db::write(&mut bench.conn, |conn| confirm(conn, &env, &by, old)).expect_err("stale");
            assert!(matches!(unseen, AccountError::Stale(stale) if stale.differs == [Field::Phone]));
            bench.pass(chrono::Duration::hours(1));
            let seen = Some(IfMatch::Version(2));
            let at = db::write(&mut bench.conn, |conn| confirm(conn, &env, &by, seen)).expect("confirmed");
            let account = get(&mut bench.conn, &env, &holder.account).expect("the row").0;
            assert_eq!((account.confirmed_at, account.version), (at, 3));
            assert_eq!(account.dates, crate::accounts::model::FieldDates::default());
            let last = Tables::count(&mut bench).audit.pop();
            assert_eq!(last, Some(("account.confirm".to_owned(), String::new())));
        });
    }

    /// Sixteen changes of one row at once: none is lost, and each history row begins where the one before ended.
    #[test]
    fn changes_at_the_same_moment_form_one_chain() {
        on_each_database(|mut bench| {
            let holder = open(&mut bench, "N");
            std::thread::scope(|scope| {
                for number in 0..16 {
                    let (env, account) = (bench.env.clone(), holder.account.clone());
                    scope.spawn(move || {
                        let author = author(&super::super::testing::holder(&env, account));
                        let patch = json!({ "name": format!("N{number}") });
                        let patch = ProfilePatch::parse(patch.as_object().expect("an object")).expect("a name");
                        let command = Update::new(IfMatch::Any, patch);
                        let mut conn = DbConnection::open(env.db.url(), db::Role::Writer).expect("a connection");
                        db::write(&mut conn, |conn| update(conn, &env, &author, &command))
                            .expect("no version asked for");
                    });
                }
            });
            assert_chain(&mut bench, &holder, 16);
        });
    }

    /// So many changes of the name, each from what the one before left, and the last of them is what holds.
    fn assert_chain(bench: &mut Bench, holder: &Holder, length: usize) {
        let mut rows = history(&mut bench.conn, &bench.env, holder, None, 100).expect("readable");
        rows.sort_by_key(|one| one.version);
        let versions: Vec<i64> = rows.iter().map(|one| one.version).collect();
        assert_eq!(versions, (2..).take(length).collect::<Vec<i64>>());
        for pair in rows.windows(2) {
            assert_eq!(pair[0].after, pair[1].before);
        }
        let last = get(&mut bench.conn, &bench.env, &holder.account).expect("the row").0;
        let newest = rows.last().expect("a change");
        assert_eq!(text(&newest.after), Some(format!("\"{}\"", last.profile.name.reveal()).as_str()));
        assert_eq!((Tables::count(bench).audit.len(), last.version), (length, newest.version));
    }

    #[test]
    fn updates_written_at_once_are_what_they_would_be_one_by_one() {
        on_each_database(|mut bench| {
            let (holder, env) = (open(&mut bench, "Ada"), bench.env.clone());
            let by = author(&holder);
            let wish = |seen, patch: serde_json::Value| {
                let patch = ProfilePatch::parse(patch.as_object().expect("an object")).expect("well formed");
                Update::new(seen, patch)
            };
            let wishes = [
                wish(IfMatch::Version(1), json!({ "name": "Ada B." })),
                wish(IfMatch::Version(1), json!({ "name": "Ada C." })),
                wish(IfMatch::Any, json!({ "name": "Ada D." })),
                wish(IfMatch::Version(3), json!({ "address": { "line1": "1 Main St", "country": "US" } })),
                wish(IfMatch::Version(3), json!({ "name": "Ada D." })),
                wish(IfMatch::Version(3), json!({ "name": "Ada E." })),
            ];
            let updates: Vec<_> = wishes.iter().map(|wish| (&by, wish)).collect();
            let outcomes = db::write(&mut bench.conn, |conn| update_all(conn, &env, &holder.account, &updates));
            let outcomes = outcomes.expect("written");
            let versions: Vec<_> =
                outcomes.iter().map(|one| one.as_ref().map(|(account, _)| account.version).ok()).collect();
            assert_eq!(versions, [Some(2), None, Some(3), None, Some(3), Some(4)]);
            let Err(AccountError::Stale(stale)) = &outcomes[1] else { panic!("stale: {:?}", outcomes[1]) };
            assert_eq!((stale.version, stale.differs.as_slice()), (2, &[Field::Name][..]));
            assert!(matches!(&outcomes[3], Err(AccountError::Invalid(_))));
            assert_chain(&mut bench, &holder, 3);
        });
    }
}
