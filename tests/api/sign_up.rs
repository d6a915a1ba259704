//! Signing up, proving the address, and the password that was forgotten.

use rstest::rstest;
use serde_json::json;

use crate::support::{Backend, Person, SignIn, TestApp, race};

#[rstest]
#[tokio::test]
async fn three_fields_and_a_mail_make_an_account(#[values(Backend::Sqlite, Backend::Postgresql)] backend: Backend) {
    let app = TestApp::start(backend).await;
    let ada = Person::new("Ada Lovelace");
    app.sign_up(&ada).await;
    let mail = app.mails().next(&ada.email, 0).await;
    assert!(mail.links()[0].starts_with(&app.base), "links come from configuration: {:?}", mail.links());

    // Looking at the page changes nothing: mail scanners follow links.
    app.visitor().get(&mail.path()).send().await;
    app.visitor().post("/v1/sessions", &SignIn::OWN.body(&ada.email, &ada.password)).expect(403).await;

    app.visitor().post("/v1/accounts/verify", &json!({ "token": mail.token() })).expect(200).await;
    let client = app.sign_in(&ada).await;
    let account = client.get("/v1/account").expect(200).await;
    assert_eq!(account.text_at("/name"), ada.name);
    assert_eq!(account.text_at("/email"), ada.email);
}

#[rstest]
#[tokio::test]
async fn optional_details_arrive_as_they_were_given(#[values(Backend::Sqlite, Backend::Postgresql)] backend: Backend) {
    let app = TestApp::start(backend).await;
    let ada = Person::new("Ada Lovelace");
    let mut body = app.sign_up_body(&ada);
    body["phone"] = json!("+65 6123 4567");
    body["website"] = json!("https://ada.example/engine");
    body["address"] =
        json!({ "line1": "1 Fullerton Road", "city": "Singapore", "postcode": "049213", "country": "SG" });
    body["im_ids"] =
        json!([{ "network": "xmpp", "handle": "ada@jabber.example" }, { "network": "icq", "handle": "12345678" }]);
    body["locale"] = json!("en-SG");
    body["time_zone"] = json!("Asia/Singapore");
    app.visitor().post("/v1/accounts", &body).expect(202).await;
    app.verify(&ada).await;
    let account = app.sign_in(&ada).await.get("/v1/account").expect(200).await;
    assert_eq!(account.text_at("/phone"), "+6561234567");
    assert_eq!(account.text_at("/website"), "https://ada.example/engine");
    assert_eq!(account.text_at("/address/country"), "SG");
    assert_eq!(account.text_at("/address/line1"), "1 Fullerton Road");
    assert_eq!(account.at("/im_ids"), body["im_ids"]);
    assert_eq!(account.text_at("/time_zone"), "Asia/Singapore");
}

#[rstest]
#[tokio::test]
async fn nobody_learns_who_has_an_account(#[values(Backend::Sqlite, Backend::Postgresql)] backend: Backend) {
    let app = TestApp::start(backend).await;
    let known = app.person("Known Person").await;
    let unknown = Person::new("Unknown Person");
    let visitor = app.visitor();

    let mut answers = Vec::new();
    for person in [&known, &unknown] {
        let sign_up = visitor.post("/v1/accounts", &app.sign_up_body(person)).expect(202).await;
        let resend = visitor.post("/v1/accounts/resend", &json!({ "email": person.email })).expect(202).await;
        let wrong = SignIn::OWN.body(&person.email, "not the right password");
        let sign_in = visitor.post("/v1/sessions", &wrong).expect(401).await;
        answers.push([sign_up.text, resend.text, sign_in.without_instance()]);
    }
    assert_eq!(answers[0], answers[1]);
}

#[rstest]
#[tokio::test]
async fn a_strangers_sign_up_never_becomes_the_owners_account(
    #[values(Backend::Sqlite, Backend::Postgresql)] backend: Backend,
) {
    let app = TestApp::start(backend).await;
    let owner = Person::new("Real Owner");
    let stranger =
        Person { password: "five loud crows gather".to_owned(), name: "Stranger".to_owned(), ..owner.clone() };
    app.sign_up(&stranger).await;
    let theirs = app.mails().next(&owner.email, 0).await;
    app.sign_up(&owner).await;
    let own = app.mails().next(&owner.email, 1).await;
    app.visitor().post("/v1/accounts/verify", &json!({ "token": own.token() })).expect(200).await;

    let client = app.sign_in(&owner).await;
    assert_eq!(client.get("/v1/account").expect(200).await.text_at("/name"), "Real Owner");
    app.visitor().post("/v1/sessions", &SignIn::OWN.body(&stranger.email, &stranger.password)).expect(401).await;
    let late = app.visitor().post("/v1/accounts/verify", &json!({ "token": theirs.token() })).send().await;
    assert!((400..500).contains(&late.status), "the stranger's registration is gone: {late}");
}

#[rstest]
#[tokio::test]
async fn sixteen_racers_verify_once(#[values(Backend::Sqlite, Backend::Postgresql)] backend: Backend) {
    let app = TestApp::start(backend).await;
    let ada = Person::new("Ada Lovelace");
    app.sign_up(&ada).await;
    let token = app.mails().next(&ada.email, 0).await.token();
    let visitor = app.visitor();
    let statuses = race(16, || visitor.post("/v1/accounts/verify", &json!({ "token": token }))).await;
    assert_eq!(statuses.iter().filter(|status| **status == 200).count(), 1, "{statuses:?}");
    assert!(statuses.iter().all(|status| *status < 500), "{statuses:?}");
}

#[rstest]
#[case::short("short", "/password")]
#[case::common("passwordpassword1", "/password")]
#[case::own_name("ada lovelace ada", "/password")]
#[tokio::test]
async fn weak_passwords_are_refused_with_a_way_out(#[case] password: &str, #[case] field: &str) {
    let app = TestApp::start(Backend::Sqlite).await;
    let ada = Person { password: password.to_owned(), ..Person::new("Ada Lovelace") };
    let reply = app.visitor().post("/v1/accounts", &app.sign_up_body(&ada)).expect(422).await;
    assert_eq!(reply.fields(), [field], "{reply}");
    assert!(!reply.text.contains(password), "a refusal repeats the password: {reply}");
}

#[rstest]
#[tokio::test]
async fn a_policy_that_is_not_in_force_cannot_be_accepted() {
    let app = TestApp::start(Backend::Sqlite).await;
    let mut body = app.sign_up_body(&Person::new("Ada Lovelace"));
    body["policy_version"] = json!(999);
    let reply = app.visitor().post("/v1/accounts", &body).send().await;
    assert!(matches!(reply.status, 409 | 422), "{reply}");
}

#[rstest]
#[tokio::test]
async fn the_verification_mail_can_be_sent_again(#[values(Backend::Sqlite, Backend::Postgresql)] backend: Backend) {
    let app = TestApp::start(backend).await;
    let ada = Person::new("Ada Lovelace");
    app.sign_up(&ada).await;
    app.mails().next(&ada.email, 0).await;
    app.visitor().post("/v1/accounts/resend", &json!({ "email": ada.email })).expect(202).await;
    let again = app.mails().next(&ada.email, 1).await;
    app.visitor().post("/v1/accounts/verify", &json!({ "token": again.token() })).expect(200).await;
    app.sign_in(&ada).await;
}
