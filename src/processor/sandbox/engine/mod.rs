//! The machine without a network around it: takes a request, gives an outcome, keeps the journal and the queue of webhooks.

mod admit;
mod execute;
mod operate;
mod outbox;
#[cfg(test)]
mod tests;

use std::collections::{HashMap, HashSet, VecDeque};
use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};

use secrecy::{ExposeSecret, SecretString};
use tokio::sync::{Notify, oneshot};

pub use admit::Incoming;
pub use outbox::Attempt;

use super::clock::{Chance, Clock};
use super::expand::Expansions;
use super::faults::Faults;
use super::idempotency::{Running, Use};
use super::journal::{Journal, Line};
use super::routes::Work;
use super::state::{Record, World};
use super::transaction::{Origin, Tx};
use super::webhooks::delivery::DeliveryStatus;

/// Keys and addresses of a sandbox.
#[derive(Debug)]
pub struct Identity {
    /// The sandbox's own address, without a slash at its end.
    pub base_url: String,
    /// `sk_test_…`
    pub secret_key: SecretString,
    /// `pk_test_…`
    pub publishable_key: String,
    /// Opens the control API.
    pub control_token: SecretString,
    /// Signs deliveries to the configured receiver.
    pub webhook_secret: SecretString,
}

/// An answer to an API request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reply {
    /// HTTP status.
    pub status: u16,
    /// JSON.
    pub body: String,
    /// `req_…`
    pub request: String,
    /// The key it is stored under.
    pub idempotency_key: Option<String>,
    /// `req_…` of the first request, when its reply is given again.
    pub original_request: Option<String>,
    /// Seconds for a `Retry-After` header.
    pub retry_after: Option<u32>,
}

/// What the client gets to see.
#[derive(Debug)]
pub enum Outcome {
    /// An answer.
    Answer(Reply),
    /// The connection closes without one.
    Close,
    /// Nothing, until the channel ends; then the connection closes.
    Hang(oneshot::Receiver<()>),
}

/// An outcome and what to do before and after giving it.
#[derive(Debug)]
pub struct Served {
    /// What the client gets to see.
    pub outcome: Outcome,
    /// The journal line that must be on disk first.
    pub seq: u64,
    /// Late work to start after so many milliseconds.
    pub timer: Option<(u64, u64)>,
}

/// Work that was read and accepted.
struct Job {
    work: Work,
    expansions: Expansions,
    used: Option<Use>,
    origin: Origin,
}

/// Work that waits for its release.
struct Late {
    id: u64,
    endpoint: String,
    job: Job,
    /// Held so that a connection left open closes when the work is done.
    _open: Option<oneshot::Sender<()>>,
}

/// Everything behind the one lock.
#[derive(Default)]
struct Core {
    world: World,
    running: Running,
    faults: Faults,
    late: Vec<Late>,
    late_count: u64,
    hanging: Vec<oneshot::Sender<()>>,
    /// Requests of an endpoint in a second.
    windows: HashMap<(&'static str, &'static str), (i64, u32)>,
    queue: VecDeque<String>,
    backing_off: HashSet<String>,
    in_flight: usize,
    seq: u64,
}

/// The machine.
pub struct Engine {
    core: Mutex<Core>,
    /// Its clock.
    pub clock: Clock,
    chance: Chance,
    /// Its keys and addresses.
    pub identity: Identity,
    journal: Option<Journal>,
    /// Rings when there is something to deliver.
    pub mail: Notify,
    /// Rings when a delivery ended.
    pub quiet: Notify,
}

impl Engine {
    /// Starts with what the journal tells.
    ///
    /// # Errors
    /// When the journal cannot be used.
    pub fn start(identity: Identity, chance: Chance, journal: Option<&Path>) -> anyhow::Result<Self> {
        let mut core = Core::default();
        let journal = match journal {
            None => None,
            Some(path) => {
                let (journal, next) = Journal::open(path, &mut core.world)?;
                core.seq = next - 1;
                Some(journal)
            }
        };
        let waiting = core.world.deliveries.iter().filter(|row| row.status == DeliveryStatus::Pending);
        core.queue = waiting.map(|row| row.id.clone()).collect();
        let clock = Clock::default();
        clock.set_offset(core.world.settings.clock_offset);
        let core = Mutex::new(core);
        Ok(Self { core, clock, chance, identity, journal, mail: Notify::new(), quiet: Notify::new() })
    }

    fn lock(&self) -> MutexGuard<'_, Core> {
        // Work that panicked has put whole rows only; the others may go on.
        self.core.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Looks at the state.
    pub fn read<T>(&self, look: impl FnOnce(&World, i64) -> T) -> T {
        look(&self.lock().world, self.clock.now())
    }

    /// Changes the state for a page, a clock or the control API; the number is the journal line to wait for.
    pub fn act<T>(&self, work: impl FnOnce(&mut Tx) -> T) -> (T, u64) {
        let mut core = self.lock();
        let value = self.transact(&mut core, Origin::inside(), work);
        (value, core.seq)
    }

    /// Waits until that journal line is on disk; `false` when it never will be.
    pub async fn durable(&self, seq: u64) -> bool {
        match &self.journal {
            Some(journal) => journal.durable(seq).await,
            None => true,
        }
    }

    /// The journal's file.
    #[must_use]
    pub fn journal_path(&self) -> Option<&Path> {
        self.journal.as_ref().map(Journal::path)
    }

    /// Whether that is the control API's token.
    #[must_use]
    pub fn is_control_token(&self, given: &str) -> bool {
        use subtle::ConstantTimeEq;
        given.as_bytes().ct_eq(self.identity.control_token.expose_secret().as_bytes()).into()
    }

    fn transact<T>(&self, core: &mut Core, origin: Origin, work: impl FnOnce(&mut Tx) -> T) -> T {
        let now = self.clock.now();
        let mut tx = Tx::new(&mut core.world, &self.chance, &self.identity.base_url, now, origin);
        let value = work(&mut tx);
        for charge in tx.take_unsettled() {
            super::flows::settlement::settle_charge(&mut tx, &charge);
        }
        let records = tx.into_records();
        self.commit(core, now, records);
        value
    }

    fn commit(&self, core: &mut Core, at: i64, records: Vec<Record>) {
        if records.is_empty() {
            return;
        }
        for record in &records {
            if let Record::Delivery(row) = record
                && row.status == DeliveryStatus::Pending
                && row.attempts == 0
                && !core.queue.contains(&row.id)
            {
                core.queue.push_back(row.id.clone());
                self.mail.notify_one();
            }
        }
        core.seq += 1;
        if let Some(journal) = &self.journal {
            journal.append(Line { seq: core.seq, at, records });
        }
    }
}
