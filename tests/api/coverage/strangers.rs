//! Every operation × another customer's credentials: what belongs to the first is not there for the second.

use rstest::rstest;
use serde_json::json;
use steward::platform::web::registry::Access;

use super::world::World;
use crate::support::operations::Covered;
use crate::support::{Backend, Client};

#[rstest]
#[tokio::test]
async fn what_belongs_to_another_customer_is_not_found_and_stays_as_it_is(
    #[values(Backend::Sqlite, Backend::Postgresql)] backend: Backend,
) {
    let world = World::new(backend).await;
    let (owner, other) = (&world.owner, &world.other);
    let mut operations = world.app.operations();
    // Sessions are staff's too; factors of others are tried in `factors.rs`.
    let belongs =
        |operation: &Covered| operation.access == Access::Holder || operation.path.starts_with("/v1/account/sessions/");
    operations.retain(|operation| operation.names_something() && belongs(operation));
    // What takes something away comes last, so that the owner still has the rest; what ends every session at the very end.
    let order = ["GET", "POST", "PUT", "PATCH", "DELETE"];
    operations.sort_by_key(|operation| {
        (operation.id == "report_sign_in", order.iter().position(|method| operation.method == *method))
    });
    // What is asked must be understood before it is looked for.
    let sample = |operation: &Covered| match operation.id {
        "create_invoice_correction" => {
            Some(json!({ "wanted": { "name": "Ada L." }, "evidence": "My passport shows it." }))
        }
        _ => operation.sample(),
    };
    let before = world.app.contents().await;
    for operation in &operations {
        let path = owner.path(operation.path);
        operation.call_at(&other.client, &path, sample(operation)).expect(404).await;
    }
    assert_eq!(world.app.contents().await, before, "something was changed");
    for operation in &operations {
        let path = owner.path(operation.path);
        let reply = operation.call_at(&owner.client, &path, sample(operation)).send().await;
        assert!(reply.status != 404 && reply.status < 500, "its owner does not find it either: {reply}");
    }
    assert!(operations.len() > 6, "only {} operations name something", operations.len());
}

#[rstest]
#[tokio::test]
async fn nothing_of_another_customer_can_be_used_in_a_body(
    #[values(Backend::Sqlite, Backend::Postgresql)] backend: Backend,
) {
    let world = World::new(backend).await;
    let (owner, other) = (&world.owner, &world.other);
    let price = world.app.price("basic", "month", "USD").await;
    let before = world.app.contents().await;
    let mut seen = 0;
    for operation in world.app.operations().iter().filter(|operation| operation.access == Access::Holder) {
        for (pointer, id) in [("/payment_method", &owner.card), ("/quote", &owner.quote), ("/invoice", &owner.invoice)]
        {
            if !operation.texts().iter().any(|text| text == pointer) || operation.id == "preview_subscription" {
                continue;
            }
            let mut body = operation.sample_with(pointer, json!(id));
            if body.get("price").is_some() {
                body["price"] = json!(price);
            }
            let reply = operation.call_at(&other.client, &other.path(operation.path), Some(body)).send().await;
            assert!([404, 409, 422].contains(&reply.status), "{} with {pointer}: {reply}", operation.id);
            seen += 1;
        }
    }
    assert_eq!(world.app.contents().await, before, "something was changed");
    assert!(seen >= 3, "only {seen} requests were tried");
}

#[rstest]
#[tokio::test]
async fn no_answer_names_another_customer(#[values(Backend::Sqlite, Backend::Postgresql)] backend: Backend) {
    let world = World::new(backend).await;
    let mut paths: Vec<String> = Vec::new();
    for operation in world.app.operations().iter().filter(|operation| !operation.is_mutation()) {
        if matches!(operation.access, Access::Holder | Access::Session | Access::Visitor) {
            paths.push(world.other.path(operation.path));
        }
    }
    for page in steward::server::pages().iter().filter(|page| page.method.as_str() == "GET") {
        // The demo's mailbox shows everybody's mail, and is not there outside the demo.
        if matches!(page.access, Access::Holder | Access::Visitor) && !page.path.starts_with("/demo/") {
            paths.push(world.other.path(page.path));
        }
    }
    let mut own = 0;
    for path in &paths {
        let reply = world.other.client.get(path).send().await;
        assert!(reply.status < 500, "{reply}");
        for mark in world.owner.marks() {
            assert!(!reply.text.contains(mark), "{path} names another customer ({mark}): {reply}");
        }
        own += usize::from(world.other.marks().iter().any(|mark| reply.text.contains(mark)));
    }
    assert!(own > 10, "only {own} of {} answers show anything of anybody", paths.len());
    nothing_for(&world.app.visitor(), &world, &paths).await;
}

/// Nobody signed in: neither of the two is named anywhere.
async fn nothing_for(visitor: &Client, world: &World, paths: &[String]) {
    for path in paths {
        let reply = visitor.get(path).send().await;
        for mark in world.owner.marks().into_iter().chain(world.other.marks()) {
            // A page repeats its own address in the way to sign in.
            let shown = reply.text.replace(path, "");
            assert!(!shown.contains(mark), "{path} tells a visitor of {mark}: {reply}");
        }
    }
}
