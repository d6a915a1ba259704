use proptest::prelude::*;
use rstest::rstest;
use secrecy::ExposeSecret;
use serde_json::json;

use super::*;

fn least_intent() -> Value {
    json!({"id": "pi_1", "status": "succeeded", "amount": 1_900, "currency": "usd", "created": 1_700_000_000})
}

fn with(mut object: Value, name: &str, value: Value) -> Value {
    object[name] = value;
    object
}

#[test]
fn an_intent_needs_five_fields() {
    let read = intent(&least_intent()).expect("enough");
    assert_eq!(read.amount, Money::new(1_900, Currency::USD));
    assert_eq!(read.amount_received, 1_900, "a succeeded intent has received its amount");
    for lacking in ["id", "status", "amount", "currency", "created"] {
        let mut object = least_intent();
        object.as_object_mut().expect("an object").remove(lacking);
        assert!(intent(&object).is_none(), "{lacking}");
    }
}

#[rstest]
#[case("status", json!("paid_somehow"))]
#[case("amount", json!(19.5))]
#[case("amount", json!("1900"))]
#[case("currency", json!("xxx"))]
#[case("id", json!("../customers"))]
#[case("created", json!(i64::MAX))]
fn nonsense_in_a_needed_field_is_unreadable(#[case] name: &str, #[case] value: Value) {
    assert!(intent(&with(least_intent(), name, value)).is_none());
}

#[test]
fn the_rest_of_an_intent_is_read_where_it_is_there() {
    let error = json!({"code": "card_declined", "decline_code": "insufficient_funds", "advice_code": "try_again_later", "charge": "ch_1"});
    let mut object = least_intent();
    for (name, value) in [
        ("status", json!("requires_action")),
        ("amount_received", json!(0)),
        ("customer", json!({"id": "cus_1", "email": "a@example.org"})),
        ("latest_charge", json!({"id": "ch_2"})),
        ("last_payment_error", error),
        ("next_action", json!({"type": "redirect_to_url", "redirect_to_url": {"url": "https://hooks.example/3ds"}})),
        ("metadata", json!({"installation": "inst_1", "invoice": "inv_1", "generation": "2"})),
    ] {
        object[name] = value;
    }
    let read = intent(&object).expect("readable");
    assert_eq!(read.status, IntentStatus::RequiresAction);
    assert_eq!(read.amount_received, 0);
    assert_eq!(read.customer, Some(CustomerRef::new("cus_1")));
    assert_eq!(read.latest_charge, Some(ChargeRef::new("ch_2")));
    assert_eq!(read.last_error.expect("an error").decline_code.as_deref(), Some("insufficient_funds"));
    assert_eq!(read.next_action.expect("an action").redirect_url.as_deref(), Some("https://hooks.example/3ds"));
    assert_eq!(read.metadata.generation, Some(2));
    assert_eq!(read.metadata.invoice.as_deref(), Some("inv_1"));
}

#[test]
fn a_script_never_becomes_a_link() {
    let action = json!({"redirect_to_url": {"url": "javascript:alert(1)"}});
    let read = intent(&with(least_intent(), "next_action", action)).expect("readable");
    assert_eq!(read.next_action, Some(NextAction { redirect_url: None }));
    let page = setup_session(&json!({"id": "cs_1", "url": "javascript:alert(1)"})).expect("readable");
    assert_eq!(page.url, None);
}

#[test]
fn a_client_secret_is_kept_only_when_just_made() {
    let object = json!({"id": "seti_1", "status": "requires_payment_method", "client_secret": "seti_1_secret"});
    let made = setup(&object, true).expect("readable");
    assert_eq!(made.client_secret.as_ref().map(|secret| secret.expose_secret()), Some("seti_1_secret"));
    assert!(!format!("{made:?}").contains("seti_1_secret"));
    assert!(setup(&object, false).expect("readable").client_secret.is_none());
    assert_eq!(made.status, SetupStatus::Open);
}

#[test]
fn a_page_has_an_address_until_it_is_done() {
    let open = json!({"id": "cs_1", "url": "https://pay.example/cs_1", "setup_intent": {"id": "seti_1"}});
    let open = setup_session(&open).expect("readable");
    assert_eq!((open.url.is_some(), open.setup), (true, Some(SetupRef::new("seti_1"))));
    assert!(setup_session(&json!({"id": "cs_1", "url": null})).expect("readable").url.is_none());
}

fn card_with(name: &str, value: Value) -> Option<Card> {
    let mut object = json!({"id": "pm_1", "card": {"brand": "visa", "last4": "4242", "exp_month": 12, "exp_year": 2030, "fingerprint": "f"}});
    object["card"][name] = value;
    card(&object)
}

#[test]
fn a_card_is_brand_digits_expiry_and_fingerprint() {
    let read = card_with("country", json!("SG")).expect("readable");
    assert_eq!((read.brand.as_str(), read.last4.as_str()), ("visa", "4242"));
    assert_eq!((read.expiry_month, read.expiry_year), (12, 2030));
    assert_eq!(read.fingerprint.as_deref(), Some("f"));
    assert_eq!(card_with("brand", json!(null)).expect("readable").brand, "unknown");
    for (name, value) in [
        ("last4", json!("4242424242424242")),
        ("last4", json!("42")),
        ("last4", json!(4242)),
        ("exp_month", json!(13)),
        ("exp_month", json!(-1)),
        ("exp_year", json!(i64::MAX)),
    ] {
        assert_eq!(card_with(name, value.clone()), None, "{name} {value}");
    }
    assert_eq!(card(&json!({"id": "pm_1", "sepa_debit": {"last4": "3000"}})), None);
}

/// Any JSON, up to three levels deep, with the names that are looked for.
fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        ".*".prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 48, 8, |inner| {
        let name = prop_oneof![
            Just("id"),
            Just("status"),
            Just("amount"),
            Just("currency"),
            Just("created"),
            Just("metadata"),
            Just("card"),
            Just("last4"),
            Just("next_action"),
            Just("redirect_to_url"),
            Just("url"),
            Just("code"),
        ];
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::btree_map(name, inner, 0..8)
                .prop_map(|map| map.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()),
        ]
    })
}

proptest! {
    #[test]
    fn no_object_panics(object in any_json(), name in "[a-z_]{1,20}", part in any_json()) {
        for object in [object, with(least_intent(), &name, part)] {
            let _ = intent(&object);
            let _ = setup(&object, true);
            let _ = setup_session(&object);
            let _ = card(&object);
            let _ = decline(&object);
        }
    }
}
