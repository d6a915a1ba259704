use super::super::EVENT_TYPES;
use super::super::testing::{OK, answers, serve};
use super::*;
use crate::billing::payments::gateway::{ConfirmRequest, EventRef, IntentStatus, Subject, WebhookError};

/// A set-up that ends at once, so that one event is told about it.
async fn canceled_setup(bench: &Bench, owner: &str) -> String {
    let made = bench.api("/v1/setup_intents", &[("metadata[installation]", owner)]).await;
    let id = made["id"].as_str().expect("an id").to_owned();
    bench.api(&format!("/v1/setup_intents/{id}/cancel"), &[]).await;
    id
}

fn about(subject: &Subject) -> String {
    match subject {
        Subject::Setup(setup) => setup.id.to_string(),
        Subject::Intent(intent) => intent.id.to_string(),
        Subject::Other { object } => format!("foreign {}", object.as_deref().unwrap_or_default()),
        other => format!("{other:?}"),
    }
}

#[tokio::test]
async fn a_delivery_is_verified_and_read() {
    let (receiver, deliveries) = serve((0..20).map(|_| answers(OK)).collect());
    let bench = Bench::with_webhooks_to(Some(receiver.parse().expect("a URL"))).await;
    let customer = bench.customer().await;
    let card = bench.card(&customer, "pm_card_visa").await;
    let intent = bench.intent(&customer, "k:1").await;
    let request = ConfirmRequest { payment_method: card, off_session: true, return_url: None };
    bench.gateway.confirm_intent(&key("k:2"), &intent.id, &bench.told(request)).await.expect("paid");
    bench.control("webhooks/settle", json!({})).await;

    let raw = deliveries.try_iter().map(|(_, raw)| raw).find(|raw| raw.contains("\"payment_intent.succeeded\""));
    let raw = raw.expect("delivered");
    let (head, body) = raw.split_once("\r\n\r\n").expect("a head and a body");
    let mut headers = head.lines().filter_map(|line| line.split_once(": "));
    let signature = headers.find(|(name, _)| name.eq_ignore_ascii_case("stripe-signature"));
    let (_, signature) = signature.expect("signed");
    let at = signature.split(',').find_map(|part| part.strip_prefix("t=")).expect("a time");
    let now = Timestamp::from_seconds(at.parse().expect("seconds")).expect("in range");

    let event = bench.gateway.verify_webhook(body.as_bytes(), signature, now).expect("genuine");
    assert_eq!((event.kind.as_str(), event.live), ("payment_intent.succeeded", false));
    assert!(
        matches!(&event.subject, Subject::Intent(told) if told.status == IntentStatus::Succeeded && told.id == intent.id)
    );

    let verify = |body: &str, now| bench.gateway.verify_webhook(body.as_bytes(), signature, now).err();
    assert_eq!(verify(&body.replace("1900", "1901"), now), Some(WebhookError::Signature));
    assert_eq!(verify(body, now + chrono::Duration::seconds(301)), Some(WebhookError::Stale));

    let live = settings("https://api.stripe.com".parse().expect("a URL"), "sk_live_bench");
    let live = StripeGateway::new(&live, installation(), true, Arc::new(Unpaced)).expect("sound settings");
    assert_eq!(live.verify_webhook(body.as_bytes(), signature, now).err(), Some(WebhookError::WrongMode));
    let other = settings(bench.sandbox.url().clone(), "sk_test_bench");
    let other = StripeGateway::new(&other, Id::from_uuid(uuid::Uuid::from_u128(8)), false, Arc::new(Unpaced))
        .expect("sound settings");
    let foreign = other.verify_webhook(body.as_bytes(), signature, now).expect("genuine");
    assert!(matches!(foreign.subject, Subject::Other { .. }), "an object of another installation is a mere id");
}

#[tokio::test]
async fn what_is_signed_but_no_event_is_malformed() {
    let bench = Bench::new().await;
    let now = Timestamp::from_seconds(1_700_000_000).expect("in range");
    for body in ["", "[]", "{}", "not json", r#"{"id":"evt_1","type":"a.b"}"#] {
        let header = stripe_webhook::Webhook::generate_test_header(body, "whsec_bench", Some(now.seconds()));
        let refused = bench.gateway.verify_webhook(body.as_bytes(), &header, now);
        assert_eq!(refused.err(), Some(WebhookError::Malformed), "{body}");
    }
}

#[tokio::test]
async fn the_event_list_is_read_from_the_oldest_page_by_page() {
    let bench = Bench::new().await;
    let ours = installation();
    let mut expected = vec![format!("foreign {}", canceled_setup(&bench, "inst_other").await)];
    for _ in 0..109 {
        expected.push(canceled_setup(&bench, ours.as_str()).await);
    }

    let (mut told, mut after, mut pages) = (Vec::new(), None::<EventRef>, 0);
    loop {
        let page = bench.gateway.list_events(long_ago(), after.as_ref()).await.expect("a page");
        assert!(page.events.iter().all(|event| EVENT_TYPES.contains(&event.kind.as_str())));
        after = page.events.last().map(|event| event.id.clone()).or(after);
        told.extend(page.events.iter().map(|event| about(&event.subject)));
        pages += 1;
        if !page.more {
            break;
        }
    }
    assert_eq!((told, pages), (expected, 2));

    let nothing_new = bench.gateway.list_events(long_ago(), after.as_ref()).await.expect("a page");
    assert_eq!((nothing_new.events.len(), nothing_new.more), (0, false));
    let forgotten = bench.gateway.list_events(long_ago(), Some(&EventRef::new("evt_forgotten"))).await.expect("a page");
    assert_eq!((forgotten.events.len(), forgotten.more), (10, true), "a lost cursor begins anew");
}
