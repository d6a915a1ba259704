//! Every operation of the route registry, so that none can be forgotten: without credentials, with somebody else's, with
//! the wrong role, with a card number in each text; and every mutation with its audit entry.
//!
//! Exceptions stand here with a reason. The lists may only get shorter.

mod audit;
mod forms;
mod nonsense;
mod pages;
mod roles;
mod spoilt;
mod strangers;
pub mod successes;
mod world;

use serde_json::json;
use steward::platform::web::registry::{Access, Audit};

pub use pages::open;

use crate::support::{Backend, Client, TestApp};

/// Mutations that leave no audit entry, and why.
const NOT_AUDITED: &[(&str, &str)] = &[
    ("receive_stripe_event", "takes in a signed event; the job that acts on it writes the entry"),
    ("create_passkey_challenge", "asks only; the sign-in or step-up that answers writes the entry"),
    ("preview_subscription", "computes an offer; the order that takes it up writes the entry"),
];

/// What staff see without a purpose, and why.
const NO_PERSONAL_DATA: &[(&str, &str)] = &[
    ("list_staff_subscriptions", "plans, amounts and states; names need a look"),
    ("list_staff_corrections", "which field and until when; whose and what need a look"),
    ("list_staff_ripples", "whom to tell of which change; names nobody"),
    ("get_own_staff_account", "nobody but the member of staff who asks"),
];

#[tokio::test]
async fn without_credentials_nothing_opens() {
    let app = TestApp::start(Backend::Sqlite).await;
    let forged = app.browser();
    forged.set_cookie("__Host-session", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA");
    let made_up =
        ["stws_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", "stw_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"];
    let [session, token] = made_up.map(|text| Client::new(&app.base).with_bearer(text));
    let strangers = [app.visitor(), forged, session, token];
    let mut seen = 0;
    for operation in app.operations() {
        if !matches!(operation.access, Access::Holder | Access::Session | Access::Staff(_)) {
            continue;
        }
        for stranger in &strangers {
            operation.call(stranger).expect(401).await;
            seen += 1;
        }
    }
    assert!(seen >= 3, "nothing was tried");
}

#[tokio::test]
async fn a_card_number_is_refused_in_every_text() {
    let app = TestApp::start(Backend::Sqlite).await;
    let customer = app.signed_in("Ada Lovelace").await;
    let visitor = app.visitor();
    let mut seen = 0;
    for operation in app.operations() {
        let client = match operation.access {
            Access::Holder | Access::Session => &customer,
            // The guard reads a body before anybody is asked who they are.
            Access::Visitor | Access::Staff(_) => &visitor,
            Access::Machine => continue,
        };
        for pointer in operation.texts() {
            let name = format!("{} {pointer}", operation.id);
            for number in ["4242424242424242", "4242 4242-4242 4242", "my card 378282246310005 thanks"] {
                let reply =
                    operation.call_with(client, Some(operation.sample_with(&pointer, json!(number)))).send().await;
                assert_eq!(reply.status, 422, "{name}: {reply}");
                assert_eq!(reply.code(), "card-number", "{name}: {reply}");
                assert_eq!(reply.fields(), [pointer.as_str()], "{name}: {reply}");
                assert!(!reply.text.contains(number), "{name} repeats the number: {reply}");
                seen += 1;
            }
        }
    }
    assert!(seen > 60, "only {seen} requests were tried");
    for (place, text) in app.everything_written().await {
        for number in ["4242424242424242", "4242 4242-4242 4242", "378282246310005"] {
            assert!(!text.contains(number), "a card number is in {place}");
        }
    }
}

#[test]
fn every_mutation_names_its_audit_action() {
    for operation in crate::support::operations() {
        let excepted = NOT_AUDITED.iter().any(|(id, _)| *id == operation.id);
        let audited = operation.audit != Audit::None;
        if operation.is_mutation() {
            assert!(audited != excepted, "{}: {:?}", operation.id, operation.audit);
        } else if matches!(operation.access, Access::Staff(_)) {
            let excepted = NO_PERSONAL_DATA.iter().any(|(id, _)| *id == operation.id);
            assert!((operation.audit == Audit::Look) != excepted, "{} shows personal data", operation.id);
        }
    }
}

#[test]
fn operation_ids_are_unique_and_read_verb_resource() {
    let mut ids: Vec<_> = crate::support::operations().iter().map(|operation| operation.id).collect();
    ids.sort_unstable();
    let count = ids.len();
    ids.dedup();
    assert_eq!(ids.len(), count);
    assert!(ids.iter().all(|id| id.contains('_')), "{ids:?}");
}

#[test]
fn what_people_use_is_not_listed_among_the_machines() {
    for operation in crate::support::operations() {
        let for_machines = operation.access == Access::Machine || !operation.path.starts_with("/v1/");
        assert_eq!(operation.tag == "machines", for_machines, "{} is listed under {}", operation.id, operation.tag);
    }
}
