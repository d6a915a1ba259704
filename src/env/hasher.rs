//! Password hashing on its own threads (3-rules "Passwords"): argon2id, m = 19456 KiB, t = 2, p = 1.
//!
//! Each thread keeps one block of working memory, taken on first use and given back after a while of disuse: hashing on
//! a general pool makes the allocator keep a block for every thread of it. The queue is bounded, and reading goes on
//! while both cores hash because the threads run at low priority.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use argon2::password_hash::phc::{Output, ParamsString, PasswordHash, Salt};
use argon2::{ARGON2ID_IDENT, Algorithm, Argon2, Block, Params, Version};
use crossbeam_channel::{Receiver, RecvTimeoutError, Sender, TrySendError};
use subtle::ConstantTimeEq;
use tokio::sync::oneshot;
use zeroize::{Zeroize, Zeroizing};

use super::keys::{KeyRing, Purpose};
use super::random;

const MEMORY_KIB: u32 = 19_456;
const PASSES: u32 = 2;
const LANES: u32 = 1;
const OUTPUT: usize = 32;

/// Why a password was not hashed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum HashError {
    /// The queue is full; come back in a moment.
    #[error("too many sign-ins at once")]
    Busy,
    /// The stored hash cannot be read. Always a bug or a damaged row.
    #[error("the stored password hash cannot be read")]
    Unreadable,
    /// The list of breached passwords cannot be searched any more, and nothing is chosen unjudged.
    #[error("the list of breached passwords cannot be read")]
    List,
}

/// Answer to a password check.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// Wrong password, or nobody has this account.
    Wrong,
    /// Right.
    Right,
    /// Right, and the stored hash is of older settings: store this one instead, by compare-and-set.
    RightButOld(String),
}

enum Task {
    Hash { password: Zeroizing<String>, answer: oneshot::Sender<Result<String, HashError>> },
    Verify { password: Zeroizing<String>, stored: Option<String>, answer: oneshot::Sender<Result<Verdict, HashError>> },
}

/// The door to the hashing threads.
#[derive(Clone)]
pub struct Hasher {
    queue: Sender<Task>,
    operations: Arc<AtomicU64>,
}

impl Hasher {
    /// Starts `threads` threads with room for `places` waiting tasks.
    #[must_use]
    pub fn start(keys: Arc<KeyRing>, threads: usize, places: usize, idle: Duration) -> Self {
        let (queue, tasks) = crossbeam_channel::bounded(places);
        let operations = Arc::new(AtomicU64::new(0));
        for number in 0..threads.max(1) {
            let worker = Worker {
                keys: keys.clone(),
                tasks: tasks.clone(),
                operations: operations.clone(),
                idle,
                memory: Vec::new(),
            };
            std::thread::Builder::new()
                .name(format!("hash-{number}"))
                .spawn(move || worker.serve())
                .expect("the operating system starts a thread at start-up");
        }
        Self { queue, operations }
    }

    /// Hashes a new password with a fresh salt.
    ///
    /// # Errors
    /// [`HashError::Busy`] when the queue is full.
    pub async fn hash(&self, password: &str) -> Result<String, HashError> {
        let (answer, answered) = oneshot::channel();
        self.enqueue(Task::Hash { password: Zeroizing::new(password.to_owned()), answer })?;
        answered.await.unwrap_or(Err(HashError::Busy))
    }

    /// Checks a password. `None`, for an unknown account, costs the same hash and answers [`Verdict::Wrong`].
    ///
    /// # Errors
    /// [`HashError::Busy`] when the queue is full.
    pub async fn verify(&self, password: &str, stored: Option<String>) -> Result<Verdict, HashError> {
        let (answer, answered) = oneshot::channel();
        self.enqueue(Task::Verify { password: Zeroizing::new(password.to_owned()), stored, answer })?;
        answered.await.unwrap_or(Err(HashError::Busy))
    }

    /// How many hashes were computed: the proof that an unknown account costs what a known one costs.
    #[must_use]
    pub fn operations(&self) -> u64 {
        self.operations.load(Ordering::SeqCst)
    }

    fn enqueue(&self, task: Task) -> Result<(), HashError> {
        self.queue.try_send(task).map_err(|error| match error {
            TrySendError::Full(_) | TrySendError::Disconnected(_) => HashError::Busy,
        })
    }
}

struct Worker {
    keys: Arc<KeyRing>,
    tasks: Receiver<Task>,
    operations: Arc<AtomicU64>,
    idle: Duration,
    memory: Vec<Block>,
}

impl Worker {
    fn serve(mut self) {
        // Only a courtesy to readers on the same cores: where the system refuses, hashing works all the same.
        let _ = rustix::process::setpriority_process(None, 10);
        loop {
            match self.tasks.recv_timeout(self.idle) {
                Ok(Task::Hash { password, answer }) => {
                    let _ = answer.send(self.hash(&password));
                }
                Ok(Task::Verify { password, stored, answer }) => {
                    let _ = answer.send(self.verify(&password, stored.as_deref()));
                }
                Err(RecvTimeoutError::Timeout) => self.memory = Vec::new(),
                Err(RecvTimeoutError::Disconnected) => return,
            }
        }
    }

    fn hash(&mut self, password: &str) -> Result<String, HashError> {
        let salt: [u8; 16] = random::bytes();
        let pepper = self.keys.current();
        let output = self.compute(password, &salt, &params(), pepper)?;
        let phc = PasswordHash {
            algorithm: ARGON2ID_IDENT,
            version: Some(Version::V0x13.into()),
            params: ParamsString::try_from(&params()).map_err(|_| HashError::Unreadable)?,
            salt: Some(Salt::new(&salt).map_err(|_| HashError::Unreadable)?),
            hash: Some(Output::new(&*output).map_err(|_| HashError::Unreadable)?),
        };
        // The id of the key that peppers it stands in front of the PHC string.
        Ok(format!("{pepper}{phc}"))
    }

    fn verify(&mut self, password: &str, stored: Option<&str>) -> Result<Verdict, HashError> {
        let Some(stored) = stored else {
            self.compute(password, &[0; 16], &params(), self.keys.current())?;
            return Ok(Verdict::Wrong);
        };
        let (pepper, phc) = split(stored).ok_or(HashError::Unreadable)?;
        let stored_params = Params::try_from(&phc).map_err(|_| HashError::Unreadable)?;
        let (Some(salt), Some(expected)) = (&phc.salt, &phc.hash) else { return Err(HashError::Unreadable) };
        let output = self.compute(password, salt, &stored_params, pepper)?;
        if !bool::from(output.ct_eq(expected.as_bytes())) {
            return Ok(Verdict::Wrong);
        }
        let current = pepper == self.keys.current()
            && (stored_params.m_cost(), stored_params.t_cost(), stored_params.p_cost()) == (MEMORY_KIB, PASSES, LANES);
        if current { Ok(Verdict::Right) } else { self.hash(password).map(Verdict::RightButOld) }
    }

    fn compute(
        &mut self,
        password: &str,
        salt: &[u8],
        params: &Params,
        pepper: u8,
    ) -> Result<Zeroizing<[u8; OUTPUT]>, HashError> {
        self.operations.fetch_add(1, Ordering::SeqCst);
        metrics::counter!("steward_password_hashes_total").increment(1);
        let mut secret = self.keys.derived(Purpose::Pepper, pepper).ok_or(HashError::Unreadable)?;
        let argon = Argon2::new_with_secret(&secret, Algorithm::Argon2id, Version::V0x13, params.clone())
            .map_err(|_| HashError::Unreadable)?;
        let blocks = params.block_count();
        if self.memory.len() < blocks {
            self.memory.resize(blocks, Block::default());
        }
        let mut output = Zeroizing::new([0; OUTPUT]);
        let outcome =
            argon.hash_password_into_with_memory(password.as_bytes(), salt, &mut *output, &mut self.memory[..blocks]);
        secret.zeroize();
        outcome.map(|()| output).map_err(|_| HashError::Unreadable)
    }
}

fn params() -> Params {
    Params::new(MEMORY_KIB, PASSES, LANES, Some(OUTPUT)).expect("the standard's parameters are in range")
}

fn split(stored: &str) -> Option<(u8, PasswordHash)> {
    let at = stored.find('$')?;
    Some((stored[..at].parse().ok()?, PasswordHash::new(&stored[at..]).ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hasher() -> Hasher {
        Hasher::start(Arc::new(KeyRing::ephemeral()), 1, 4, Duration::from_secs(60))
    }

    #[tokio::test(flavor = "current_thread")]
    async fn right_wrong_and_unknown_cost_one_hash_each() {
        let hasher = hasher();
        let stored = hasher.hash("correct horse battery").await.expect("hashed");
        assert!(stored.contains("$argon2id$v=19$m=19456,t=2,p=1$"), "{stored}");
        let before = hasher.operations();
        assert_eq!(hasher.verify("correct horse battery", Some(stored.clone())).await, Ok(Verdict::Right));
        assert_eq!(hasher.verify("wrong", Some(stored)).await, Ok(Verdict::Wrong));
        assert_eq!(hasher.verify("wrong", None).await, Ok(Verdict::Wrong));
        assert_eq!(hasher.operations() - before, 3);
    }

    #[tokio::test(flavor = "current_thread")]
    async fn damaged_hashes_are_an_error_and_never_a_match() {
        let hasher = hasher();
        for stored in ["", "1", "1$argon2id$", "9$argon2id$v=19$m=19456,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAA"] {
            assert_eq!(hasher.verify("x", Some(stored.to_owned())).await, Err(HashError::Unreadable), "{stored}");
        }
    }
}
