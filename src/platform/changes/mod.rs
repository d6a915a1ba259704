//! Field history: what stood in a field before and after each change, by whom and when (policy clause 3).
//!
//! Values are sealed with a key of the account's own, which lies wrapped in `account_keys`. Destroying that one row
//! makes the whole history unreadable, in backups too: that is how an account is erased.

mod account_sealer;
mod fields;
mod key;
mod place;
mod retention;
mod store;

pub use account_sealer::{AccountSealer, open_sealer};
pub use fields::TABLES;
pub use key::{create_key, destroy_key};
pub use place::Place;
pub use retention::handlers;
pub(crate) use store::wrapped_key;

use crate::db::statements::Statement;
use crate::db::{DbConnection, DbError};
use crate::env::{Env, Sealer};
use crate::kernel::actor::Actor;
use crate::kernel::ids::{self, Account, Id};
use crate::kernel::personal::Personal;
use crate::kernel::time::Timestamp;
use store::ChangeRow;

/// Most rows of [`list`]: the API's largest page, and one more that tells whether there is a next.
pub const MAX_PAGE: i64 = 101;

/// One field's change, to be recorded. `None` stands for an empty field.
#[derive(Clone, Copy)]
pub struct Change<'a> {
    /// Name of the field as the API spells it.
    pub field: &'static str,
    /// Text before.
    pub before: Option<&'a str>,
    /// Text after.
    pub after: Option<&'a str>,
}

/// A value of the history.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Past {
    /// The field was empty.
    Empty,
    /// What stood there.
    Value(Personal<String>),
    /// The account was erased and nobody can read this any more.
    Erased,
}

/// A recorded change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recorded {
    /// For restoring it, and for the next page.
    pub id: Id<ids::Change>,
    /// Name of the field.
    pub field: String,
    /// What stood there before.
    pub before: Past,
    /// What stood there afterwards.
    pub after: Past,
    /// `visitor`, `holder`, `staff` or `system`.
    pub actor_kind: String,
    /// The actor's id, or the part of the system.
    pub actor_id: String,
    /// Whether the client overwrote without saying which version it had seen (`If-Match: *`).
    pub overwrite: bool,
    /// Version that the record had after the change.
    pub version: i64,
    /// Where it was made from, as far as that is known.
    pub place: Place,
    /// The change whose value it brought back.
    pub restores: Option<Id<ids::Change>>,
    /// When.
    pub at: Timestamp,
}

/// Whose change it is, and how it came about.
#[derive(Debug, Clone, Copy)]
pub struct Origin<'a> {
    /// Who changed the fields.
    pub actor: &'a Actor,
    /// The account whose fields they are.
    pub account: &'a Id<Account>,
    /// Whether the client overwrote without saying which version it had seen (`If-Match: *`).
    pub overwrite: bool,
    /// Version that the record has after the change: tells what a client with an older one has missed.
    pub version: i64,
    /// Where it was made from.
    pub place: &'a Place,
    /// The change whose value it brings back.
    pub restores: Option<&'a Id<ids::Change>>,
}

/// The account's history, open for writing: its key, which lives no longer than the change.
pub struct History {
    sealer: Sealer,
}

/// Records changes in the caller's transaction: one statement for the key, one for all rows. Answers the id of each, in
/// their order.
///
/// # Errors
/// [`DbError::NotFound`] when the account has no key; the database failed.
pub fn record(
    conn: &mut DbConnection,
    env: &Env,
    origin: Origin<'_>,
    changes: &[Change<'_>],
) -> Result<Vec<Id<ids::Change>>, DbError> {
    if changes.is_empty() {
        return Ok(Vec::new());
    }
    let sealer = key::find(conn, env, origin.account)?.ok_or(DbError::NotFound)?;
    let rows = History { sealer }.rows(env, origin, changes);
    rows.insert(conn)?;
    Ok(rows.ids())
}

impl History {
    /// Opens it with the key as [`wrapped_key`] reads it along with something else.
    ///
    /// # Errors
    /// The key does not open with this key ring.
    pub fn open(env: &Env, account: &Id<Account>, wrapped: &str) -> Result<Self, DbError> {
        Ok(Self { sealer: key::unwrap(env, account, wrapped)? })
    }

    /// The changes as rows, sealed, for whoever writes them together with something else.
    #[must_use]
    pub fn rows(&self, env: &Env, origin: Origin<'_>, changes: &[Change<'_>]) -> Rows {
        let at = env.now();
        let rows = changes
            .iter()
            .map(|change| {
                let id: Id<ids::Change> = env.id();
                ChangeRow {
                    before: seal(&self.sealer, "before", &id, change.before),
                    after: seal(&self.sealer, "after", &id, change.after),
                    account_id: origin.account.clone(),
                    field: change.field.to_owned(),
                    actor_kind: origin.actor.kind().to_owned(),
                    actor_id: origin.actor.id().to_owned(),
                    overwrite: origin.overwrite,
                    version: origin.version,
                    at,
                    origin: origin.place.seal(&self.sealer, &id),
                    restores: origin.restores.cloned(),
                    id,
                }
            })
            .collect();
        Rows(rows)
    }
}

/// Changes that are ready to be written.
#[derive(Default)]
pub struct Rows(Vec<ChangeRow>);

impl Rows {
    /// Adds those of another change of the same account.
    pub fn append(&mut self, mut later: Self) {
        self.0.append(&mut later.0);
    }

    /// Writes them into the caller's transaction.
    ///
    /// # Errors
    /// The database failed.
    pub fn insert(&self, conn: &mut DbConnection) -> Result<(), DbError> {
        store::insert(conn, &self.0)
    }

    /// The id of each, in the order of the changes.
    #[must_use]
    pub fn ids(&self) -> Vec<Id<ids::Change>> {
        self.0.iter().map(|row| row.id.clone()).collect()
    }

    /// The one change as a statement; `None` if they are several, for which [`Rows::insert`] has one of another shape.
    #[must_use]
    pub fn as_statement(&self) -> Option<impl Statement + '_> {
        if let [only] = self.0.as_slice() { Some(store::insertion(only)) } else { None }
    }
}

/// The account's history, newest first, from behind `older_than`.
///
/// # Errors
/// The database failed.
pub fn list(
    conn: &mut DbConnection,
    env: &Env,
    account: &Id<Account>,
    older_than: Option<&Id<ids::Change>>,
    limit: i64,
) -> Result<Vec<Recorded>, DbError> {
    let sealer = key::find(conn, env, account)?;
    let rows = store::list(conn, account, older_than, limit.clamp(1, MAX_PAGE))?;
    Ok(rows.into_iter().map(|row| open(sealer.as_ref(), row)).collect())
}

/// One change of this account.
///
/// # Errors
/// [`DbError::NotFound`], also for a change of another account; the database failed.
pub fn find(
    conn: &mut DbConnection,
    env: &Env,
    account: &Id<Account>,
    change: &Id<ids::Change>,
) -> Result<Recorded, DbError> {
    let row = store::find(conn, account, change)?;
    let sealer = key::find(conn, env, account)?;
    Ok(open(sealer.as_ref(), row))
}

/// Names of the fields that changed after the record had this version.
///
/// # Errors
/// The database failed.
pub fn fields_since(conn: &mut DbConnection, account: &Id<Account>, version: i64) -> Result<Vec<String>, DbError> {
    store::list_fields_since(conn, account, version)
}

/// The first change of a field after the record had this version: its `before` is what a client with that version saw.
///
/// # Errors
/// The database failed.
pub fn find_first_since(
    conn: &mut DbConnection,
    env: &Env,
    account: &Id<Account>,
    field: &str,
    version: i64,
) -> Result<Option<Recorded>, DbError> {
    let Some(row) = store::find_first_since(conn, account, field, version)? else { return Ok(None) };
    let sealer = key::find(conn, env, account)?;
    Ok(Some(open(sealer.as_ref(), row)))
}

/// Values older than `before` leave, at most `limit` rows at a time; answers how many left.
///
/// # Errors
/// The database failed.
pub fn purge(conn: &mut DbConnection, before: Timestamp, limit: i64) -> Result<usize, DbError> {
    store::delete_older(conn, before, limit)
}

fn place(column: &str, id: &Id<ids::Change>) -> String {
    format!("field_changes.{column}|{id}")
}

/// One byte tells an empty field from an empty text.
fn seal(sealer: &Sealer, column: &str, id: &Id<ids::Change>, value: Option<&str>) -> String {
    let plain = value.map_or_else(Vec::new, |text| [b"=", text.as_bytes()].concat());
    sealer.seal(&plain, &place(column, id))
}

fn unseal(sealer: Option<&Sealer>, column: &str, id: &Id<ids::Change>, sealed: &str) -> Past {
    let plain = sealer.and_then(|sealer| sealer.open(sealed, &place(column, id)));
    match plain.as_deref() {
        Some([]) => Past::Empty,
        Some([b'=', text @ ..]) => match std::str::from_utf8(text) {
            Ok(text) => Past::Value(Personal::new(text.to_owned())),
            Err(_) => Past::Erased,
        },
        Some(_) | None => Past::Erased,
    }
}

fn open(sealer: Option<&Sealer>, row: ChangeRow) -> Recorded {
    Recorded {
        before: unseal(sealer, "before", &row.id, &row.before),
        after: unseal(sealer, "after", &row.id, &row.after),
        place: Place::unseal(sealer, &row.id, row.origin.as_deref()),
        restores: row.restores,
        id: row.id,
        field: row.field,
        actor_kind: row.actor_kind,
        actor_id: row.actor_id,
        overwrite: row.overwrite,
        version: row.version,
        at: row.at,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::env::testing::{Bench, on_each_database};

    fn account(bench: &mut Bench) -> Id<Account> {
        let id = bench.env.id();
        create_key(&mut bench.conn, &bench.env, &id).expect("a key");
        id
    }

    fn change(bench: &mut Bench, account: &Id<Account>, changes: &[Change<'_>]) -> Result<(), DbError> {
        change_to(bench, account, 2, changes)
    }

    fn change_to(
        bench: &mut Bench,
        account: &Id<Account>,
        version: i64,
        changes: &[Change<'_>],
    ) -> Result<(), DbError> {
        let actor = Actor::Holder(account.clone());
        let place = Place { session: Some("ses_1".to_owned()), network: Some("192.0.2.0/24".to_owned()) };
        let origin = Origin { actor: &actor, account, overwrite: false, version, place: &place, restores: None };
        record(&mut bench.conn, &bench.env, origin, changes).map(|_| ())
    }

    const NAME: Change<'_> = Change { field: "name", before: Some("Ada"), after: Some("Ada Lovelace") };
    const PHONE: Change<'_> = Change { field: "phone", before: None, after: Some("") };

    #[test]
    fn history_comes_back_newest_first_in_pages() {
        on_each_database(|mut bench| {
            let account = account(&mut bench);
            change(&mut bench, &account, &[NAME]).expect("recorded");
            bench.pass(chrono::Duration::seconds(1));
            change(&mut bench, &account, &[PHONE]).expect("recorded");
            let newest = list(&mut bench.conn, &bench.env, &account, None, 1).expect("listed").remove(0);
            assert_eq!((newest.field.as_str(), &newest.before), ("phone", &Past::Empty));
            assert_eq!(newest.after, Past::Value(Personal::new(String::new())));
            let rest = list(&mut bench.conn, &bench.env, &account, Some(&newest.id), 9).expect("listed");
            assert_eq!(rest.len(), 1);
            assert_eq!(rest[0].after, Past::Value(Personal::new("Ada Lovelace".to_owned())));
            assert_eq!((rest[0].actor_kind.as_str(), rest[0].actor_id.as_str()), ("holder", account.as_str()));
            assert_eq!(newest.place.network.as_deref(), Some("192.0.2.0/24"));
            assert_eq!(find(&mut bench.conn, &bench.env, &account, &newest.id), Ok(newest));
        });
    }

    #[test]
    fn what_a_client_has_missed_is_told_by_version() {
        on_each_database(|mut bench| {
            let account = account(&mut bench);
            change_to(&mut bench, &account, 2, &[NAME]).expect("recorded");
            change_to(&mut bench, &account, 3, &[NAME, PHONE]).expect("recorded");
            let mut since = |version| {
                let mut fields = fields_since(&mut bench.conn, &account, version).expect("listed");
                fields.sort_unstable();
                fields
            };
            assert_eq!(
                (since(1), since(2), since(3)),
                (vec!["name".into(), "phone".into()], vec!["name".into(), "phone".into()], vec![])
            );
            let first =
                find_first_since(&mut bench.conn, &bench.env, &account, "name", 1).expect("asked").expect("a change");
            assert_eq!((first.version, first.before), (2, Past::Value(Personal::new("Ada".to_owned()))));
            assert_eq!(find_first_since(&mut bench.conn, &bench.env, &account, "phone", 3), Ok(None));
        });
    }

    #[test]
    fn one_account_never_reads_anothers_history() {
        on_each_database(|mut bench| {
            let (one, other) = (account(&mut bench), account(&mut bench));
            change(&mut bench, &one, &[NAME]).expect("recorded");
            let id = list(&mut bench.conn, &bench.env, &one, None, 1).expect("listed").remove(0).id;
            assert_eq!(list(&mut bench.conn, &bench.env, &other, None, 9), Ok(vec![]));
            assert_eq!(
                find(&mut bench.conn, &bench.env, &other, &id).map_err(|e| e.to_string()),
                Err("no such row".to_owned())
            );
        });
    }

    #[test]
    fn no_value_lies_in_the_clear_and_none_is_read_after_erasure() {
        on_each_database(|mut bench| {
            let account = account(&mut bench);
            change(&mut bench, &account, &[NAME, PHONE]).expect("recorded");
            let rows = store::list(&mut bench.conn, &account, None, 9).expect("rows");
            assert!(rows.iter().all(|row| !row.before.contains("Ada") && !row.after.contains("Ada")));
            assert!(rows.iter().all(|row| row.origin.as_ref().is_some_and(|sealed| !sealed.contains("192.0"))));
            destroy_key(&mut bench.conn, &account).expect("destroyed");
            let erased = list(&mut bench.conn, &bench.env, &account, None, 9).expect("listed");
            assert!(erased.iter().all(|change| change.before == Past::Erased && change.after == Past::Erased));
            assert!(erased.iter().all(|change| change.place == Place::default()));
            assert!(matches!(change(&mut bench, &account, &[NAME]), Err(DbError::NotFound)));
        });
    }

    #[test]
    fn old_values_leave_in_batches() {
        on_each_database(|mut bench| {
            let account = account(&mut bench);
            change(&mut bench, &account, &[NAME, NAME, NAME]).expect("recorded");
            let later = bench.pass(chrono::Duration::days(1));
            change(&mut bench, &account, &[PHONE]).expect("recorded");
            assert_eq!(purge(&mut bench.conn, later, 2), Ok(2));
            assert_eq!(purge(&mut bench.conn, later, 2), Ok(1));
            assert_eq!(list(&mut bench.conn, &bench.env, &account, None, 9).expect("listed").len(), 1);
        });
    }
}
