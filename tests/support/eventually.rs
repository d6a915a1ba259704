//! Waiting for a condition, the only place of the suites where time passes.

use std::future::Future;
use std::time::{Duration, Instant};

/// Generous, since two cores may be busy with other tests; a condition that holds ends the wait at once.
const PATIENCE: Duration = Duration::from_secs(20);
const PAUSE: Duration = Duration::from_millis(20);

/// Asks again and again until there is an answer; fails the test with `what` when there is none in time.
pub async fn eventually<T, F: Future<Output = Option<T>>>(what: &str, mut ask: impl FnMut() -> F) -> T {
    let start = now();
    loop {
        if let Some(answer) = ask().await {
            return answer;
        }
        assert!(start.elapsed() < PATIENCE, "waited {PATIENCE:?} in vain: {what}");
        tokio::time::sleep(PAUSE).await;
    }
}

/// The same where nothing can await.
pub fn eventually_sync<T>(what: &str, mut ask: impl FnMut() -> Option<T>) -> T {
    let start = now();
    loop {
        if let Some(answer) = ask() {
            return answer;
        }
        assert!(start.elapsed() < PATIENCE, "waited {PATIENCE:?} in vain: {what}");
        pause();
    }
}

#[allow(clippy::disallowed_methods)] // real time, to give up in the end
fn now() -> Instant {
    Instant::now()
}

#[allow(clippy::disallowed_methods)] // between two looks at a condition
fn pause() {
    std::thread::sleep(PAUSE);
}
