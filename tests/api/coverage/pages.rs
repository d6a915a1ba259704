//! Every page × nobody, another customer, the wrong role. Pages answer with pages: nobody is led to signing in.

use reqwest::Method;
use rstest::rstest;
use steward::platform::web::registry::{Access, PageRoute};
use steward::server;

use super::world::{Customer, World};
use crate::support::operations::names_something;
use crate::support::{Backend, Call, Client, TestApp};

/// What a form must hold before anybody is asked who they are, by path.
const FORMS: &[(&str, &[(&str, &str)])] = &[
    ("/account", &[("version", "1")]),
    ("/account/confirmations", &[("version", "1")]),
    ("/account/fields/{field}/empty", &[("version", "1")]),
    ("/account/history/{id}/restore", &[("version", "1")]),
];

/// Pages that only lead elsewhere when what they need is missing, by path: what to add to the address.
const QUERIES: &[(&str, &str)] = &[("/billing/cards/added", "setup=pms_01900000000070008000000000000000")];

pub fn open(client: &Client, page: &PageRoute, path: &str) -> Call {
    if page.method.as_str() == "GET" {
        let query = QUERIES.iter().find(|(known, _)| *known == page.path).map(|(_, query)| *query);
        return client.get(&query.map_or_else(|| path.to_owned(), |query| format!("{path}?{query}")));
    }
    let fields = FORMS.iter().find(|(known, _)| *known == page.path).map_or(&[][..], |(_, fields)| *fields);
    let method = Method::from_bytes(page.method.as_str().as_bytes()).expect("a method");
    let body = serde_urlencoded::to_string(fields).expect("a form");
    client.call(method, path).body("application/x-www-form-urlencoded", body)
}

fn pages(wanted: impl Fn(Access) -> bool) -> Vec<PageRoute> {
    server::pages().into_iter().filter(|page| wanted(page.access)).collect()
}

#[tokio::test]
async fn nobody_is_led_to_signing_in() {
    let app = TestApp::start(Backend::Sqlite).await;
    let before = app.contents().await;
    let mut seen = 0;
    for page in pages(|access| !matches!(access, Access::Visitor | Access::Machine)) {
        let forged = app.browser();
        forged.set_cookie("__Host-session", &"A".repeat(64));
        for visitor in [app.browser(), forged] {
            // An id of any account: nobody comes as far as to have it looked up.
            let path = page.path.replace("{id}", "inv_01900000000070008000000000000000").replace("{purpose}", "x");
            let path = path.replace("{field}", "phone");
            let reply = open(&visitor, &page, &made_up(&path)).send().await;
            let name = format!("{} {}", page.method, page.path);
            if page.method.as_str() == "GET" {
                assert_eq!(reply.status, 303, "{name}: {reply}");
                let to = if page.path.starts_with("/staff") { "/staff/sign-in?next=" } else { "/sign-in?next=" };
                assert!(reply.header("location").starts_with(to), "{name}: {}", reply.header("location"));
            } else {
                assert_eq!(reply.status, 401, "{name}: {reply}");
            }
            seen += 1;
        }
    }
    assert_eq!(app.contents().await, before, "something was changed");
    assert!(seen > 40, "only {seen} requests were tried");
}

/// The right kind of id for the collection in front of it.
fn made_up(path: &str) -> String {
    let made_up = "01900000000070008000000000000000";
    let kinds = [
        ("/subscriptions/", "sub"),
        ("/payment-methods/", "pm"),
        ("/accounts/", "acct"),
        ("/sessions/", "ses"),
        ("/factors/", "fac"),
        ("/history/", "chg"),
        ("/corrections/", "cor"),
        ("/ripples/", "rip"),
        ("/sign-ins/", "sgn"),
        ("/tokens/", "tok"),
    ];
    let kind = kinds.iter().find(|(part, _)| path.contains(part)).map_or("inv", |(_, kind)| kind);
    path.replace(&format!("inv_{made_up}"), &format!("{kind}_{made_up}"))
}

#[rstest]
#[tokio::test]
async fn another_customers_pages_are_not_found(#[values(Backend::Sqlite, Backend::Postgresql)] backend: Backend) {
    let world = World::new(backend).await;
    let named: Vec<PageRoute> =
        pages(|access| access == Access::Holder).into_iter().filter(|page| names_something(page.path)).collect();
    let before = world.app.contents().await;
    for page in &named {
        open(&world.other.client, page, &world.owner.path(page.path)).expect(404).await;
    }
    assert_eq!(world.app.contents().await, before, "something was changed");
    for page in named.iter().filter(|page| page.method.as_str() == "GET") {
        let own: &Customer = &world.owner;
        open(&own.client, page, &own.path(page.path)).expect(200).await;
    }
    assert!(named.len() > 6, "only {} pages name something", named.len());
}

#[tokio::test]
async fn staff_pages_ask_for_the_permission_and_holders_pages_for_a_holder() {
    let world = World::new(Backend::Sqlite).await;
    let staff = world.staff().await;
    let (mut allowed, mut refused) = (0, 0);
    let mut all = pages(|_| true);
    // Behind it nobody of staff is signed in any more.
    all.sort_by_key(|page| page.path == "/staff/settings/sessions/end-all");
    for page in all {
        let name = format!("{} {}", page.method, page.path);
        match page.access {
            Access::Staff(permission) => {
                for (role, client) in &staff {
                    let reply = open(client, &page, &world.staff_path(page.path)).send().await;
                    let (may, get) = (role.may(permission), page.method.as_str() == "GET");
                    assert_eq!(reply.status == 403, !may, "{name} as {}: {reply}", role.as_str());
                    assert!(!may || !get || reply.status == 200, "{name} as {}: {reply}", role.as_str());
                    *(if may { &mut allowed } else { &mut refused }) += 1;
                }
                open(&world.owner.client, &page, &world.staff_path(page.path)).expect(403).await;
            }
            Access::Holder => {
                for (_, client) in &staff {
                    open(client, &page, &world.owner.path(page.path)).expect(403).await;
                    refused += 1;
                }
            }
            Access::Visitor | Access::Session | Access::Machine => {}
        }
    }
    assert!(allowed > 8 && refused > 100, "{allowed} allowed, {refused} refused");
}
