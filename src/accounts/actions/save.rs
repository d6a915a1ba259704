//! Saving a form whose version is stale: what only one side changed is merged, what both changed is asked about.

use serde_json::Value;

use super::super::author::Author;
use super::super::error::{AccountError, Stale};
use super::super::model::Field;
use super::super::store::{self, Account};
use super::Update;
use crate::db::DbConnection;
use crate::env::Env;
use crate::kernel::personal::Personal;
use crate::kernel::time::Timestamp;
use crate::platform::changes::{self, Past};
use crate::platform::web::etag::IfMatch;

/// What came of a form.
#[derive(Debug, Clone)]
pub enum Saved {
    /// It holds now.
    Done,
    /// Some fields were changed on both sides; nothing was saved.
    Conflict(Box<Conflict>),
}

/// What the holder has to choose from.
#[derive(Debug, Clone)]
pub struct Conflict {
    /// The version to save the choice against.
    pub version: i64,
    /// When the other side saved.
    pub changed_at: Timestamp,
    /// Fields that both sides changed, each to something else.
    pub clashes: Vec<Clash>,
    /// Fields that only the other side changed: they stay as stored.
    pub settled: Vec<Field>,
}

/// A field with two values.
#[derive(Debug, Clone)]
pub struct Clash {
    /// Which.
    pub field: Field,
    /// What the form says.
    pub yours: Option<Personal<Value>>,
    /// What is stored.
    pub stored: Option<Personal<Value>>,
}

/// Saves a form that was filled in at the version `seen`.
///
/// # Errors
/// [`AccountError::Invalid`]; [`AccountError::Stale`] for a version that never was, or when somebody saves at this very
/// moment; the database failed.
pub fn save(
    conn: &mut DbConnection,
    env: &Env,
    author: &Author,
    seen: i64,
    update: &Update,
) -> Result<Saved, AccountError> {
    let (account, _) = store::find(conn, &author.account)?;
    if seen == account.version {
        super::update(conn, env, author, update)?;
        return Ok(Saved::Done);
    }
    if seen > account.version {
        let stale = Stale { version: account.version, current: account.profile, differs: Vec::new() };
        return Err(AccountError::Stale(Box::new(stale)));
    }
    let (own, conflict) = compare(conn, env, &account, seen, update)?;
    if !conflict.clashes.is_empty() {
        return Ok(Saved::Conflict(Box::new(conflict)));
    }
    let merged = Update { seen: IfMatch::Version(account.version), patch: update.patch.only(&own), ..update.clone() };
    super::update(conn, env, author, &merged)?;
    Ok(Saved::Done)
}

/// The fields that only the form changed, and what stands against the others.
fn compare(
    conn: &mut DbConnection,
    env: &Env,
    account: &Account,
    seen: i64,
    update: &Update,
) -> Result<(Vec<Field>, Conflict), AccountError> {
    let patched = update.patch.apply(&account.profile).map_err(AccountError::Invalid)?;
    let changed = changes::fields_since(conn, &account.id, seen)?;
    let (mut own, mut clashes, mut settled) = (Vec::new(), Vec::new(), Vec::new());
    for one in account.profile.differences(&patched) {
        if !changed.iter().any(|name| name == one.field.as_str()) {
            own.push(one.field);
            continue;
        }
        let first = changes::find_first_since(conn, env, &account.id, one.field.as_str(), seen)?;
        if first.is_some_and(|first| is_same(&first.before, one.after.as_ref())) {
            settled.push(one.field);
        } else {
            clashes.push(Clash { field: one.field, yours: one.after, stored: one.before });
        }
    }
    let conflict = Conflict { version: account.version, changed_at: account.updated_at, clashes, settled };
    Ok((own, conflict))
}

/// Whether the form says what stood there when it was opened: then the holder did not touch the field.
fn is_same(past: &Past, form: Option<&Personal<Value>>) -> bool {
    match past {
        Past::Empty => form.is_none(),
        Past::Value(text) => serde_json::from_str::<Value>(text.reveal())
            .is_ok_and(|value| form.is_some_and(|form| *form.reveal() == value)),
        Past::Erased => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::accounts::patch::ProfilePatch;
    use crate::accounts::testing::{author, open};
    use crate::db;
    use crate::env::testing::{Bench, on_each_database};
    use crate::identity::actors::Holder;
    use serde_json::json;

    fn post(bench: &mut Bench, holder: &Holder, seen: i64, form: Value) -> Result<Saved, AccountError> {
        let patch = ProfilePatch::parse(form.as_object().expect("an object")).map_err(AccountError::Invalid)?;
        let update = Update::new(IfMatch::Version(seen), patch);
        let (env, author) = (bench.env.clone(), author(holder));
        db::write(&mut bench.conn, |conn| save(conn, &env, &author, seen, &update))
    }

    fn stored(bench: &mut Bench, holder: &Holder) -> (String, Option<String>, i64) {
        let account = store::find(&mut bench.conn, &holder.account).expect("the row").0;
        let phone = account.profile.phone.map(Personal::into_revealed);
        (account.profile.name.into_revealed(), phone, account.version)
    }

    #[test]
    fn what_only_one_side_changed_is_merged() {
        on_each_database(|mut bench| {
            let holder = open(&mut bench, "Ada");
            post(&mut bench, &holder, 1, json!({ "name": "Ada", "phone": "+6561234567" })).expect("first");
            let saved = post(&mut bench, &holder, 1, json!({ "name": "Ada B.", "phone": null })).expect("merged");
            assert!(matches!(saved, Saved::Done));
            assert_eq!(stored(&mut bench, &holder), ("Ada B.".to_owned(), Some("+6561234567".to_owned()), 3));
        });
    }

    #[test]
    fn what_both_sides_changed_is_asked_about_and_nothing_is_saved() {
        on_each_database(|mut bench| {
            let holder = open(&mut bench, "Ada");
            post(&mut bench, &holder, 1, json!({ "name": "Ada B.", "phone": "+6561234567" })).expect("first");
            post(&mut bench, &holder, 2, json!({ "name": "Ada C." })).expect("second");
            let form = json!({ "name": "Eve", "phone": null, "website": "ada.example" });
            let Ok(Saved::Conflict(conflict)) = post(&mut bench, &holder, 1, form) else { panic!("a conflict") };
            assert_eq!((conflict.version, conflict.settled.as_slice()), (3, &[Field::Phone][..]));
            let [clash] = conflict.clashes.as_slice() else { panic!("one clash") };
            let shown = |value: &Option<Personal<Value>>| value.clone().map(Personal::into_revealed);
            assert_eq!(
                (clash.field, shown(&clash.yours), shown(&clash.stored)),
                (Field::Name, Some(json!("Eve")), Some(json!("Ada C.")))
            );
            assert_eq!(stored(&mut bench, &holder).2, 3);
        });
    }

    #[test]
    fn the_same_change_on_both_sides_is_no_conflict() {
        on_each_database(|mut bench| {
            let holder = open(&mut bench, "Ada");
            post(&mut bench, &holder, 1, json!({ "name": "Ada B." })).expect("first");
            assert!(matches!(post(&mut bench, &holder, 1, json!({ "name": "Ada B." })), Ok(Saved::Done)));
            assert_eq!(stored(&mut bench, &holder).2, 2);
            assert!(matches!(post(&mut bench, &holder, 9, json!({ "name": "Eve" })), Err(AccountError::Stale(_))));
        });
    }
}
