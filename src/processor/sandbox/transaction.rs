//! What the work of one request may do: read the world, put rows, tell events. Its records become one journal line.

use serde_json::Value;

use super::clock::Chance;
use super::errors::ApiError;
use super::ids;
use super::objects::Event;
use super::state::{Record, Stored, World};
use super::webhooks::delivery;

/// Who asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Caller {
    /// The seller's server, with the secret key.
    Server,
    /// A browser, with the publishable key: may act only on an intent whose client secret it knows.
    Browser,
}

/// Where a change comes from; events tell it.
#[derive(Debug, Clone)]
pub struct Origin {
    /// `req_…`; `None` for hosted pages and the control API.
    pub request: Option<String>,
    /// The request's idempotency key.
    pub idempotency_key: Option<String>,
    /// Who asks.
    pub caller: Caller,
}

impl Origin {
    /// Nobody called: the change comes from a page, a clock or the control API.
    #[must_use]
    pub fn inside() -> Self {
        Self { request: None, idempotency_key: None, caller: Caller::Server }
    }
}

/// One unit of work on the world.
pub struct Tx<'a> {
    world: &'a mut World,
    records: Vec<Record>,
    unsettled: Vec<String>,
    chance: &'a Chance,
    base_url: &'a str,
    /// Seconds since 1970 by the sandbox's clock.
    pub now: i64,
    /// Where the change comes from.
    pub origin: Origin,
}

impl<'a> Tx<'a> {
    /// Begins; `base_url` is the sandbox's own, without a slash at its end.
    #[must_use]
    pub fn new(world: &'a mut World, chance: &'a Chance, base_url: &'a str, now: i64, origin: Origin) -> Self {
        Self { world, records: Vec::new(), unsettled: Vec::new(), chance, base_url, now, origin }
    }

    /// The state as this work has left it so far.
    #[must_use]
    pub fn world(&self) -> &World {
        self.world
    }

    /// A copy of the object with that id.
    ///
    /// # Errors
    /// `resource_missing`; `param` names where the id came from, `id` for the path.
    pub fn find<T: Stored>(&self, id: &str, param: &str) -> Result<T, ApiError> {
        T::table(self.world).get(id).cloned().ok_or_else(|| ApiError::missing(T::LABEL, id, param))
    }

    /// Stores the object's new value.
    pub fn put<T: Stored>(&mut self, row: &T) {
        self.apply(row.clone().into_record());
    }

    /// Applies any record and keeps it for the journal.
    pub fn apply(&mut self, record: Record) {
        self.records.push(record.clone());
        self.world.apply(record);
    }

    /// A fresh id.
    #[must_use]
    pub fn id(&self, prefix: &str) -> String {
        ids::object_id(self.chance, prefix)
    }

    /// A fresh client secret for that id.
    #[must_use]
    pub fn client_secret(&self, id: &str) -> String {
        ids::client_secret(self.chance, id)
    }

    /// Some letters that cannot be guessed.
    #[must_use]
    pub fn letters(&self, length: usize) -> String {
        ids::letters(self.chance, length)
    }

    /// The address of one of the sandbox's own pages.
    #[must_use]
    pub fn page(&self, path: &str) -> String {
        format!("{}{path}", self.base_url)
    }

    /// Tells that something happened to an object, as it is now.
    pub fn emit(&mut self, kind: &str, object: Value) {
        self.emit_change(kind, object, None);
    }

    /// Tells a change with the earlier values of the changed fields.
    pub fn emit_change(&mut self, kind: &str, object: Value, previous: Option<Value>) {
        let event = Event {
            id: self.id("evt"),
            created: self.now,
            kind: kind.to_owned(),
            object,
            previous,
            request: self.origin.request.clone(),
            idempotency_key: self.origin.idempotency_key.clone(),
        };
        self.put(&event);
        for copy in delivery::plan(self.world, &event, || ids::object_id(self.chance, "dlv")) {
            self.put(&copy);
        }
    }

    /// Notes a successful charge that is to be booked once the reply is made.
    pub fn settle_later(&mut self, charge: &str) {
        self.unsettled.push(charge.to_owned());
    }

    /// The charges noted so far; forgets them.
    #[must_use]
    pub fn take_unsettled(&mut self) -> Vec<String> {
        std::mem::take(&mut self.unsettled)
    }

    /// Ends the work: its records, in order.
    #[must_use]
    pub fn into_records(self) -> Vec<Record> {
        self.records
    }
}
