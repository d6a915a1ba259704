//! The states of an account: every operation and every page of whoever is signed in, in each of the five. What each state
//! allows is written out here, so that the product's own table cannot agree with itself.

use rstest::rstest;
use serde_json::json;
use steward::identity::principals::actions as states;
use steward::identity::principals::model::{PrincipalId, Status};
use steward::identity::principals::states::Event;
use steward::identity::sessions::error::{ACCOUNT_CLOSING, ACCOUNT_FROZEN};
use steward::kernel::deed::Deed;
use steward::platform::web::registry::Access;

use crate::coverage::open;
use crate::support::operations::made_up_id;
use crate::support::{Backend, Client, Person, SignIn, TestApp};

/// Whether an account of this state allows this.
fn allows(state: Status, deed: Deed) -> bool {
    match state {
        Status::Active => !matches!(deed, Deed::Unfreeze | Deed::Reopen),
        Status::Closing => !matches!(deed, Deed::Change | Deed::Order | Deed::Close | Deed::Unfreeze),
        // Nobody is signed in: freezing ends every session, and the others have none.
        Status::Frozen | Status::Closed | Status::Unverified => false,
    }
}

/// What somebody is told whose state does not allow something.
fn refusal(state: Status) -> &'static str {
    match state {
        Status::Active | Status::Closing => "account-closing",
        Status::Frozen => "account-frozen",
        Status::Closed | Status::Unverified => "not-signed-in",
    }
}

/// The browser of somebody whose account has come to this state while they were signed in; of an unverified one, who has
/// tried to sign in.
async fn browser_in(app: &TestApp, state: Status) -> Client {
    if state == Status::Unverified {
        let una = Person::new("Una");
        app.sign_up(&una).await;
        let client = app.browser();
        let told = client.post("/v1/sessions", &SignIn::OWN.body(&una.email, &una.password)).expect(403).await;
        assert_eq!(told.code(), "email-unverified");
        return client;
    }
    let ada = app.person("Ada Lovelace").await;
    let (client, other) = (app.sign_in(&ada).await, app.sign_in(&ada).await);
    let account: PrincipalId =
        client.get("/v1/session").expect(200).await.text_at("/account_id").parse().expect("an account");
    let events: &[Event] = match state {
        Status::Closing => &[Event::Close],
        Status::Closed => &[Event::Close, Event::Expire],
        _ => &[],
    };
    for event in events {
        assert!(states::apply(&mut app.database.connection(), &account, *event).expect("moved"));
    }
    if state == Status::Frozen {
        other.post("/v1/account/freeze", &json!({})).expect(204).await;
    }
    client
}

const STATES: [Status; 5] = [Status::Unverified, Status::Active, Status::Frozen, Status::Closing, Status::Closed];

#[rstest]
#[tokio::test]
async fn operation_by_state(#[values(Backend::Sqlite, Backend::Postgresql)] backend: Backend) {
    let app = TestApp::start(backend).await;
    let declared = steward::server::operations();
    for state in STATES {
        let client = browser_in(&app, state).await;
        let mut seen = 0;
        for operation in app.operations() {
            if !matches!(operation.access, Access::Holder | Access::Session) {
                continue;
            }
            let deed = declared.iter().find(|one| one.id == operation.id).expect("registered").deed();
            let allowed = allows(state, deed);
            // What ends the session in use would end this test's too.
            if allowed && matches!(operation.id, "delete_session" | "freeze_account" | "end_all_sessions") {
                continue;
            }
            let reply = operation.call(&client).send().await;
            let code = if reply.status < 400 { String::new() } else { reply.code() };
            let refused = matches!(code.as_str(), "account-closing" | "account-frozen" | "not-signed-in");
            assert_eq!(refused, !allowed, "{} ({deed:?}) in {state:?}: {reply}", operation.id);
            assert!(allowed || code == refusal(state), "{} in {state:?}: {reply}", operation.id);
            seen += 1;
        }
        assert!(seen > 25, "only {seen} operations were tried");
    }
}

#[rstest]
#[tokio::test]
async fn page_by_state(#[values(Backend::Sqlite, Backend::Postgresql)] backend: Backend) {
    const ENDS: [&str; 3] = ["/sign-out", "/account/freeze", "/account/security/sessions/end-all"];
    let app = TestApp::start(backend).await;
    for state in STATES {
        let client = browser_in(&app, state).await;
        let mut seen = 0;
        for page in steward::server::pages() {
            if !matches!(page.access, Access::Holder | Access::Session) {
                continue;
            }
            let (deed, allowed) = (page.deed(), allows(state, page.deed()));
            if allowed && page.method.as_str() == "POST" && ENDS.contains(&page.path) {
                continue;
            }
            let path = page.path.replace("{id}", made_up_id(page.path)).replace("{purpose}", "x");
            let path = path.replace("{field}", "phone");
            let reply = open(&client, &page, &path).send().await;
            let to_sign_in = reply.header("location").starts_with("/sign-in");
            // Other reasons answer 403 too, such as a proof that is missing.
            let by_state = [&ACCOUNT_FROZEN, &ACCOUNT_CLOSING].iter().any(|code| reply.text.contains(code.title));
            let refused = match reply.status {
                303 => to_sign_in,
                403 => by_state,
                status => status == 401,
            };
            assert_eq!(refused, !allowed, "{} {} ({deed:?}) in {state:?}: {reply}", page.method, page.path);
            seen += 1;
        }
        assert!(seen > 25, "only {seen} pages were tried");
    }
}
