//! Where a test can make the process die: at every statement, and wherever else [`reach`] is called. In the product this
//! does nothing at all.

/// A step that may be the last of a process under test.
#[cfg(not(test))]
pub const fn reach() {}

#[cfg(test)]
pub use dying::{DIE_AT, reach};

#[cfg(test)]
mod dying {
    use std::sync::LazyLock;
    use std::sync::atomic::{AtomicU64, Ordering};

    /// Names the step, counted from 1, at which the process dies.
    pub const DIE_AT: &str = "STEWARD_TEST_DIE_AT";

    static LAST_STEP: LazyLock<Option<u64>> = LazyLock::new(|| std::env::var(DIE_AT).ok()?.parse().ok());
    static STEPS: AtomicU64 = AtomicU64::new(0);

    /// Counts a step; at the one the environment names the process dies as by `kill -9`: nothing is cleaned up.
    pub fn reach() {
        if let Some(last) = *LAST_STEP
            && STEPS.fetch_add(1, Ordering::SeqCst) + 1 == last
        {
            std::process::abort();
        }
    }
}
