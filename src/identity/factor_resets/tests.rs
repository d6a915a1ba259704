//! Waiting, effect, and everything that stops an order, on both databases.

use chrono::Duration;
use diesel::prelude::*;
use zeroize::Zeroizing;

use super::actions::{self, carry_out, order, stop};
use super::error::ResetError;
use super::model::{Case, End};
use super::store::{self, Waiting};
use crate::accounts::testing::open;
use crate::db::schema::{factor_resets, mails};
use crate::db::{self, DbConnection, DbError, Role};
use crate::env::testing::{Bench, on_each_database};
use crate::identity::factors::actions::adding::give_totp;
use crate::identity::factors::actions::{judge, required};
use crate::identity::factors::codes;
use crate::identity::factors::model::Answer;
use crate::identity::factors::store::codes as code_rows;
use crate::identity::factors::totp::TotpSecret;
use crate::identity::freezing::actions as freezing;
use crate::identity::freezing::model::Cause;
use crate::identity::principals::model::PrincipalId;
use crate::identity::principals::store as principals;
use crate::identity::recovery::actions as recovery;
use crate::identity::throttle::actions::Reservation;
use crate::identity::tokens::model::Purpose;
use crate::identity::tokens::store as tokens;
use crate::kernel::ids::{Account, Id};

const SECRET: [u8; 20] = [9; 20];

fn with_app(bench: &mut Bench) -> (Id<Account>, PrincipalId) {
    let account = open(bench, "Ada").account;
    let owner = PrincipalId::Holder(account.clone());
    let (env, secret) = (bench.env.clone(), TotpSecret::from_bytes(SECRET));
    db::write::<_, DbError>(&mut bench.conn, |conn| {
        give_totp(conn, &env, &owner, &secret)?;
        codes::renew(conn, &env, &owner).map(|_| ())
    })
    .expect("given");
    (account, owner)
}

fn ordered(bench: &mut Bench) -> Result<Waiting, ResetError> {
    let env = bench.env.clone();
    let case: Case = "#4711".parse().expect("a case");
    let email = "ada@example.org".parse().expect("an address");
    db::write(&mut bench.conn, |conn| order(conn, &env, &email, &case))
}

fn carried_out(bench: &mut Bench, account: &Id<Account>) -> Result<bool, DbError> {
    let env = bench.env.clone();
    db::write(&mut bench.conn, |conn| carry_out(conn, &env, account))
}

fn ends(bench: &mut Bench) -> Vec<Option<String>> {
    let how = factor_resets::table.order(factor_resets::id).select(factor_resets::ended_how);
    how.load(&mut bench.conn).expect("listed")
}

fn told(bench: &mut Bench) -> Vec<String> {
    mails::table.order(mails::id).select(mails::kind).load(&mut bench.conn).expect("listed")
}

#[test]
fn nothing_changes_before_its_time_and_then_every_factor_goes() {
    on_each_database(|mut bench| {
        let (account, owner) = with_app(&mut bench);
        let waiting = ordered(&mut bench).expect("ordered");
        assert_eq!(waiting.due_at, bench.env.now() + Duration::days(7));
        assert_eq!(told(&mut bench), ["factor_reset_ordered"]);
        assert!(matches!(ordered(&mut bench), Err(ResetError::Waiting(until)) if until == waiting.due_at));

        bench.pass(Duration::days(7) - Duration::seconds(1));
        let now = bench.env.now();
        assert_eq!(store::list_due(&mut bench.conn, now).expect("listed"), []);
        // Not even a mistake of ours makes it happen earlier: the database refuses.
        assert!(carried_out(&mut bench, &account).is_err());
        assert!(required(&mut bench.conn, &owner).expect("asked"));
        assert_eq!(code_rows::left(&mut bench.conn, &owner), Ok(10));

        let now = bench.pass(Duration::seconds(1));
        assert_eq!(store::list_due(&mut bench.conn, now).expect("listed"), [waiting]);
        assert_eq!(carried_out(&mut bench, &account), Ok(true));
        assert_eq!(carried_out(&mut bench, &account), Ok(false));
        assert!(!required(&mut bench.conn, &owner).expect("asked"));
        assert_eq!(code_rows::left(&mut bench.conn, &owner), Ok(0));
        assert_eq!(ends(&mut bench), [Some("done".to_owned())]);
        assert_eq!(told(&mut bench), ["factor_reset_ordered", "factor_reset_done"]);
        assert!(matches!(ordered(&mut bench), Err(ResetError::NoFactor)));
    });
}

/// What may happen while an order waits.
fn meanwhile(bench: &mut Bench, how: End, (account, owner): (&Id<Account>, &PrincipalId)) {
    let env = bench.env.clone();
    match how {
        End::Factor => {
            let code = TotpSecret::from_bytes(SECRET).code_at(env.now());
            let answer = Answer::Typed(Zeroizing::new(code));
            let judged = db::write::<_, DbError>(&mut bench.conn, |conn| {
                judge(conn, &env, owner, &answer, &mut Reservation::default())
            });
            assert!(judged.expect("judged").is_ok());
        }
        End::Freeze => {
            let freeze =
                |conn: &mut DbConnection| freezing::freeze(conn, &env, account, &Cause::Holder, &owner.actor());
            assert!(db::write(&mut bench.conn, freeze).is_ok_and(|frozen| frozen));
        }
        End::Password => {
            let token = tokens::issue(&mut bench.conn, Purpose::ResetPassword, owner.as_str(), env.now());
            let token = token.expect("issued");
            let set = db::write(&mut bench.conn, |conn| {
                let (_, from) = recovery::present_hash(conn, &env, &token)?.expect("not limited");
                recovery::complete(conn, &env, &token, (&from, "another hash"), &Reservation::default())
            });
            set.unwrap_or_else(|error| panic!("{error:?}"));
        }
        how => {
            let stopped = db::write(&mut bench.conn, |conn| stop(conn, &env, account, how, &owner.actor()));
            assert_eq!(stopped, Ok(true));
        }
    }
}

#[test]
fn owner_operator_factor_freeze_and_a_password_by_mail_stop_it() {
    for how in [End::Holder, End::Operator, End::Factor, End::Freeze, End::Password] {
        on_each_database(|mut bench| {
            let (account, owner) = with_app(&mut bench);
            ordered(&mut bench).expect("ordered");
            bench.pass(Duration::days(1));
            meanwhile(&mut bench, how, (&account, &owner));
            assert_eq!(ends(&mut bench), [Some(how.as_str().to_owned())]);
            assert!(told(&mut bench).contains(&"factor_reset_stopped".to_owned()), "{how:?}");
            bench.pass(Duration::days(30));
            assert_eq!(carried_out(&mut bench, &account), Ok(false), "{how:?}");
            assert!(required(&mut bench.conn, &owner).expect("asked"), "{how:?}");
            let rewritten = diesel::update(factor_resets::table).set(factor_resets::ended_how.eq("done"));
            assert!(rewritten.execute(&mut bench.conn).is_err(), "what ended is history");
        });
    }
}

#[test]
fn no_order_where_it_is_not_clear_whose_the_account_is() {
    on_each_database(|mut bench| {
        assert!(matches!(ordered(&mut bench), Err(ResetError::Unknown)));
        let (account, owner) = with_app(&mut bench);
        let env = bench.env.clone();
        principals::require_reset(&mut bench.conn, &owner, env.now()).expect("required");
        assert!(matches!(ordered(&mut bench), Err(ResetError::Stopped)));
        // The new password comes by mail: then the mailbox alone must wait as long again.
        meanwhile(&mut bench, End::Password, (&account, &owner));
        let (set, until) = (env.now(), env.now() + Duration::days(7));
        assert!(matches!(ordered(&mut bench), Err(ResetError::PasswordByMail(at, end)) if (at, end) == (set, until)));
        bench.pass(Duration::days(7));
        let waiting = ordered(&mut bench).expect("ordered");
        assert_eq!(actions::waiting(&mut bench.conn, &account), Ok(Some(waiting)));
        meanwhile(&mut bench, End::Freeze, (&account, &owner));
        assert!(matches!(ordered(&mut bench), Err(ResetError::Stopped)));
    });
}

#[test]
fn of_sixteen_that_stop_or_carry_out_one_does() {
    on_each_database(|mut bench| {
        let (account, owner) = with_app(&mut bench);
        ordered(&mut bench).expect("ordered");
        bench.pass(Duration::days(7));
        let env = bench.env.clone();
        let act = |number: usize| {
            let mut conn = DbConnection::open(env.db.url(), Role::Writer).expect("a connection");
            let both = |conn: &mut DbConnection| {
                if number.is_multiple_of(2) {
                    carry_out(conn, &env, &account)
                } else {
                    principals::hold(conn, &owner)?;
                    stop(conn, &env, &account, End::Holder, &owner.actor())
                }
            };
            db::write(&mut conn, both).expect("done")
        };
        let won = std::thread::scope(|scope| {
            let act = &act;
            let racers: Vec<_> = (0..16).map(|number| scope.spawn(move || act(number))).collect();
            racers.into_iter().map(|racer| racer.join().expect("no panic")).filter(|won| *won).count()
        });
        assert_eq!(won, 1);
        let done = ends(&mut bench) == [Some("done".to_owned())];
        assert_eq!(required(&mut bench.conn, &owner).expect("asked"), !done);
        assert_eq!(told(&mut bench).len(), 2);
    });
}
