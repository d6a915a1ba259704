//! `Env`: what actions need besides a connection. Clocks, randomness, keys, hashing and configuration come from here
//! and nowhere else (clippy forbids the global ones), so a billing run on any date is an ordinary test.

mod breached;
pub mod clock;
mod hasher;
mod installation;
pub mod keys;
pub mod random;
mod seal;
mod state;
#[cfg(test)]
pub mod testing;

use std::sync::Arc;

use tokio::sync::Notify;

pub use breached::{BreachedList, ListError};
pub use clock::Clock;
pub use hasher::{HashError, Hasher, Verdict};
pub use installation::{Installation, InstallationError, found, open};
pub use keys::{KeyRing, KeyRingError, Purpose};
pub use seal::Sealer;
pub use state::State;

use crate::config::{Mode, Settings};
use crate::db::Db;
use crate::kernel::ids::{Id, Kind};
use crate::kernel::time::Timestamp;

/// Everything an action may ask for. Cheap to clone.
#[derive(Clone)]
pub struct Env {
    /// The checked configuration.
    pub settings: Arc<Settings>,
    /// The installation this process serves.
    pub installation: Installation,
    /// The database threads.
    pub db: Db,
    /// The security clock.
    pub clock: Clock,
    /// The key ring.
    pub keys: Arc<KeyRing>,
    /// The hashing threads.
    pub hasher: Hasher,
    /// Passwords that were breached elsewhere, where the operator has a list.
    pub breached: Option<BreachedList>,
    /// Told when a job was enqueued, so that this process's workers look at once.
    pub jobs_waiting: Arc<Notify>,
    /// What features keep in this process's memory.
    pub state: State,
}

impl Env {
    /// The security clock's time.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// A new id.
    #[must_use]
    pub fn id<K: Kind>(&self) -> Id<K> {
        random::id(self.now())
    }

    /// What the installation is for.
    #[must_use]
    pub fn mode(&self) -> Mode {
        self.installation.mode
    }
}
