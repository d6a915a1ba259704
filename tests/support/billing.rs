//! Buying and renewing, as the suites do it: plans from the demo's catalogue, cards by the processor's own API, runs and
//! verifications behind the product's back.

use reqwest::Method;
use serde_json::{Value, json};
use steward::billing::catalog::actions::{demo_catalogue, seed};
use steward::billing::runs::{self, BillReport, Verified};
use steward::kernel::time::Timestamp;

use super::{Client, Reply, TestApp};

impl TestApp {
    /// Offers the demo's plans.
    pub fn offer_plans(&self) {
        let mut conn = self.database.connection();
        assert!(seed(&mut conn, &self.env, &demo_catalogue()).expect("seeded") > 0);
    }

    /// The id of a plan's price.
    pub async fn price(&self, plan: &str, interval: &str, currency: &str) -> String {
        let plans = self.visitor().get("/v1/plans").expect(200).await.at("/data");
        let all = plans.as_array().expect("a list");
        let plan = all.iter().find(|one| one["code"] == plan).expect("the plan");
        let mut prices = plan["prices"].as_array().expect("a list").iter();
        let price = prices.find(|one| one["interval"] == interval && one["per_seat"]["currency"] == currency);
        price.expect("the price")["id"].as_str().expect("an id").to_owned()
    }

    /// Adds a test card by its name at the processor; answers our id of it.
    pub async fn card_id(&self, client: &Client, token: &str) -> String {
        self.add_card(client, token).await["id"].as_str().expect("an id").to_owned()
    }

    /// Lets the card added last behave like another test card from now on: one that would be refused when it is added.
    pub async fn turn_card_into(&self, token: &str) {
        let events = self.control(Method::GET, "events", &Value::Null).await;
        let mut added = events["events"].as_array().expect("a list").iter().rev();
        let added = added.find(|event| event["type"] == "setup_intent.succeeded").expect("a card was added");
        let card = added["data"]["object"]["payment_method"].as_str().expect("its id");
        self.control(Method::POST, &format!("payment_methods/{card}"), &json!({ "behaves_like": token })).await;
    }

    /// What the sandbox's control API answers.
    pub async fn control(&self, method: Method, path: &str, body: &Value) -> Value {
        let url = format!("{}/_control/{path}", self.sandbox.url());
        let request = reqwest::Client::new().request(method, url).bearer_auth(self.sandbox.control_token()).json(body);
        let reply = request.send().await.expect("the sandbox answers");
        assert!(reply.status().is_success(), "{}", reply.text().await.unwrap_or_default());
        reply.json().await.expect("JSON")
    }

    /// Charges at the processor that moved money.
    pub async fn charges(&self) -> Vec<Value> {
        self.sandbox.charges().await
    }

    /// Bills everything due until an instant, and lets the charges be made.
    pub fn bill(&self, as_of: Timestamp) -> BillReport {
        let report = runs::bill(&mut self.database.connection(), &self.env, as_of, false).expect("billed");
        assert_eq!(report.parked, 0, "{report:?}");
        self.env.jobs_waiting.notify_waiters();
        self.settle();
        report
    }

    /// Computes everything again; fails the test when something does not agree.
    #[track_caller]
    pub fn verified(&self) -> Verified {
        let verified = runs::verify(&mut self.database.connection()).expect("verified");
        assert_eq!(verified.findings, Vec::<String>::new());
        verified
    }
}

/// An order with a key.
pub async fn subscribe(client: &Client, body: &Value, key: &str) -> Reply {
    client.post("/v1/subscriptions", body).idempotency_key(key).expect(201).await
}
