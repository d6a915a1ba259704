//! The sandbox processor on a port of its own.

use std::net::TcpListener;

use secrecy::{ExposeSecret, SecretString};
use serde_json::Value;
use steward::processor::sandbox::{self, RunningSandbox, SandboxConfig};
use url::Url;

/// A running sandbox; it ends when the value is dropped.
pub struct Sandbox {
    running: RunningSandbox,
}

impl Sandbox {
    /// In memory, with keys of its own; events are delivered to `webhook_url`.
    pub async fn start(webhook_url: Option<Url>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let port = listener.local_addr().expect("bound").port();
        let config = SandboxConfig {
            public_url: Url::parse(&format!("http://127.0.0.1:{port}")).expect("a URL"),
            journal: None,
            secret_key: SecretString::from("sk_test_of_the_suite_0123456789"),
            publishable_key: "pk_test_of_the_suite_0123456789".to_owned(),
            webhook_secret: SecretString::from("whsec_of_the_suite_0123456789"),
            webhook_url,
            control_token: SecretString::from("control_of_the_suite_0123456789"),
        };
        Self { running: sandbox::start(listener, config).await.expect("the sandbox starts") }
    }

    /// Without a slash at the end.
    pub fn url(&self) -> String {
        self.running.url().as_str().trim_end_matches('/').to_owned()
    }

    pub fn secret_key(&self) -> String {
        self.running.secret_key().expose_secret().to_owned()
    }

    pub fn publishable_key(&self) -> String {
        self.running.publishable_key().to_owned()
    }

    pub fn webhook_secret(&self) -> String {
        self.running.webhook_secret().expose_secret().to_owned()
    }

    pub fn control_token(&self) -> String {
        self.running.control_token().expose_secret().to_owned()
    }

    /// Charges that moved money.
    pub async fn charges(&self) -> Vec<Value> {
        let url = format!("{}/v1/charges?limit=100", self.url());
        let reply = reqwest::Client::new().get(url).bearer_auth(self.secret_key()).send().await;
        let list: Value = reply.expect("the sandbox answers").json().await.expect("JSON");
        let all = list["data"].as_array().expect("a list").clone();
        all.into_iter().filter(|charge| charge["status"] == "succeeded").collect()
    }
}
