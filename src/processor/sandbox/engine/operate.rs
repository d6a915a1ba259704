//! What the control API asks of the machine.

use serde_json::{Value, json};

use super::super::faults::Fault;
use super::super::objects::WebhookEndpoint;
use super::super::params::Metadata;
use super::super::settings::Settings;
use super::super::state::Record;
use super::super::webhooks::rules::Rule;
use super::{Core, Engine};

/// The id of the receiver that the configuration names.
pub const CONFIGURED_ENDPOINT: &str = "we_configured";

impl Engine {
    /// Adds a fault.
    pub fn add_fault(&self, fault: Fault) {
        self.lock().faults.add(fault);
    }

    /// Removes all faults.
    pub fn clear_faults(&self) {
        self.lock().faults.clear();
    }

    /// The faults still to come.
    pub fn faults(&self) -> Vec<Fault> {
        self.lock().faults.list().to_vec()
    }

    /// Adds a rule for deliveries.
    pub fn add_rule(&self, rule: Rule) {
        self.lock().world.rules.add(rule);
    }

    /// Removes all rules for deliveries; what is held stays held.
    pub fn clear_rules(&self) {
        self.lock().world.rules.clear();
    }

    /// Work that waits for its release: its number, endpoint and key.
    pub fn late(&self) -> Vec<Value> {
        let core = self.lock();
        let show = |late: &super::Late| json!({"id": late.id, "endpoint": late.endpoint, "idempotency_key": late.job.used.as_ref().map(|used| &used.key)});
        core.late.iter().map(show).collect()
    }

    /// Does late work now: that one, or all in order; how many, and the journal line to wait for.
    pub fn release_late(&self, id: Option<u64>) -> (usize, u64) {
        let mut core = self.lock();
        let (due, kept) =
            std::mem::take(&mut core.late).into_iter().partition(|late| id.is_none_or(|id| late.id == id));
        core.late = kept;
        let due: Vec<super::Late> = due;
        let count = due.len();
        for late in due {
            self.execute(&mut core, late.job, false);
        }
        (count, core.seq)
    }

    /// Closes connections that a fault left hanging; how many.
    pub fn release_hanging(&self) -> usize {
        std::mem::take(&mut self.lock().hanging).len()
    }

    /// Keys whose first request has not ended.
    pub fn running_keys(&self) -> Vec<String> {
        self.lock().running.keys().map(str::to_owned).collect()
    }

    /// Changes settings; the clock follows.
    pub fn change_settings(&self, change: impl FnOnce(&mut Settings)) -> (Settings, u64) {
        let (settings, seq) = self.act(|tx| {
            let mut settings = tx.world().settings.clone();
            change(&mut settings);
            tx.apply(Record::Settings(settings.clone()));
            settings
        });
        self.clock.set_offset(settings.clock_offset);
        (settings, seq)
    }

    /// Sets where events go besides the endpoints made over the API; `None` for nowhere.
    pub fn set_configured_endpoint(&self, url: Option<&str>, secret: &str) -> u64 {
        let (_, seq) = self.act(|tx| {
            let endpoint = WebhookEndpoint {
                id: CONFIGURED_ENDPOINT.to_owned(),
                created: tx.now,
                url: url.unwrap_or_default().to_owned(),
                secret: secret.to_owned(),
                enabled_events: vec!["*".to_owned()],
                description: Some("The receiver that the sandbox was configured with".to_owned()),
                metadata: Metadata::new(),
                deleted: url.is_none(),
            };
            let known = tx.world().webhook_endpoints.get(CONFIGURED_ENDPOINT);
            let same = |old: &WebhookEndpoint| {
                old.url == endpoint.url && old.secret == endpoint.secret && old.deleted == endpoint.deleted
            };
            if !known.map_or(endpoint.deleted, same) {
                tx.put(&endpoint);
            }
        });
        seq
    }

    /// Throws everything away but the configured receiver.
    pub fn reset(&self) -> u64 {
        self.act(|tx| {
            let endpoint = tx.world().webhook_endpoints.get(CONFIGURED_ENDPOINT).cloned();
            tx.apply(Record::Reset);
            if let Some(endpoint) = endpoint {
                tx.put(&endpoint);
            }
        });
        self.clock.set_offset(0);
        let mut core = self.lock();
        let Core { world, seq, late_count, in_flight, .. } = std::mem::take(&mut *core);
        *core = Core { world, seq, late_count, in_flight, ..Core::default() };
        seq
    }
}
