//! A database or a processor that goes away, between requests and in their midst: clients are told to come back, the
//! product recovers by itself, nothing is half done and nothing is charged twice.

use diesel::connection::SimpleConnection;
use serde_json::json;

use crate::support::aging::pass_a_minute;
use crate::support::{Backend, Proxy, Reply, TestApp, TestDatabase, eventually};

const WITHOUT_LIMITS: (&str, &str) = ("limits.enabled", "false");

#[track_caller]
fn assert_come_back(reply: &Reply) {
    assert_eq!((reply.status, reply.code().as_str()), (503, "unavailable"), "{reply}");
    assert!(reply.header("content-type").starts_with("application/problem+json"), "{reply}");
    assert!(reply.header("retry-after").parse::<u32>().is_ok_and(|seconds| seconds > 0), "{reply}");
    for word in ["postgres", "terminating", "connection to server", "steward_test", "locked", "SQL", "127.0.0.1"] {
        assert!(!reply.text.contains(word), "inner words reach a client: {reply}");
    }
}

async fn ready(app: &TestApp) {
    let visitor = app.visitor();
    eventually("the product is ready again", async || {
        (visitor.get("/readyz").send().await.status == 200).then_some(())
    })
    .await;
}

#[tokio::test]
async fn a_lost_database_answers_503_and_comes_back() {
    let app = TestApp::start(Backend::Postgresql).await;
    let visitor = app.visitor();
    visitor.get("/readyz").expect(200).await;
    app.database.cut();
    for _ in 0..12 {
        // More often than there are database threads, so that each has lost its connection and failed to get a new one.
        assert_come_back(&visitor.get("/readyz").send().await);
    }
    visitor.get("/healthz").expect(200).await;
    app.database.restore();
    ready(&app).await;
    // No thread is left with a dead connection.
    for _ in 0..24 {
        visitor.get("/readyz").expect(200).await;
    }
}

/// A product whose way to PostgreSQL can be cut.
async fn on_a_wire() -> (TestApp, Proxy) {
    let database = TestDatabase::new(Backend::Postgresql);
    let proxy = Proxy::before(&database.url);
    let url = proxy.url(&database.url);
    (TestApp::on(database, &[WITHOUT_LIMITS, ("database.url", &url)]).await, proxy)
}

#[tokio::test]
async fn a_change_cut_off_anywhere_is_whole_or_not_there() {
    let (app, proxy) = on_a_wire().await;
    let ada = app.signed_in("Ada").await;
    app.settle();
    let (mut cut_off, mut changes) = (0, 0);
    for pieces in 1..=24 {
        let before = ada.get("/v1/account").expect(200).await;
        let patch = json!({ "name": format!("Ada {}", char::from(b'A' + u8::try_from(pieces).expect("few"))), "phone": format!("+65 6123 45{pieces:02}") });
        proxy.cut_behind(pieces);
        let reply = ada.patch("/v1/account", &patch).if_match(&before.etag()).send().await;
        if reply.status == 200 {
            changes += 1;
        } else {
            assert_come_back(&reply);
            cut_off += 1;
        }
        proxy.mend();
        ready(&app).await;
        let after = eventually("the account is there", async || {
            let read = ada.get("/v1/account").send().await;
            (read.status == 200).then_some(read)
        })
        .await;
        let changed = after.etag() != before.etag();
        // A commit whose answer was lost has happened all the same.
        changes += u32::from(changed && reply.status != 200);
        assert!(changed || reply.status != 200, "{reply} was answered and is not there");
        let expected = if changed { patch["name"].clone() } else { before.at("/name") };
        assert_eq!(after.at("/name"), expected, "cut behind {pieces}");
    }
    assert!(cut_off >= 4, "only {cut_off} changes were cut off");
    let changes = usize::try_from(changes).expect("few");
    assert_eq!(app.audited("account.update").len(), changes, "an entry for each change");
    let history = ada.get("/v1/account/history?limit=100").expect(200).await.at("/data");
    assert_eq!(history.as_array().map(Vec::len), Some(changes * 2), "both fields, or none");
    // A job that was cut off too is taken up again once its lease has run out.
    pass_a_minute(&mut app.database.connection());
    app.env.jobs_waiting.notify_waiters();
    app.settle();
}

#[tokio::test]
async fn an_order_cut_off_from_the_database_charges_once() {
    let (app, proxy) = on_a_wire().await;
    app.offer_plans();
    let ada = app.signed_in("Ada").await;
    app.add_card(&ada, "pm_card_visa").await;
    let price = app.price("basic", "month", "USD").await;
    let order = json!({ "price": price, "quantity": 2 });
    app.settle();
    let mut cut_off = 0;
    let all = [2, 6, 11, 17, 24, 32, 41];
    for pieces in all {
        let key = format!("order-{pieces}");
        proxy.cut_behind(pieces);
        let reply = ada.post("/v1/subscriptions", &order).idempotency_key(&key).send().await;
        if reply.status != 201 {
            assert_come_back(&reply);
        }
        cut_off += u32::from(proxy.mend());
        ready(&app).await;
        eventually("the order is there", async || {
            pass_a_minute(&mut app.database.connection());
            app.env.jobs_waiting.notify_waiters();
            let again = ada.post("/v1/subscriptions", &order).idempotency_key(&key).send().await;
            assert!([201, 409, 503].contains(&again.status), "{again}");
            (again.status == 201).then_some(())
        })
        .await;
    }
    assert!(cut_off >= 4, "the wire was cut only {cut_off} times");
    eventually("everything is paid", async || {
        pass_a_minute(&mut app.database.connection());
        app.env.jobs_waiting.notify_waiters();
        let listed = ada.get("/v1/subscriptions?limit=100").expect(200).await.at("/data");
        let listed = listed.as_array().expect("a list").clone();
        assert_eq!(listed.len(), all.len(), "one for each key");
        listed.iter().all(|one| one["status"] == "active").then_some(())
    })
    .await;
    app.settle();
    assert_eq!(app.charges().await.len(), all.len());
    app.verified();
}

#[tokio::test]
async fn a_locked_sqlite_file_answers_503_and_loses_nothing() {
    let app = TestApp::start(Backend::Sqlite).await;
    let ada = app.signed_in("Ada").await;
    app.settle();
    let before = ada.get("/v1/account").expect(200).await;
    let patch = json!({ "name": "Ada Lindqvist" });
    let mut other = app.database.connection();
    other.batch_execute("BEGIN IMMEDIATE").expect("the lock");
    let reply = ada.patch("/v1/account", &patch).if_match(&before.etag()).send().await;
    assert_come_back(&reply);
    assert_eq!(ada.get("/v1/account").expect(200).await.etag(), before.etag(), "whoever only reads is not held up");
    other.batch_execute("ROLLBACK").expect("given back");
    ada.patch("/v1/account", &patch).if_match(&before.etag()).expect(200).await;
    assert_eq!(app.audited("account.update").len(), 1);
}

#[tokio::test]
async fn a_processor_that_is_away_answers_503_and_is_found_again() {
    let (app, proxy) = TestApp::before_the_processor(Backend::Sqlite, &[WITHOUT_LIMITS]).await;
    app.offer_plans();
    let ada = app.signed_in("Ada").await;
    app.add_card(&ada, "pm_card_visa").await;
    let begin = json!({ "flow": "client", "consent": true });
    proxy.cut();
    let reply = ada.post("/v1/payment-methods/setup", &begin).send().await;
    assert_come_back(&reply);
    let page = ada.submit("/billing/cards/new", &[("consent", "yes")]).send().await;
    assert_eq!(page.status, 503, "{page}");
    assert!(page.header("content-type").starts_with("text/html") && !page.header("retry-after").is_empty(), "{page}");
    proxy.mend();
    ada.post("/v1/payment-methods/setup", &begin).expect(201).await;
}

#[tokio::test]
async fn orders_while_the_processor_goes_away_are_charged_once() {
    let (app, proxy) = TestApp::before_the_processor(Backend::Sqlite, &[WITHOUT_LIMITS]).await;
    app.offer_plans();
    let ada = app.signed_in("Ada").await;
    app.add_card(&ada, "pm_card_visa").await;
    let price = app.price("basic", "month", "USD").await;
    let order = json!({ "price": price, "quantity": 2 });
    app.settle();
    // Behind the first piece the intent is made and its answer lost, behind the second the confirm's.
    for pieces in [1, 2] {
        let key = format!("order-{pieces}");
        proxy.cut_behind(pieces);
        let made = ada.post("/v1/subscriptions", &order).idempotency_key(&key).expect(201).await;
        assert_eq!(
            (made.text_at("/status"), made.text_at("/payment/status")),
            ("incomplete".into(), "processing".into())
        );
        assert!(proxy.mend(), "the wire was not cut behind {pieces}");
        let path = format!("/v1/subscriptions/{}", made.text_at("/id"));
        eventually("it is paid", async || {
            pass_a_minute(&mut app.database.connection());
            app.env.jobs_waiting.notify_waiters();
            (ada.get(&path).expect(200).await.text_at("/status") == "active").then_some(())
        })
        .await;
    }
    app.settle();
    assert_eq!(app.charges().await.len(), 2);
    app.verified();
}
