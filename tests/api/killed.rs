//! `kill -9` of the whole server, at instants drawn from a seed: while people sign up, correct their profile, add a card
//! and order, and while a run bills. In the end everything has happened exactly once, and everything agrees.

use std::collections::BTreeSet;
use std::time::Duration;

use rstest::rstest;
use serde_json::{Value, json};
use steward::billing::catalog::actions::{demo_catalogue, seed};

use crate::support::aging::pass_a_minute;
use crate::support::evidence::policy_version;
use crate::support::{Backend, Client, Killable, PASSWORD, Person, SignIn, eventually};

/// Longer than a request takes that has to hash a password, call the processor and commit: most deaths are in its midst.
const SPAN: Duration = Duration::from_millis(250);
/// Starting, reading keys and billing a handful of subscriptions.
const RUN: Duration = Duration::from_millis(400);

#[rstest]
#[tokio::test]
async fn a_server_killed_again_and_again_does_everything_once(
    #[values(Backend::Sqlite, Backend::Postgresql)] backend: Backend,
) {
    let mut product = Killable::new(backend, 0x5eed_0f57_e3a4_2d01).await;
    seed(&mut product.database.connection(), &product.env, &demo_catalogue()).expect("seeded");
    let person = Person::new("Ada");
    let ada = sign_up(&mut product, &person).await;
    correct(&mut product, &ada).await;
    add_card(&mut product, &ada).await;
    let mut orders = BTreeSet::new();
    for number in 0..3 {
        orders.insert(order(&mut product, &ada, &format!("order-{number}")).await);
    }
    assert_eq!(orders.len(), 3);
    product.settle().await;
    let listed = ada.get("/v1/subscriptions?limit=100").expect(200).await.at("/data");
    assert_eq!(ids(&listed), orders, "one subscription for each key");
    renew(&mut product).await;
    agree(&product, &ada, &person).await;
    assert!(product.lost >= 5, "only {} of the deaths hit a request or a run", product.lost);
}

async fn sign_up(product: &mut Killable, person: &Person) -> Client {
    let visitor = Client::new(&product.base);
    let policy = policy_version(&mut product.database.connection());
    let body = json!({ "name": person.name, "email": person.email, "password": PASSWORD, "policy_version": policy });
    let accepted = product.insist(2, SPAN, || visitor.post("/v1/accounts", &body)).await;
    assert_eq!(accepted.status, 202, "{accepted}");
    product.settle().await;
    let token = product.mails().to(&person.email).pop().expect("the mail of the last sign-up").token();
    // The link may have been spent by a process that died before it said so; signing in tells.
    product.insist(2, SPAN, || visitor.post("/v1/accounts/verify", &json!({ "token": token }))).await;
    let client = Client::browser(&product.base);
    client.post("/v1/sessions", &SignIn::OWN.body(&person.email, PASSWORD)).expect(201).await;
    client
}

async fn correct(product: &mut Killable, ada: &Client) {
    let etag = ada.get("/v1/account").expect(200).await.etag();
    let patch = json!({ "name": "Ada Lindqvist", "phone": "+65 6123 4567" });
    let reply = product.insist(3, SPAN, || ada.patch("/v1/account", &patch).if_match(&etag)).await;
    assert!([200, 412].contains(&reply.status), "{reply}");
    let account = ada.get("/v1/account").expect(200).await;
    assert_eq!((account.text_at("/name"), account.text_at("/phone")), ("Ada Lindqvist".into(), "+6561234567".into()));
    let history = ada.get("/v1/account/history").expect(200).await.at("/data");
    assert_eq!(history.as_array().map(Vec::len), Some(2), "each field changed once: {history}");
}

async fn add_card(product: &mut Killable, ada: &Client) {
    let begin = json!({ "flow": "client", "consent": true });
    let begun = product.insist(2, SPAN, || ada.post("/v1/payment-methods/setup", &begin).idempotency_key("card")).await;
    assert_eq!(begun.status, 201, "{begun}");
    // The secret is told once; if it was told to the dead, a new set-up has another.
    let secret = match begun.json()["client_secret"].as_str() {
        Some(secret) => secret.to_owned(),
        None => ada.post("/v1/payment-methods/setup", &begin).expect(201).await.text_at("/client_secret"),
    };
    let (intent, _) = secret.split_once("_secret").expect("a client secret names its intent");
    let processor = Client::new(&product.sandbox.url()).with_bearer(&product.sandbox.secret_key());
    let path = format!("/v1/setup_intents/{intent}/confirm");
    processor.submit(&path, &[("payment_method", "pm_card_visa")]).expect(200).await;
    // Nobody is there when the webhook comes.
    product.kill();
    product.up().await;
    eventually("the card appears", async || {
        let cards = ada.get("/v1/payment-methods").expect(200).await.at("/data");
        (cards.as_array().map(Vec::len) == Some(1)).then_some(())
    })
    .await;
}

/// Orders under one key; answers the subscription.
async fn order(product: &mut Killable, ada: &Client, key: &str) -> String {
    let plans = ada.get("/v1/plans").send().await.at("/data");
    let basic = plans.as_array().and_then(|all| all.iter().find(|plan| plan["code"] == "basic")).expect("a plan");
    let prices = basic["prices"].as_array().expect("prices");
    let price =
        prices.iter().find(|p| p["interval"] == "month" && p["per_seat"]["currency"] == "USD").expect("a price");
    let body = json!({ "price": price["id"], "quantity": 2 });
    let made = product.insist(3, SPAN, || ada.post("/v1/subscriptions", &body).idempotency_key(key)).await;
    assert_eq!(made.status, 201, "{made}");
    let again = ada.post("/v1/subscriptions", &body).idempotency_key(key).expect(201).await;
    assert_eq!(again.at("/id"), made.at("/id"), "the same key");
    made.text_at("/id")
}

/// Two months, by runs that die and by two that meet.
async fn renew(product: &mut Killable) {
    let until = (product.env.now() + chrono::Duration::days(63)).to_string();
    let run = product.insist_on(3, RUN, &["bill", "--as-of", &until]).await;
    assert!(run.status.success(), "{run:?}");
    let other = product.command(&["bill", "--as-of", &until]).spawn().expect("it starts");
    let both = [product.run(&["bill", "--as-of", &until]), other.wait_with_output().expect("it ends")];
    assert!(both.iter().all(|run| run.status.success()), "{both:?}");
    for _ in 0..3 {
        product.kill();
        product.up().await;
    }
    product.settle().await;
}

/// Invoices, charges, mails and the chain.
async fn agree(product: &Killable, ada: &Client, person: &Person) {
    let invoices = eventually("every invoice is paid", async || {
        pass_a_minute(&mut product.database.connection());
        let listed = ada.get("/v1/invoices?limit=100").expect(200).await.at("/data");
        let listed = listed.as_array().expect("a list").clone();
        listed.iter().all(|invoice| invoice["status"] == "paid").then_some(listed)
    })
    .await;
    assert_eq!(invoices.len(), 9, "three subscriptions, the first period and two more: {invoices:?}");
    product.settle().await;
    let charges = product.charges().await;
    assert_eq!(charges.len(), 9, "each invoice is charged once");
    let intents: BTreeSet<&str> = charges.iter().filter_map(|charge| charge["payment_intent"].as_str()).collect();
    assert_eq!(intents.len(), 9, "each by an intent of its own");
    let verified = product.run(&["verify", "--json"]);
    let found = String::from_utf8_lossy(&verified.stdout).into_owned();
    assert!(verified.status.success(), "{found}");
    let numbers: BTreeSet<u64> =
        invoices.iter().filter_map(|invoice| invoice["number"].as_str()?.rsplit('-').next()?.parse().ok()).collect();
    assert_eq!(numbers.len(), 9);
    assert_eq!(numbers.last().map(|last| last - numbers.first().expect("nine")), Some(8), "no gap: {numbers:?}");
    let (queued, sent) = product.outbox();
    assert_eq!(queued, 0, "every mail has left");
    let delivered = product.mails().all();
    assert_eq!(delivered.len(), sent, "and each once");
    assert!(delivered.iter().any(|mail| mail.to.contains(&person.email) && mail.text.contains("Visa")));
}

fn ids(list: &Value) -> BTreeSet<String> {
    list.as_array().expect("a list").iter().filter_map(|one| one["id"].as_str().map(str::to_owned)).collect()
}
