//! What a feature keeps in memory for the whole process: one value of each type, made when first asked for. Never what
//! must survive or be true: that is the database's.

use std::any::{Any, TypeId};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

/// Values by type. Cheap to clone; clones share them.
#[derive(Clone, Default)]
pub struct State(Arc<Mutex<HashMap<TypeId, Arc<dyn Any + Send + Sync>>>>);

impl State {
    /// The process's value of this type.
    #[must_use]
    pub fn get<T: Default + Send + Sync + 'static>(&self) -> Arc<T> {
        let mut values = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let value = values.entry(TypeId::of::<T>()).or_insert_with(|| Arc::new(T::default())).clone();
        // What stands under a type's id is of that type.
        value.downcast().unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicU32, Ordering};

    #[test]
    fn one_value_of_each_type_for_all_clones() {
        let state = State::default();
        state.get::<AtomicU32>().store(7, Ordering::SeqCst);
        assert_eq!(state.clone().get::<AtomicU32>().load(Ordering::SeqCst), 7);
        assert_eq!(state.get::<Mutex<String>>().lock().expect("not poisoned").as_str(), "");
        assert_eq!(State::default().get::<AtomicU32>().load(Ordering::SeqCst), 0);
    }
}
