//! Sign-ups and their links, on both databases.

use std::sync::Mutex;

use chrono::Duration;

use super::actions::{self, Mailed};
use super::error::RegistrationError;
use super::model::{ContactInput, SignUp, SignUpInput};
use super::{sign_up, store};
use crate::db::{DbConnection, DbError, Role, write};
use crate::env::Env;
use crate::env::testing::{Bench, on_each_database};
use crate::identity::ports::{AccountOpening, RegisteredProfile};
use crate::identity::principals::store as principals;
use crate::identity::tokens::model::Purpose;
use crate::identity::tokens::store as tokens;
use crate::kernel::ids::{Account, Id, Registration};
use crate::kernel::secret_token::SecretToken;
use crate::platform::trust::policy::{self, Operator};

const KEY: &str = "ada@example.org";

/// Notes the names that accounts were opened with.
#[derive(Default)]
struct Opened(Mutex<Vec<String>>);

impl AccountOpening for Opened {
    fn open(&self, _: &mut DbConnection, _: &Env, _: &Id<Account>, profile: &RegisteredProfile) -> Result<(), DbError> {
        self.0.lock().expect("no panic inside").push(profile.name.as_str().to_owned());
        Ok(())
    }
}

/// A sign-up of this name whose password hash is the name too; answers its link's token.
fn signed_up(bench: &mut Bench, name: &str) -> (Id<Registration>, SecretToken) {
    signed_up_as(bench, name, "Ada@Example.org")
}

fn signed_up_as(bench: &mut Bench, name: &str, email: &str) -> (Id<Registration>, SecretToken) {
    let (conn, env) = (&mut bench.conn, &bench.env);
    let operator = Operator { name: "Operator", contact: "privacy@example.org" };
    policy::publish_shipped(conn, operator, env.now()).expect("published");
    let input = SignUpInput {
        email: email.into(),
        name: name.into(),
        password: "violet tram under Tuesday".into(),
        contact: ContactInput::default(),
        locale: None,
        policy_version: 1,
    };
    let sign_up = SignUp::parse(&input, sign_up::rules(env)).unwrap_or_else(|errors| panic!("{errors:?}"));
    actions::register(conn, env, &sign_up, name).expect("stored");
    let id = store::find_newest(conn, sign_up.email.key(), env.now()).expect("asked").expect("there");
    let token = tokens::issue(conn, Purpose::VerifyRegistration, id.as_str(), env.now()).expect("issued");
    let now = bench.env.now() + Duration::milliseconds(5);
    bench.env.clock.set(now);
    (id, token)
}

#[test]
fn a_link_verifies_its_own_sign_up_and_discards_the_others() {
    on_each_database(|mut bench| {
        let (_, stranger) = signed_up(&mut bench, "Stranger");
        let (_, owner) = signed_up(&mut bench, "Owner");
        let (conn, env, opened) = (&mut bench.conn, &bench.env, Opened::default());
        let account = actions::verify(conn, env, &opened, (&owner, None)).expect("verified");
        let principal = principals::find_by_email(conn, KEY).expect("asked").expect("there");
        assert_eq!((principal.id.account(), principal.password_phc.as_str()), (Some(&account), "Owner"));
        assert_eq!(*opened.0.lock().expect("no panic inside"), ["Owner"]);
        for spent in [&owner, &stranger] {
            let refused = actions::verify(conn, env, &opened, (spent, None));
            assert!(matches!(refused, Err(RegistrationError::LinkSpent)), "{refused:?}");
        }
        assert_eq!(store::find_newest(conn, KEY, env.now()).expect("asked"), None);
    });
}

#[test]
fn a_password_chooses_among_the_sign_ups_of_the_links_address_and_no_other() {
    on_each_database(|mut bench| {
        let (_, stranger) = signed_up(&mut bench, "Stranger");
        let (owners, _) = signed_up(&mut bench, "Owner");
        let (conn, env, opened) = (&mut bench.conn, &bench.env, Opened::default());
        let choice = actions::prepare_choice(conn, env, &stranger).expect("counted").expect("few");
        let names: Vec<&str> = choice.waiting.iter().map(|(_, phc)| phc.as_str()).collect();
        assert_eq!(names, ["Stranger", "Owner"], "the link's own first");
        // Any link proves the mailbox; the sign-up is the one that the password was right for.
        actions::verify(conn, env, &opened, (&stranger, Some(&owners))).expect("verified");
        assert_eq!(*opened.0.lock().expect("no panic inside"), ["Owner"]);
        assert_eq!(store::list_waiting(conn, KEY, env.now()).expect("listed"), []);
        let left = store::find_newest_hash(conn, KEY, env.now()).expect("asked");
        assert_eq!(left, None, "the others are discarded");
        let other = signed_up_as(&mut bench, "Bob", "bob@example.org");
        let (_, ada) = signed_up_as(&mut bench, "Eve", "eve@example.org");
        let refused = actions::verify(&mut bench.conn, &bench.env, &opened, (&ada, Some(&other.0)));
        assert!(matches!(refused, Err(RegistrationError::LinkSpent)), "another address is not proved by it");
    });
}

#[test]
fn tries_to_choose_by_a_password_are_counted() {
    on_each_database(|mut bench| {
        let (_, link) = signed_up(&mut bench, "Ada");
        let mut outcomes = Vec::new();
        for _ in 0..7 {
            outcomes.push(actions::prepare_choice(&mut bench.conn, &bench.env, &link).expect("counted").is_ok());
        }
        assert_eq!(outcomes, [true, true, true, true, true, false, false]);
    });
}

#[test]
fn of_sixteen_at_once_one_opens_the_account() {
    on_each_database(|mut bench| {
        let (_, one) = signed_up(&mut bench, "One");
        let (_, other) = signed_up(&mut bench, "Other");
        let (env, opened) = (&bench.env, Opened::default());
        let links = [&one, &other];
        let outcomes: Vec<bool> = std::thread::scope(|scope| {
            let racers: Vec<_> = (0..16)
                .map(|racer| {
                    let (link, opened) = (links[racer % 2], &opened);
                    scope.spawn(move || {
                        let mut conn = DbConnection::open(env.db.url(), Role::Writer).expect("a connection");
                        match write(&mut conn, |conn| actions::verify(conn, env, opened, (link, None))) {
                            Ok(_) => true,
                            Err(RegistrationError::LinkSpent) => false,
                            Err(error) => panic!("{error:?}"),
                        }
                    })
                })
                .collect();
            racers.into_iter().map(|racer| racer.join().expect("no panic")).collect()
        });
        assert_eq!(outcomes.iter().filter(|won| **won).count(), 1);
    });
}

#[test]
fn a_link_holds_for_a_day_and_a_sign_up_for_a_week() {
    on_each_database(|mut bench| {
        let (id, token) = signed_up(&mut bench, "Late");
        bench.pass(Duration::hours(24));
        let refused = actions::verify(&mut bench.conn, &bench.env, &Opened::default(), (&token, None));
        assert!(matches!(refused, Err(RegistrationError::LinkSpent)), "{refused:?}");
        bench.pass(Duration::days(6));
        let now = bench.env.now();
        assert_eq!(store::delete_expired(&mut bench.conn, now).expect("deleted"), 1);
        assert!(store::find(&mut bench.conn, &id, now).expect("asked").is_none());
    });
}

#[test]
fn a_known_address_gets_one_notice_an_hour_and_a_new_one_three_links() {
    on_each_database(|mut bench| {
        let mut mailed = Vec::new();
        for _ in 0..4 {
            let (id, _) = signed_up(&mut bench, "Ada");
            mailed.push(actions::mail(&mut bench.conn, &bench.env, &id).expect("mailed"));
        }
        assert_eq!(&mailed[..3], [Mailed::Done; 3]);
        assert!(matches!(mailed[3], Mailed::Later(wait) if wait <= Duration::hours(1)));
        let (_, token) = signed_up(&mut bench, "Ada");
        actions::verify(&mut bench.conn, &bench.env, &Opened::default(), (&token, None)).expect("verified");
        let before = mails(&mut bench);
        for _ in 0..3 {
            let (id, _) = signed_up(&mut bench, "Ada");
            assert_eq!(actions::mail(&mut bench.conn, &bench.env, &id).expect("mailed"), Mailed::Done);
            assert!(store::find(&mut bench.conn, &id, bench.env.now()).expect("asked").is_none());
        }
        assert_eq!(mails(&mut bench) - before, 1);
    });
}

fn mails(bench: &mut Bench) -> i64 {
    use diesel::prelude::*;
    crate::db::schema::mails::table.count().get_result(&mut bench.conn).expect("counted")
}
