//! The history of sign-ins, on both databases.

use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use chrono::Duration;
use diesel::connection::InstrumentationEvent;
use diesel::prelude::*;
use zeroize::Zeroizing;

use super::actions::{self, Entry};
use super::error::ReportError;
use super::model::{KEPT, Method, Outcome};
use super::notes::{self, Try};
use crate::accounts::testing::open;
use crate::db::schema::{mails, sign_ins};
use crate::db::{self, DbConnection, Role};
use crate::env::testing::{Bench, on_each_database, on_each_database_async};
use crate::identity::principals::model::PrincipalId;
use crate::identity::principals::store as principals;
use crate::identity::sessions::actions::begin::Begun;
use crate::identity::sessions::error::SignInError;
use crate::identity::sessions::model::{Choice, Computer, Transport};
use crate::identity::sessions::sign_in::{Credentials, sign_in};
use crate::identity::sessions::store::write as sessions;
use crate::kernel::ids::{Id, SignIn};
use crate::kernel::secret_token::TokenDigest;
use crate::platform::web::request::RequestInfo;

const PASSWORD: &str = "violet tram under Tuesday";
const FIREFOX: &str = "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0";
const SAFARI: &str = "Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) Version/19.0 Safari/604.1";

async fn ada(bench: &mut Bench) -> PrincipalId {
    let id = PrincipalId::Holder(open(bench, "Ada").account);
    let phc = bench.env.hasher.hash(PASSWORD).await.expect("hashed");
    principals::set_password(&mut bench.conn, &id, &phc).expect("set");
    id
}

/// Where a try comes from, and what it says of the computer.
#[derive(Clone, Copy)]
struct Place<'a> {
    ip: &'a str,
    agent: &'a str,
    public: bool,
    known: bool,
}

const HOME: Place<'static> = Place { ip: "192.0.2.77", agent: FIREFOX, public: false, known: false };

async fn try_in(bench: &Bench, from: Place<'_>, password: &str) -> Result<Begun, SignInError> {
    // The order of ids is that of their milliseconds, and the clock stands still.
    bench.pass(Duration::seconds(1));
    let ip: IpAddr = from.ip.parse().expect("an address");
    let info =
        RequestInfo { id: "req_1".into(), ip, user_agent: from.agent.into(), language: "en".into(), asked: None };
    let computer = if from.public { Computer::Public } else { Computer::Own };
    let given = Credentials {
        email: "ada@example.org".parse().expect("an address"),
        password: Zeroizing::new(password.to_owned()),
        factor: None,
        choice: Choice::new(computer, false, false),
        transport: Transport::Cookie,
        device: from.known.then(|| TokenDigest::of(b"a cookie")),
    };
    sign_in(&bench.env, Arc::new(info), given).await
}

async fn enter(bench: &Bench, from: Place<'_>) -> Begun {
    try_in(bench, from, PASSWORD).await.unwrap_or_else(|error| panic!("{error:?}"))
}

fn entries(bench: &mut Bench, owner: &PrincipalId) -> Vec<Entry> {
    actions::list(&mut bench.conn, owner, None, 100).expect("listed")
}

fn mailed(bench: &mut Bench) -> Vec<String> {
    mails::table.order(mails::id).select(mails::kind).load(&mut bench.conn).expect("listed")
}

fn report(bench: &mut Bench, owner: &PrincipalId, id: &Id<SignIn>) -> Result<(), ReportError> {
    bench.pass(Duration::seconds(1));
    let env = bench.env.clone();
    db::write(&mut bench.conn, |conn| actions::report(conn, &env, owner, id))
}

#[test]
fn an_entry_says_when_where_and_with_what_and_nothing_finer() {
    on_each_database_async(|mut bench| async move {
        let owner = ada(&mut bench).await;
        let begun = enter(&bench, HOME).await;
        let found = entries(&mut bench, &owner);
        let [entry] = &found[..] else { panic!("{found:?}") };
        assert_eq!((entry.outcome, &entry.session_id), (Outcome::SignedIn, &Some(begun.id)));
        assert_eq!((entry.network.as_str(), entry.device.as_str()), ("192.0.2.0/24", "Firefox on Linux"));
        assert_eq!(entry.at, bench.env.now());
    });
}

#[test]
fn a_device_is_known_by_its_network_and_kind_or_by_its_cookie_and_news_is_mailed() {
    on_each_database_async(|mut bench| async move {
        let owner = ada(&mut bench).await;
        enter(&bench, HOME).await;
        assert_eq!(mailed(&mut bench), Vec::<String>::new(), "the first sign-in of a new account is no news");
        let tries = [
            (Place { ip: "192.0.2.9", ..HOME }, true),
            (Place { ip: "198.51.100.9", ..HOME }, false),
            (Place { ip: "198.51.100.8", ..HOME }, true),
            (Place { agent: SAFARI, ..HOME }, false),
            (Place { ip: "203.0.113.5", known: true, ..HOME }, true),
        ];
        let mut news = 0;
        for (from, known) in tries {
            enter(&bench, from).await;
            assert_eq!(entries(&mut bench, &owner)[0].was_known, known, "{}", from.ip);
            news += usize::from(!known);
            assert_eq!(mailed(&mut bench).len(), news, "{}", from.ip);
        }
        enter(&bench, Place { public: true, ..HOME }).await;
        assert_eq!(mailed(&mut bench).len(), news + 1, "a public computer is told of, however well known");
        assert!(mailed(&mut bench).iter().all(|kind| kind == "signed_in"));
    });
}

#[test]
fn a_device_of_sessions_from_before_the_history_is_no_news() {
    on_each_database_async(|mut bench| async move {
        let owner = ada(&mut bench).await;
        enter(&bench, HOME).await;
        bench.pass(Duration::days(3));
        // As after the upgrade that brought the history: sessions are there, entries are not.
        let forget = |bench: &mut Bench| diesel::delete(sign_ins::table).execute(&mut bench.conn).expect("deleted");
        forget(&mut bench);
        enter(&bench, HOME).await;
        assert_eq!(mailed(&mut bench), Vec::<String>::new(), "the same device from the same network");
        forget(&mut bench);
        enter(&bench, Place { agent: SAFARI, ..HOME }).await;
        assert_eq!(mailed(&mut bench), ["signed_in"], "another device is news, upgrade or not");
        enter(&bench, HOME).await;
        assert_eq!(mailed(&mut bench).len(), 2, "once the history knows a device, it alone decides");
        assert_eq!(entries(&mut bench, &owner).len(), 2);
    });
}

#[test]
fn mails_about_sign_ins_are_five_a_day() {
    on_each_database_async(|mut bench| async move {
        ada(&mut bench).await;
        for _ in 0..8 {
            bench.pass(Duration::seconds(61));
            enter(&bench, Place { public: true, ..HOME }).await;
        }
        assert_eq!(mailed(&mut bench).len(), 5);
        bench.pass(Duration::hours(24));
        enter(&bench, Place { public: true, ..HOME }).await;
        assert_eq!(mailed(&mut bench).len(), 6);
    });
}

#[test]
fn that_was_not_me_ends_everything_until_a_password_is_chosen_by_mail() {
    on_each_database_async(|mut bench| async move {
        let owner = ada(&mut bench).await;
        enter(&bench, HOME).await;
        let thief = Place { ip: "198.51.100.9", ..HOME };
        let begun = enter(&bench, thief).await;
        let entry = entries(&mut bench, &owner)[0].clone();
        assert_eq!(entry.session_id, Some(begun.id));
        report(&mut bench, &owner, &entry.id).expect("reported");
        assert_eq!(sessions::list(&mut bench.conn, &owner).expect("listed").len(), 0);
        assert!(matches!(report(&mut bench, &owner, &entry.id), Err(ReportError::Reported)));
        // The right password opens nothing, and that it was right is noted.
        assert!(matches!(try_in(&bench, thief, PASSWORD).await, Err(SignInError::ResetRequired)));
        assert_eq!(entries(&mut bench, &owner)[0].outcome, Outcome::ResetRequired);
        assert_eq!(mailed(&mut bench), ["signed_in", "sign_in_reported"]);

        let phc = bench.env.hasher.hash("nine calm otters float").await.expect("hashed");
        principals::choose_password(&mut bench.conn, &owner, &phc).expect("chosen");
        let again = try_in(&bench, HOME, "nine calm otters float").await;
        again.unwrap_or_else(|error| panic!("{error:?}"));
        assert!(!entries(&mut bench, &owner)[0].was_known, "no device is trusted from before a report");
    });
}

#[test]
fn what_was_refused_is_noted_and_unjudged_tries_once_an_hour() {
    on_each_database(|mut bench| {
        let owner = PrincipalId::Holder(open(&mut bench, "Ada").account);
        let ip: IpAddr = "192.0.2.1".parse().expect("an address");
        let info =
            RequestInfo { id: "req_1".into(), ip, user_agent: "curl/8".into(), language: String::new(), asked: None };
        let note = |bench: &mut Bench, unjudged| {
            bench.pass(Duration::seconds(1));
            let env = bench.env.clone();
            let found = notes::owner_of_refused(&mut bench.conn, &env, "ada@example.org", unjudged).expect("asked");
            if let Some(owner) = found {
                notes::refused(&mut bench.conn, &env, &owner, &info, unjudged).expect("noted");
            }
        };
        for unjudged in [false, true, true, false] {
            note(&mut bench, unjudged);
        }
        bench.pass(Duration::minutes(61));
        note(&mut bench, true);
        let outcomes: Vec<Outcome> = entries(&mut bench, &owner).iter().map(|entry| entry.outcome).collect();
        let (wrong, many) = (Outcome::WrongPassword, Outcome::TooMany);
        assert_eq!(outcomes, [many, wrong, many, wrong]);
        let env = bench.env.clone();
        let nobody = notes::owner_of_refused(&mut bench.conn, &env, "nobody@example.org", false).expect("asked");
        assert_eq!(nobody, None);
    });
}

#[test]
fn after_ninety_days_tries_are_forgotten() {
    on_each_database_async(|mut bench| async move {
        let owner = ada(&mut bench).await;
        enter(&bench, HOME).await;
        bench.pass(KEPT - Duration::hours(1));
        enter(&bench, HOME).await;
        actions::purge(&mut bench.conn, &bench.env).expect("purged");
        assert_eq!(entries(&mut bench, &owner).len(), 2);
        bench.pass(Duration::hours(2));
        actions::purge(&mut bench.conn, &bench.env).expect("purged");
        assert_eq!(entries(&mut bench, &owner).len(), 1);
    });
}

#[test]
fn a_sign_in_with_a_known_device_pays_one_statement_for_its_history() {
    on_each_database_async(|mut bench| async move {
        let owner = ada(&mut bench).await;
        enter(&bench, HOME).await;
        let begun = enter(&bench, HOME).await;
        let ip: IpAddr = HOME.ip.parse().expect("an address");
        let info =
            RequestInfo { id: "req_1".into(), ip, user_agent: FIREFOX.into(), language: String::new(), asked: None };
        let method = Method::Password;
        let tried = Try { principal: &owner, info: &info, method, known_device: false, says_public: false };
        let (count, counted) = (Arc::new(AtomicUsize::new(0)), bench.env.clone());
        let seen = count.clone();
        bench.conn.set_instrumentation(move |event: InstrumentationEvent<'_>| {
            if matches!(event, InstrumentationEvent::StartQuery { .. }) {
                seen.fetch_add(1, Ordering::SeqCst);
            }
        });
        notes::judged(&mut bench.conn, &counted, &tried, &Ok(begun)).expect("noted");
        assert_eq!(count.load(Ordering::SeqCst), 1);
    });
}

#[test]
fn of_sixteen_reports_at_once_one_acts() {
    on_each_database_async(|mut bench| async move {
        let owner = ada(&mut bench).await;
        enter(&bench, HOME).await;
        let id = entries(&mut bench, &owner)[0].id.clone();
        let (env, url) = (bench.env.clone(), bench.env.db.url().to_owned());
        let won = std::thread::scope(|scope| {
            let racers: Vec<_> = (0..16)
                .map(|_| {
                    scope.spawn(|| {
                        let mut conn = DbConnection::open(&url, Role::Writer).expect("a connection");
                        db::write(&mut conn, |conn| actions::report(conn, &env, &owner, &id))
                    })
                })
                .collect();
            racers.into_iter().map(|racer| racer.join().expect("no panic")).filter(Result::is_ok).count()
        });
        assert_eq!(won, 1);
        assert_eq!(mailed(&mut bench), ["sign_in_reported"]);
    });
}
