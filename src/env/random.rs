//! Randomness from the operating system, and the ids and secrets made from it.

use crate::kernel::ids::{Id, Kind};
use crate::kernel::secret_token::SecretToken;
use crate::kernel::time::Timestamp;

/// Fresh random bytes.
#[must_use]
#[allow(clippy::disallowed_methods)] // the one place that asks the operating system
pub fn bytes<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).expect("the operating system gives random bytes; without them nothing is safe");
    bytes
}

/// A new id.
#[must_use]
pub fn id<K: Kind>(now: Timestamp) -> Id<K> {
    Id::new(now, bytes())
}

/// A new secret behind a prefix.
#[must_use]
pub fn token(prefix: &str) -> SecretToken {
    SecretToken::new(prefix, bytes())
}
