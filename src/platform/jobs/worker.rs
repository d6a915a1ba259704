//! Takes jobs and runs them.

use std::future::pending;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt;
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};
use tokio_util::sync::CancellationToken;

use super::backoff::{self, MAX_ATTEMPTS};
use super::handlers::{Handlers, JobContext, JobError};
use super::model::Priority;
use super::schedules;
use super::store::{self, Failed, Lease, Leased, Room};
use crate::db::DbError;
use crate::env::{Env, random};
use crate::kernel::time::Timestamp;

/// A job whose process stopped renewing is taken over after this.
const LEASE: chrono::Duration = chrono::Duration::seconds(60);
const RENEW_EVERY: Duration = Duration::from_secs(20);
/// Without a wake-up the queue is looked at this often: jobs of other processes, retries that came due.
const LOOK_EVERY: Duration = Duration::from_millis(500);
/// A wake-up comes before the commit of what it announces, so look a few times soon after it.
const SOON: Duration = Duration::from_millis(10);
const LOOKS_AFTER_WAKE: u32 = 5;
/// While the database is away.
const LOOK_WHEN_DOWN: Duration = Duration::from_secs(1);

/// Works the queue in this process.
pub struct Worker {
    handlers: Arc<Handlers>,
    env: Env,
    kinds: Arc<[&'static str]>,
    running: JoinSet<Outcome>,
}

/// What came of one run of a job.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Outcome {
    Done,
    Failed,
}

/// What [`run_until_idle`] did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Drained {
    /// Runs that succeeded.
    pub done: usize,
    /// Runs that failed; those jobs wait for their next attempt or are dead.
    pub failed: usize,
}

impl Worker {
    fn new(handlers: Arc<Handlers>, env: Env) -> Self {
        let kinds = handlers.kinds().into();
        Self { handlers, env, kinds, running: JoinSet::new() }
    }

    /// Works until told to stop, then lets running jobs end within the time that `http.shutdown_seconds` gives. What is
    /// cut off by then keeps its lease until it runs out, and another process takes it over.
    pub async fn run(handlers: Arc<Handlers>, env: Env, stop: CancellationToken) {
        let grace = Duration::from_secs(env.settings.http.shutdown_seconds);
        let aside = schedules::start(&handlers, &env, &stop);
        let waiting = env.jobs_waiting.clone();
        let mut worker = Self::new(handlers, env);
        let mut looks_soon = 0;
        while !stop.is_cancelled() {
            while worker.running.try_join_next().is_some() {}
            let pause = match worker.take().await {
                Ok(0) if looks_soon == 0 => LOOK_EVERY,
                Ok(_) => SOON,
                Err(_) => LOOK_WHEN_DOWN,
            };
            looks_soon = u32::saturating_sub(looks_soon, 1);
            tokio::select! {
                () = stop.cancelled() => break,
                () = worker.one_ended() => {}
                () = waiting.notified() => looks_soon = LOOKS_AFTER_WAKE,
                () = sleep(pause) => {}
            }
        }
        let ended = timeout(grace, async {
            while worker.running.join_next().await.is_some() {}
            aside.finish().await;
        });
        if ended.await.is_err() {
            tracing::warn!(target: "steward::jobs", cut_off = worker.running.len(), "jobs cut off at shutdown");
        }
    }

    /// Starts as many due jobs as there is room for; answers how many.
    async fn take(&mut self) -> Result<usize, DbError> {
        let room = self.env.settings.jobs.concurrency.saturating_sub(self.running.len());
        if room == 0 {
            return Ok(0);
        }
        let (jobs, token) = self.claim(room).await.inspect_err(|error| {
            tracing::warn!(target: "steward::jobs", %error, "the queue cannot be read");
        })?;
        let taken = jobs.len();
        for job in jobs {
            self.running.spawn(work(self.handlers.clone(), self.env.clone(), job, token.clone()));
        }
        Ok(taken)
    }

    async fn claim(&self, room: usize) -> Result<(Vec<Leased>, Arc<str>), DbError> {
        let now = self.env.now();
        let token: Arc<str> = format!("{:032x}", u128::from_be_bytes(random::bytes())).into();
        let kinds = self.kinds.clone();
        // Looking costs no write lock.
        if !self.env.db.read(move |conn| store::has_due(conn, &kinds, now)).await? {
            return Ok((Vec::new(), token));
        }
        let (kinds, mine) = (self.kinds.clone(), token.clone());
        let room = Room::of(room, self.env.settings.jobs.concurrency);
        let claim = move |conn: &mut _| {
            store::release_expired(conn, now, MAX_ATTEMPTS)?;
            store::claim(conn, &kinds, now, room, &Lease { token: &mine, until: now + LEASE })
        };
        Ok((self.env.db.write(claim).await?, token))
    }

    async fn one_ended(&mut self) {
        if self.running.join_next().await.is_none() {
            pending().await
        }
    }
}

/// Runs everything that is due now, and what that enqueues, until nothing is due: for tests and `steward work --once`.
/// Schedules and chores take one turn each, before and after.
///
/// # Errors
/// The database failed.
pub async fn run_until_idle(handlers: Arc<Handlers>, env: &Env) -> Result<Drained, DbError> {
    schedules::enqueue_due(&handlers, env).await?;
    let mut worker = Worker::new(handlers, env.clone());
    let mut drained = Drained::default();
    loop {
        let taken = worker.take().await?;
        if taken == 0 && worker.running.is_empty() {
            break;
        }
        match worker.running.join_next().await {
            Some(Ok(Outcome::Done)) => drained.done += 1,
            Some(_) => drained.failed += 1,
            None => {}
        }
    }
    schedules::look_once(&worker.handlers, env).await;
    Ok(drained)
}

/// Runs one job and records its end. Never panics: a handler that does has failed.
async fn work(handlers: Arc<Handlers>, env: Env, job: Leased, token: Arc<str>) -> Outcome {
    let started = env.now();
    let context = JobContext {
        env: env.clone(),
        job: job.id.clone(),
        attempt: job.attempts,
        priority: Priority::of_rank(job.priority),
        token: token.clone(),
    };
    // Made inside the future, so that a handler which panics before its first await is caught too.
    let run = AssertUnwindSafe(async { handlers.run(context, &job.kind, &job.payload).await }).catch_unwind();
    let outcome = tokio::select! {
        outcome = run => outcome.unwrap_or_else(|_| Err(JobError::retry("the handler panicked"))),
        () = keep_lease(&env, &job, &token, started) => {
            tracing::warn!(target: "steward::jobs", kind = job.kind, "lease lost, the job is left to its new owner");
            return Outcome::Failed;
        }
    };
    let word = match &outcome {
        Ok(()) => "done",
        Err(JobError::Postpone(_)) => "postponed",
        Err(JobError::Retry { .. }) => "failed",
        Err(JobError::Fail { .. }) => "dead",
    };
    metrics::counter!("steward_jobs_total", "kind" => job.kind.clone(), "outcome" => word).increment(1);
    if let Err(error) = &outcome {
        tracing::warn!(target: "steward::jobs", kind = job.kind, attempt = job.attempts, %error, "job {word}");
    }
    let succeeded = outcome.is_ok();
    if let Err(error) = record(&env, &job, token, outcome).await {
        // The lease runs out and the job comes back.
        tracing::warn!(target: "steward::jobs", kind = job.kind, %error, "the end of a job could not be recorded");
    }
    if succeeded { Outcome::Done } else { Outcome::Failed }
}

async fn record(env: &Env, job: &Leased, token: Arc<str>, outcome: Result<(), JobError>) -> Result<(), DbError> {
    let (id, attempts, now) = (job.id.clone(), job.attempts, env.now());
    let jitter = random::bytes();
    env.db
        .write(move |conn| match &outcome {
            // False where the handler has finished it itself.
            Ok(()) => store::finish(conn, &id, &token, now).map(|_| ()),
            Err(error) => store::fail(conn, &id, &token, &failure(error, attempts, now, jitter)),
        })
        .await
}

fn failure(error: &JobError, attempts: i32, now: Timestamp, jitter: [u8; 2]) -> Failed<'_> {
    match error {
        JobError::Postpone(by) => Failed { retry_at: Some(now + *by), counts: false, reason: "postponed" },
        JobError::Retry { reason, after } => {
            let at = now + after.unwrap_or_else(|| backoff::wait(attempts, jitter));
            Failed { retry_at: (attempts < MAX_ATTEMPTS).then_some(at), counts: true, reason }
        }
        JobError::Fail { reason } => Failed { retry_at: None, counts: true, reason },
    }
}

/// Renews the lease for as long as the job runs; returns when it is lost.
async fn keep_lease(env: &Env, job: &Leased, token: &Arc<str>, started: Timestamp) {
    let mut held_until = started + LEASE;
    loop {
        sleep(RENEW_EVERY).await;
        let (id, token, until) = (job.id.clone(), token.clone(), env.now() + LEASE);
        let renewed = env.db.write(move |conn| store::renew(conn, &id, &Lease { token: &token, until })).await;
        match renewed {
            Ok(true) => held_until = until,
            Ok(false) => return,
            Err(_) if env.now() > held_until => return,
            Err(_) => {}
        }
    }
}
