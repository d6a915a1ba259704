use chrono::Duration;

use super::super::testing::{OK, answers, serve};
use super::*;
use crate::billing::payments::gateway::{Advice, ConfirmRequest, Decline, GatewayError, IntentRef, IntentStatus};

const CONFIRM: &str = "/v1/payment_intents/*/confirm";

fn off_session(card: &PaymentMethodRef) -> ConfirmRequest {
    ConfirmRequest { payment_method: card.clone(), off_session: true, return_url: None }
}

fn on_session(card: &PaymentMethodRef) -> ConfirmRequest {
    let return_url = Some("http://localhost:8080/billing/returned".to_owned());
    ConfirmRequest { payment_method: card.clone(), off_session: false, return_url }
}

/// A sandbox with an unconfirmed intent and a card for it.
async fn ready(token: &str) -> (Bench, Intent, PaymentMethodRef) {
    let bench = Bench::new().await;
    let customer = bench.customer().await;
    let card = bench.card(&customer, token).await;
    let intent = bench.intent(&customer, "inv:1:create").await;
    (bench, intent, card)
}

#[tokio::test]
async fn without_a_key_nothing_is_sent() {
    let bench = Bench::new().await;
    let customer = bench.customer().await;
    let (base, requests) = serve(vec![answers(OK), answers(OK)]);
    let keyless = settings(base.parse().expect("a URL"), "");
    let keyless =
        StripeGateway::new(&keyless, installation(), false, Arc::new(Unpaced)).expect("allowed outside live mode");
    let refused = keyless.create_intent(&key("k"), &bench.told(intent_request(&customer, 1_900))).await;
    assert!(matches!(refused, Err(GatewayError::NotSent { .. })), "{refused:?}");
    let events = keyless.list_events(long_ago(), None).await.expect("no processor, no events");
    assert!(events.events.is_empty() && !events.more);
    assert!(requests.try_recv().is_err(), "nobody was called");
}

#[tokio::test]
async fn an_intent_is_made_once_confirmed_once_and_found_again() {
    let (bench, made, card) = ready("pm_card_visa").await;
    let customer = made.customer.clone().expect("a customer");
    assert_eq!((made.status, made.amount_received), (IntentStatus::RequiresPaymentMethod, 0));
    assert_eq!(made.amount, Money::new(1_900, Currency::SGD));
    assert_eq!(made.metadata.installation.as_deref(), Some(installation().as_str()));
    assert_eq!(made.metadata.generation, Some(1));
    assert_eq!(bench.intent(&customer, "inv:1:create").await.id, made.id, "the same key is the same call");

    let paid = bench.gateway.confirm_intent(&key("inv:1:confirm:1"), &made.id, &bench.told(off_session(&card))).await;
    let paid = paid.expect("paid");
    assert_eq!((paid.status, paid.amount_received), (IntentStatus::Succeeded, 1_900));
    assert!(paid.latest_charge.is_some());
    let again = bench.gateway.confirm_intent(&key("inv:1:confirm:1"), &made.id, &bench.told(off_session(&card))).await;
    assert_eq!(again.as_ref(), Ok(&paid), "the same key is the same call");
    assert_eq!(bench.gateway.retrieve_intent(&made.id).await.as_ref(), Ok(&paid));
    assert_eq!(bench.gateway.find_intents(&customer, long_ago()).await, Ok(vec![paid.clone()]));
    assert_eq!(bench.gateway.find_intents(&customer, paid.created + Duration::seconds(60)).await, Ok(vec![]));

    let more = bench.gateway.confirm_intent(&key("inv:1:confirm:2"), &made.id, &bench.told(off_session(&card))).await;
    let Err(GatewayError::UnexpectedState { intent: Some(told) }) = more else { panic!("{more:?}") };
    assert_eq!(told.status, IntentStatus::Succeeded, "it is told that it succeeded already");
    let late = bench.gateway.cancel_intent(&made.id).await;
    assert!(matches!(late, Err(GatewayError::UnexpectedState { .. })), "{late:?}");
}

#[tokio::test]
async fn a_decline_brings_its_reason_and_leaves_the_intent_open() {
    let (bench, intent, card) = ready("pm_card_chargeCustomerFail").await;
    let declined = bench.gateway.confirm_intent(&key("k:1"), &intent.id, &bench.told(off_session(&card))).await;
    let Err(GatewayError::Declined { decline, intent: Some(told) }) = declined else { panic!("{declined:?}") };
    assert_eq!((decline.code.as_str(), decline.decline_code.as_deref()), ("card_declined", Some("generic_decline")));
    assert_eq!(decline.advice, Some(Advice::TryAgainLater));
    assert!(decline.charge.is_some());
    assert_eq!((&told.id, told.status), (&intent.id, IntentStatus::RequiresPaymentMethod));
    let kept = bench.gateway.retrieve_intent(&intent.id).await.expect("the intent");
    assert_eq!(kept.last_error.map(|error| error.code), Some(decline.code));

    let good = bench.card(&intent.customer.expect("a customer"), "pm_card_visa").await;
    let paid =
        bench.gateway.confirm_intent(&key("k:2"), &intent.id, &bench.told(off_session(&good))).await.expect("paid");
    assert_eq!((paid.status, paid.last_error), (IntentStatus::Succeeded, None));
}

#[tokio::test]
async fn three_d_secure_is_answered_by_redirect() {
    let (bench, intent, card) = ready("pm_card_authenticationRequired").await;
    let absent = bench.gateway.confirm_intent(&key("k:1"), &intent.id, &bench.told(off_session(&card))).await;
    let needs = |decline: &Decline| decline.needs_authentication();
    assert!(matches!(&absent, Err(GatewayError::Declined { decline, .. }) if needs(decline)), "{absent:?}");

    let asked =
        bench.gateway.confirm_intent(&key("k:2"), &intent.id, &bench.told(on_session(&card))).await.expect("asked");
    assert_eq!(asked.status, IntentStatus::RequiresAction);
    let page = asked.next_action.and_then(|action| action.redirect_url).expect("an address");
    assert!(page.starts_with(bench.sandbox.url().as_str()), "{page}");
    bench.control(&format!("authentications/{}", intent.id), json!({"outcome": "complete"})).await;
    let paid = bench.gateway.retrieve_intent(&intent.id).await.expect("the intent");
    assert_eq!((paid.status, paid.next_action), (IntentStatus::Succeeded, None));
}

#[tokio::test]
async fn a_connection_lost_after_the_work_is_unknown_and_looking_finds_it_done() {
    let (bench, intent, card) = ready("pm_card_visa").await;
    bench.fault("drop_after_commit", CONFIRM).await;
    let lost = bench.gateway.confirm_intent(&key("k:1"), &intent.id, &bench.told(off_session(&card))).await;
    assert!(matches!(lost, Err(GatewayError::Unknown { replied: false, .. })), "{lost:?}");
    let found = bench.gateway.retrieve_intent(&intent.id).await.expect("the intent");
    assert_eq!(found.status, IntentStatus::Succeeded);
    let again = bench.gateway.confirm_intent(&key("k:1"), &intent.id, &bench.told(off_session(&card))).await;
    assert_eq!(again, Ok(found), "the stored answer, not a second charge");
}

#[tokio::test]
async fn a_stored_500_is_unknown_as_often_as_it_is_told() {
    let (bench, intent, card) = ready("pm_card_visa").await;
    bench.fault("error_500_after_commit", CONFIRM).await;
    for _ in 0..2 {
        let broken = bench.gateway.confirm_intent(&key("k:1"), &intent.id, &bench.told(off_session(&card))).await;
        assert!(matches!(broken, Err(GatewayError::Unknown { replied: true, .. })), "{broken:?}");
    }
    let found = bench.gateway.retrieve_intent(&intent.id).await.expect("the intent");
    assert_eq!(found.status, IntentStatus::Succeeded);
}

#[tokio::test]
async fn work_done_late_is_unknown_then_in_flight_then_done() {
    let (bench, intent, card) = ready("pm_card_visa").await;
    bench.fault("late_execution", CONFIRM).await;
    let lost = bench.gateway.confirm_intent(&key("k:1"), &intent.id, &bench.told(off_session(&card))).await;
    assert!(matches!(lost, Err(GatewayError::Unknown { replied: false, .. })), "{lost:?}");
    let open = bench.gateway.retrieve_intent(&intent.id).await.expect("the intent");
    assert_ne!(open.status, IntentStatus::Succeeded);
    let busy = bench.gateway.confirm_intent(&key("k:1"), &intent.id, &bench.told(off_session(&card))).await;
    assert_eq!(busy, Err(GatewayError::InFlight));
    bench.control("late/release", json!({})).await;
    let found = bench.gateway.retrieve_intent(&intent.id).await.expect("the intent");
    assert_eq!(found.status, IntentStatus::Succeeded);
}

#[tokio::test]
async fn silence_is_unknown_after_the_timeout() {
    let (bench, intent, _) = ready("pm_card_visa").await;
    bench.control("faults", json!({"kind": "hang", "method": "GET", "path": "/v1/payment_intents"})).await;
    let silent = bench.gateway.retrieve_intent(&intent.id).await;
    assert!(matches!(silent, Err(GatewayError::Unknown { replied: false, .. })), "{silent:?}");
}

#[tokio::test]
async fn slowing_down_is_asked_with_a_wait_and_the_same_key_goes_on() {
    let (bench, intent, card) = ready("pm_card_visa").await;
    let fault = json!({"kind": "rate_limit_429", "method": "POST", "path": CONFIRM, "retry_after": 3});
    bench.control("faults", fault).await;
    let slow = bench.gateway.confirm_intent(&key("k:1"), &intent.id, &bench.told(off_session(&card))).await;
    assert_eq!(slow, Err(GatewayError::RateLimited { retry_after: Some(Duration::seconds(3)) }));
    let paid =
        bench.gateway.confirm_intent(&key("k:1"), &intent.id, &bench.told(off_session(&card))).await.expect("paid");
    assert_eq!(paid.status, IntentStatus::Succeeded);
}

#[tokio::test]
async fn wrong_requests_are_refused_with_code_and_parameter() {
    let bench = Bench::new().await;
    let customer = bench.customer().await;
    let small = bench.gateway.create_intent(&key("k:1"), &bench.told(intent_request(&customer, 1))).await;
    assert!(
        matches!(&small, Err(GatewayError::Refused { status: 400, code, .. }) if code == "amount_too_small"),
        "{small:?}"
    );
    bench.intent(&customer, "k:2").await;
    let other = bench.gateway.create_intent(&key("k:2"), &bench.told(intent_request(&customer, 2_900))).await;
    assert!(matches!(&other, Err(GatewayError::Refused { code, .. }) if code == "idempotency_error"), "{other:?}");
    let unknown = bench.gateway.retrieve_intent(&IntentRef::new("pi_none")).await;
    assert_eq!(unknown, Err(GatewayError::NotFound));
    let nobody = bench
        .gateway
        .create_intent(&key("k:3"), &bench.told(intent_request(&CustomerRef::new("cus_none"), 1_900)))
        .await;
    let by_parameter = |parameter: &Option<String>| parameter.as_deref() == Some("customer");
    assert!(matches!(&nobody, Err(GatewayError::Refused { parameter, .. }) if by_parameter(parameter)), "{nobody:?}");
    let keyless = bench.gateway.create_intent(&key(""), &bench.told(intent_request(&customer, 1_900))).await;
    assert!(matches!(keyless, Err(GatewayError::NotSent { .. })), "{keyless:?}");

    let stranger = settings(bench.sandbox.url().clone(), "sk_test_stranger");
    let stranger = StripeGateway::new(&stranger, installation(), false, Arc::new(Unpaced)).expect("sound settings");
    let refused = stranger.retrieve_intent(&IntentRef::new("pi_1")).await;
    assert!(matches!(refused, Err(GatewayError::Refused { status: 401, .. })), "{refused:?}");
}

#[tokio::test]
async fn an_open_intent_is_canceled() {
    let (bench, intent, _) = ready("pm_card_visa").await;
    let canceled = bench.gateway.cancel_intent(&intent.id).await.expect("canceled");
    assert_eq!(canceled.status, IntentStatus::Canceled);
}

#[tokio::test]
async fn a_long_list_is_read_to_its_end_and_holds_only_ours() {
    let bench = Bench::new().await;
    let customer = bench.customer().await;
    let foreign = [("amount", "1900"), ("currency", "sgd"), ("customer", customer.as_str())];
    bench.api("/v1/payment_intents", &foreign).await;
    let mut made = Vec::new();
    for number in 0..101 {
        made.push(bench.intent(&customer, &format!("k:{number}")).await.id);
    }
    let found = bench.gateway.find_intents(&customer, long_ago()).await.expect("a list");
    made.reverse();
    assert_eq!(found.into_iter().map(|intent| intent.id).collect::<Vec<_>>(), made);
}
