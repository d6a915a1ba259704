//! Where members of staff are signed in, and ending that: their own, by API and by the page of their settings.

use rstest::rstest;
use serde_json::json;
use steward::kernel::permission::{ROLES, Role};

use crate::support::{Backend, Client, PASSWORD, TestApp};

/// One more browser of the same member of staff: each with a later code, since a code works once.
async fn another(app: &TestApp, email: &str, step: i64) -> Client {
    let client = app.browser();
    let body = json!({ "email": email, "password": PASSWORD, "factor": app.staff_code_at(step) });
    client.post("/v1/sessions", &body).expect(201).await;
    client
}

#[rstest]
#[tokio::test]
async fn staff_see_and_end_their_own_sessions(#[values(Backend::Sqlite, Backend::Postgresql)] backend: Backend) {
    let app = TestApp::start(backend).await;
    let email = app.staff_member(Role::Support).await;
    let (here, lost) = (another(&app, &email, -1).await, another(&app, &email, 0).await);
    let stranger = app.staff(Role::Admin).await;
    let list = here.get("/v1/account/sessions").expect(200).await;
    assert_eq!((list.at("/data/0/current"), list.at("/data/0/kind")), (json!(true), json!("staff")));
    assert_eq!(list.at("/data").as_array().map(Vec::len), Some(2), "{list}");
    assert_eq!(stranger.get("/v1/account/sessions").expect(200).await.at("/data").as_array().map(Vec::len), Some(1));
    let sign_ins = here.get("/v1/account/sign-ins").expect(200).await;
    assert_eq!(sign_ins.text_at("/data/0/method"), "password_factor", "{sign_ins}");

    let other = list.text_at("/data/1/id");
    stranger.delete(&format!("/v1/account/sessions/{other}")).expect(404).await;
    here.delete(&format!("/v1/account/sessions/{other}")).expect(204).await;
    lost.get("/v1/staff/me").expect(401).await;
    let lost = another(&app, &email, 1).await;
    let ended = here.post("/v1/account/sessions/end-others", &json!({})).expect(200).await;
    assert_eq!(ended.at("/ended"), json!(1));
    lost.get("/v1/staff/me").expect(401).await;
    here.post("/v1/account/sessions/end-all", &json!({})).expect(200).await;
    here.get("/v1/staff/me").expect(401).await;
    stranger.get("/v1/staff/me").expect(200).await;
}

#[rstest]
#[tokio::test]
async fn the_settings_of_staff_show_their_sessions(#[values(Backend::Sqlite, Backend::Postgresql)] backend: Backend) {
    let app = TestApp::start(backend).await;
    for role in ROLES {
        let page = app.staff(role).await.get("/staff/settings").expect(200).await.text;
        assert!(page.contains("This session") && page.contains("network 127.0.0.0/24"), "{}: {page}", role.as_str());
    }
    let email = app.staff_member(Role::Billing).await;
    let (here, lost) = (another(&app, &email, -1).await, another(&app, &email, 0).await);
    let page = here.get("/staff/settings").expect(200).await.text;
    let end = page.split("action=\"").find(|part| part.starts_with("/staff/settings/sessions/ses_")).expect("a button");
    here.submit(end.split('"').next().expect("a path"), &[]).expect(303).await;
    lost.get("/v1/staff/me").expect(401).await;
    let lost = another(&app, &email, 1).await;
    here.submit("/staff/settings/sessions/end-others", &[]).expect(303).await;
    lost.get("/v1/staff/me").expect(401).await;
    here.get("/staff/settings").expect(200).await;
    let all = here.submit("/staff/settings/sessions/end-all", &[]).expect(303).await;
    assert_eq!(all.header("location"), "/signed-out");
    here.get("/v1/staff/me").expect(401).await;
}

/// Who comes to a page of somebody else's is told so in their own frame, not offered to sign in.
#[tokio::test]
async fn whoever_is_signed_in_keeps_their_own_masthead_where_they_may_not_go() {
    let app = TestApp::start(Backend::Sqlite).await;
    let staff = app.staff(Role::Support).await;
    let holder = app.signed_in("Ada Lovelace").await;
    for (client, path, name) in
        [(&staff, "/account/security", "Robin Moreau"), (&holder, "/staff/settings", "Ada Lovelace")]
    {
        let page = client.get(path).expect(403).await.text;
        assert!(page.contains(name) && page.contains("action=\"/sign-out\""), "{path}: {page}");
        assert!(!page.contains("href=\"/sign-in\""), "{path}: {page}");
    }
}

#[tokio::test]
async fn a_form_without_its_version_is_told_that_it_was_incomplete() {
    let app = TestApp::start(Backend::Sqlite).await;
    let staff = app.staff(Role::Counsel).await;
    for form in [vec![("language", "de")], vec![("language", "de"), ("version", "one")]] {
        let page = staff.submit("/staff/settings", &form).expect(422).await.text;
        assert!(page.contains("This form was incomplete") && !page.contains("another window"), "{page}");
    }
    let page = staff.submit("/staff/settings", &[("language", "de"), ("version", "7")]).expect(412).await.text;
    assert!(page.contains("another window"), "{page}");
}
