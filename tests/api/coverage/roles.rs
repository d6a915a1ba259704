//! Every operation × every role: staff may exactly what the permission table says, holders nothing of staff's, and staff
//! nothing of holders'.

use rstest::rstest;
use steward::kernel::permission::{ROLES, Role};
use steward::platform::web::registry::Access;

use super::world::World;
use crate::support::{Backend, Client, TestApp};

const FORBIDDEN: &str = "forbidden";

#[rstest]
#[tokio::test]
async fn staff_may_what_the_permission_table_says(#[values(Backend::Sqlite, Backend::Postgresql)] backend: Backend) {
    let world = World::new(backend).await;
    let staff = world.staff().await;
    let (mut allowed, mut refused) = (0, 0);
    for operation in world.app.operations() {
        let Access::Staff(permission) = operation.access else { continue };
        let path = world.staff_path(operation.path);
        for (role, client) in &staff {
            let reply = operation.call_at(client, &path, operation.sample()).send().await;
            let name = format!("{} as {}", operation.id, role.as_str());
            if role.may(permission) {
                allowed += 1;
                assert!(reply.status < 500 && reply.status != 401, "{name}: {reply}");
                assert!(reply.status != 403 || reply.code() != FORBIDDEN, "{name}: {reply}");
                assert!(operation.is_mutation() || reply.status == operation.success, "{name}: {reply}");
            } else {
                refused += 1;
                assert_eq!((reply.status, reply.code().as_str()), (403, FORBIDDEN), "{name}: {reply}");
            }
        }
        let holder = operation.call_at(&world.owner.client, &path, operation.sample()).expect(403).await;
        assert_eq!(holder.code(), FORBIDDEN, "{holder}");
    }
    assert!(allowed > 4 && refused > 4, "{allowed} allowed, {refused} refused");
}

#[tokio::test]
async fn staff_act_for_no_holder() {
    let world = World::new(Backend::Sqlite).await;
    let staff = world.staff().await;
    let before = world.app.contents().await;
    for operation in world.app.operations().iter().filter(|operation| operation.access == Access::Holder) {
        for (role, client) in &staff {
            let reply = operation.call_at(client, &world.owner.path(operation.path), operation.sample()).send().await;
            let name = format!("{} as {}", operation.id, role.as_str());
            assert_eq!((reply.status, reply.code().as_str()), (403, FORBIDDEN), "{name}: {reply}");
        }
    }
    assert_eq!(world.app.contents().await, before, "something was changed");
}

#[tokio::test]
async fn staff_need_their_second_factor_and_may_not_have_a_token() {
    let app = TestApp::start(Backend::Sqlite).await;
    let email = app.staff_member(Role::Admin).await;
    let body = |extra: &[(&str, &str)]| {
        let mut body = serde_json::json!({ "email": email, "password": crate::support::PASSWORD });
        for (name, value) in extra {
            body[name] = serde_json::json!(value);
        }
        body
    };
    let bare = app.browser().post("/v1/sessions", &body(&[])).send().await;
    assert!((400..500).contains(&bare.status) && bare.cookie_names().is_empty(), "{bare}");
    let wrong = app.browser().post("/v1/sessions", &body(&[("factor", "000000")])).send().await;
    assert!((400..500).contains(&wrong.status) && wrong.cookie_names().is_empty(), "{wrong}");
    let token = app.visitor().post("/v1/sessions", &body(&[("transport", "bearer")])).send().await;
    assert!((400..500).contains(&token.status) && !token.text.contains("stws_"), "{token}");
    for role in ROLES {
        let client: Client = app.staff(role).await;
        assert!(client.get("/v1/session").expect(200).await.text_at("/account_id").starts_with("staff_"));
    }
}
