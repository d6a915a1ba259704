//! Every mutation leaves the audit entry that it declares, and every look of staff its row: proved by a call of each that
//! succeeds. An operation without a way to succeed in `successes.rs` fails the suite.

use rstest::rstest;
use steward::kernel::permission::Role;
use steward::platform::web::registry::{Access, Audit};

use super::NOT_AUDITED;
use super::successes::succeed;
use super::world::World;
use crate::support::{Backend, TestApp};

/// Pages of staff that show no personal data, and why.
const NO_PERSONAL_DATA: &[(&str, &str)] = &[
    ("/staff/subscriptions", "plans, amounts and states; names need a look"),
    ("/staff/corrections", "fields, dates and ids; values and evidence need a look"),
    ("/staff/settings", "nobody but the member of staff who asks"),
];

#[rstest]
#[tokio::test]
async fn every_mutation_writes_its_audit_entry(#[values(Backend::Sqlite, Backend::Postgresql)] backend: Backend) {
    let app = TestApp::with_xmpp(backend).await;
    app.offer_plans();
    let mut seen = 0;
    for operation in app.operations().iter().filter(|operation| operation.is_mutation()) {
        let Audit::Action(action) = operation.audit else {
            assert!(NOT_AUDITED.iter().any(|(id, _)| *id == operation.id), "{}", operation.id);
            continue;
        };
        let done = succeed(&app, operation).await;
        let reply = done.call.send().await;
        assert_eq!(reply.status, operation.success, "{}: {reply}", operation.id);
        let entries = app.audited(action);
        assert_eq!(entries.len(), done.before + 1, "{}: entries of `{action}`: {entries:?}", operation.id);
        let kind = entries.last().and_then(|entry| entry.split(' ').next()).unwrap_or_default();
        let expected: &[&str] = match operation.access {
            Access::Holder => &["holder"],
            Access::Staff(_) => &["staff"],
            Access::Session => &["holder", "staff"],
            Access::Visitor | Access::Machine => &["visitor", "holder", "system"],
        };
        assert!(expected.contains(&kind), "{}: done by {kind}", operation.id);
        seen += 1;
    }
    assert!(seen > 15, "only {seen} mutations were tried");
    app.settle();
}

#[rstest]
#[tokio::test]
async fn every_look_leaves_its_row(#[values(Backend::Sqlite, Backend::Postgresql)] backend: Backend) {
    let world = World::new(backend).await;
    let admin = world.app.staff(Role::Admin).await;
    let mut seen = 0;
    let mut look = async |path: &str, name: &str| {
        let before = (world.app.looks(), world.app.audited("account.looked_at").len());
        admin.get(path).expect(200).await;
        let after = (world.app.looks(), world.app.audited("account.looked_at").len());
        assert_eq!(after, (before.0 + 1, before.1 + 1), "{name}");
        let bare = path.split('?').next().unwrap_or(path);
        admin.get(bare).expect(403).await;
        admin.get(&format!("{bare}?purpose=curiosity")).expect(403).await;
        assert_eq!(world.app.looks(), after.0, "{name}: a look without a purpose");
        seen += 1;
    };
    for operation in world.app.operations().iter().filter(|operation| operation.audit == Audit::Look) {
        look(&world.staff_path(operation.path), operation.id).await;
    }
    for page in steward::server::pages() {
        let excepted = NO_PERSONAL_DATA.iter().any(|(path, _)| *path == page.path);
        if matches!(page.access, Access::Staff(_)) && page.method.as_str() == "GET" && !excepted {
            look(&world.staff_path(page.path), page.path).await;
        }
    }
    assert!(seen >= 3, "only {seen} looks were tried");
    let told = world.owner.client.get("/v1/account/staff-access").expect(200).await;
    assert_eq!(told.at("/data").as_array().map(Vec::len), Some(seen), "the holder sees them: {told}");
}
