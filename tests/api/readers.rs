//! What a page knows of who reads it: language, time zone and form of dates, also where no handler drew it; and that a form
//! says all that is wrong at once.

use rstest::rstest;
use serde_json::json;
use steward::kernel::permission::Role;

use crate::languages::{ZH, assert_language};
use crate::support::{Backend, PASSWORD, Person, TestApp};

/// Language and masthead are the reader's, whatever the browser asks for.
#[rstest]
#[tokio::test]
async fn an_error_page_knows_its_reader(#[values(Backend::Sqlite, Backend::Postgresql)] backend: Backend) {
    let app = TestApp::start(backend).await;
    let ada = app.signed_in("Ada Lovelace").await;
    ada.patch("/v1/account", &json!({ "locale": "de" })).if_match("*").expect(200).await;
    let (staff, visitor) = (app.staff(Role::Billing).await, app.browser());
    staff.patch("/v1/staff/me", &json!({ "language": "de" })).if_match("\"1\"").expect(200).await;
    for (path, status, words) in [
        ("/nowhere", 404, "Hier ist nichts"),
        ("/billing/invoices/inv_x", 404, "Diese Rechnung gibt es nicht"),
        ("/sign-out", 405, "So lässt sich diese Adresse nicht öffnen"),
        ("/staff/subscriptions", 403, "Das ist nicht für Sie"),
    ] {
        let shown = ada.get(path).header("accept-language", ZH).expect(status).await;
        assert_language(&shown, "de", words);
        assert!(shown.text.contains("Ada Lovelace") && shown.text.contains("action=\"/sign-out\""), "{shown}");
        assert!(!shown.text.contains('`') && !shown.text.contains("Allow"), "{shown}");
    }
    let shown = staff.get("/nowhere").header("accept-language", ZH).expect(404).await;
    assert_language(&shown, "de", "Robin Moreau");
    for path in ["/nowhere", "/sign-out"] {
        let status = if path == "/nowhere" { 404 } else { 405 };
        let shown = visitor.get(path).header("accept-language", ZH).expect(status).await;
        assert!(shown.text.contains("<html lang=\"zh-Hans\"") && !shown.text.contains("Ada"), "{shown}");
    }
    // Programs say what they want with the header.
    let problem = ada.get("/v1/nowhere").header("accept-language", ZH).expect(404).await;
    assert_eq!(problem.header("content-language"), "zh-Hans");
}

#[rstest]
#[tokio::test]
async fn security_speaks_of_the_time_of_its_reader(#[values(Backend::Sqlite, Backend::Postgresql)] backend: Backend) {
    let app = TestApp::start(backend).await;
    let person = Person::new("Ada Lovelace");
    app.sign_up(&person).await;
    app.verify(&person).await;
    let ada = app.sign_in(&person).await;
    let wishes = json!({ "time_zone": "Pacific/Kiritimati", "preferences": { "date_format": "iso" } });
    ada.patch("/v1/account", &wishes).if_match("*").expect(200).await;
    let today = app.env.now().utc().with_timezone(&chrono_tz::Pacific::Kiritimati).format("%Y-%m-%d").to_string();
    for path in ["/account/security", "/account/security/sign-ins"] {
        let shown = ada.get(path).expect(200).await;
        assert!(shown.text.contains(&today) && !shown.text.contains(" UTC"), "{path}: {shown}");
    }
    let before = app.mails().to(&person.email).len();
    let new = json!({ "current_password": PASSWORD, "password": "violet tram under Tuesday rain" });
    ada.put("/v1/account/password", &new).expect(204).await;
    let mail = app.mails().next(&person.email, before).await;
    assert!(
        mail.text.contains(&format!("on {today} at")) && mail.text.contains("(Pacific/Kiritimati)"),
        "{}",
        mail.text
    );
    // Staff work by the calendar of the seller, and are told so.
    let staff = app.staff(Role::Billing).await;
    let factors = staff.get("/account/security/factors").expect(200).await;
    assert!(factors.text.contains("(Asia/Singapore)"), "{factors}");
}

#[tokio::test]
async fn a_form_names_everything_that_is_wrong_at_once() {
    let app = TestApp::start(Backend::Sqlite).await;
    let visitor = app.browser();
    let form = [("name", ""), ("email", "nobody"), ("password", "short"), ("policy_version", "1")];
    let refused = visitor.submit("/sign-up", &form).expect(422).await;
    for id in ["name", "email", "password", "accept_policy"] {
        assert!(refused.text.contains(&format!("href=\"#{id}\"")), "{id}: {refused}");
    }
    let ada = app.signed_in("Ada Lovelace").await;
    let refused =
        ada.submit("/account/security/password", &[("current_password", ""), ("password", "")]).expect(422).await;
    assert!(refused.text.contains("id=\"current_password-error\"") && refused.text.contains("id=\"password-error\""));
    let account = ada.get("/v1/session").expect(200).await.text_at("/account_id");
    let staff = app.staff(Role::Billing).await;
    let asked = staff.get(&format!("/staff/accounts/{account}")).expect(403).await;
    assert!(!asked.text.contains("purpose-error"), "nothing is wrong yet: {asked}");
    let asked = staff.get(&format!("/staff/accounts/{account}?purpose=")).expect(403).await;
    assert!(asked.text.contains("id=\"purpose-error\""), "{asked}");
}
