//! What a job is.

use std::marker::PhantomData;

use chrono::Duration;

use crate::kernel::ids::{self, Id};
use crate::kernel::time::Timestamp;

/// Id of a job.
pub type JobId = Id<ids::Job>;

pub(super) const READY: &str = "ready";
pub(super) const LEASED: &str = "leased";
pub(super) const DEAD: &str = "dead";

/// A kind of job and the type of its payload: `const SEND: Kind<SendMail> = Kind::new("mail.send");`
pub struct Kind<P> {
    pub(super) name: &'static str,
    payload: PhantomData<fn(P)>,
}

impl<P> Kind<P> {
    /// A kind; the name stands in the database and never changes.
    #[must_use]
    pub const fn new(name: &'static str) -> Self {
        Self { name, payload: PhantomData }
    }

    /// The name in the database.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        self.name
    }
}

impl<P> Clone for Kind<P> {
    fn clone(&self) -> Self {
        *self
    }
}
impl<P> Copy for Kind<P> {}

/// Who waits for a job; more urgent ones are taken first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Priority {
    /// A person waits for it now.
    Interactive,
    /// The ordinary case.
    #[default]
    Normal,
    /// Runs, clean-up: whenever nothing else is due.
    Batch,
}

impl Priority {
    pub(super) const ALL: [Self; 3] = [Self::Interactive, Self::Normal, Self::Batch];

    pub(super) fn rank(self) -> i32 {
        match self {
            Self::Interactive => 0,
            Self::Normal => 1,
            Self::Batch => 2,
        }
    }

    pub(super) fn of_rank(rank: i32) -> Self {
        Self::ALL.into_iter().find(|priority| priority.rank() == rank).unwrap_or_default()
    }
}

/// A job to be enqueued. The payload holds ids, never personal data or secrets: it lies in the database in the clear.
pub struct NewJob<'a, P> {
    pub(super) kind: Kind<P>,
    pub(super) payload: &'a P,
    pub(super) unique_key: Option<String>,
    pub(super) priority: Priority,
    pub(super) run_at: Option<Timestamp>,
}

impl<'a, P> NewJob<'a, P> {
    /// A job that is due at once.
    #[must_use]
    pub fn new(kind: Kind<P>, payload: &'a P) -> Self {
        Self { kind, payload, unique_key: None, priority: Priority::default(), run_at: None }
    }

    /// At most one job with this key waits at a time. The kind's name is put in front of it.
    #[must_use]
    pub fn unique(mut self, key: impl AsRef<str>) -> Self {
        self.unique_key = Some(format!("{}:{}", self.kind.name, key.as_ref()));
        self
    }

    /// Not before this instant of the security clock.
    #[must_use]
    pub fn run_at(mut self, at: Timestamp) -> Self {
        self.run_at = Some(at);
        self
    }

    /// Who waits for it.
    #[must_use]
    pub fn priority(mut self, priority: Priority) -> Self {
        self.priority = priority;
        self
    }
}

/// The state of the queue.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stats {
    /// Jobs due and waiting.
    pub due: i64,
    /// How long the one that is due longest has waited.
    pub lag: Duration,
    /// Jobs that a process works on.
    pub running: i64,
    /// Jobs given up: somebody must look.
    pub dead: i64,
}

/// A job that was given up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeadJob {
    /// For [`super::revive`].
    pub id: JobId,
    /// What it was to do.
    pub kind: String,
    /// How often it was tried.
    pub attempts: i32,
    /// Why the last attempt failed.
    pub last_error: String,
    /// When it was enqueued.
    pub created_at: Timestamp,
}
