//! The sandbox's whole state: tables of objects in order of creation, changed only by [`Record`]s, so that the journal,
//! which keeps the records, can never tell another story than the memory.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::idempotency::StoredReply;
use super::objects::{
    BalanceTransaction, Charge, CheckoutSession, Customer, Event, PaymentIntent, PaymentMethod, Refund, SetupIntent,
    WebhookEndpoint,
};
use super::settings::Settings;
use super::webhooks::delivery::Delivery;
use super::webhooks::rules::Rules;

/// Objects of one kind, numbered in order of creation.
#[derive(Debug)]
pub struct Table<T> {
    rows: HashMap<String, (usize, T)>,
    order: Vec<String>,
}

impl<T> Default for Table<T> {
    fn default() -> Self {
        Self { rows: HashMap::new(), order: Vec::new() }
    }
}

impl<T: Stored> Table<T> {
    /// The object with that id.
    #[must_use]
    pub fn get(&self, id: &str) -> Option<&T> {
        self.rows.get(id).map(|(_, row)| row)
    }

    /// Its number in order of creation.
    #[must_use]
    pub fn position(&self, id: &str) -> Option<usize> {
        self.rows.get(id).map(|(position, _)| *position)
    }

    fn put(&mut self, row: T) {
        let id = row.id().to_owned();
        match self.rows.get_mut(&id) {
            Some((_, old)) => *old = row,
            None => {
                self.rows.insert(id.clone(), (self.order.len(), row));
                self.order.push(id);
            }
        }
    }

    /// All objects, the oldest first.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = &T> {
        self.order.iter().filter_map(|id| self.get(id))
    }
}

/// Everything the processor knows.
#[derive(Debug, Default)]
pub struct World {
    /// Customers.
    pub customers: Table<Customer>,
    /// Cards.
    pub payment_methods: Table<PaymentMethod>,
    /// Set-ups.
    pub setup_intents: Table<SetupIntent>,
    /// Payments.
    pub payment_intents: Table<PaymentIntent>,
    /// Tries.
    pub charges: Table<Charge>,
    /// Refunds.
    pub refunds: Table<Refund>,
    /// Balance movements.
    pub balance_transactions: Table<BalanceTransaction>,
    /// Visits to the hosted page.
    pub checkout_sessions: Table<CheckoutSession>,
    /// Receivers of events.
    pub webhook_endpoints: Table<WebhookEndpoint>,
    /// What happened.
    pub events: Table<Event>,
    /// Who is to be told.
    pub deliveries: Table<Delivery>,
    /// Replies by idempotency key.
    pub replies: HashMap<String, StoredReply>,
    /// What the control API set.
    pub settings: Settings,
    /// What the control API does to deliveries; forgotten at a restart.
    pub rules: Rules,
}

/// One change: the new value of a row, or a setting. Journal lines hold these.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Record {
    /// A customer as it is now.
    Customer(Customer),
    /// A card as it is now.
    PaymentMethod(PaymentMethod),
    /// A set-up as it is now.
    SetupIntent(SetupIntent),
    /// A payment as it is now.
    PaymentIntent(PaymentIntent),
    /// A try as it is now.
    Charge(Charge),
    /// A refund as it is now.
    Refund(Refund),
    /// A balance movement.
    BalanceTransaction(BalanceTransaction),
    /// A visit as it is now.
    CheckoutSession(CheckoutSession),
    /// A receiver as it is now.
    WebhookEndpoint(WebhookEndpoint),
    /// An event.
    Event(Event),
    /// A delivery as it is now.
    Delivery(Delivery),
    /// A reply under its idempotency key.
    Reply(StoredReply),
    /// The settings as they are now.
    Settings(Settings),
    /// Everything was thrown away.
    Reset,
}

impl World {
    /// Applies one change.
    pub fn apply(&mut self, record: Record) {
        match record {
            Record::Customer(row) => self.customers.put(row),
            Record::PaymentMethod(row) => self.payment_methods.put(row),
            Record::SetupIntent(row) => self.setup_intents.put(row),
            Record::PaymentIntent(row) => self.payment_intents.put(row),
            Record::Charge(row) => self.charges.put(row),
            Record::Refund(row) => self.refunds.put(row),
            Record::BalanceTransaction(row) => self.balance_transactions.put(row),
            Record::CheckoutSession(row) => self.checkout_sessions.put(row),
            Record::WebhookEndpoint(row) => self.webhook_endpoints.put(row),
            Record::Event(row) => self.events.put(row),
            Record::Delivery(row) => self.deliveries.put(row),
            Record::Reply(reply) => {
                self.replies.insert(reply.key.clone(), reply);
            }
            Record::Settings(settings) => self.settings = settings,
            Record::Reset => *self = Self::default(),
        }
    }

    /// How many deliveries of an event are still to be made.
    #[must_use]
    pub fn pending_webhooks(&self, event: &str) -> usize {
        self.deliveries.iter().filter(|delivery| delivery.event == event && delivery.is_open()).count()
    }

    /// A session's JSON, which shows its customer's address.
    #[must_use]
    pub fn render_session(&self, session: &CheckoutSession) -> Value {
        let customer = session.customer.as_deref().and_then(|id| self.customers.get(id));
        session.render(customer.and_then(|customer| customer.email.as_deref()))
    }

    /// The JSON of whatever has that id, as seen at `now`; for expansions.
    #[must_use]
    pub fn render_any(&self, id: &str, now: i64) -> Option<Value> {
        let prefix = id.split('_').next().unwrap_or_default();
        match prefix {
            "cus" => self.customers.get(id).map(Customer::render),
            "pm" => self.payment_methods.get(id).map(PaymentMethod::render),
            "seti" => self.setup_intents.get(id).map(SetupIntent::render),
            "pi" => self.payment_intents.get(id).map(PaymentIntent::render),
            "ch" => self.charges.get(id).map(Charge::render),
            "re" => self.refunds.get(id).map(Refund::render),
            "txn" => self.balance_transactions.get(id).map(|row| row.render(now)),
            _ => None,
        }
    }
}

/// A kind of object that has a table.
pub trait Stored: Clone + 'static {
    /// What error messages call it.
    const LABEL: &'static str;
    /// Its id.
    fn id(&self) -> &str;
    /// Seconds since 1970.
    fn created(&self) -> i64;
    /// Its table.
    fn table(world: &World) -> &Table<Self>;
    /// The record of its new value.
    fn into_record(self) -> Record;
}

macro_rules! stored {
    ($($kind:ident in $table:ident called $label:literal),* $(,)?) => {
        $(impl Stored for $kind {
            const LABEL: &'static str = $label;
            fn id(&self) -> &str { &self.id }
            fn created(&self) -> i64 { self.created }
            fn table(world: &World) -> &Table<Self> { &world.$table }
            fn into_record(self) -> Record { Record::$kind(self) }
        })*
    };
}

stored! {
    Customer in customers called "customer",
    PaymentMethod in payment_methods called "PaymentMethod",
    SetupIntent in setup_intents called "setupintent",
    PaymentIntent in payment_intents called "payment_intent",
    Charge in charges called "charge",
    Refund in refunds called "refund",
    BalanceTransaction in balance_transactions called "balance transaction",
    CheckoutSession in checkout_sessions called "checkout.session",
    WebhookEndpoint in webhook_endpoints called "webhook endpoint",
    Event in events called "event",
    Delivery in deliveries called "delivery",
}
