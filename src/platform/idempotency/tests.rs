use std::sync::Arc;

use super::*;
use crate::db;
use crate::env::testing::{Bench, on_each_database, on_each_database_async};
use crate::kernel::ids::{Account, Id};
use crate::platform::jobs::run_until_idle;

fn key() -> Key {
    Key::parse("0195-abc").expect("a key")
}

fn ask(bench: &mut Bench, actor: &Actor, payload: &[u8]) -> Claimed {
    let request = Request { actor, key: &key(), operation: "create_subscription", payload };
    claim(&mut bench.conn, &bench.env, &request).expect("claimed")
}

fn fresh(claimed: Claimed) -> Claim {
    match claimed {
        Claimed::Fresh(claim) => claim,
        other => panic!("expected a fresh claim: {other:?}"),
    }
}

fn holder(bench: &Bench) -> Actor {
    let id: Id<Account> = bench.env.id();
    Actor::Holder(id)
}

#[test]
fn the_second_try_waits_then_gets_the_first_ones_answer() {
    on_each_database(|mut bench| {
        let actor = holder(&bench);
        let claim = fresh(ask(&mut bench, &actor, b"{}"));
        assert_eq!(ask(&mut bench, &actor, b"{}"), Claimed::Running);
        bind(&mut bench.conn, &claim, "sub_1").expect("bound");
        complete(&mut bench.conn, &bench.env, &claim, 201, Some("{\"id\":\"sub_1\"}")).expect("completed");
        let answer =
            Answer { status: 201, body: Some("{\"id\":\"sub_1\"}".to_owned()), resource_id: Some("sub_1".to_owned()) };
        assert_eq!(ask(&mut bench, &actor, b"{}"), Claimed::Replay(answer));
        let kept = store::find(&mut bench.conn, &claim).expect("read").expect("kept").body.expect("a body");
        assert!(!kept.contains("sub_1"), "kept in the clear: {kept}");
    });
}

#[test]
fn another_payload_is_a_mismatch_and_another_actor_a_stranger() {
    on_each_database(|mut bench| {
        let (actor, other) = (holder(&bench), holder(&bench));
        fresh(ask(&mut bench, &actor, b"{\"quantity\":1}"));
        assert_eq!(ask(&mut bench, &actor, b"{\"quantity\":2}"), Claimed::Mismatch);
        fresh(ask(&mut bench, &other, b"{\"quantity\":2}"));
    });
}

#[test]
fn a_try_that_died_is_resumed_where_it_bound_and_restarted_where_not() {
    on_each_database(|mut bench| {
        let actor = holder(&bench);
        let dead = fresh(ask(&mut bench, &actor, b"{}"));
        bench.pass(Duration::seconds(61));
        let restarted = fresh(ask(&mut bench, &actor, b"{}"));
        let late = bind(&mut bench.conn, &dead, "sub_dead");
        assert!(matches!(late, Err(DbError::Refused(_))), "the dead one's change is not committed");
        bind(&mut bench.conn, &restarted, "sub_1").expect("bound");
        bench.pass(Duration::seconds(61));
        let Claimed::Resume { claim, resource_id } = ask(&mut bench, &actor, b"{}") else { panic!("not resumed") };
        assert_eq!(resource_id, "sub_1");
        assert!(complete(&mut bench.conn, &bench.env, &restarted, 201, None).is_err());
        complete(&mut bench.conn, &bench.env, &claim, 201, None).expect("completed");
        let answer = Answer { status: 201, body: None, resource_id: Some("sub_1".to_owned()) };
        assert_eq!(ask(&mut bench, &actor, b"{}"), Claimed::Replay(answer));
    });
}

#[test]
fn a_refused_request_gives_its_key_back_and_a_bound_one_does_not() {
    on_each_database(|mut bench| {
        let actor = holder(&bench);
        let refused = fresh(ask(&mut bench, &actor, b"wrong"));
        abandon(&mut bench.conn, &refused).expect("abandoned");
        let corrected = fresh(ask(&mut bench, &actor, b"right"));
        bind(&mut bench.conn, &corrected, "sub_1").expect("bound");
        abandon(&mut bench.conn, &corrected).expect("ignored");
        assert_eq!(ask(&mut bench, &actor, b"right"), Claimed::Running);
    });
}

#[test]
fn keys_are_forgotten_after_a_day_by_the_clock_and_by_the_job() {
    on_each_database_async(|mut bench| async move {
        let actor = holder(&bench);
        let claim = fresh(ask(&mut bench, &actor, b"{}"));
        complete(&mut bench.conn, &bench.env, &claim, 201, None).expect("completed");
        let mut all = Handlers::new();
        handlers(&mut all);
        let all = Arc::new(all);
        bench.pass(Duration::hours(23));
        run_until_idle(all.clone(), &bench.env).await.expect("ran");
        assert!(store::find(&mut bench.conn, &claim).expect("read").is_some());
        bench.pass(Duration::hours(1));
        fresh(ask(&mut bench, &actor, b"other"));
        bench.pass(Duration::hours(25));
        run_until_idle(all, &bench.env).await.expect("ran");
        assert!(store::find(&mut bench.conn, &claim).expect("read").is_none());
    });
}

#[test]
fn of_sixteen_tries_at_once_one_acts() {
    on_each_database(|bench| {
        let (actor, env, key) = (holder(&bench), &bench.env, key());
        let acted = std::thread::scope(|scope| {
            let racers: Vec<_> = (0..16)
                .map(|_| {
                    scope.spawn(|| {
                        let mut conn = DbConnection::open(env.db.url(), db::Role::Writer).expect("a connection");
                        let request = Request { actor: &actor, key: &key, operation: "race", payload: b"{}" };
                        matches!(
                            db::write(&mut conn, |conn| claim(conn, env, &request)).expect("claimed"),
                            Claimed::Fresh(_)
                        )
                    })
                })
                .collect();
            racers.into_iter().map(|racer| racer.join().expect("no panic")).filter(|won| *won).count()
        });
        assert_eq!(acted, 1);
    });
}

#[test]
fn odd_texts_are_no_keys() {
    for text in ["", "a b", "ü", "\n", &"a".repeat(256)] {
        assert_eq!(Key::parse(text), Err(NotAKey), "{text:?}");
    }
    assert!(Key::parse(&"a".repeat(255)).is_ok());
}
