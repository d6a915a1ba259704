//! Time and limits of changes of the address, on both databases.

use chrono::Duration;
use diesel::prelude::*;

use super::actions::{self, confirm, mail, pending, request, settled};
use crate::accounts::testing::open;
use crate::db::schema::{email_changes, mails, one_time_tokens};
use crate::db::{self, DbConnection};
use crate::env::testing::on_each_database;
use crate::identity::tokens::model::Purpose;
use crate::identity::tokens::store as tokens;
use crate::kernel::email_address::EmailAddress;

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
        assert!(db::write(conn, |conn| confirm(conn, &env, &holder, &old)).is_err(), "the first link is void");
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
        db::write(conn, |conn| confirm(conn, &env, &holder, &token)).unwrap_or_else(|error| panic!("{error:?}"));
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
