//! The adapter against the sandbox, which shares nothing with it but the protocol.

mod charges;
mod events;
mod set_up;

use std::net::TcpListener;
use std::sync::Arc;

use secrecy::{ExposeSecret, SecretString};
use serde_json::{Value, json};
use url::Url;

use super::StripeGateway;
use crate::billing::payments::gateway::{
    CustomerRef, IdempotencyKey, Intent, IntentMetadata, IntentRequest, PaymentGateway, PaymentMethodRef, Unpaced,
};
use crate::billing::payments::telling::TOLD_FIELDS;
use crate::config::Stripe;
use crate::env::testing as database;
use crate::kernel::currency::Currency;
use crate::kernel::ids::{Account, Id, Installation};
use crate::kernel::money::Money;
use crate::kernel::time::Timestamp;
use crate::platform::trust::recipients::PAYMENT_PROCESSOR;
use crate::platform::trust::{Ground, ShareRequest, Shared, share};
use crate::processor::sandbox::{self, RunningSandbox, SandboxConfig};

/// Short enough for a test that waits for it, long enough for a busy machine.
const TIMEOUT_MS: u64 = 2_000;

fn installation() -> Id<Installation> {
    Id::from_uuid(uuid::Uuid::from_u128(7))
}

fn key(text: &str) -> IdempotencyKey {
    IdempotencyKey::new(text)
}

fn long_ago() -> Timestamp {
    Timestamp::from_seconds(0).expect("in range")
}

/// A sandbox, and the adapter set up for it.
struct Bench {
    sandbox: RunningSandbox,
    gateway: StripeGateway,
    http: reqwest::Client,
    /// Where the rows stand without which nothing is told, and whose they are.
    rows: std::sync::Mutex<database::Bench>,
    payer: Id<Account>,
}

impl Bench {
    async fn new() -> Self {
        Self::with_webhooks_to(None).await
    }

    async fn with_webhooks_to(webhook_url: Option<Url>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let public_url = format!("http://{}", listener.local_addr().expect("bound")).parse().expect("a URL");
        let config = SandboxConfig {
            public_url,
            journal: None,
            secret_key: SecretString::from("sk_test_bench"),
            publishable_key: "pk_test_bench".to_owned(),
            webhook_secret: SecretString::from("whsec_bench"),
            webhook_url,
            control_token: SecretString::from("control-bench"),
        };
        let sandbox = sandbox::start(listener, config).await.expect("the sandbox starts");
        let settings = settings(sandbox.url().clone(), sandbox.secret_key().expose_secret());
        let gateway = StripeGateway::new(&settings, installation(), false, Arc::new(Unpaced)).expect("sound settings");
        let http = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build().expect("a client");
        let mut rows = database::on_sqlite();
        let payer = set_up::consent(&mut rows);
        Self { sandbox, gateway, http, rows: std::sync::Mutex::new(rows), payer }
    }

    /// What may be told of the payer, with its row.
    fn told<T>(&self, value: T) -> Shared<T> {
        let mut rows = self.rows.lock().expect("no test has panicked with it");
        let database::Bench { env, conn, .. } = &mut *rows;
        let request = ShareRequest {
            account: Some(&self.payer),
            recipient: &PAYMENT_PROCESSOR,
            fields: TOLD_FIELDS,
            ground: Ground::Consent,
            about: "a charge",
        };
        share(conn, env, request, value).expect("shared")
    }

    fn url(&self, path: &str) -> Url {
        self.sandbox.url().join(path).expect("a path")
    }

    /// Asks the sandbox as somebody else with the secret key would.
    async fn api(&self, path: &str, form: &[(&str, &str)]) -> Value {
        let request = self.http.post(self.url(path)).bearer_auth("sk_test_bench").form(form);
        let reply = request.send().await.expect("a reply");
        assert!(reply.status().is_success(), "{path}: {}", reply.text().await.unwrap_or_default());
        reply.json().await.expect("JSON")
    }

    async fn control(&self, path: &str, body: Value) {
        let request = self.http.post(self.url(&format!("/_control/{path}"))).bearer_auth("control-bench").json(&body);
        let reply = request.send().await.expect("a reply");
        assert!(reply.status().is_success(), "{path}: {}", reply.text().await.unwrap_or_default());
    }

    /// The next request of that kind goes wrong.
    async fn fault(&self, kind: &str, path: &str) {
        self.control("faults", json!({"kind": kind, "method": "POST", "path": path, "retry_after": null})).await;
    }

    async fn customer(&self) -> CustomerRef {
        let made = self.api("/v1/customers", &[("email", "holder@example.org")]).await;
        CustomerRef::new(made["id"].as_str().expect("an id"))
    }

    /// A customer's card that behaves like the test card.
    async fn card(&self, customer: &CustomerRef, token: &str) -> PaymentMethodRef {
        let path = format!("/v1/payment_methods/{token}/attach");
        let made = self.api(&path, &[("customer", customer.as_str())]).await;
        PaymentMethodRef::new(made["id"].as_str().expect("an id"))
    }

    async fn intent(&self, customer: &CustomerRef, key_text: &str) -> Intent {
        let made = self.gateway.create_intent(&key(key_text), &self.told(intent_request(customer, 1_900))).await;
        made.expect("an intent")
    }
}

fn settings(api_base: Url, secret_key: &str) -> Stripe {
    Stripe {
        api_base,
        secret_key: SecretString::from(secret_key),
        webhook_secret: SecretString::from("whsec_bench"),
        timeout_ms: TIMEOUT_MS,
        rate_per_second: 25,
        endpoint_rate_per_second: 25,
        poll_seconds: 300,
    }
}

fn intent_request(customer: &CustomerRef, minor: i64) -> IntentRequest {
    IntentRequest {
        customer: customer.clone(),
        amount: Money::new(minor, Currency::SGD),
        metadata: IntentMetadata {
            installation: installation(),
            account: Id::from_uuid(uuid::Uuid::from_u128(1)),
            subscription: Id::from_uuid(uuid::Uuid::from_u128(2)),
            period_no: 3,
            kind: "renewal".to_owned(),
            invoice: Id::from_uuid(uuid::Uuid::from_u128(4)),
            invoice_number: "INV-2026-000004".to_owned(),
            generation: 1,
        },
    }
}
