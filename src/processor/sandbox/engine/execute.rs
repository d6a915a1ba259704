//! From accepted work to the reply, stored under its key in the same journal line as what it changed.

use serde_json::Value;

use super::super::errors::ApiError;
use super::super::idempotency::StoredReply;
use super::super::state::Record;
use super::admit::pretty;
use super::{Core, Engine, Job, Reply};

impl Engine {
    /// Does the work; `as_500` answers, and stores, a 500 instead of what it gave.
    pub(super) fn execute(&self, core: &mut Core, job: Job, as_500: bool) -> Reply {
        let Job { work, expansions, used, origin } = job;
        let mut reply = Reply {
            status: 200,
            body: String::new(),
            request: origin.request.clone().unwrap_or_default(),
            idempotency_key: used.as_ref().map(|used| used.key.clone()),
            original_request: None,
            retry_after: None,
        };
        if let Some(used) = &used {
            core.running.end(&used.key);
        }
        self.transact(core, origin, |tx| {
            let (status, body) = match work(tx) {
                _ if as_500 => answer(Err(ApiError::internal())),
                Ok(mut value) => {
                    expansions.apply(&mut value, tx.world(), tx.now);
                    answer(Ok(value))
                }
                Err(error) => answer(Err(error)),
            };
            (reply.status, reply.body) = (status, body);
            if let Some(used) = used {
                tx.apply(Record::Reply(StoredReply {
                    key: used.key,
                    endpoint: used.endpoint,
                    fingerprint: used.fingerprint,
                    created: tx.now,
                    status: reply.status,
                    body: reply.body.clone(),
                    request: reply.request.clone(),
                }));
            }
        });
        reply
    }
}

fn answer(result: Result<Value, ApiError>) -> (u16, String) {
    match result {
        Ok(value) => (200, pretty(&value)),
        Err(error) => (error.status, pretty(&error.body())),
    }
}
