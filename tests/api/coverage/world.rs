//! Two customers with something of everything that an address can name, and staff of every role.

use serde_json::json;
use steward::kernel::permission::{ROLES, Role};

use crate::support::billing::subscribe;
use crate::support::operations::names_something;
use crate::support::{Backend, Client, Person, TestApp};

/// A customer, and the ids of what is theirs.
pub struct Customer {
    pub person: Person,
    pub client: Client,
    pub account: String,
    session: String,
    sign_in: String,
    token: String,
    pub card: String,
    pub quote: String,
    pub subscription: String,
    pub invoice: String,
    change: String,
    correction: String,
}

impl Customer {
    /// Somebody whose card was declined: the subscription is incomplete and its invoice is open.
    async fn furnish(app: &TestApp, name: &str) -> Self {
        let person = app.person(name).await;
        let client = app.sign_in(&person).await;
        let elsewhere = app.sign_in(&person).await.get("/v1/session").expect(200).await;
        let sign_in = client.get("/v1/account/sign-ins").expect(200).await.text_at("/data/0/id");
        let wish = json!({ "name": format!("export of {name}"), "scopes": ["profile:read"] });
        let token = client.post("/v1/account/tokens", &wish).expect(201).await.text_at("/id");
        let card = app.card_id(&client, "pm_card_visa").await;
        app.turn_card_into("pm_card_chargeDeclinedInsufficientFunds").await;
        let price = app.price("basic", "month", "USD").await;
        let order = json!({ "price": price, "quantity": 2 });
        let quote = client.post("/v1/subscriptions/preview", &order).expect(200).await.text_at("/quote");
        let made = subscribe(&client, &order, "furnished").await;
        assert_eq!(made.text_at("/status"), "incomplete", "{made}");
        let etag = client.get("/v1/account").expect(200).await.etag();
        let patch = json!({ "name": format!("{name} Lindqvist"), "phone": "+65 6123 4567" });
        client.patch("/v1/account", &patch).if_match(&etag).expect(200).await;
        let change = client.get("/v1/account/history").expect(200).await.text_at("/data/0/id");
        let contested = json!({ "wanted": { "website": "own.example" }, "evidence": "The register shows it." });
        let correction = client.post("/v1/account/corrections", &contested).expect(201).await.text_at("/id");
        Self {
            change,
            correction,
            account: elsewhere.text_at("/account_id"),
            session: elsewhere.text_at("/session/id"),
            sign_in,
            token,
            card,
            quote,
            subscription: made.text_at("/id"),
            invoice: made.text_at("/invoice"),
            person,
            client,
        }
    }

    /// The path with this customer's ids in the places of its parameters.
    pub fn path(&self, template: &str) -> String {
        let mut before = "";
        let mut parts = Vec::new();
        for part in template.split('/') {
            let filled = match part {
                "{purpose}" => "card-payments",
                "{version}" => "1",
                "{field}" => "phone",
                _ if !part.starts_with('{') => part,
                _ => self.id_in(before).unwrap_or_else(|| {
                    panic!("{template}: say in tests/api/coverage/world.rs which id of a customer belongs there")
                }),
            };
            parts.push(filled);
            before = part;
        }
        parts.join("/")
    }

    /// The id of what a collection's name stands for.
    fn id_in(&self, collection: &str) -> Option<&str> {
        Some(match collection {
            "accounts" => &self.account,
            "sessions" => &self.session,
            "sign-ins" => &self.sign_in,
            "tokens" => &self.token,
            // Nobody here has one, since signing in would ask for it; `factors.rs` tries those of others.
            "factors" => "fac_01900000000070008000000000000000",
            "payment-methods" => &self.card,
            "subscriptions" => &self.subscription,
            "invoices" => &self.invoice,
            "history" => &self.change,
            "corrections" => &self.correction,
            // Nobody has to be told anything in person here.
            "ripples" => "rip_01900000000070008000000000000000",
            _ => return None,
        })
    }

    /// Everything by which another customer would recognise this one.
    pub fn marks(&self) -> Vec<&str> {
        vec![
            &self.account,
            &self.session,
            &self.sign_in,
            &self.token,
            &self.card,
            &self.quote,
            &self.subscription,
            &self.invoice,
            &self.person.name,
            &self.person.email,
        ]
    }
}

/// The product with two customers.
pub struct World {
    pub app: TestApp,
    pub owner: Customer,
    pub other: Customer,
}

impl World {
    pub async fn new(backend: Backend) -> Self {
        let app = TestApp::start(backend).await;
        app.offer_plans();
        let owner = Customer::furnish(&app, "Zebulon").await;
        let other = Customer::furnish(&app, "Thessaly").await;
        Self { app, owner, other }
    }

    /// A browser of each role.
    pub async fn staff(&self) -> Vec<(Role, Client)> {
        let mut all = Vec::new();
        for role in ROLES {
            all.push((role, self.app.staff(role).await));
        }
        all
    }

    /// A request of staff about the owner: with the owner's ids, and a purpose where something is looked at.
    pub fn staff_path(&self, template: &str) -> String {
        let path = self.owner.path(template);
        if names_something(template) { format!("{path}?purpose=billing_question") } else { path }
    }
}
