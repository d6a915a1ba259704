//! What the database itself refuses, on both databases.

use diesel::prelude::*;

use super::actions::{freeze, history, lift};
use super::error::FreezeError;
use super::model::{Cause, Lifted};
use super::store;
use crate::accounts::testing::open;
use crate::db::schema::{one_time_tokens, principals};
use crate::db::{self, DbError};
use crate::env::testing::on_each_database;
use crate::identity::principals::model::{PrincipalId, Status};
use crate::identity::principals::states::{ALL, Event};
use crate::identity::principals::{actions as states, store as rows};
use crate::identity::tokens::model::Purpose;
use crate::kernel::actor::Actor;

#[test]
fn the_database_refuses_every_move_that_the_machine_does() {
    on_each_database(|mut bench| {
        let account = open(&mut bench, "Ada").account;
        let (id, now) = (PrincipalId::Holder(account.clone()), bench.env.now());
        let stored = [Status::Active, Status::Frozen, Status::Closing, Status::Closed];
        for (from, to) in stored.into_iter().flat_map(|from| stored.map(|to| (from, to))) {
            let possible = from == to || Event::ALL.into_iter().any(|event| from.next(event) == Some(to));
            let moved = db::write(&mut bench.conn, |conn| {
                // To the first state on a way that there is; frozen ones have their open row, and end it to leave.
                let way: &[Event] = match from {
                    Status::Frozen => &[Event::Freeze],
                    Status::Closing => &[Event::Close],
                    Status::Closed => &[Event::Close, Event::Expire],
                    _ => &[],
                };
                if from == Status::Frozen || to == Status::Frozen {
                    store::insert(conn, &bench.env.id(), &account, &Cause::Holder, now)?;
                }
                for event in way {
                    assert!(states::apply(conn, &id, *event)?);
                }
                if from == Status::Frozen && to != Status::Frozen {
                    store::end(conn, &account, &Lifted::Holder, now)?;
                }
                let done = db::nested(conn, |conn| rows::replace_status(conn, &id, from, to));
                // Nothing stays: the next pair starts from the beginning.
                Err::<(), Found>(Found(done))
            });
            let Err(Found(done)) = moved else { panic!("rolled back") };
            assert_eq!(done.is_ok(), possible, "{from:?} to {to:?}: {done:?}");
        }
        assert_eq!(ALL.len(), stored.len() + 1, "unverified is a registration and no row here");
    });
}

/// Carries an outcome out of a transaction that is rolled back.
#[derive(Debug)]
struct Found(Result<bool, DbError>);

impl From<DbError> for Found {
    fn from(error: DbError) -> Self {
        Self(Err(error))
    }
}

impl db::TxError for Found {}

#[test]
fn an_account_is_frozen_exactly_as_long_as_a_freeze_is_open() {
    on_each_database(|mut bench| {
        let account = open(&mut bench, "Ada").account;
        let (id, env) = (PrincipalId::Holder(account.clone()), bench.env.clone());
        let bare = db::write(&mut bench.conn, |conn| rows::replace_status(conn, &id, Status::Active, Status::Frozen));
        assert!(bare.is_err(), "frozen without a row");
        let staff = Cause::Staff("The holder called us.".into());
        let froze = |conn: &mut db::DbConnection| freeze(conn, &env, &account, &staff, &Actor::System("test"));
        assert!(db::write(&mut bench.conn, froze).expect("frozen"));
        assert!(!db::write(&mut bench.conn, froze).expect("frozen already"));
        let left = db::write(&mut bench.conn, |conn| rows::replace_status(conn, &id, Status::Frozen, Status::Active));
        assert!(left.is_err(), "left with the row open");
        let how = Lifted::Staff("They showed who they are.".into());
        let lifted = |conn: &mut db::DbConnection| lift(conn, &env, &account, &how, &Actor::System("test"));
        db::write(&mut bench.conn, lifted).expect("lifted");
        assert!(matches!(db::write(&mut bench.conn, lifted), Err(FreezeError::State(_))));
        let rows = history(&mut bench.conn, &account).expect("listed");
        assert_eq!(rows.len(), 1);
        assert_eq!(
            (rows[0].reason.as_deref(), rows[0].ended_by.as_deref()),
            (Some("The holder called us."), Some("staff"))
        );
    });
}

#[test]
fn of_sixteen_freezes_at_once_one_row_comes() {
    on_each_database(|mut bench| {
        let account = open(&mut bench, "Ada").account;
        std::thread::scope(|scope| {
            for _ in 0..16 {
                let (env, account) = (bench.env.clone(), account.clone());
                scope.spawn(move || {
                    let mut conn = db::DbConnection::open(env.db.url(), db::Role::Writer).expect("a connection");
                    db::write(&mut conn, |conn| freeze(conn, &env, &account, &Cause::Link, &Actor::Visitor))
                        .expect("frozen, by this one or another");
                });
            }
        });
        assert_eq!(history(&mut bench.conn, &account).expect("listed").len(), 1);
        let notices: i64 = one_time_tokens::table
            .filter(one_time_tokens::purpose.eq(Purpose::FreezeAccount.as_str()))
            .count()
            .get_result(&mut bench.conn)
            .expect("counted");
        assert_eq!(notices, 0, "the notice of a freeze offers no other");
        let status: String = principals::table.select(principals::status).first(&mut bench.conn).expect("one");
        assert_eq!(status, "frozen");
    });
}
