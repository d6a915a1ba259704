//! Time and chance of the sandbox: it is a stand-in for somebody else's machine, so it does not share the product's.

use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};

use sha2::{Digest, Sha256};

/// The real clock plus an offset in seconds that the control API moves forward.
#[derive(Debug, Default)]
pub struct Clock {
    offset: AtomicI64,
}

impl Clock {
    /// Seconds since 1970 by the sandbox's clock: what objects carry as `created`.
    #[must_use]
    pub fn now(&self) -> i64 {
        self.wall().saturating_add(self.offset.load(Ordering::SeqCst))
    }

    /// Seconds since 1970 by the real clock: signatures use it, since receivers compare with theirs.
    #[must_use]
    #[allow(clippy::disallowed_methods, reason = "the sandbox plays another company's computer, with its own clock")]
    pub fn wall(&self) -> i64 {
        chrono::Utc::now().timestamp()
    }

    /// Seconds between the real clock and this one.
    #[must_use]
    pub fn offset(&self) -> i64 {
        self.offset.load(Ordering::SeqCst)
    }

    /// Sets the distance to the real clock, in seconds.
    pub fn set_offset(&self, seconds: i64) {
        self.offset.store(seconds, Ordering::SeqCst);
    }
}

/// Random bytes: SHA-256 over a seed and a counter.
#[derive(Debug)]
pub struct Chance {
    seed: [u8; 32],
    counter: AtomicU64,
}

impl Chance {
    /// Seeded by the operating system.
    ///
    /// # Errors
    /// When the system has no randomness to give.
    #[allow(clippy::disallowed_methods, reason = "the sandbox plays another company's computer, with its own chance")]
    pub fn from_system() -> anyhow::Result<Self> {
        let mut seed = [0; 32];
        getrandom::fill(&mut seed).map_err(|error| anyhow::anyhow!("no randomness for the sandbox: {error}"))?;
        Ok(Self { seed, counter: AtomicU64::new(0) })
    }

    /// Always the same sequence for the same seed.
    #[cfg(test)]
    #[must_use]
    pub fn seeded(seed: u64) -> Self {
        Self { seed: Sha256::digest(seed.to_le_bytes()).into(), counter: AtomicU64::new(0) }
    }

    /// The next 32 bytes.
    #[must_use]
    pub fn bytes(&self) -> [u8; 32] {
        let count = self.counter.fetch_add(1, Ordering::SeqCst);
        Sha256::new().chain_update(self.seed).chain_update(count.to_le_bytes()).finalize().into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_offset_moves_the_clock_but_not_the_wall() {
        let clock = Clock::default();
        clock.set_offset(86_400);
        assert!((86_399..=86_401).contains(&(clock.now() - clock.wall())));
    }

    #[test]
    fn chance_does_not_repeat_and_seeds_do() {
        let (one, two) = (Chance::seeded(1), Chance::seeded(1));
        assert_eq!(one.bytes(), two.bytes());
        assert_ne!(one.bytes(), Chance::seeded(1).bytes());
    }
}
