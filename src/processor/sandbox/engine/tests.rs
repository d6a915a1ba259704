//! The machine as a whole, without a network: idempotency, faults, late work, restarts, and that money moves at most once.

use std::path::Path;

use proptest::prelude::*;
use serde_json::Value;

use super::super::clock::Chance;
use super::super::flows::checkout;
use super::super::routes::ROUTES;
use super::{Engine, Identity, Incoming, Outcome, Reply};

fn machine(journal: Option<&Path>, seed: u64) -> Engine {
    let identity = Identity {
        base_url: "http://localhost:8081".to_owned(),
        secret_key: "sk_test_1".to_owned().into(),
        publishable_key: "pk_test_1".to_owned(),
        control_token: "control".to_owned().into(),
        webhook_secret: "whsec_1".to_owned().into(),
    };
    // The writer of a machine dropped a moment ago may still hold the journal for an instant.
    while journal
        .is_some_and(|path| path.exists() && std::fs::File::open(path).is_ok_and(|file| file.try_lock().is_err()))
    {
        std::thread::yield_now();
    }
    Engine::start(identity, Chance::seeded(seed), journal).expect("starts")
}

fn request(method: &str, path: &str, params: &str, key: Option<&str>) -> Incoming {
    let (query, body) = if method == "POST" { ("", params) } else { (params, "") };
    Incoming {
        method: method.to_owned(),
        path: path.to_owned(),
        query: query.as_bytes().to_vec(),
        body: body.as_bytes().to_vec(),
        authorization: Some("Bearer sk_test_1".to_owned()),
        idempotency_key: key.map(str::to_owned),
        ..Incoming::default()
    }
}

fn try_post(engine: &Engine, path: &str, params: &str, key: Option<&str>) -> Option<Reply> {
    match engine.serve(&request("POST", path, params, key)).outcome {
        Outcome::Answer(reply) => Some(reply),
        Outcome::Close | Outcome::Hang(_) => None,
    }
}

fn post(engine: &Engine, path: &str, params: &str, key: Option<&str>) -> Reply {
    try_post(engine, path, params, key).expect("an answer")
}

fn get(engine: &Engine, path: &str) -> Value {
    match engine.serve(&request("GET", path, "", None)).outcome {
        Outcome::Answer(reply) => json(&reply),
        other => panic!("{other:?}"),
    }
}

fn json(reply: &Reply) -> Value {
    serde_json::from_str(&reply.body).expect("JSON")
}

fn id(reply: &Reply) -> String {
    json(reply)["id"].as_str().expect("an id").to_owned()
}

fn fault(engine: &Engine, text: &str) {
    engine.add_fault(serde_json::from_str(text).expect("a fault"));
}

fn intent(engine: &Engine) -> String {
    id(&post(engine, "/v1/payment_intents", "amount=1900&currency=sgd&allowed_payment_method_types[]=card", None))
}

fn confirm(intent: &str) -> String {
    format!("/v1/payment_intents/{intent}/confirm")
}

fn status(engine: &Engine, intent: &str) -> String {
    get(engine, &format!("/v1/payment_intents/{intent}"))["status"].as_str().expect("a status").to_owned()
}

/// Successful charges of that intent.
fn paid(engine: &Engine, intent: &str) -> usize {
    engine.read(|world, _| {
        world.charges.iter().filter(|row| row.payment_intent == intent && row.decline.is_none()).count()
    })
}

#[test]
fn refusals_before_the_work_are_not_stored() {
    let engine = machine(None, 1);
    let customer = |params: &str| post(&engine, "/v1/customers", params, Some("k"));
    assert_eq!(customer("colour=red").status, 400);
    fault(&engine, r#"{"kind":"rate_limit_429"}"#);
    assert_eq!(customer("name=a").status, 429);
    fault(&engine, r#"{"kind":"error_500_before"}"#);
    assert_eq!(customer("name=a").status, 500);
    let done = customer("name=b");
    assert_eq!((done.status, done.original_request), (200, None));
}

#[test]
fn replies_of_the_work_are_stored_whatever_they_say() {
    let engine = machine(None, 1);
    let declined = intent(&engine);
    let first = post(&engine, &confirm(&declined), "payment_method=pm_card_chargeDeclined", Some("k1"));
    let again = post(&engine, &confirm(&declined), "payment_method=pm_card_chargeDeclined", Some("k1"));
    assert_eq!((first.status, &first.body), (402, &again.body));
    assert_eq!(again.original_request.as_ref(), Some(&first.request));
    assert_eq!(get(&engine, "/v1/charges")["data"].as_array().expect("a list").len(), 1);

    let broken = intent(&engine);
    fault(&engine, r#"{"kind":"error_500_after_commit"}"#);
    for _ in 0..2 {
        assert_eq!(post(&engine, &confirm(&broken), "payment_method=pm_card_visa", Some("k2")).status, 500);
    }
    assert_eq!(status(&engine, &broken), "succeeded");

    let other = post(&engine, &confirm(&broken), "payment_method=pm_card_amex", Some("k2"));
    assert_eq!((other.status, &json(&other)["error"]["type"]), (400, &"idempotency_error".into()));
    engine.clock.set_offset(24 * 3_600);
    let later = post(&engine, &confirm(&broken), "payment_method=pm_card_amex", Some("k2"));
    assert_eq!(json(&later)["error"]["code"], "payment_intent_unexpected_state", "the key is free after 24 hours");
}

#[test]
fn late_work_is_done_when_released() {
    let engine = machine(None, 1);
    let (one, two) = (intent(&engine), intent(&engine));
    fault(&engine, r#"{"kind":"late_execution","path":"/v1/payment_intents/*/confirm","times":2}"#);
    for intent in [&one, &two] {
        assert!(try_post(&engine, &confirm(intent), "payment_method=pm_card_visa", Some(intent)).is_none());
        assert_eq!(status(&engine, intent), "requires_payment_method");
        let busy = post(&engine, &confirm(intent), "payment_method=pm_card_visa", Some(intent));
        assert_eq!((busy.status, &json(&busy)["error"]["code"]), (409, &"idempotency_key_in_use".into()));
    }
    assert_eq!(post(&engine, &format!("/v1/payment_intents/{two}/cancel"), "", None).status, 200);
    assert_eq!(engine.release_late(None).0, 2);
    assert_eq!((status(&engine, &one), paid(&engine, &one)), ("succeeded".to_owned(), 1));
    assert_eq!((status(&engine, &two), paid(&engine, &two)), ("canceled".to_owned(), 0), "the cancel was first");
    assert_eq!(post(&engine, &confirm(&two), "payment_method=pm_card_visa", Some(&two)).status, 400);
}

#[tokio::test]
async fn a_restart_forgets_nothing() {
    let directory = tempfile::tempdir().expect("directory");
    let path = directory.path().join("journal");
    let engine = machine(Some(&path), 1);
    engine.set_configured_endpoint(Some("http://127.0.0.1:1/hook"), "whsec_1");
    let paid_one = intent(&engine);
    let first = post(&engine, &confirm(&paid_one), "payment_method=pm_card_visa", Some("k"));
    engine.change_settings(|settings| settings.clock_offset = 3_600);
    let intents = get(&engine, "/v1/payment_intents");
    let events = get(&engine, "/v1/events");
    let served = engine.serve(&request("GET", "/v1/events", "", None));
    assert!(engine.durable(served.seq).await);
    drop(engine);

    let engine = machine(Some(&path), 2);
    assert_eq!(get(&engine, "/v1/payment_intents"), intents);
    assert_eq!(get(&engine, "/v1/events"), events);
    assert_eq!(engine.clock.offset(), 3_600);
    let again = post(&engine, &confirm(&paid_one), "payment_method=pm_card_visa", Some("k"));
    assert_eq!((again.body, again.original_request), (first.body, Some(first.request)));
    let undelivered = std::iter::from_fn(|| engine.next_attempt()).count();
    assert_eq!(Some(undelivered), events["data"].as_array().map(Vec::len), "each event is still to be delivered");
}

#[test]
fn every_endpoint_needs_a_key_and_refuses_what_it_does_not_know() {
    let engine = machine(None, 1);
    for route in ROUTES {
        let path = route.path.replace(':', "none_1");
        let with = |authorization: Option<&str>, params: &str| {
            let mut incoming = request(route.method, &path, params, None);
            incoming.authorization = authorization.map(str::to_owned);
            match engine.serve(&incoming).outcome {
                Outcome::Answer(reply) => reply.status,
                other => panic!("{other:?}"),
            }
        };
        assert_eq!(with(None, ""), 401, "{} {path}", route.method);
        assert_eq!(with(Some("Bearer sk_test_2"), ""), 401, "{} {path}", route.method);
        assert_eq!(with(Some("Bearer sk_test_1"), "zzz=1"), 400, "{} {path}", route.method);
        let browser = with(Some("Bearer pk_test_1"), "client_secret=x");
        assert_eq!(browser == 403, !route.browser, "{} {path}", route.method);
    }
    assert_eq!(engine.read(|world, _| world.events.iter().count()), 0, "nothing happened");
}

#[test]
fn sessions_expire_by_the_clock() {
    let engine = machine(None, 1);
    let params = "mode=setup&currency=sgd&allowed_payment_method_types[]=card&success_url=http://shop.example/";
    let session = id(&post(&engine, "/v1/checkout/sessions", params, None));
    engine.change_settings(|settings| settings.clock_offset = 86_400);
    engine.act(checkout::expire_due);
    let session = get(&engine, &format!("/v1/checkout/sessions/{session}"));
    assert_eq!((&session["status"], &session["url"]), (&"expired".into(), &Value::Null));
    let setup = get(&engine, &format!("/v1/setup_intents/{}", session["setup_intent"].as_str().expect("an id")));
    assert_eq!(setup["status"], "canceled");
}

#[test]
fn a_limit_per_endpoint_answers_429() {
    let engine = machine(None, 1);
    engine.change_settings(|settings| settings.rate_limit = Some(3));
    // A new second may begin in between once, not every time.
    let statuses: Vec<u16> = (0..20).map(|_| post(&engine, "/v1/customers", "", None).status).collect();
    assert!(statuses.contains(&200) && statuses.contains(&429), "{statuses:?}");
}

/// What may happen to an intent.
#[derive(Debug, Clone)]
enum Step {
    Confirm { card: usize, key: Option<u8>, away: bool },
    Cancel,
    Authenticate(bool),
    Fault(usize),
    Release,
}

const CARDS: &[&str] = &[
    "pm_card_visa",
    "pm_card_chargeDeclined",
    "pm_card_authenticationRequired",
    "pm_card_authenticationRequiredOnSetup",
];
const FAULTS: &[&str] = &[
    r#"{"kind":"drop_after_commit"}"#,
    r#"{"kind":"error_500_after_commit"}"#,
    r#"{"kind":"error_500_before"}"#,
    r#"{"kind":"late_execution"}"#,
    r#"{"kind":"rate_limit_429"}"#,
    r#"{"kind":"hang"}"#,
];

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        4 => (0..CARDS.len(), proptest::option::of(0..3_u8), any::<bool>())
            .prop_map(|(card, key, away)| Step::Confirm { card, key, away }),
        1 => Just(Step::Cancel),
        2 => any::<bool>().prop_map(Step::Authenticate),
        2 => (0..FAULTS.len()).prop_map(Step::Fault),
        1 => Just(Step::Release),
    ]
}

fn take(engine: &Engine, intent: &str, step: &Step) {
    match step {
        Step::Confirm { card, key, away } => {
            let params = format!("payment_method={}&off_session={away}", CARDS[*card]);
            let key = key.map(|key| key.to_string());
            try_post(engine, &confirm(intent), &params, key.as_deref());
        }
        Step::Cancel => drop(try_post(engine, &format!("/v1/payment_intents/{intent}/cancel"), "", None)),
        Step::Authenticate(passed) => {
            use super::super::pages::authenticate::{Choice, decide};
            let choice = if *passed { Choice::Complete } else { Choice::Fail };
            // Refused unless the intent waits for it.
            let _ = engine.act(|tx| decide(tx, intent, None, choice));
        }
        Step::Fault(which) => fault(engine, FAULTS[*which]),
        Step::Release => drop(engine.release_late(None)),
    }
}

proptest! {
    #[test]
    fn an_intent_succeeds_at_most_once(steps in proptest::collection::vec(step(), 1..25), seed: u64) {
        let engine = machine(None, seed);
        let intent = intent(&engine);
        let mut ended = None;
        for step in &steps {
            take(&engine, &intent, step);
            let now = engine.read(|world, _| world.payment_intents.get(&intent).map(|row| row.status)).expect("there");
            let times = paid(&engine, &intent);
            prop_assert!(times <= 1);
            prop_assert_eq!(times == 1, now.as_str() == "succeeded");
            if let Some(ended) = ended {
                prop_assert_eq!(now, ended, "an end is an end");
            }
            ended = now.is_final().then_some(now).or(ended);
        }
        let told = engine.read(|world, _| world.events.iter().filter(|event| event.kind == "payment_intent.succeeded").count());
        prop_assert_eq!(told, paid(&engine, &intent));
    }
}
