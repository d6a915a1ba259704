//! Time and limits of changes of the address, on both databases.

use std::net::{IpAddr, Ipv4Addr};

use chrono::Duration;
use diesel::prelude::*;

use super::actions::{self, confirm, mail, pending, request, settled};
use crate::accounts::testing::open;
use crate::db::schema::{email_changes, mails, one_time_tokens};
use crate::db::{self, DbConnection, DbError};
use crate::env::Env;
use crate::env::testing::on_each_database;
use crate::identity::principals::model::{PrincipalId, Status};
use crate::identity::principals::store::{self as principals, NewPrincipal};
use crate::identity::tokens::model::Purpose;
use crate::identity::tokens::store as tokens;
use crate::kernel::email_address::EmailAddress;

const HERE: IpAddr = IpAddr::V4(Ipv4Addr::new(192, 0, 2, 7));

fn address(text: &str) -> EmailAddress {
    text.parse().expect("an address")
}

fn mails_of(conn: &mut DbConnection, kind: &str) -> i64 {
    mails::table.filter(mails::kind.eq(kind)).count().get_result(conn).expect("counted")
}

#[test]
fn a_second_wish_replaces_the_first_and_time_ends_both() {
    on_each_database(|mut bench| {
        let holder = open(&mut bench, "Ada");
        let (env, conn) = (bench.env.clone(), &mut bench.conn);
        let first = db::write(conn, |conn| request(conn, &env, &holder, &address("a@example.org"))).expect("asked");
        let old = tokens::issue(conn, Purpose::ConfirmEmailChange, first.as_str(), env.now()).expect("issued");
        db::write(conn, |conn| request(conn, &env, &holder, &address("b@example.org"))).expect("asked again");
        assert!(db::write(conn, |conn| confirm(conn, &env, &holder, (&old, HERE))).is_err(), "the first link is void");
        let waits = pending(conn, &env, &holder.account).expect("read").expect("one");
        assert_eq!(waits.new_email.reveal(), "b@example.org");
        let now = bench.pass(Duration::hours(24));
        assert!(pending(&mut bench.conn, &env, &holder.account).expect("read").is_none());
        assert_eq!(actions::purge(&mut bench.conn, &env).expect("purged"), 1);
        assert_eq!(now, env.now());
    });
}

#[test]
fn a_change_can_be_undone_for_seven_days_and_leaves_nothing_behind() {
    on_each_database(|mut bench| {
        let holder = open(&mut bench, "Ada");
        let env = bench.env.clone();
        let conn = &mut bench.conn;
        let id = db::write(conn, |conn| request(conn, &env, &holder, &address("new@example.org"))).expect("asked");
        let token = tokens::issue(conn, Purpose::ConfirmEmailChange, id.as_str(), env.now()).expect("issued");
        db::write(conn, |conn| confirm(conn, &env, &holder, (&token, HERE)))
            .unwrap_or_else(|error| panic!("{error:?}"));
        assert!(!settled(conn, &env, &holder.account).expect("read"));
        bench.pass(Duration::days(7) - Duration::seconds(1));
        assert_eq!(actions::purge(&mut bench.conn, &env).expect("purged"), 0);
        assert!(!settled(&mut bench.conn, &env, &holder.account).expect("read"));
        bench.pass(Duration::seconds(1));
        assert!(settled(&mut bench.conn, &env, &holder.account).expect("read"));
        assert_eq!(actions::purge(&mut bench.conn, &env).expect("purged"), 1);
        let rows: i64 = email_changes::table.count().get_result(&mut bench.conn).expect("counted");
        assert_eq!(rows, 0);
    });
}

#[test]
fn the_owner_of_a_wanted_address_is_told_once_an_hour() {
    on_each_database(|mut bench| {
        let holder = open(&mut bench, "Ada");
        let env = bench.env.clone();
        let conn = &mut bench.conn;
        // The same person stands for the owner: what counts is that the address has one.
        let id = db::write(conn, |conn| request(conn, &env, &holder, &address("free@example.org"))).expect("asked");
        diesel::update(email_changes::table)
            .set(email_changes::new_email.eq("ADA@example.org"))
            .execute(conn)
            .expect("wanted");
        for _ in 0..3 {
            db::write(conn, |conn| mail(conn, &env, &id)).expect("mailed");
        }
        assert_eq!(mails_of(conn, "email_address_in_use"), 1);
        let links: i64 = one_time_tokens::table
            .filter(one_time_tokens::purpose.eq(Purpose::ConfirmEmailChange.as_str()))
            .count()
            .get_result(conn)
            .expect("counted");
        assert_eq!(links, 0, "an address that has an owner gets no link");
        bench.pass(Duration::hours(1));
        db::write(&mut bench.conn, |conn| mail(conn, &env, &id)).expect("mailed");
        assert_eq!(mails_of(&mut bench.conn, "email_address_in_use"), 2);
    });
}

/// Makes another account's principal with the address that Ada had.
fn claim(conn: &mut DbConnection, env: &Env) -> Result<(), DbError> {
    let id = PrincipalId::Holder(env.id());
    let new = NewPrincipal {
        id: &id,
        kind: "holder",
        email: "Ada@example.org",
        email_key: "ada@example.org",
        password_phc: "none",
        status: Status::Active,
        created_at: env.now(),
        verified_at: env.now(),
    };
    db::nested(conn, |conn| principals::insert(conn, &new))
}

#[test]
fn the_database_holds_an_address_that_was_left_for_seven_days() {
    on_each_database(|mut bench| {
        let holder = open(&mut bench, "Ada");
        let env = bench.env.clone();
        let conn = &mut bench.conn;
        let change = |conn: &mut DbConnection, to: &str| {
            let id = db::write(conn, |conn| request(conn, &env, &holder, &address(to))).expect("asked");
            let token = tokens::issue(conn, Purpose::ConfirmEmailChange, id.as_str(), env.now()).expect("issued");
            db::write(conn, |conn| confirm(conn, &env, &holder, (&token, HERE))).unwrap_or_else(|e| panic!("{e:?}"));
        };
        change(conn, "new@example.org");
        let held = db::write(conn, |conn| claim(conn, &env));
        let error = held.expect_err("held");
        let is_held = |conn: &mut DbConnection, own| {
            actions::is_held(conn, &error, ("ada@example.org", own), env.now()).expect("asked")
        };
        assert!(is_held(conn, None) && !is_held(conn, Some(&holder.account)), "{error:?}");
        assert_eq!(actions::holder_of(conn, "ada@example.org", env.now()), Ok(Some(holder.account.clone())));
        // For its own account it is free, and then the one in between is held.
        change(conn, "Ada@Example.org");
        assert_eq!(actions::holder_of(conn, "new@example.org", env.now()), Ok(Some(holder.account.clone())));
        change(conn, "other@example.org");
        bench.pass(Duration::days(7) - Duration::seconds(1));
        assert!(db::write(&mut bench.conn, |conn| claim(conn, &env)).is_err());
        bench.pass(Duration::seconds(1));
        assert_eq!(db::write(&mut bench.conn, |conn| claim(conn, &env)), Ok(()), "purged or not");
    });
}

#[test]
fn who_wants_a_held_address_learns_nothing_and_its_mailbox_is_told_once_an_hour() {
    on_each_database(|mut bench| {
        let holder = open(&mut bench, "Ada");
        let env = bench.env.clone();
        let conn = &mut bench.conn;
        let id = db::write(conn, |conn| request(conn, &env, &holder, &address("new@example.org"))).expect("asked");
        let token = tokens::issue(conn, Purpose::ConfirmEmailChange, id.as_str(), env.now()).expect("issued");
        db::write(conn, |conn| confirm(conn, &env, &holder, (&token, HERE)))
            .unwrap_or_else(|error| panic!("{error:?}"));
        for _ in 0..3 {
            db::write(conn, |conn| actions::tell_held(conn, &env, "ada@example.org")).expect("told");
        }
        assert_eq!(mails_of(conn, "email_address_held"), 1);
        let links = one_time_tokens::table.filter(one_time_tokens::purpose.eq(Purpose::UndoEmailChange.as_str()));
        assert_eq!(links.count().get_result(conn), Ok(2_i64), "the first link stays good beside it");
        db::write(conn, |conn| actions::tell_held(conn, &env, "free@example.org")).expect("nothing to tell");
        assert_eq!(mails_of(conn, "email_address_held"), 1);
    });
}
