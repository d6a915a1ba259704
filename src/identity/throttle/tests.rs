//! Counting under contention, on both databases.

use std::net::{IpAddr, Ipv4Addr};

use chrono::Duration;

use super::actions::{Attempt, refund, reserve, take};
use super::model::{ACCOUNT, IP_ACCOUNTS, IP_FAILURES, MAIL_WISHES};
use crate::db::{DbConnection, DbError, Role, write};
use crate::env::testing::on_each_database;
use crate::kernel::secret_token::TokenDigest;

fn attempt(email_key: &str, host: u8) -> Attempt<'_> {
    Attempt { address_group: IpAddr::V4(Ipv4Addr::new(192, 0, 2, host)), email_key, device: None }
}

#[test]
fn of_sixteen_guesses_at_once_five_are_judged() {
    on_each_database(|bench| {
        let env = &bench.env;
        let judged = std::thread::scope(|scope| {
            let racers: Vec<_> = (0..16)
                .map(|host| {
                    scope.spawn(move || {
                        let mut conn = DbConnection::open(env.db.url(), Role::Writer).expect("a connection");
                        let outcome = write::<_, DbError>(&mut conn, |conn| {
                            reserve(conn, env, &attempt("ada@example.org", host))
                        });
                        outcome.expect("counted").is_ok()
                    })
                })
                .collect();
            racers.into_iter().map(|racer| racer.join().expect("no panic")).filter(|ok| *ok).count()
        });
        assert_eq!(judged, 5);
    });
}

#[test]
fn success_gives_back_and_the_owners_device_is_not_held_up() {
    on_each_database(|mut bench| {
        let (conn, env) = (&mut bench.conn, bench.env.clone());
        for _ in 0..20 {
            let reserved = reserve(conn, &env, &attempt("ada@example.org", 1)).expect("counted").expect("admitted");
            refund(conn, &reserved).expect("given back");
        }
        // Twenty successes use up nothing but the count of attempts.
        for _ in 0..5 {
            reserve(conn, &env, &attempt("ada@example.org", 2)).expect("counted").expect("admitted");
        }
        let refused = reserve(conn, &env, &attempt("ada@example.org", 2)).expect("counted").expect_err("five are used");
        assert_eq!((refused.policy, refused.seconds()), (&ACCOUNT, 30));
        let device = TokenDigest::of(b"a pre-fill cookie");
        let known = Attempt { device: Some(&device), ..attempt("ada@example.org", 3) };
        reserve(conn, &env, &known).expect("counted").expect("the owner's device has a bucket of its own");
        bench.pass(Duration::seconds(30));
        reserve(&mut bench.conn, &env, &attempt("ada@example.org", 4)).expect("counted").expect("the wait is over");
    });
}

#[test]
fn one_network_address_may_fail_ten_times_a_minute_and_at_fifteen_accounts_an_hour() {
    on_each_database(|mut bench| {
        let env = bench.env.clone();
        let mut refused = None;
        for number in 0..40 {
            if number % 10 == 0 {
                bench.pass(Duration::seconds(61));
            }
            let key = format!("person{number}@example.org");
            if let Err(limited) = reserve(&mut bench.conn, &env, &attempt(&key, 1)).expect("counted") {
                refused = Some((number, limited.policy));
                break;
            }
        }
        assert_eq!(refused, Some((15, &IP_ACCOUNTS)));
        for number in 0..10 {
            let key = format!("other{}@example.org", number % 2);
            reserve(&mut bench.conn, &env, &attempt(&key, 9)).expect("counted").expect("ten are free");
        }
        let limited = reserve(&mut bench.conn, &env, &attempt("x@example.org", 9)).expect("counted").expect_err("used");
        assert_eq!(limited.policy, &IP_FAILURES);
    });
}

#[test]
fn a_window_opens_again() {
    on_each_database(|mut bench| {
        let env = bench.env.clone();
        for _ in 0..3 {
            take(&mut bench.conn, &env, &MAIL_WISHES, "ada@example.org").expect("counted").expect("three are free");
        }
        take(&mut bench.conn, &env, &MAIL_WISHES, "bob@example.org").expect("counted").expect("another address");
        assert!(take(&mut bench.conn, &env, &MAIL_WISHES, "ada@example.org").expect("counted").is_err());
        bench.pass(Duration::hours(1));
        take(&mut bench.conn, &env, &MAIL_WISHES, "ada@example.org").expect("counted").expect("an hour later");
    });
}
