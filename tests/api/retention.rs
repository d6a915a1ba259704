//! What the data map promises to let go, a job lets go: every retention of the field registry that is a span has one.

use std::collections::BTreeSet;

use steward::kernel::field_registry::Retention;
use steward::privacy::registry::tables;
use steward::server::Services;

use crate::support::{Backend, TestApp};

/// The job that keeps the promise of each table; that it keeps it is proved beside it, by moving the clock.
const KEEPERS: &[(&str, &str)] = &[
    ("api_tokens", "identity.api_token_purge"),
    ("audit_entries", "audit.purge"),
    ("email_changes", "identity.email_change_purge"),
    ("field_changes", "changes.purge"),
    ("idempotency_keys", "idempotency.purge"),
    ("im_messages", "im.purge"),
    ("mails", "mail.purge"),
    ("one_time_tokens", "identity.registration_purge"),
    ("passkey_challenges", "identity.factor_purge"),
    ("quotes", "billing.quote_purge"),
    ("registrations", "identity.registration_purge"),
    ("ripple_tasks", "ripples.purge"),
    ("sessions", "identity.session_purge"),
    ("sign_ins", "identity.sign_in_purge"),
    ("staff_looks", "privacy.look_purge"),
    ("throttles", "identity.registration_purge"),
    ("xmpp_proofs", "identity.xmpp_code_purge"),
];

/// Promises that no job keeps yet, and why. The list may only get shorter.
const NOT_YET: &[(&str, &str)] = &[
    ("invoices", "five years after the later of two clocks, which differ by country: with the erasure of accounts"),
    ("payments", "with the invoices they pay"),
    ("subscriptions", "with the invoices they led to"),
];

#[tokio::test]
async fn every_promised_span_has_a_job_that_keeps_it() {
    let app = TestApp::start(Backend::Sqlite).await;
    let scheduled = Services::new(app.env.clone()).expect("the ports are built").handlers().scheduled();
    let is_span = |retention: Retention| !matches!(retention, Retention::Account | Retention::AccountAndYears(_));
    let promised: BTreeSet<&str> = tables()
        .filter(|table| table.personal.iter().any(|field| is_span(field.retention)))
        .map(|table| table.name)
        .collect();
    let kept: Vec<&str> = KEEPERS.iter().chain(NOT_YET).map(|(table, _)| *table).collect();
    let known: BTreeSet<&str> = kept.iter().copied().collect();
    assert_eq!(known.len(), kept.len(), "a table stands here twice");
    assert_eq!(promised, known, "add the job that keeps a new promise, or take out what is promised no more");
    for (table, job) in KEEPERS {
        assert!(scheduled.contains(job), "{table}: no schedule runs `{job}`: {scheduled:?}");
    }
}
