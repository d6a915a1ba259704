//! Turns against both databases, by the machine's clock.

use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::task::JoinSet;

use super::{DatabasePace, Urgency};
use crate::billing::payments::gateway::{NoTurn, Pace};
use crate::env::testing::{Bench, on_each_database_async};
use crate::env::{Clock, Env};

const LONG: Duration = Duration::from_secs(20);

/// The bench's environment, but by a running clock and with these rates.
fn at_rates(bench: &Bench, all: u32, endpoint: u32) -> Env {
    let env = &bench.env;
    let mut settings = (*env.settings).clone();
    settings.stripe.rate_per_second = all;
    settings.stripe.endpoint_rate_per_second = endpoint;
    Env { settings: Arc::new(settings), clock: Clock::real(), ..env.clone() }
}

/// Callers at once: fewer than the database has places for those who wait, whom it would send away on a slow machine.
const CALLERS: usize = 8;

/// Takes so many turns, always several at once; when each of them left, in order.
async fn take(env: &Env, urgency: Urgency, endpoint: &'static str, turns: usize) -> Vec<Instant> {
    let mut tasks = JoinSet::new();
    for caller in 0..CALLERS {
        let pace = DatabasePace::new(env.clone(), urgency);
        tasks.spawn(async move {
            let mut left = Vec::new();
            for _ in (caller..turns).step_by(CALLERS) {
                pace.turn(endpoint, LONG).await.expect("a turn");
                left.push(now());
            }
            left
        });
    }
    let mut left = tasks.join_all().await.concat();
    left.sort_unstable();
    left
}

#[allow(clippy::disallowed_methods)] // measures what the code under test does by the clock
fn now() -> Instant {
    Instant::now()
}

#[test]
fn many_at_once_leave_one_after_the_other() {
    on_each_database_async(|bench| async move {
        let env = at_rates(&bench, 50, 50);
        let begun = now();
        let left = take(&env, Urgency::Batch, "payment_intents", 16).await;
        // Fifteen intervals of 20 ms; on a busy machine each may be late, none early by more than a timer's grain.
        assert!(left[15] - begun >= Duration::from_millis(290), "{:?}", left[15] - begun);
    });
}

#[test]
fn an_endpoint_has_a_lane_of_its_own() {
    on_each_database_async(|bench| async move {
        let env = at_rates(&bench, 1_000, 5);
        let begun = now();
        take(&env, Urgency::Person, "payment_intents", 2).await;
        let slow = now() - begun;
        let begun = now();
        take(&env, Urgency::Person, "customers", 1).await;
        assert!(slow >= Duration::from_millis(190), "{slow:?}");
        assert!(now() - begun < slow, "another endpoint waits for nobody");
    });
}

#[test]
fn a_person_goes_before_a_run() {
    on_each_database_async(|bench| async move {
        let env = at_rates(&bench, 20, 20);
        let run = tokio::spawn({
            let env = env.clone();
            async move { take(&env, Urgency::Batch, "payment_intents", 40).await }
        });
        let behind = DatabasePace::new(env.clone(), Urgency::Batch);
        behind.turn("payment_intents", LONG).await.expect("the run is under way");
        let begun = now();
        let person = DatabasePace::new(env, Urgency::Person);
        person.turn("payment_intents", LONG).await.expect("a turn");
        let waited = now() - begun;
        assert!(waited < Duration::from_secs(1), "{waited:?}");
        let left = run.await.expect("the run ends");
        assert!(left[39] > begun + waited, "the run was still under way");
    });
}

#[test]
fn who_would_wait_too_long_is_told_when_to_come_back() {
    on_each_database_async(|bench| async move {
        let env = at_rates(&bench, 1, 1);
        for urgency in [Urgency::Person, Urgency::Batch] {
            let pace = DatabasePace::new(env.clone(), urgency);
            let _ = pace.turn("payment_intents", Duration::from_millis(5)).await;
            let no = pace.turn("payment_intents", Duration::from_millis(5)).await;
            let Err(NoTurn::Full(after)) = no else { panic!("{urgency:?}: {no:?}") };
            assert!(after > chrono::Duration::zero() && after <= chrono::Duration::seconds(2), "{after}");
        }
    });
}
