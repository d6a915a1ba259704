//! Access that an operator ends from the command line: a member of staff's, and sessions without a freeze.

use rstest::rstest;
use serde_json::json;
use steward::identity::sessions::command;
use steward::identity::staff_accounts;
use steward::kernel::permission::Role;

use crate::support::{Backend, PASSWORD, SignIn, TestApp, race};

#[rstest]
#[tokio::test]
async fn who_is_disabled_is_out_at_once_and_told_what_a_wrong_password_is_told(
    #[values(Backend::Sqlite, Backend::Postgresql)] backend: Backend,
) {
    let app = TestApp::start(backend).await;
    let colleague = app.staff(Role::Billing).await;
    let email = app.staff_member(Role::Billing).await;
    let try_with = |password: &str| {
        let body = json!({ "email": email, "password": password, "factor": app.staff_code() });
        app.browser().post("/v1/sessions", &body)
    };
    let client = app.browser();
    let body = json!({ "email": email, "password": PASSWORD, "factor": app.staff_code() });
    client.post("/v1/sessions", &body).expect(201).await;
    client.get("/v1/staff/subscriptions").expect(200).await;

    assert_eq!(staff_accounts::disable(&app.env, &email).await.expect("disabled"), Some(1));
    client.get("/v1/staff/subscriptions").expect(401).await;
    client.get("/v1/session").expect(401).await;
    let (right, wrong) = (try_with(PASSWORD).expect(401).await, try_with("not the right one").expect(401).await);
    let told = |reply: &crate::support::Reply| {
        let mut document = reply.json();
        document["instance"] = json!(null);
        document
    };
    assert_eq!(told(&right), told(&wrong), "nothing tells who was disabled");
    let page = |password: &str| {
        let form = serde_urlencoded::to_string([("email", email.as_str()), ("password", password)]).expect("a form");
        app.browser()
            .call(reqwest::Method::POST, "/staff/sign-in")
            .body("application/x-www-form-urlencoded", form)
            .expect(401)
    };
    let shown = |text: &str| text.matches("class=\"error\"").count();
    let (right, wrong) = (page(PASSWORD).await, page("not the right one").await);
    assert_eq!(shown(&right.text), shown(&wrong.text), "{right}");
    // Mail does not help either.
    app.visitor().post("/v1/password-resets", &json!({ "email": email })).expect(202).await;
    app.settle();
    assert!(app.mails().to(&email).is_empty(), "no link was mailed");
    colleague.get("/v1/staff/subscriptions").expect(200).await;

    assert!(staff_accounts::enable(&app.env, &email).await.expect("enabled"));
    client.get("/v1/session").expect(401).await;
    assert_eq!(app.audited("staff.disable").len() + app.audited("staff.enable").len(), 2);
    let sealed = app.browser();
    sealed.post("/v1/sessions", &json!({ "email": email, "password": PASSWORD })).expect(401).await;
}

#[rstest]
#[tokio::test]
async fn no_sign_in_outlives_a_disabling_at_the_same_moment(
    #[values(Backend::Sqlite, Backend::Postgresql)] backend: Backend,
) {
    use diesel::prelude::*;
    use steward::db::schema::sessions;

    let app = TestApp::start(backend).await;
    let email = app.staff_member(Role::Billing).await;
    let visitor = app.browser();
    let body = json!({ "email": email, "password": PASSWORD, "factor": app.staff_code() });
    let racing = race(16, || visitor.post("/v1/sessions", &body));
    let (statuses, disabled) = tokio::join!(racing, staff_accounts::disable(&app.env, &email));
    disabled.expect("disabled");
    assert!(statuses.iter().all(|status| *status < 500 || *status == 503), "{statuses:?}");
    let live = sessions::table.filter(sessions::ended_at.is_null()).count();
    assert_eq!(live.get_result::<i64>(&mut app.database.connection()), Ok(0), "{statuses:?}");
}

#[rstest]
#[tokio::test]
async fn an_operator_ends_the_sessions_of_one_or_of_everybody(
    #[values(Backend::Sqlite, Backend::Postgresql)] backend: Backend,
) {
    let app = TestApp::start(backend).await;
    let ada = app.person("Ada Lovelace").await;
    let (first, second, eve) = (app.sign_in(&ada).await, app.sign_in(&ada).await, app.signed_in("Eve").await);
    let staff = app.staff(Role::Billing).await;
    let address = |text: &str| text.parse().expect("an address");
    assert_eq!(command::end_of(&app.env, &address(&ada.email)).await, Ok(Some(2)));
    assert_eq!(command::end_of(&app.env, &address("nobody@example.org")).await, Ok(None));
    for ended in [&first, &second] {
        ended.get("/v1/account").expect(401).await;
    }
    eve.get("/v1/account").expect(200).await;
    let again = app.sign_in(&ada).await;
    assert_eq!(command::end_everybodys(&app.env).await, Ok(3));
    for ended in [&again, &eve, &staff] {
        ended.get("/v1/session").expect(401).await;
    }
    app.sign_in(&ada).await.get("/v1/account").expect(200).await;
    assert_eq!(app.audited(command::END).len(), 2);
}

#[rstest]
#[tokio::test]
async fn an_order_to_remove_lost_factors_is_seen_and_stopped_by_its_owner(
    #[values(Backend::Sqlite, Backend::Postgresql)] backend: Backend,
) {
    use steward::identity::factor_resets::command as lost;

    let app = TestApp::start(backend).await;
    let ada = app.person("Ada Lovelace").await;
    let client = app.sign_in(&ada).await;
    let (email, case) = (ada.email.parse().expect("an address"), "#4711".parse().expect("a case"));
    assert!(lost::order(&app.env, &email, &case).await.is_err(), "there is no factor yet");
    let (phone, _) = app.add_authenticator(&client).await;
    let path = "/v1/account/factor-reset";
    assert_eq!(client.get(path).expect(200).await.at("/takes_effect_at"), json!(null));
    client.delete(path).expect(404).await;

    app.settle();
    let seen = app.mails().to(&ada.email).len();
    let order = lost::order(&app.env, &email, &case).await.expect("ordered");
    let told = app.mails().next(&ada.email, seen).await;
    assert!(told.subject.contains("about to be removed") && told.text.contains("/freeze?token="), "{}", told.text);
    let shown = client.get(path).expect(200).await;
    assert_eq!((shown.text_at("/case"), shown.at("/takes_effect_at")), ("#4711".into(), json!(order.due_at)));
    let page = client.get("/account/security/factors").expect(200).await;
    assert!(page.text.contains("Case: #4711"), "{page}");
    app.signed_in("Eve").await.delete(path).expect(404).await;
    client.delete(path).expect(204).await;
    client.delete(path).expect(404).await;
    assert!(app.mails().next(&ada.email, seen + 1).await.subject.contains("stay"));

    // Whoever still has the phone stops it by signing in.
    lost::order(&app.env, &email, &case).await.expect("ordered");
    let asked = app.visitor().post("/v1/sessions", &SignIn::OWN.body(&ada.email, PASSWORD)).expect(401).await;
    let rest = json!({ "pending": asked.text_at("/pending"), "factor": phone.shows(&app, 1) });
    app.browser().post("/v1/sessions", &rest).expect(201).await;
    assert_eq!(client.get(path).expect(200).await.at("/case"), json!(null));
    // The operator's own mistake is taken back.
    lost::order(&app.env, &email, &case).await.expect("ordered");
    lost::take_back(&app.env, &email).await.expect("taken back");
    assert!(lost::take_back(&app.env, &email).await.is_err());
    let orders = app.audited("factor_reset.create");
    assert!(orders.len() == 3 && orders.iter().all(|by| by == "system command line"), "{orders:?}");
    assert_eq!(
        app.audited("factor_reset.stop"),
        [
            format!("holder {}", order.account_id),
            format!("holder {}", order.account_id),
            "system command line".to_owned()
        ]
    );
}
