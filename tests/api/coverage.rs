//! Every operation of the route registry, so that none can be forgotten: without credentials, with somebody else's, with
//! the wrong role, with a card number in each text; and every mutation with its audit entry.
//!
//! Exceptions stand here with a reason. The lists may only get shorter.

use steward::platform::web::registry::{Access, Audit};

use crate::support::{Backend, Client, TestApp};

/// Mutations that leave no audit entry, and why.
const NOT_AUDITED: &[(&str, &str)] = &[];

#[tokio::test]
async fn without_credentials_nothing_opens() {
    let app = TestApp::start(Backend::Sqlite).await;
    let forged = app.browser();
    forged.set_cookie("__Host-session", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA");
    let strangers =
        [app.visitor(), forged, Client::new(&app.base).with_bearer("stws_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")];
    let mut seen = 0;
    for operation in app.operations() {
        if !matches!(operation.access, Access::Holder | Access::Staff(_)) {
            continue;
        }
        for stranger in &strangers {
            operation.call(stranger).expect(401).await;
            seen += 1;
        }
    }
    assert!(seen >= 3, "nothing was tried");
}

#[test]
fn every_mutation_names_its_audit_action() {
    for operation in crate::support::operations() {
        let excepted = NOT_AUDITED.iter().any(|(id, _)| *id == operation.id);
        let audited = operation.audit != Audit::None;
        if operation.is_mutation() {
            assert!(audited != excepted, "{}: {:?}", operation.id, operation.audit);
        } else if matches!(operation.access, Access::Staff(_)) {
            assert_eq!(operation.audit, Audit::Look, "{} shows personal data", operation.id);
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
