//! Time, races and limits of factors, on both databases. tests/api drives them from outside, passkeys too.

use chrono::Duration;
use diesel::prelude::*;
use zeroize::Zeroizing;

use super::actions::adding::{self, Added, confirm_totp, enrol_totp, give_totp};
use super::actions::{self, Refusal, judge, required};
use super::error::FactorError;
use super::model::{Answer, FactorKind};
use super::passkeys::assertion;
use super::store::{self, NewFactor, challenges};
use super::totp::TotpSecret;
use crate::accounts::testing::open;
use crate::db::schema::{factors, mails, passkey_challenges, principals, recovery_codes};
use crate::db::{self, DbConnection, DbError};
use crate::env::Env;
use crate::env::testing::{Bench, on_each_database};
use crate::identity::actors::Holder;
use crate::identity::principals::model::PrincipalId;
use crate::identity::throttle::actions::{Reservation, forgive, refund};
use crate::kernel::ids::{Factor, Id};
use crate::kernel::secret_token::SecretToken;

const SECRET: [u8; 20] = [9; 20];

fn typed(text: &str) -> Answer {
    Answer::Typed(Zeroizing::new(text.to_owned()))
}

/// Judges and, as a sign-in does, gives the tries back when it is right.
fn try_with(conn: &mut DbConnection, env: &Env, owner: &PrincipalId, text: &str) -> Result<(), Refusal> {
    let outcome = db::write::<_, DbError>(conn, |conn| {
        let mut reservation = Reservation::default();
        let outcome = judge(conn, env, owner, &typed(text), &mut reservation)?;
        if outcome.is_ok() {
            refund(conn, &reservation)?;
        }
        Ok(outcome)
    });
    outcome.expect("judged")
}

/// Somebody with an app.
fn with_app(bench: &mut Bench) -> (Holder, PrincipalId) {
    let holder = open(bench, "Ada");
    let owner = PrincipalId::Holder(holder.account.clone());
    let (env, secret) = (bench.env.clone(), TotpSecret::from_bytes(SECRET));
    db::write(&mut bench.conn, |conn| give_totp(conn, &env, &owner, &secret)).expect("given");
    (holder, owner)
}

fn code(env: &Env) -> String {
    TotpSecret::from_bytes(SECRET).code_at(env.now())
}

/// Sixteen at the same moment; answers how many were let through.
fn race(bench: &Bench, owner: &PrincipalId, text: &str) -> usize {
    std::thread::scope(|scope| {
        let racers: Vec<_> = (0..16)
            .map(|_| {
                let env = bench.env.clone();
                scope.spawn(move || {
                    let mut conn = DbConnection::open(env.db.url(), db::Role::Writer).expect("a connection");
                    try_with(&mut conn, &env, owner, text).is_ok()
                })
            })
            .collect();
        racers.into_iter().map(|racer| racer.join().expect("no panic")).filter(|won| *won).count()
    })
}

#[test]
fn of_sixteen_with_one_code_one_wins_and_no_step_comes_back() {
    on_each_database(|mut bench| {
        let (_, owner) = with_app(&mut bench);
        assert!(required(&mut bench.conn, &owner).expect("asked"));
        let (env, first) = (bench.env.clone(), code(&bench.env));
        let mut give = |text: &str| try_with(&mut bench.conn, &env, &owner, text);
        give(&first).expect("the present step");
        env.clock.set(env.now() + Duration::seconds(30));
        assert!(matches!(give(&first), Err(Refusal::Wrong)), "within the clock's leeway");
        give(&code(&env)).expect("the next step");
        assert!(matches!(give(&first), Err(Refusal::Wrong)), "an earlier step");
        bench.pass(Duration::minutes(10));
        assert_eq!(race(&bench, &owner, &code(&bench.env)), 1);
    });
}

#[test]
fn of_sixteen_with_one_recovery_code_one_wins() {
    on_each_database(|mut bench| {
        let (holder, owner) = with_app(&mut bench);
        let env = bench.env.clone();
        let codes = db::write(&mut bench.conn, |conn| actions::renew_codes(conn, &env, &holder.session)).expect("made");
        assert_eq!(codes.len(), 10);
        assert_eq!(race(&bench, &owner, &codes[4]), 1);
        let left: i64 = recovery_codes::table
            .filter(recovery_codes::used_at.is_null())
            .count()
            .get_result(&mut bench.conn)
            .expect("counted");
        assert_eq!(left, 9);
        let told = mails::table.filter(mails::kind.eq("recovery_code_used")).count();
        assert_eq!(told.get_result::<i64>(&mut bench.conn).expect("counted"), 1);
        // A code of somebody else is a code of nobody.
        let stranger = PrincipalId::Holder(env.id());
        assert!(matches!(try_with(&mut bench.conn, &env, &stranger, &codes[5]), Err(Refusal::Wrong)));
    });
}

#[test]
fn five_guesses_then_waits_and_a_reset_by_mail_lifts_the_stop_only() {
    on_each_database(|mut bench| {
        let (_, owner) = with_app(&mut bench);
        let env = bench.env.clone();
        let mut judged = 0;
        loop {
            match try_with(&mut bench.conn, &env, &owner, "000000") {
                Err(Refusal::Wrong) => judged += 1,
                Err(Refusal::Limited(limited)) => {
                    assert!(judged >= 5 && limited.wait <= Duration::hours(1), "{judged}: {limited:?}");
                    if judged == 5 {
                        let right = code(&env);
                        assert!(matches!(try_with(&mut bench.conn, &env, &owner, &right), Err(Refusal::Limited(_))));
                        forgive(&mut bench.conn, &env, owner.as_str(), "ada@example.org").expect("forgiven");
                        assert!(matches!(try_with(&mut bench.conn, &env, &owner, &right), Err(Refusal::Limited(_))));
                    }
                    bench.pass(limited.wait);
                    if judged == 100 {
                        break;
                    }
                }
                Ok(()) => panic!("let in by a guess"),
            }
        }
        let right = code(&env);
        assert!(matches!(try_with(&mut bench.conn, &env, &owner, &right), Err(Refusal::Limited(_))), "for good");
        forgive(&mut bench.conn, &env, owner.as_str(), "ada@example.org").expect("forgiven");
        try_with(&mut bench.conn, &env, &owner, &right).expect("the stop is lifted");
    });
}

#[test]
fn what_nobody_confirms_goes_and_holds_up_nobody() {
    on_each_database(|mut bench| {
        let holder = open(&mut bench, "Ada");
        let owner = PrincipalId::Holder(holder.account.clone());
        let env = bench.env.clone();
        let begin = |conn: &mut DbConnection| enrol_totp(conn, &env, &holder.session, " ");
        let begun = db::write(&mut bench.conn, begin).expect("begun");
        assert!(!required(&mut bench.conn, &owner).expect("asked"), "it does not count yet");
        let shown = adding::unconfirmed(&mut bench.conn, &env, &holder.session, &begun.id).expect("shown again");
        assert_eq!(*shown.secret, *begun.secret);
        // A second one takes the place of the first.
        let second = db::write(&mut bench.conn, begin).expect("begun");
        let gone = adding::unconfirmed(&mut bench.conn, &env, &holder.session, &begun.id);
        assert!(matches!(gone, Err(FactorError::NoSuchFactor)));
        bench.pass(Duration::minutes(59));
        actions::purge(&mut bench.conn, &env).expect("purged");
        adding::unconfirmed(&mut bench.conn, &env, &holder.session, &second.id).expect("there");
        bench.pass(Duration::minutes(2));
        actions::purge(&mut bench.conn, &env).expect("purged");
        let gone = adding::unconfirmed(&mut bench.conn, &env, &holder.session, &second.id);
        assert!(matches!(gone, Err(FactorError::NoSuchFactor)));
    });
}

#[test]
fn of_sixteen_confirmations_one_adds_and_the_codes_come_once() {
    on_each_database(|mut bench| {
        let holder = open(&mut bench, "Ada");
        let env = bench.env.clone();
        let begun = db::write(&mut bench.conn, |conn| enrol_totp(conn, &env, &holder.session, "")).expect("begun");
        let row = factors::table.select(factors::sealed).first::<String>(&mut bench.conn).expect("a row");
        let secret = TotpSecret::open(env.keys.columns(), &begun.id, holder.account.as_str(), &row).expect("ours");
        let right = secret.code_at(env.now());
        let codes: usize = std::thread::scope(|scope| {
            let racers: Vec<_> = (0..16)
                .map(|_| {
                    let (env, session, id, right) = (env.clone(), &holder.session, begun.id.clone(), &right);
                    scope.spawn(move || {
                        let mut conn = DbConnection::open(env.db.url(), db::Role::Writer).expect("a connection");
                        let added = db::write(&mut conn, |conn| confirm_totp(conn, &env, session, &id, right));
                        added.map_or(0, |Added { codes, .. }| codes.len())
                    })
                })
                .collect();
            racers.into_iter().map(|racer| racer.join().expect("no panic")).sum()
        });
        assert_eq!(codes, 10);
        let counting = recovery_codes::table.count().get_result::<i64>(&mut bench.conn).expect("counted");
        assert_eq!(counting, 10);
    });
}

#[test]
fn a_secret_from_its_former_place_works_and_moves_when_it_is_used() {
    on_each_database(|mut bench| {
        let holder = open(&mut bench, "Ada");
        let owner = PrincipalId::Holder(holder.account.clone());
        let (env, id): (_, Id<Factor>) = (bench.env.clone(), bench.env.id());
        let former = env.keys.columns().seal(&SECRET, &format!("staff_members.totp_sealed|{}", owner.as_str()));
        let new = NewFactor {
            id: &id,
            principal_id: &owner,
            kind: FactorKind::Totp,
            name: "Authenticator app",
            sealed: &former,
            credential_id: None,
            counter: 0,
            created_at: env.now(),
            confirmed_at: Some(env.now()),
        };
        db::write(&mut bench.conn, |conn| store::insert(conn, &new)).expect("inserted");
        try_with(&mut bench.conn, &env, &owner, &code(&env)).expect("opens");
        let sealed = factors::table.select(factors::sealed).first::<String>(&mut bench.conn).expect("a row");
        assert!(
            env.keys.columns().open(&sealed, &format!("factors.sealed|{id}")).is_some(),
            "sealed for its place now"
        );
    });
}

#[test]
fn a_challenge_holds_five_minutes_and_goes() {
    on_each_database(|mut bench| {
        let env = bench.env.clone();
        let asked = db::write(&mut bench.conn, |conn| assertion::ask(conn, &env, None)).expect("asked");
        let token = SecretToken::parse("", &asked.token).expect("a token");
        let row = passkey_challenges::table.select(passkey_challenges::state).first::<String>(&mut bench.conn);
        assert!(!row.expect("a row").contains("challenge"), "the state is sealed");
        bench.pass(Duration::minutes(5));
        assert!(challenges::spend(&mut bench.conn, &token.digest(), env.now()).expect("asked").is_none());
        actions::purge(&mut bench.conn, &env).expect("purged");
        assert_eq!(passkey_challenges::table.count().get_result::<i64>(&mut bench.conn).expect("counted"), 0);
    });
}

#[test]
fn the_database_refuses_what_must_never_be() {
    on_each_database(|mut bench| {
        let (holder, owner) = with_app(&mut bench);
        let env = bench.env.clone();
        let factor = |kind, credential_id, confirmed| NewFactor {
            id: Box::leak(Box::new(env.id())),
            principal_id: Box::leak(Box::new(owner.clone())),
            kind,
            name: "x",
            sealed: "x",
            credential_id,
            counter: 0,
            created_at: env.now(),
            confirmed_at: if confirmed { Some(env.now()) } else { None },
        };
        let refused = [
            factor(FactorKind::Passkey, None, true),
            factor(FactorKind::Totp, Some("AAAA"), true),
            factor(FactorKind::Passkey, Some("BBBB"), false),
        ];
        for new in &refused {
            let inserted = db::write(&mut bench.conn, |conn| store::insert(conn, new));
            assert!(inserted.is_err(), "{}", new.id);
        }
        let one = factor(FactorKind::Passkey, Some("CCCC"), true);
        db::write(&mut bench.conn, |conn| store::insert(conn, &one)).expect("inserted");
        let twin = factor(FactorKind::Passkey, Some("CCCC"), true);
        let twice = db::write(&mut bench.conn, |conn| store::insert(conn, &twin));
        assert!(matches!(twice, Err(DbError::Duplicate(_))));
        let gone = diesel::delete(principals::table.find(&holder.account)).execute(&mut bench.conn);
        assert!(gone.is_err(), "a factor of nobody");
    });
}
