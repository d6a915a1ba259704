//! Bringing back what stood in a field before a change, by the way of every other change.

use serde_json::Value;

use super::super::author::Author;
use super::super::error::{AccountError, Stale};
use super::super::model::Field;
use super::super::patch::ProfilePatch;
use super::super::store::{Account, Mailbox};
use super::{Update, get, update};
use crate::db::{DbConnection, DbError};
use crate::env::Env;
use crate::kernel::ids::{self, Id};
use crate::kernel::personal::Personal;
use crate::platform::changes::{self, Past};
use crate::platform::web::etag::IfMatch;

/// A value to be brought back.
#[derive(Debug, Clone)]
pub struct Restore {
    /// The change to undo: its value before is what shall hold.
    pub change: Id<ids::Change>,
    /// Which version of the account it was decided on. `None`: the field must still hold what the change made of it.
    pub seen: Option<IfMatch>,
}

/// Brings one value back. It is read by today's rules, and stands in the history as a change that names the one it
/// undoes; a field that holds the value already stays as it is.
///
/// # Errors
/// [`AccountError::NoSuchChange`]; [`AccountError::NotFromHere`] for the e-mail address; [`AccountError::Stale`] when the field, or with a version the account, has changed
/// since; [`AccountError::Invalid`] when today's rules refuse the value; [`AccountError::Erased`].
pub fn restore(
    conn: &mut DbConnection,
    env: &Env,
    author: &Author,
    command: &Restore,
) -> Result<(Account, Mailbox), AccountError> {
    let change = changes::find(conn, env, &author.account, &command.change).map_err(|error| match error {
        DbError::NotFound => AccountError::NoSuchChange,
        error => AccountError::Db(error),
    })?;
    let field: Field = change.field.parse().map_err(|()| AccountError::NotFromHere)?;
    let (before, after) = (value(&change.before)?, value(&change.after)?);
    let (account, mailbox) = get(conn, env, &author.account)?;
    let held = account.profile.value(field).map(Personal::into_revealed);
    if held == before {
        return Ok((account, mailbox));
    }
    let seen = match command.seen {
        Some(seen) => seen,
        None if held == after => IfMatch::Version(account.version),
        None => {
            let stale = Stale { version: account.version, current: account.profile, differs: vec![field] };
            return Err(AccountError::Stale(Box::new(stale)));
        }
    };
    let patch = ProfilePatch::of_value(field, before.as_ref()).map_err(AccountError::Invalid)?;
    update(conn, env, author, &Update { seen, patch, restores: Some(change.id) })
}

/// The history keeps values as JSON.
fn value(past: &Past) -> Result<Option<Value>, AccountError> {
    match past {
        Past::Empty => Ok(None),
        Past::Value(text) => serde_json::from_str(text.reveal()).map(Some).map_err(|_| AccountError::Erased),
        Past::Erased => Err(AccountError::Erased),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::accounts::actions::history;
    use crate::accounts::testing::{Tables, author, holder, open};
    use crate::db;
    use crate::env::testing::{Bench, on_each_database};
    use crate::identity::actors::Holder;
    use serde_json::json;

    fn change(bench: &mut Bench, holder: &Holder, patch: Value) -> Id<ids::Change> {
        let patch = ProfilePatch::parse(patch.as_object().expect("an object")).expect("well formed");
        let (env, by) = (bench.env.clone(), author(holder));
        let command = Update::new(IfMatch::Any, patch);
        db::write(&mut bench.conn, |conn| update(conn, &env, &by, &command)).expect("changed");
        bench.pass(chrono::Duration::seconds(1));
        history(&mut bench.conn, &bench.env, holder, None, 1).expect("listed").remove(0).id
    }

    fn bring_back(
        bench: &mut Bench,
        holder: &Holder,
        change: &Id<ids::Change>,
        seen: Option<IfMatch>,
    ) -> Result<Account, AccountError> {
        let (env, by) = (bench.env.clone(), author(holder));
        let command = Restore { change: change.clone(), seen };
        db::write(&mut bench.conn, |conn| restore(conn, &env, &by, &command)).map(|(account, _)| account)
    }

    #[test]
    fn a_value_comes_back_and_the_history_names_what_was_undone() {
        on_each_database(|mut bench| {
            let ada = open(&mut bench, "Ada");
            let address = json!({ "line1": "1 High St", "line2": "Flat 2", "city": "London", "postcode": "SW1A 1AA", "country": "GB" });
            change(&mut bench, &ada, json!({ "address": address }));
            let moved =
                json!({ "line1": "Weg 1", "line2": null, "city": "Berlin", "postcode": "10115", "country": "DE" });
            let undo = change(&mut bench, &ada, json!({ "address": moved }));
            let after = bring_back(&mut bench, &ada, &undo, None).expect("nobody else was here");
            assert_eq!(after.profile.value(Field::Address).map(Personal::into_revealed), Some(address));
            let newest = history(&mut bench.conn, &bench.env, &ada, None, 1).expect("listed").remove(0);
            assert_eq!((newest.restores.as_ref(), newest.version), (Some(&undo), 4));
            assert!(newest.place.session.is_some() && newest.place.network.as_deref() == Some("192.0.2.0/24"));
            let audit = Tables::count(&mut bench).audit.pop();
            assert_eq!(audit, Some(("account.restore".to_owned(), "address".to_owned())));
            let again = bring_back(&mut bench, &ada, &undo, None).expect("it holds already");
            assert_eq!(again.version, 4, "a second time changes nothing");
        });
    }

    #[test]
    fn what_was_changed_since_is_not_overwritten_unseen() {
        on_each_database(|mut bench| {
            let ada = open(&mut bench, "Ada");
            let undo = change(&mut bench, &ada, json!({ "name": "Eve" }));
            change(&mut bench, &ada, json!({ "phone": "+6561234567" }));
            change(&mut bench, &ada, json!({ "name": "Ada B." }));
            for seen in [None, Some(IfMatch::Version(2))] {
                let Err(AccountError::Stale(stale)) = bring_back(&mut bench, &ada, &undo, seen) else {
                    panic!("it was changed")
                };
                assert!(stale.differs.contains(&Field::Name) && stale.version == 4, "{stale:?}");
            }
            let after = bring_back(&mut bench, &ada, &undo, Some(IfMatch::Version(4))).expect("seen");
            assert_eq!((after.profile.name.reveal().as_str(), after.profile.phone.is_some()), ("Ada", true));
        });
    }

    #[test]
    fn a_change_of_another_field_is_in_nobodys_way() {
        on_each_database(|mut bench| {
            let ada = open(&mut bench, "Ada");
            let undo = change(&mut bench, &ada, json!({ "phone": "+6561234567" }));
            change(&mut bench, &ada, json!({ "name": "Ada B." }));
            assert_eq!(bring_back(&mut bench, &ada, &undo, None).expect("another field").profile.phone, None);
        });
    }

    #[test]
    fn another_accounts_change_is_not_there() {
        on_each_database(|mut bench| {
            let ada = open(&mut bench, "Ada");
            let undo = change(&mut bench, &ada, json!({ "name": "Eve" }));
            let stranger = holder(&bench.env, bench.env.id());
            assert!(matches!(bring_back(&mut bench, &stranger, &undo, None), Err(AccountError::NoSuchChange)));
            changes::destroy_key(&mut bench.conn, &ada.account).expect("destroyed");
            assert!(matches!(bring_back(&mut bench, &ada, &undo, None), Err(AccountError::Erased)));
        });
    }

    /// Sixteen undo one change at once: it is undone once, and nobody is told of a failure that was none.
    #[test]
    fn of_sixteen_at_once_one_undoes() {
        on_each_database(|mut bench| {
            let ada = open(&mut bench, "Ada");
            let undo = change(&mut bench, &ada, json!({ "name": "Eve" }));
            let url = bench.env.db.url().to_owned();
            std::thread::scope(|scope| {
                for _ in 0..16 {
                    let (env, by, url) = (bench.env.clone(), author(&ada), url.clone());
                    let command = Restore { change: undo.clone(), seen: None };
                    scope.spawn(move || {
                        let mut conn = DbConnection::open(&url, db::Role::Writer).expect("a connection");
                        match db::write(&mut conn, |conn| restore(conn, &env, &by, &command)) {
                            Ok((account, _)) => assert_eq!(account.profile.name.reveal(), "Ada"),
                            Err(AccountError::Stale(_)) => {}
                            Err(error) => panic!("{error:?}"),
                        }
                    });
                }
            });
            let counts = Tables::count(&mut bench);
            assert_eq!((counts.history, counts.version), (2, 3));
        });
    }
}
