//! What a holder does with their account. Each change, its history and its audit entry stand in one transaction.

mod save;

use super::error::{AccountError, Stale};
use super::model::{Difference, Field, Profile};
use super::patch::ProfilePatch;
use super::store::{self, Account};
use crate::db::{DbConnection, DbError};
use crate::env::Env;
use crate::identity::actors::Holder;
use crate::kernel::ids::{self, Id};
use crate::kernel::personal::Personal;
use crate::kernel::time::Timestamp;
use crate::platform::audit::{self, Event};
use crate::platform::changes::{self, Origin, Recorded};
use crate::platform::web::etag::IfMatch;

pub use save::{Clash, Conflict, Saved, save};

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
}

/// The holder's account and e-mail address.
///
/// # Errors
/// The database failed.
pub fn get(conn: &mut DbConnection, holder: &Holder) -> Result<(Account, Personal<String>), DbError> {
    store::find(conn, &holder.account)
}

/// Changes the profile. A patch that changes nothing leaves version and history alone.
///
/// # Errors
/// [`AccountError::Stale`] when the row is not at the version seen; [`AccountError::Invalid`].
pub fn update(
    conn: &mut DbConnection,
    env: &Env,
    holder: &Holder,
    update: &Update,
) -> Result<(Account, Personal<String>), AccountError> {
    let history = changes::open_history(conn, env, &holder.account)?;
    // From here to the commit others wait who change the same account: two statements.
    let (before, email) = store::find_locked(conn, &holder.account)?;
    let (differences, profile) = decide(conn, &before, update)?;
    if differences.is_empty() {
        return Ok((before, email));
    }
    let after = Account { profile, version: before.version + 1, updated_at: env.now(), ..before };
    let origin = Origin {
        actor: &holder.actor(),
        account: &holder.account,
        overwrite: update.seen == IfMatch::Any,
        version: after.version,
    };
    let (rows, entry) = record(env, (holder, &history), &differences, origin)?;
    store::update_profile(conn, &after, &rows, &entry)?;
    Ok((after, email))
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
    (holder, history): (&Holder, &changes::History),
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
    let committed = serde_json::to_vec(&texts).map_err(|error| DbError::Other(error.to_string()))?;
    let entry = audit::prepare(
        env,
        &Event {
            actor: origin.actor,
            action: UPDATE,
            subject: holder.account.as_str(),
            fields: &fields,
            refs: &[holder.through()],
            commits_to: &committed,
        },
    );
    Ok((rows, entry))
}

/// The holder looked and says that all is right (policy clause 3: accurate, complete, current).
///
/// # Errors
/// The database failed.
pub fn confirm(conn: &mut DbConnection, env: &Env, holder: &Holder) -> Result<Timestamp, DbError> {
    let now = env.now();
    store::update_confirmed(conn, &holder.account, now)?;
    audit::record(
        conn,
        env,
        &Event {
            actor: &holder.actor(),
            action: CONFIRM,
            subject: holder.account.as_str(),
            fields: &[],
            refs: &[holder.through()],
            commits_to: now.to_string().as_bytes(),
        },
    )?;
    Ok(now)
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
    use crate::accounts::testing::{Tables, open};
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
        let command = Update { seen, patch };
        let env = bench.env.clone();
        db::write(&mut bench.conn, |conn| update(conn, &env, holder, &command)).map(|(account, _)| account)
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
            let (stored, email) = get(&mut bench.conn, &holder).expect("the row");
            assert_eq!((&stored, email.reveal().as_str()), (&after, "ada@example.org"));
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
            assert_eq!(get(&mut bench.conn, &holder).expect("the row").0.profile.name.reveal(), "Ada");
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
            });
            let after = change(&mut bench, &holder, IfMatch::Version(1), patch).expect("well formed");
            let stored = get(&mut bench.conn, &holder).expect("the row").0;
            assert_eq!(stored.profile, after.profile);
            let emptied =
                json!({ "phone": null, "website": null, "address": null, "im_ids": null, "preferences": null });
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
            let at = db::write(&mut bench.conn, |conn| confirm(conn, &env, &holder)).expect("confirmed");
            let account = get(&mut bench.conn, &holder).expect("the row").0;
            assert_eq!((account.confirmed_at, account.version), (at, 2));
            assert_eq!(Tables::count(&mut bench).audit, vec![("account.confirm".to_owned(), String::new())]);
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
                        let holder = super::super::testing::holder(&env, account);
                        let patch = json!({ "name": format!("N{number}") });
                        let patch = ProfilePatch::parse(patch.as_object().expect("an object")).expect("a name");
                        let command = Update { seen: IfMatch::Any, patch };
                        let mut conn = DbConnection::open(env.db.url(), db::Role::Writer).expect("a connection");
                        db::write(&mut conn, |conn| update(conn, &env, &holder, &command))
                            .expect("no version asked for");
                    });
                }
            });
            let mut rows = history(&mut bench.conn, &bench.env, &holder, None, 100).expect("readable");
            rows.sort_by_key(|one| one.version);
            assert_eq!(rows.iter().map(|one| one.version).collect::<Vec<_>>(), (2..=17).collect::<Vec<_>>());
            for pair in rows.windows(2) {
                assert_eq!(pair[0].after, pair[1].before);
            }
            let last = get(&mut bench.conn, &holder).expect("the row").0;
            assert_eq!(text(&rows[15].after), Some(format!("\"{}\"", last.profile.name.reveal()).as_str()));
        });
    }
}
