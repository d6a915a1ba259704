//! Requests from asking to their end, on both databases.

use std::sync::Arc;

use chrono::Duration;
use diesel::prelude::*;
use serde_json::{Value, json};

use super::actions::{Ask, Correction, ask, list, withdraw};
use super::deciding::{Decision, decide};
use super::error::CorrectionError;
use super::jobs;
use super::model::{Event, MAX_OPEN, State};
use crate::accounts::actions::{Update, get, history, update};
use crate::accounts::patch::ProfilePatch;
use crate::accounts::testing::{author, open};
use crate::db::schema::{correction_requests, mails};
use crate::db::{self, DbConnection};
use crate::env::Env;
use crate::env::testing::{Bench, on_each_database, on_each_database_async};
use crate::identity::actors::{Holder, StaffSession};
use crate::identity::staff_accounts::{self, NewStaffMember};
use crate::kernel::ids::{self, Id};
use crate::kernel::permission::Role;
use crate::platform::changes::Past;
use crate::platform::jobs::{Handlers, run_until_idle};
use crate::platform::trust::restrictions;
use crate::platform::web::etag::IfMatch;

const WHY: &str = "The passport shows it.";

async fn staff(env: &Env, holder: &Holder) -> StaffSession {
    let new = NewStaffMember {
        email: "robin@example.com",
        name: "Robin",
        role: Role::Privacy,
        language: None,
        password: "violet tram under Tuesday",
        totp_secret: None,
    };
    let id = staff_accounts::create(env, &new).await.unwrap_or_else(|error| panic!("{error}")).id;
    let session = crate::accounts::testing::holder(env, holder.account.clone()).session;
    StaffSession { id, name: "Robin".into(), role: Role::Privacy, session }
}

fn wish(bench: &mut Bench, holder: &Holder, wanted: &Value) -> Result<Correction, CorrectionError> {
    let wanted = Ask::Profile(wanted.as_object().expect("an object").clone());
    let (env, by) = (bench.env.clone(), author(holder));
    db::write(&mut bench.conn, |conn| ask(conn, &env, &by, (&wanted, WHY)))
}

fn judge(
    conn: &mut DbConnection,
    env: &Env,
    member: &StaffSession,
    (id, event): (&Id<ids::Correction>, Event),
) -> Result<Correction, CorrectionError> {
    let decision = Decision { event, reason: "We saw the passport.".into() };
    db::write(conn, |conn| decide(conn, env, member, (id, &decision)))
}

fn change(bench: &mut Bench, holder: &Holder, patch: &Value) {
    let patch = ProfilePatch::parse(patch.as_object().expect("an object")).expect("well formed");
    let (env, by, command) = (bench.env.clone(), author(holder), Update::new(IfMatch::Any, patch));
    db::write(&mut bench.conn, |conn| update(conn, &env, &by, &command)).expect("changed");
}

fn name(bench: &mut Bench, holder: &Holder) -> String {
    get(&mut bench.conn, &bench.env, &holder.account).expect("there").0.profile.name.into_revealed()
}

fn letters(bench: &mut Bench, kind: &str) -> i64 {
    mails::table.filter(mails::kind.eq(kind)).count().get_result(&mut bench.conn).expect("counted")
}

#[test]
fn what_is_accepted_holds_and_stands_in_the_history() {
    on_each_database_async(|mut bench| async move {
        let ada = open(&mut bench, "Ada");
        let env = bench.env.clone();
        let member = staff(&env, &ada).await;
        let asked = wish(&mut bench, &ada, &json!({ "name": "Ada Lindqvist" })).expect("asked");
        assert_eq!((asked.state, asked.due_at - asked.opened_at), (State::Open, Duration::days(30)));
        assert_eq!(restrictions::list(&mut bench.conn, &ada.account), Ok(vec!["accounts.name".to_owned()]));
        let decided = judge(&mut bench.conn, &env, &member, (&asked.id, Event::Accept)).expect("decided");
        assert_eq!((decided.state, decided.reason.as_deref()), (State::Accepted, Some("We saw the passport.")));
        assert_eq!(name(&mut bench, &ada), "Ada Lindqvist");
        let newest = history(&mut bench.conn, &env, &ada, None, 1).expect("listed").remove(0);
        assert_eq!((newest.actor_kind.as_str(), Some(&newest.id)), ("staff", decided.change.as_ref()));
        assert!(matches!(newest.before, Past::Value(value) if value.reveal() == "\"Ada\""));
        assert_eq!(restrictions::list(&mut bench.conn, &ada.account), Ok(vec![]));
        assert_eq!(letters(&mut bench, "correction_decided"), 1);
        for event in [Event::Accept, Event::Refuse] {
            let again = judge(&mut bench.conn, &env, &member, (&asked.id, event));
            assert!(matches!(again, Err(CorrectionError::State(_))), "a decision is final");
        }
    });
}

#[test]
fn what_is_refused_or_withdrawn_changes_nothing_and_stays_on_record() {
    on_each_database_async(|mut bench| async move {
        let ada = open(&mut bench, "Ada");
        let env = bench.env.clone();
        let member = staff(&env, &ada).await;
        let first = wish(&mut bench, &ada, &json!({ "name": "Eve" })).expect("asked");
        assert!(
            matches!(wish(&mut bench, &ada, &json!({ "name": "Eva" })), Err(CorrectionError::State(_))),
            "one at once"
        );
        let short = Decision { event: Event::Refuse, reason: "no".into() };
        let silent = db::write(&mut bench.conn, |conn| decide(conn, &env, &member, (&first.id, &short)));
        assert!(matches!(silent, Err(CorrectionError::Invalid(errors)) if errors[0].pointer == "/reason"));
        judge(&mut bench.conn, &env, &member, (&first.id, Event::Refuse)).expect("decided");
        bench.pass(Duration::seconds(1));
        let second = wish(&mut bench, &ada, &json!({ "name": "Eva" })).expect("asked again");
        let by = author(&ada);
        db::write(&mut bench.conn, |conn| withdraw(conn, &env, &by, &second.id)).expect("withdrawn");
        let late = judge(&mut bench.conn, &env, &member, (&second.id, Event::Accept));
        assert!(matches!(late, Err(CorrectionError::State(_))));
        let rows = list(&mut bench.conn, &env, &ada.account).expect("listed");
        assert_eq!(rows.iter().map(|row| row.state).collect::<Vec<_>>(), [State::Withdrawn, State::Refused]);
        assert_eq!((name(&mut bench, &ada).as_str(), rows[1].reason.as_deref()), ("Ada", Some("We saw the passport.")));
        assert_eq!(restrictions::list(&mut bench.conn, &ada.account), Ok(vec![]));
    });
}

#[test]
fn what_the_holder_has_changed_meanwhile_is_not_overwritten() {
    on_each_database_async(|mut bench| async move {
        let ada = open(&mut bench, "Ada");
        let env = bench.env.clone();
        let member = staff(&env, &ada).await;
        let asked = wish(&mut bench, &ada, &json!({ "name": "Ada Lindqvist" })).expect("asked");
        change(&mut bench, &ada, &json!({ "name": "Ada Berg" }));
        let moved = judge(&mut bench.conn, &env, &member, (&asked.id, Event::Accept));
        assert!(matches!(moved, Err(CorrectionError::State(_))));
        assert_eq!(name(&mut bench, &ada), "Ada Berg");
        change(&mut bench, &ada, &json!({ "name": "Ada Lindqvist" }));
        let decided = judge(&mut bench.conn, &env, &member, (&asked.id, Event::Accept)).expect("it holds already");
        assert_eq!((decided.state, decided.change), (State::Accepted, None));
    });
}

#[test]
fn complaints_name_the_member_and_nothing_is_stored_in_the_clear() {
    on_each_database(|mut bench| {
        let ada = open(&mut bench, "Ada");
        for (wanted, pointer) in [
            (json!({}), "/wanted"),
            (json!({ "name": "Eve", "phone": null }), "/wanted"),
            (json!({ "shoe_size": 7 }), "/wanted/shoe_size"),
            (json!({ "name": null }), "/wanted/name"),
            (json!({ "name": "Ada" }), "/wanted"),
            (json!({ "phone": "12" }), "/wanted/phone"),
            (json!({ "address": { "line1": "x", "country": "DE" } }), "/wanted/address/city"),
        ] {
            let Err(CorrectionError::Invalid(errors)) = wish(&mut bench, &ada, &wanted) else { panic!("{wanted}") };
            assert!(errors.iter().any(|error| error.pointer == pointer), "{wanted}: {errors:?}");
        }
        wish(&mut bench, &ada, &json!({ "name": "Canary Lindqvist" })).expect("asked");
        let sealed: Vec<String> =
            correction_requests::table.select(correction_requests::sealed).load(&mut bench.conn).expect("listed");
        assert!(sealed.len() == 1 && !sealed[0].contains("Canary") && !sealed[0].contains("passport"));
    });
}

#[test]
fn ten_are_open_at_once_and_no_more() {
    on_each_database(|mut bench| {
        let ada = open(&mut bench, "Ada");
        let (env, by) = (bench.env.clone(), author(&ada));
        let mut other = || {
            let wanted = Ask::Other("The date of my first order is wrong.".to_owned());
            db::write(&mut bench.conn, |conn| ask(conn, &env, &by, (&wanted, WHY)))
        };
        for _ in 0..MAX_OPEN {
            other().expect("asked");
        }
        assert!(matches!(other(), Err(CorrectionError::State(_))));
    });
}

#[test]
fn whoever_waits_longer_than_thirty_days_is_told_once() {
    on_each_database_async(|mut bench| async move {
        let ada = open(&mut bench, "Ada");
        wish(&mut bench, &ada, &json!({ "name": "Ada Lindqvist" })).expect("asked");
        for (days, told) in [(29, 0), (1, 1), (1, 1)] {
            bench.pass(Duration::days(days));
            let mut all = Handlers::new();
            jobs::handlers(&mut all);
            run_until_idle(Arc::new(all), &bench.env).await.expect("ran");
            assert_eq!(letters(&mut bench, "correction_late"), told, "after {days} days more");
        }
    });
}

/// The database itself refuses what must never be, whoever writes.
#[test]
fn a_decision_is_final_for_the_database_too() {
    on_each_database_async(|mut bench| async move {
        let ada = open(&mut bench, "Ada");
        let env = bench.env.clone();
        let member = staff(&env, &ada).await;
        let asked = wish(&mut bench, &ada, &json!({ "name": "Ada Lindqvist" })).expect("asked");
        let row = || correction_requests::table.find(&asked.id);
        let conn = &mut bench.conn;
        assert!(diesel::update(row()).set(correction_requests::sealed.eq("x")).execute(conn).is_err());
        assert!(
            diesel::update(row()).set(correction_requests::state.eq("accepted")).execute(conn).is_err(),
            "by nobody"
        );
        judge(conn, &env, &member, (&asked.id, Event::Refuse)).expect("decided");
        assert!(diesel::update(row()).set(correction_requests::reason.eq("x")).execute(conn).is_err());
    });
}

/// Sixteen accept, refuse and withdraw at the same moment: it ends once.
#[test]
fn of_sixteen_at_once_one_decides() {
    on_each_database_async(|mut bench| async move {
        let ada = open(&mut bench, "Ada");
        let env = bench.env.clone();
        let member = staff(&env, &ada).await;
        let asked = wish(&mut bench, &ada, &json!({ "name": "Ada Lindqvist" })).expect("asked");
        let ended = std::thread::scope(|scope| {
            let racers: Vec<_> = (0..16)
                .map(|number| {
                    let (env, member, id, by) = (&env, &member, &asked.id, author(&ada));
                    scope.spawn(move || {
                        let mut conn = DbConnection::open(env.db.url(), db::Role::Writer).expect("a connection");
                        match number % 3 {
                            0 => judge(&mut conn, env, member, (id, Event::Accept)).is_ok(),
                            1 => judge(&mut conn, env, member, (id, Event::Refuse)).is_ok(),
                            _ => db::write(&mut conn, |conn| withdraw(conn, env, &by, id)).is_ok(),
                        }
                    })
                })
                .collect();
            racers.into_iter().map(|racer| racer.join().expect("no panic")).filter(|won| *won).count()
        });
        assert_eq!(ended, 1);
        let state = list(&mut bench.conn, &env, &ada.account).expect("listed")[0].state;
        assert_eq!(name(&mut bench, &ada) == "Ada Lindqvist", state == State::Accepted);
    });
}
