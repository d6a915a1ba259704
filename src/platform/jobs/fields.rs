//! What the queue stores: ids and times, nothing about a person.

crate::stored_fields! {
    jobs {
        personal {}
        operational {
            id, kind, payload, unique_key, priority, state, run_at, attempts, again, lease_until, lease_token, last_error,
            created_at,
        }
    }
    job_schedules {
        personal {}
        operational { name, last_tick }
    }
}
