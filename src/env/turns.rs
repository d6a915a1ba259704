//! Turns: those who change the same thing in this process do so one after another.
//!
//! Only a courtesy, never what keeps data right: another process takes turns of its own, and the database decides. It
//! saves what losing to one another costs: work done twice, and waiting on a lock that a client holds.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// More than there are database threads; two things in one place only wait for each other for a moment.
const PLACES: usize = 64;

/// Places to wait at, found by the name of the thing.
#[derive(Debug, Clone)]
pub struct Turns(Arc<[Mutex<()>; PLACES]>);

impl Default for Turns {
    fn default() -> Self {
        Self(Arc::new(std::array::from_fn(|_| Mutex::new(()))))
    }
}

impl Turns {
    /// Waits for one's turn with this thing. For threads that may block, never for asynchronous tasks.
    pub fn take(&self, thing: &str) -> MutexGuard<'_, ()> {
        let mut hasher = DefaultHasher::new();
        thing.hash(&mut hasher);
        let place = usize::try_from(hasher.finish() % PLACES as u64).unwrap_or_default();
        // Nothing is guarded but the turn: one who panicked leaves nothing half done here.
        self.0[place].lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicU32, Ordering};

    #[test]
    fn nobody_shares_a_turn() {
        let (turns, inside) = (Turns::default(), AtomicU32::new(0));
        std::thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| {
                    for _ in 0..500 {
                        let _turn = turns.take("acc_1");
                        assert_eq!(inside.fetch_add(1, Ordering::SeqCst), 0);
                        inside.fetch_sub(1, Ordering::SeqCst);
                    }
                });
            }
        });
    }

    #[test]
    fn a_panic_does_not_close_the_place() {
        let turns = Turns::default();
        let panicked = std::thread::scope(|scope| {
            let holder = scope.spawn(|| {
                let _turn = turns.take("acc_1");
                panic!("on purpose");
            });
            holder.join()
        });
        assert!(panicked.is_err());
        let _next = turns.take("acc_1");
    }
}
