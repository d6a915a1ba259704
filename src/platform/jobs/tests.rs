use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use chrono::Duration;
use serde::Deserialize;

use super::*;
use crate::db;
use crate::env::testing::{Bench, on_each_database, on_each_database_async};

#[derive(Serialize, Deserialize)]
struct Number(u32);

const COUNT: Kind<Number> = Kind::new("test.count");

fn enqueue_number(bench: &mut Bench, job: NewJob<'_, Number>) {
    enqueue(&mut bench.conn, &bench.env, job).expect("enqueued");
}

/// Handlers whose `test.count` answers what `answer` says for its n-th run.
fn counting(
    answer: impl Fn(usize) -> Result<(), JobError> + Send + Sync + 'static,
) -> (Arc<Handlers>, Arc<AtomicUsize>) {
    let runs = Arc::new(AtomicUsize::new(0));
    let counted = runs.clone();
    let mut handlers = Handlers::new();
    handlers.on(COUNT, move |_, Number(_)| {
        let outcome = answer(counted.fetch_add(1, Ordering::SeqCst));
        async { outcome }
    });
    (Arc::new(handlers), runs)
}

#[test]
fn a_job_is_gone_with_the_transaction_that_made_it() {
    on_each_database_async(|mut bench| async move {
        let (handlers, runs) = counting(|_| Ok(()));
        let env = bench.env.clone();
        let undone: Result<(), DbError> = db::write(&mut bench.conn, |conn| {
            enqueue(conn, &env, NewJob::new(COUNT, &Number(1)))?;
            Err(DbError::NotFound)
        });
        assert!(undone.is_err());
        assert_eq!(run_until_idle(handlers.clone(), &bench.env).await, Ok(Drained::default()));
        enqueue_number(&mut bench, NewJob::new(COUNT, &Number(1)));
        assert_eq!(run_until_idle(handlers, &bench.env).await, Ok(Drained { done: 1, failed: 0 }));
        assert_eq!(runs.load(Ordering::SeqCst), 1);
    });
}

#[test]
fn a_failed_job_comes_back_later_and_is_given_up_in_the_end() {
    on_each_database_async(|mut bench| async move {
        let (handlers, runs) = counting(|_| Err(JobError::retry("not yet")));
        enqueue_number(&mut bench, NewJob::new(COUNT, &Number(1)).unique("once"));
        for attempt in 1..=usize::try_from(backoff::MAX_ATTEMPTS).expect("small") {
            assert_eq!(run_until_idle(handlers.clone(), &bench.env).await, Ok(Drained { done: 0, failed: 1 }));
            assert_eq!(run_until_idle(handlers.clone(), &bench.env).await, Ok(Drained::default()), "too early");
            assert_eq!(runs.load(Ordering::SeqCst), attempt);
            bench.pass(Duration::hours(2));
        }
        assert_eq!(run_until_idle(handlers.clone(), &bench.env).await, Ok(Drained::default()));
        let dead = list_dead(&mut bench.conn, 10).expect("listed").remove(0);
        assert_eq!((dead.kind.as_str(), dead.last_error.as_str()), ("test.count", "not yet"));
        assert_eq!(stats(&mut bench.conn, bench.env.now()).expect("stats").dead, 1);
        revive(&mut bench.conn, &bench.env, &dead.id).expect("revived");
        assert_eq!(run_until_idle(handlers, &bench.env).await, Ok(Drained { done: 0, failed: 1 }));
    });
}

#[test]
fn fail_gives_up_at_once_and_postpone_never() {
    on_each_database_async(|mut bench| async move {
        let (handlers, _) = counting(|run| match run {
            0..50 => Err(JobError::Postpone(Duration::seconds(1))),
            _ => Err(JobError::fail("hopeless")),
        });
        enqueue_number(&mut bench, NewJob::new(COUNT, &Number(1)));
        for _ in 0..51 {
            run_until_idle(handlers.clone(), &bench.env).await.expect("ran");
            bench.pass(Duration::seconds(2));
        }
        let dead = list_dead(&mut bench.conn, 10).expect("listed");
        assert_eq!((dead[0].attempts, dead[0].last_error.as_str()), (1, "hopeless"));
    });
}

#[test]
fn a_panicking_handler_has_failed_and_harms_no_other() {
    on_each_database_async(|mut bench| async move {
        let (handlers, _) = counting(|run| if run == 0 { panic!("a bug") } else { Ok(()) });
        enqueue_number(&mut bench, NewJob::new(COUNT, &Number(1)));
        enqueue_number(&mut bench, NewJob::new(COUNT, &Number(2)));
        assert_eq!(run_until_idle(handlers, &bench.env).await, Ok(Drained { done: 1, failed: 1 }));
    });
}

#[test]
fn a_unique_key_is_queued_once_and_free_when_done() {
    on_each_database_async(|mut bench| async move {
        let (handlers, _) = counting(|_| Ok(()));
        for _ in 0..3 {
            enqueue_number(&mut bench, NewJob::new(COUNT, &Number(1)).unique("one"));
        }
        enqueue_number(&mut bench, NewJob::new(COUNT, &Number(1)).unique("two"));
        assert_eq!(run_until_idle(handlers.clone(), &bench.env).await, Ok(Drained { done: 2, failed: 0 }));
        enqueue_number(&mut bench, NewJob::new(COUNT, &Number(1)).unique("one"));
        assert_eq!(run_until_idle(handlers, &bench.env).await, Ok(Drained { done: 1, failed: 0 }));
    });
}

#[test]
fn enqueued_again_while_it_runs_a_job_runs_once_more() {
    on_each_database_async(|mut bench| async move {
        let runs = Arc::new(AtomicUsize::new(0));
        let counted = runs.clone();
        let mut handlers = Handlers::new();
        handlers.on(COUNT, move |context: JobContext, Number(_)| {
            let first = counted.fetch_add(1, Ordering::SeqCst) == 0;
            async move {
                if first {
                    let env = context.env.clone();
                    let again = move |conn: &mut DbConnection| {
                        enqueue(conn, &env, NewJob::new(COUNT, &Number(1)).unique("one"))
                    };
                    context.env.db.write(again).await?;
                }
                Ok(())
            }
        });
        enqueue_number(&mut bench, NewJob::new(COUNT, &Number(1)).unique("one"));
        assert_eq!(run_until_idle(Arc::new(handlers), &bench.env).await, Ok(Drained { done: 2, failed: 0 }));
        assert_eq!(runs.load(Ordering::SeqCst), 2);
    });
}

const fn lease(token: &str, until: Timestamp) -> store::Lease<'_> {
    store::Lease { token, until }
}

#[test]
fn a_job_whose_process_died_is_taken_over_and_the_dead_ones_end_counts_for_nothing() {
    on_each_database(|mut bench| {
        enqueue_number(&mut bench, NewJob::new(COUNT, &Number(1)));
        let now = bench.env.now();
        let claim = |bench: &mut Bench, token: &'static str, now: Timestamp| {
            db::write(&mut bench.conn, |conn| {
                store::release_expired(conn, now, backoff::MAX_ATTEMPTS)?;
                store::claim(
                    conn,
                    &["test.count"],
                    now,
                    store::Room::of(9, 1),
                    &lease(token, now + Duration::seconds(60)),
                )
            })
            .expect("claimed")
        };
        let dead = claim(&mut bench, "dead", now).remove(0);
        assert!(claim(&mut bench, "early", now).is_empty());
        let later = bench.pass(Duration::seconds(61));
        assert_eq!(store::has_due(&mut bench.conn, &["test.count"], later), Ok(true));
        let taken = claim(&mut bench, "heir", later).remove(0);
        assert_eq!((taken.id.clone(), taken.attempts), (dead.id.clone(), 2));
        assert_eq!(store::finish(&mut bench.conn, &dead.id, "dead", later), Ok(false));
        assert_eq!(store::renew(&mut bench.conn, &dead.id, &lease("dead", later)), Ok(false));
        assert_eq!(store::finish(&mut bench.conn, &dead.id, "heir", later), Ok(true));
    });
}

#[test]
fn urgent_jobs_go_first_and_early_ones_wait() {
    on_each_database_async(|mut bench| async move {
        let order = Arc::new(std::sync::Mutex::new(Vec::new()));
        let seen = order.clone();
        let mut handlers = Handlers::new();
        handlers.on(COUNT, move |_, Number(number)| {
            seen.lock().expect("no panic").push(number);
            async { Ok(()) }
        });
        let handlers = Arc::new(handlers);
        let now = bench.env.now();
        enqueue_number(&mut bench, NewJob::new(COUNT, &Number(3)).priority(Priority::Batch));
        enqueue_number(&mut bench, NewJob::new(COUNT, &Number(2)));
        enqueue_number(&mut bench, NewJob::new(COUNT, &Number(4)).run_at(now + Duration::seconds(1)));
        enqueue_number(&mut bench, NewJob::new(COUNT, &Number(1)).priority(Priority::Interactive));
        run_until_idle(handlers.clone(), &bench.env).await.expect("ran");
        assert_eq!(*order.lock().expect("no panic"), [1, 2, 3]);
        bench.pass(Duration::seconds(1));
        run_until_idle(handlers, &bench.env).await.expect("ran");
        assert_eq!(*order.lock().expect("no panic"), [1, 2, 3, 4]);
    });
}

#[test]
fn batches_leave_a_place_to_what_a_person_waits_for() {
    on_each_database(|mut bench| {
        for number in 0..4 {
            enqueue_number(&mut bench, NewJob::new(COUNT, &Number(number)).priority(Priority::Batch));
        }
        let now = bench.env.now();
        let claim = |bench: &mut Bench, free, places| {
            let lease = lease("mine", now + Duration::seconds(60));
            let room = store::Room::of(free, places);
            let claimed = db::write(&mut bench.conn, |conn| store::claim(conn, &["test.count"], now, room, &lease));
            claimed.expect("claimed").into_iter().map(|job| Priority::of_rank(job.priority)).collect::<Vec<_>>()
        };
        assert_eq!(claim(&mut bench, 3, 4), [Priority::Batch; 2]);
        assert_eq!(claim(&mut bench, 1, 4), []);
        enqueue_number(&mut bench, NewJob::new(COUNT, &Number(9)).priority(Priority::Interactive));
        assert_eq!(claim(&mut bench, 1, 4), [Priority::Interactive]);
        assert_eq!(claim(&mut bench, 1, 1), [Priority::Batch], "where there is one place, it serves all");
    });
}

#[test]
fn a_queued_job_is_as_urgent_as_the_most_urgent_who_asked_for_it() {
    on_each_database_async(|mut bench| async move {
        let seen = Arc::new(std::sync::Mutex::new(Vec::new()));
        let told = seen.clone();
        let mut handlers = Handlers::new();
        handlers.on(COUNT, move |context, Number(_)| {
            told.lock().expect("no panic").push(context.priority);
            async { Ok(()) }
        });
        for priority in [Priority::Batch, Priority::Interactive, Priority::Normal] {
            enqueue_number(&mut bench, NewJob::new(COUNT, &Number(1)).unique("one").priority(priority));
        }
        run_until_idle(Arc::new(handlers), &bench.env).await.expect("ran");
        assert_eq!(*seen.lock().expect("no panic"), [Priority::Interactive]);
    });
}

#[test]
fn finishing_in_the_handlers_transaction_ends_the_job_and_a_lost_lease_stops_the_commit() {
    on_each_database_async(|mut bench| async move {
        let mut handlers = Handlers::new();
        handlers.on(COUNT, |context: JobContext, Number(_)| async move {
            let (done, db) = (context.clone(), context.env.db.clone());
            db.write(move |conn| done.finish(conn)).await?;
            let lost = context.clone();
            let second = db.write(move |conn| lost.finish(conn)).await;
            assert!(matches!(second, Err(DbError::Refused(_))));
            Ok(())
        });
        enqueue_number(&mut bench, NewJob::new(COUNT, &Number(1)));
        assert_eq!(run_until_idle(Arc::new(handlers), &bench.env).await, Ok(Drained { done: 1, failed: 0 }));
        assert_eq!(stats(&mut bench.conn, bench.env.now()).expect("stats").due, 0);
    });
}

#[test]
fn a_schedule_runs_once_a_period_however_many_look() {
    on_each_database_async(|bench| async move {
        const TICK: Kind<()> = Kind::new("test.tick");
        let runs = Arc::new(AtomicUsize::new(0));
        let counted = runs.clone();
        let mut handlers = Handlers::new();
        handlers.every(60, TICK, move |_| {
            counted.fetch_add(1, Ordering::SeqCst);
            async { Ok(()) }
        });
        let handlers = Arc::new(handlers);
        for period in 1..=3 {
            for _ in 0..3 {
                run_until_idle(handlers.clone(), &bench.env).await.expect("ran");
            }
            assert_eq!(runs.load(Ordering::SeqCst), period);
            bench.pass(Duration::seconds(60));
        }
    });
}

#[test]
fn workers_side_by_side_run_each_job_once_and_stop_when_told() {
    on_each_database_async(|mut bench| async move {
        let (handlers, runs) = counting(|_| Ok(()));
        for number in 0..40 {
            enqueue_number(&mut bench, NewJob::new(COUNT, &Number(number)));
        }
        let stop = tokio_util::sync::CancellationToken::new();
        let start = || tokio::spawn(Worker::run(handlers.clone(), bench.env.clone(), stop.clone()));
        let workers = [start(), start(), start()];
        while stats(&mut bench.conn, bench.env.now()).expect("stats").due > 0 {
            tokio::task::yield_now().await;
        }
        stop.cancel();
        for worker in workers {
            worker.await.expect("stopped");
        }
        let left = stats(&mut bench.conn, bench.env.now()).expect("stats");
        assert_eq!((runs.load(Ordering::SeqCst), left.due + left.running), (40, 0));
    });
}
