//! Who is asked, when, and what the link settles, on both databases.

use std::net::Ipv4Addr;
use std::sync::Arc;

use chrono::Duration;
use diesel::prelude::*;
use serde_json::json;

use super::actions::{self, Checked, check};
use super::jobs;
use crate::accounts::actions::{self as accounts, Update, get, update};
use crate::accounts::patch::ProfilePatch;
use crate::accounts::testing::{author, open};
use crate::db::schema::{mails, principals, profile_reminders, shares};
use crate::db::{self, DbConnection};
use crate::env::testing::{Bench, on_each_database, on_each_database_async};
use crate::env::{Env, random};
use crate::identity::actors::Holder;
use crate::identity::freezing::actions::freeze;
use crate::identity::freezing::error::FreezeError;
use crate::identity::freezing::model::Cause;
use crate::kernel::ids::{Account, Id};
use crate::kernel::secret_token::SecretToken;
use crate::platform::jobs::{Handlers, run_until_idle};
use crate::platform::mail::bounces::{self, Source};
use crate::platform::web::etag::IfMatch;

fn lists(bench: &mut Bench) -> i64 {
    mails::table.filter(mails::kind.eq("profile_check")).count().get_result(&mut bench.conn).expect("counted")
}

async fn run(env: &Env) {
    let mut all = Handlers::new();
    jobs::handlers(&mut all);
    run_until_idle(Arc::new(all), env).await.expect("ran");
}

/// A link of the last list, as if it had been read in the mail.
fn link(bench: &mut Bench, holder: &Holder) -> SecretToken {
    let token = random::token("");
    diesel::update(profile_reminders::table.find(&holder.account))
        .set(profile_reminders::token_hash.eq(token.digest().as_str()))
        .execute(&mut bench.conn)
        .expect("a list was mailed");
    token
}

fn ask(bench: &mut Bench, holder: &Holder) {
    let (env, by) = (bench.env.clone(), author(holder));
    db::write(&mut bench.conn, |conn| actions::ask(conn, &env, &by)).expect("mailed");
}

fn press(conn: &mut DbConnection, env: &Env, token: &SecretToken) -> Result<Checked, FreezeError> {
    db::write(conn, |conn| check(conn, env, token, Ipv4Addr::new(192, 0, 2, 7).into()))
}

fn change(bench: &mut Bench, holder: &Holder, patch: serde_json::Value) {
    let patch = ProfilePatch::parse(patch.as_object().expect("an object")).expect("well formed");
    let (env, by, command) = (bench.env.clone(), author(holder), Update::new(IfMatch::Any, patch));
    db::write(&mut bench.conn, |conn| update(conn, &env, &by, &command)).expect("changed");
}

fn give_back(bench: &mut Bench, account: &Id<Account>) {
    let env = bench.env.clone();
    let returned = ("ada@example.org", Source::Smtp, "SMTP reply 550");
    db::write(&mut bench.conn, |conn| bounces::mark(conn, &env, account, returned)).expect("marked");
}

#[test]
fn a_list_goes_out_after_a_year_and_once() {
    on_each_database_async(|mut bench| async move {
        let ada = open(&mut bench, "Ada");
        for (days, sent) in [(364, 0), (2, 1), (1, 1), (364, 1), (2, 2)] {
            bench.pass(Duration::days(days));
            run(&bench.env).await;
            assert_eq!(lists(&mut bench), sent, "after {days} days more");
        }
        let (env, by) = (bench.env.clone(), author(&ada));
        db::write(&mut bench.conn, |conn| accounts::confirm(conn, &env, &by, None)).expect("confirmed");
        bench.pass(Duration::days(364));
        run(&bench.env).await;
        assert_eq!(lists(&mut bench), 2, "somebody looked meanwhile");
    });
}

#[test]
fn a_list_goes_out_a_month_after_mail_came_back() {
    on_each_database_async(|mut bench| async move {
        let ada = open(&mut bench, "Ada");
        give_back(&mut bench, &ada.account);
        for (days, sent) in [(27, 0), (5, 1), (40, 1)] {
            bench.pass(Duration::days(days));
            run(&bench.env).await;
            assert_eq!(lists(&mut bench), sent, "after {days} days more");
        }
    });
}

#[test]
fn a_later_report_marks_the_address_of_an_account_and_no_other() {
    on_each_database(|mut bench| {
        let ada = open(&mut bench, "Ada");
        let env = bench.env.clone();
        let mut report = |text: &str| {
            let address = text.parse().expect("an address");
            db::write(&mut bench.conn, |conn| actions::returned(conn, &env, &address)).expect("noted")
        };
        assert!(!report("eve@example.org") && report("Ada@example.org"));
        let (_, mailbox) = get(&mut bench.conn, &env, &ada.account).expect("there");
        assert_eq!(mailbox.bounce.map(|bounce| bounce.last_at), Some(env.now()));
    });
}

#[test]
fn whoever_is_frozen_is_left_alone() {
    on_each_database_async(|mut bench| async move {
        let ada = open(&mut bench, "Ada");
        let (env, by) = (bench.env.clone(), ada.actor());
        db::write(&mut bench.conn, |conn| freeze(conn, &env, &ada.account, &Cause::Holder, &by)).expect("frozen");
        bench.pass(Duration::days(400));
        run(&bench.env).await;
        assert_eq!(lists(&mut bench), 0);
    });
}

#[test]
fn the_share_names_what_the_letter_quotes() {
    on_each_database(|mut bench| {
        let ada = open(&mut bench, "Ada");
        change(&mut bench, &ada, json!({ "phone": "+6561234567" }));
        ask(&mut bench, &ada);
        let fields: Vec<String> = shares::table.select(shares::fields).load(&mut bench.conn).expect("listed");
        let [fields] = fields.as_slice() else { panic!("one share: {fields:?}") };
        assert!(fields.contains("accounts.phone") && fields.contains("principals.email"), "{fields}");
        assert!(!fields.contains("accounts.website"), "{fields}");
    });
}

#[test]
fn one_press_confirms_what_was_listed_and_proves_the_address() {
    on_each_database(|mut bench| {
        let ada = open(&mut bench, "Ada");
        give_back(&mut bench, &ada.account);
        ask(&mut bench, &ada);
        let token = link(&mut bench, &ada);
        let now = bench.pass(Duration::days(29));
        let env = bench.env.clone();
        let checked = press(&mut bench.conn, &env, &token).expect("good");
        assert_eq!(checked, Checked { verified_at: now, confirmed_at: Some(now) });
        let (account, mailbox) = get(&mut bench.conn, &env, &ada.account).expect("there");
        assert_eq!((account.confirmed_at, mailbox.verified_at, mailbox.bounce), (now, now, None));
        assert!(matches!(press(&mut bench.conn, &env, &token), Err(FreezeError::LinkSpent)), "once");
    });
}

#[test]
fn nothing_is_confirmed_unseen_too_late_or_for_another_address() {
    on_each_database(|mut bench| {
        let ada = open(&mut bench, "Ada");
        let env = bench.env.clone();
        ask(&mut bench, &ada);
        let token = link(&mut bench, &ada);
        change(&mut bench, &ada, json!({ "phone": "+6561234567" }));
        let before = get(&mut bench.conn, &env, &ada.account).expect("there").0;
        let now = bench.pass(Duration::days(1));
        let checked = press(&mut bench.conn, &env, &token).expect("the address is proved");
        assert_eq!(checked, Checked { verified_at: now, confirmed_at: None });
        assert_eq!(get(&mut bench.conn, &env, &ada.account).expect("there").0, before, "nothing was confirmed");

        ask(&mut bench, &ada);
        let token = link(&mut bench, &ada);
        bench.pass(Duration::days(30));
        assert!(matches!(press(&mut bench.conn, &env, &token), Err(FreezeError::LinkSpent)), "too late");

        ask(&mut bench, &ada);
        let token = link(&mut bench, &ada);
        diesel::update(principals::table.find(ada.account.as_str()))
            .set((principals::email.eq("ada@new.example"), principals::email_key.eq("ada@new.example")))
            .execute(&mut bench.conn)
            .expect("moved");
        assert!(matches!(press(&mut bench.conn, &env, &token), Err(FreezeError::LinkSpent)), "another address");
    });
}

#[test]
fn of_sixteen_presses_at_once_one_counts() {
    on_each_database(|mut bench| {
        let ada = open(&mut bench, "Ada");
        ask(&mut bench, &ada);
        let (token, env) = (link(&mut bench, &ada), bench.env.clone());
        let winners = std::thread::scope(|scope| {
            let racers: Vec<_> = (0..16)
                .map(|_| {
                    scope.spawn(|| {
                        let mut conn = DbConnection::open(env.db.url(), db::Role::Writer).expect("a connection");
                        press(&mut conn, &env, &token).is_ok()
                    })
                })
                .collect();
            racers.into_iter().map(|racer| racer.join().expect("no panic")).filter(|won| *won).count()
        });
        assert_eq!(winners, 1);
        assert_eq!(get(&mut bench.conn, &env, &ada.account).expect("there").0.version, 2);
    });
}
