//! What to run for which kind of job.

use std::collections::HashMap;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use chrono::Duration;
use serde::de::DeserializeOwned;

use super::model::{JobId, Kind, Priority};
use super::store;
use crate::db::{DbConnection, DbError};
use crate::env::Env;

/// Rows that a job of retention deletes in one transaction: few enough never to hold SQLite's one writer for long.
pub const BATCH: i64 = 100;

/// Why a job did not succeed. Reasons stand in the queue and the log: no personal data.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum JobError {
    /// Try again: after the usual, growing wait, or after a given one.
    #[error("{reason}")]
    Retry {
        /// For whoever looks at the queue.
        reason: String,
        /// How long to wait instead of the usual.
        after: Option<Duration>,
    },
    /// Not now, through no fault of the job: a rate limit, a hold. Does not count as an attempt.
    #[error("postponed")]
    Postpone(Duration),
    /// Trying again is of no use.
    #[error("{reason}")]
    Fail {
        /// For whoever looks at the dead jobs.
        reason: String,
    },
}

impl JobError {
    /// Try again after the usual wait.
    pub fn retry(reason: impl Into<String>) -> Self {
        Self::Retry { reason: reason.into(), after: None }
    }

    /// Try again after this long.
    pub fn retry_after(after: Duration, reason: impl Into<String>) -> Self {
        Self::Retry { reason: reason.into(), after: Some(after) }
    }

    /// Give up.
    pub fn fail(reason: impl Into<String>) -> Self {
        Self::Fail { reason: reason.into() }
    }
}

impl From<DbError> for JobError {
    fn from(error: DbError) -> Self {
        Self::retry(error.to_string())
    }
}

impl crate::db::TxError for JobError {}

/// What a handler gets besides its payload.
#[derive(Clone)]
pub struct JobContext {
    /// What actions need.
    pub env: Env,
    /// The job.
    pub job: JobId,
    /// 1 at the first attempt. Above it, an earlier attempt may have had its effect already.
    pub attempt: i32,
    /// Who waits for it.
    pub priority: Priority,
    pub(super) token: Arc<str>,
}

impl JobContext {
    /// Ends the job in the handler's own transaction, so that effect and end are one commit.
    ///
    /// # Errors
    /// [`DbError::Refused`] when another process has taken the job over: the transaction must not be committed.
    pub fn finish(&self, conn: &mut DbConnection) -> Result<(), DbError> {
        if store::finish(conn, &self.job, &self.token, self.env.now())? {
            Ok(())
        } else {
            Err(DbError::Refused("the job's lease is lost".to_owned()))
        }
    }

    /// Repeats a deletion of up to [`BATCH`] rows, each time in a transaction of its own, until a batch is not full.
    ///
    /// # Errors
    /// The database failed; what was deleted stays so, and the next run goes on.
    pub async fn in_batches<F>(&self, batch: F) -> Result<(), JobError>
    where
        F: Fn(&mut DbConnection) -> Result<usize, DbError> + Clone + Send + 'static,
    {
        while self.env.db.write(batch.clone()).await? >= BATCH as usize {}
        Ok(())
    }
}

pub(super) type Running = Pin<Box<dyn Future<Output = Result<(), JobError>> + Send>>;
type Run = Box<dyn Fn(JobContext, &str) -> Running + Send + Sync>;
type Look = Box<dyn Fn(Env) -> Running + Send + Sync>;

/// Enqueues a job once every period, whatever the number of processes.
pub(super) struct Schedule {
    pub kind: Kind<()>,
    pub seconds: i64,
}

/// Something every process does once every period.
pub(super) struct Chore {
    pub name: &'static str,
    pub period: std::time::Duration,
    pub look: Look,
}

/// The registry: each feature adds its handlers, schedules and chores.
#[derive(Default)]
pub struct Handlers {
    by_kind: HashMap<&'static str, Run>,
    pub(super) schedules: Vec<Schedule>,
    pub(super) chores: Vec<Chore>,
}

impl Handlers {
    /// An empty registry.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets what runs for a kind.
    ///
    /// # Panics
    /// When the kind has a handler already.
    pub fn on<P, F, Fut>(&mut self, kind: Kind<P>, handler: F)
    where
        P: DeserializeOwned + Send + 'static,
        F: Fn(JobContext, P) -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Result<(), JobError>> + Send + 'static,
    {
        let run: Run = Box::new(move |context, payload| match serde_json::from_str(payload) {
            Ok(payload) => Box::pin(handler(context, payload)),
            Err(_) => Box::pin(std::future::ready(Err(JobError::fail("the payload does not fit the handler")))),
        });
        let earlier = self.by_kind.insert(kind.name(), run);
        assert!(earlier.is_none(), "two handlers for `{}`", kind.name());
    }

    /// Runs a job of this kind once in every period of so many seconds, on one of the processes.
    ///
    /// # Panics
    /// When the period is not positive.
    pub fn every<F, Fut>(&mut self, seconds: i64, kind: Kind<()>, handler: F)
    where
        F: Fn(JobContext) -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Result<(), JobError>> + Send + 'static,
    {
        assert!(seconds > 0, "a schedule needs a period");
        self.on(kind, move |context, ()| handler(context));
        self.schedules.push(Schedule { kind, seconds });
    }

    /// Runs `look` every `period` in **each** process, outside the queue: for cheap looks that leave it to the database
    /// who acts. It must do no harm when several run at once.
    pub fn chore<F, Fut>(&mut self, name: &'static str, period: std::time::Duration, look: F)
    where
        F: Fn(Env) -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Result<(), JobError>> + Send + 'static,
    {
        self.chores.push(Chore { name, period, look: Box::new(move |env| Box::pin(look(env))) });
    }

    /// The kinds that have a handler: other jobs are left to processes that know them.
    #[must_use]
    pub fn kinds(&self) -> Vec<&'static str> {
        self.by_kind.keys().copied().collect()
    }

    /// The kinds that run by the clock.
    #[must_use]
    pub fn scheduled(&self) -> Vec<&'static str> {
        self.schedules.iter().map(|schedule| schedule.kind.name()).collect()
    }

    pub(super) fn run(&self, context: JobContext, kind: &str, payload: &str) -> Running {
        match self.by_kind.get(kind) {
            Some(run) => run(context, payload),
            None => Box::pin(std::future::ready(Err(JobError::retry("no handler for this kind")))),
        }
    }
}
