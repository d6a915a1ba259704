//! What a minute does to what a dead process, or a dead connection, has left: the database is told that it has passed.

use diesel::{QueryableByName, RunQueryDsl, sql_query, sql_types};
use serde_json::Value;
use steward::db::DbConnection;
use steward::kernel::time::Timestamp;

/// An instant by which every lease has run out.
const LONG_AGO: &str = "2020-01-01 00:00:00";

/// A call to the processor whose answer is not known.
#[derive(QueryableByName)]
struct LostCall {
    #[diesel(sql_type = sql_types::Text)]
    id: String,
    #[diesel(sql_type = sql_types::Text)]
    text: String,
}

/// Leases run out, calls to the processor must have ended, and what was put off is due.
pub fn pass_a_minute(conn: &mut DbConnection) {
    for statement in [
        format!("UPDATE jobs SET lease_until = '{LONG_AGO}' WHERE lease_until IS NOT NULL"),
        format!("UPDATE jobs SET run_at = '{LONG_AGO}' WHERE state = 'ready'"),
        format!("UPDATE idempotency_keys SET lease_until = '{LONG_AGO}' WHERE status IS NULL"),
    ] {
        sql_query(statement).execute(conn).expect("changed");
    }
    for (table, column) in [("payments", "creation"), ("payment_attempts", "sending")] {
        let query = format!("SELECT id, {column} AS text FROM {table} WHERE {column} IS NOT NULL");
        let lost: Vec<LostCall> = sql_query(query).load(conn).expect("read");
        for LostCall { id, text } in lost {
            let call = a_minute_older(&text);
            // Not when the call has gone on meanwhile.
            let update = format!("UPDATE {table} SET {column} = '{call}' WHERE id = '{id}' AND {column} = '{text}'");
            sql_query(update).execute(conn).expect("changed");
        }
    }
}

fn a_minute_older(call: &str) -> Value {
    let mut call: Value = serde_json::from_str(call).expect("JSON");
    for name in ["key_since", "sent_at", "looked_at", "resend_at"] {
        let at = call[name].as_str().and_then(|text| text.parse::<Timestamp>().ok());
        if let Some(at) = at {
            call[name] = (at - chrono::Duration::minutes(1)).to_string().into();
        }
    }
    call
}
