//! Freezing, and changing the address.

use rstest::rstest;
use serde_json::json;
use steward::identity::principals::model::PrincipalId;

use crate::support::{Backend, Client, Mail, Person, SignIn, TestApp, race};

const NEW_PASSWORD: &str = "nine calm otters float";

/// The newest mail to an address whose subject holds this.
async fn mail(app: &TestApp, to: &str, subject: &str) -> Mail {
    crate::support::eventually(subject, async || {
        app.mails().to(to).into_iter().rev().find(|mail| mail.subject.contains(subject))
    })
    .await
}

async fn account_of(client: &Client) -> PrincipalId {
    client.get("/v1/session").expect(200).await.text_at("/account_id").parse().expect("an account")
}

/// Asks for another address and answers the token that went there.
async fn ask(app: &TestApp, client: &Client, to: &str) -> String {
    client.post("/v1/account/email-changes", &json!({ "email": to })).expect(202).await;
    mail(app, to, "Confirm your new address").await.token()
}

#[rstest]
#[tokio::test]
async fn a_frozen_account_lets_nobody_in_until_mailbox_and_password_agree(
    #[values(Backend::Sqlite, Backend::Postgresql)] backend: Backend,
) {
    let app = TestApp::start(backend).await;
    let ada = app.person("Ada Lovelace").await;
    let (first, second) = (app.sign_in(&ada).await, app.sign_in(&ada).await);
    first.post("/v1/account/freeze", &json!({})).expect(204).await;
    // The answer took the cookie of the browser that froze; the other still has its own, and is told.
    first.get("/v1/account").expect(401).await;
    assert_eq!(second.get("/v1/account").expect(403).await.code(), "account-frozen");
    let refused = app.visitor().post("/v1/sessions", &SignIn::OWN.body(&ada.email, &ada.password)).expect(403).await;
    assert_eq!(refused.code(), "account-frozen");
    let wrong = SignIn::OWN.body(&ada.email, "seven quiet herons wait");
    assert_eq!(app.visitor().post("/v1/sessions", &wrong).expect(401).await.code(), "wrong-credentials");
    assert!(!mail(&app, &ada.email, "is frozen").await.text.contains("token="));

    // The mailbox alone: no password is set by mail.
    app.visitor().post("/v1/password-resets", &json!({ "email": ada.email })).expect(202).await;
    assert!(!mail(&app, &ada.email, "No new password").await.text.contains("token="));
    // The mailbox with a guess, then with the password.
    app.visitor().post("/v1/unfreezes", &json!({ "email": ada.email })).expect(202).await;
    let token = mail(&app, &ada.email, "Lift the freeze").await.token();
    let with = |password: &str| json!({ "token": token, "password": password, "new_password": NEW_PASSWORD });
    let guess = app.visitor().put("/v1/unfreezes", &with("seven quiet herons wait")).expect(403).await;
    assert_eq!(guess.code(), "wrong-password");
    let visitor = app.visitor();
    let statuses = race(16, || visitor.put("/v1/unfreezes", &with(&ada.password))).await;
    assert_eq!(statuses.iter().filter(|status| **status == 204).count(), 1, "{statuses:?}");
    assert!(statuses.iter().all(|status| *status < 500 || *status == 503), "{statuses:?}");
    app.visitor().post("/v1/sessions", &SignIn::OWN.body(&ada.email, &ada.password)).expect(401).await;
    let again = app.sign_in(&Person { password: NEW_PASSWORD.to_owned(), ..ada.clone() }).await;
    let history = again.get("/v1/account/freezes").expect(200).await;
    assert_eq!(
        (history.text_at("/data/0/cause"), history.text_at("/data/0/ended_by")),
        ("holder".into(), "holder".into())
    );
    second.get("/v1/account").expect(401).await;
}

#[rstest]
#[tokio::test]
async fn the_link_of_a_notice_freezes_once(#[values(Backend::Sqlite, Backend::Postgresql)] backend: Backend) {
    let app = TestApp::start(backend).await;
    let ada = app.person("Ada Lovelace").await;
    let client = app.sign_in(&ada).await;
    let change = json!({ "current_password": ada.password, "password": NEW_PASSWORD });
    client.put("/v1/account/password", &change).expect(204).await;
    let token = mail(&app, &ada.email, "password").await.token();
    let shown = app.visitor().get(&format!("/freeze?token={token}")).expect(200).await;
    assert!(shown.text.contains("renews as agreed"), "{}", shown.text);
    client.get("/v1/account").expect(200).await;
    let visitor = app.visitor();
    let statuses = race(16, || visitor.post("/v1/freezes", &json!({ "token": token }))).await;
    assert_eq!(statuses.iter().filter(|status| **status == 204).count(), 1, "{statuses:?}");
    assert_eq!(client.get("/v1/account").expect(403).await.code(), "account-frozen");
    app.visitor().post("/v1/freezes", &json!({ "token": token })).expect(410).await;
}

#[rstest]
#[tokio::test]
async fn an_address_changes_only_when_the_new_one_is_confirmed(
    #[values(Backend::Sqlite, Backend::Postgresql)] backend: Backend,
) {
    let app = TestApp::start(backend).await;
    let ada = app.person("Ada Lovelace").await;
    let (client, other) = (app.sign_in(&ada).await, app.sign_in(&ada).await);
    let new = Person { email: "Ada.New@example.org".to_owned(), ..ada.clone() };
    let token = ask(&app, &client, &new.email).await;
    mail(&app, &ada.email, "Another e-mail address").await;
    assert_eq!(client.get("/v1/account").expect(200).await.text_at("/email"), ada.email);
    // A stranger with the link, and another customer with it, get nothing.
    app.visitor().post("/v1/account/email-changes/confirm", &json!({ "token": token })).expect(401).await;
    let eve = app.signed_in("Eve").await;
    eve.post("/v1/account/email-changes/confirm", &json!({ "token": token })).expect(410).await;
    let statuses = race(16, || client.post("/v1/account/email-changes/confirm", &json!({ "token": token }))).await;
    assert_eq!(statuses.iter().filter(|status| **status == 204).count(), 1, "{statuses:?}");
    assert!(statuses.iter().all(|status| *status < 500 || *status == 503), "{statuses:?}");
    let account = client.get("/v1/account").expect(200).await;
    assert_eq!(account.text_at("/email"), new.email);
    let history = client.get("/v1/account/history").expect(200).await;
    assert_eq!(
        (history.text_at("/data/0/field"), history.text_at("/data/0/after")),
        ("email".into(), new.email.clone())
    );
    other.get("/v1/account").expect(401).await;
    app.visitor().post("/v1/sessions", &SignIn::OWN.body(&ada.email, &ada.password)).expect(401).await;
    app.sign_in(&new).await;
    // So long as it can be undone, no password is set by mail.
    app.visitor().post("/v1/password-resets", &json!({ "email": new.email })).expect(202).await;
    assert!(!mail(&app, "Ada.New@", "No new password").await.text.contains("token="));
}

#[rstest]
#[tokio::test]
async fn the_old_address_freezes_at_once_and_undoes_with_the_old_password(
    #[values(Backend::Sqlite, Backend::Postgresql)] backend: Backend,
) {
    let app = TestApp::start(backend).await;
    let ada = app.person("Ada Lovelace").await;
    let thief = app.sign_in(&ada).await;
    let token = ask(&app, &thief, "thief@example.net").await;
    thief.post("/v1/account/email-changes/confirm", &json!({ "token": token })).expect(204).await;
    let change = json!({ "current_password": ada.password, "password": NEW_PASSWORD });
    thief.put("/v1/account/password", &change).expect(204).await;

    let undo = mail(&app, &ada.email, "was changed").await.token();
    let path = "/v1/account/email-changes/undo";
    let frozen = app.visitor().post(path, &json!({ "token": undo })).expect(200).await;
    assert_eq!(frozen.text_at("/status"), "frozen");
    assert_eq!(thief.get("/v1/account").expect(403).await.code(), "account-frozen");
    // The thief's mailbox does not lift it.
    app.visitor().post("/v1/unfreezes", &json!({ "email": "thief@example.net" })).expect(202).await;
    assert!(!mail(&app, "thief@example.net", "About the freeze").await.text.contains("token="));
    let wrong = json!({ "token": undo, "password": "seven quiet herons wait" });
    assert_eq!(app.visitor().post(path, &wrong).expect(403).await.code(), "wrong-password");
    let right = json!({ "token": undo, "password": ada.password });
    let visitor = app.visitor();
    let statuses = race(16, || visitor.post(path, &right)).await;
    assert_eq!(statuses.iter().filter(|status| **status == 200).count(), 1, "{statuses:?}");
    let back = app.sign_in(&ada).await;
    assert_eq!(back.get("/v1/account").expect(200).await.text_at("/email"), ada.email);
    let of_thief = SignIn::OWN.body("thief@example.net", NEW_PASSWORD);
    app.visitor().post("/v1/sessions", &of_thief).expect(401).await;
    app.visitor().post(path, &right).expect(410).await;
}

#[rstest]
#[tokio::test]
async fn nobody_else_gets_the_old_address_while_the_change_can_be_undone(
    #[values(Backend::Sqlite, Backend::Postgresql)] backend: Backend,
) {
    let app = TestApp::start(backend).await;
    let (ada, eve) = (app.person("Ada Lovelace").await, app.person("Eve").await);
    let (thief, of_eve) = (app.sign_in(&ada).await, app.sign_in(&eve).await);
    let token = ask(&app, &thief, "thief@example.net").await;
    thief.post("/v1/account/email-changes/confirm", &json!({ "token": token })).expect(204).await;
    // Whoever has the old mailbox, too, opens no account there; the mail offers the way back instead.
    let mut second = crate::support::Person::new("Ada Lovelace");
    second.email = ada.email.to_uppercase();
    app.visitor().post("/v1/accounts", &app.sign_up_body(&second)).expect(202).await;
    let told = mail(&app, &ada.email, "Your earlier address").await;
    assert!(told.text.contains("/email/undo?token=") && !told.text.contains("/verify"), "{}", told.text);
    // Nor does another account move there, and it is told nothing that it would not be told of any address.
    let wish = json!({ "email": ada.email });
    of_eve.post("/v1/account/email-changes", &wish).expect(202).await;
    app.settle();
    let links = app.mails().all().into_iter().filter(|mail| mail.text.contains("/account/email/confirm")).count();
    assert_eq!(links, 1, "the thief's own");
    let undo = json!({ "token": told.token(), "password": ada.password });
    let undone = app.visitor().post("/v1/account/email-changes/undo", &undo).expect(200).await;
    assert_eq!(undone.text_at("/status"), "undone");
    let back = app.sign_in(&ada).await;
    assert_eq!(back.get("/v1/account").expect(200).await.text_at("/email"), ada.email);
    let history = back.get("/v1/account/history").expect(200).await;
    let networks: Vec<_> =
        history.at("/data").as_array().expect("a list").iter().map(|c| c["network"].clone()).collect();
    assert_eq!(networks, [json!("127.0.0.0/24"), json!("127.0.0.0/24")], "where both changes came from");
}

#[rstest]
#[tokio::test]
async fn asking_tells_nothing_and_one_of_two_claims_wins(
    #[values(Backend::Sqlite, Backend::Postgresql)] backend: Backend,
) {
    let app = TestApp::start(backend).await;
    let (ada, bob) = (app.person("Ada Lovelace").await, app.person("Bob").await);
    let (of_ada, of_bob) = (app.sign_in(&ada).await, app.sign_in(&bob).await);
    let taken = of_ada.post("/v1/account/email-changes", &json!({ "email": bob.email })).expect(202).await;
    // A later wish replaces the earlier one, so its mail has to be out first.
    let told = mail(&app, &bob.email, "Your address at").await;
    let free = of_ada.post("/v1/account/email-changes", &json!({ "email": "free@example.org" })).expect(202).await;
    assert_eq!(taken.text, free.text);
    assert!(!told.text.contains("token=") && !told.text.contains("Ada"));
    let own = of_ada.post("/v1/account/email-changes", &json!({ "email": ada.email.to_uppercase() })).expect(422).await;
    assert_eq!(own.fields(), ["/email"]);

    let (first, second) = (ask(&app, &of_ada, "both@example.org").await, {
        let seen = app.mails().to("both@example.org").len();
        of_bob.post("/v1/account/email-changes", &json!({ "email": "BOTH@example.org" })).expect(202).await;
        crate::support::eventually("the second link", async || {
            app.mails().all().into_iter().filter(|m| m.to.to_lowercase().contains("both@example.org")).nth(seen)
        })
        .await
        .token()
    });
    let path = "/v1/account/email-changes/confirm";
    let calls = [of_ada.post(path, &json!({ "token": first })), of_bob.post(path, &json!({ "token": second }))];
    let calls: Vec<_> = calls.into_iter().map(|call| tokio::spawn(call.send())).collect();
    let mut statuses = Vec::new();
    for call in calls {
        statuses.push(call.await.expect("no panic").status);
    }
    statuses.sort_unstable();
    assert_eq!(statuses, [204, 409]);
}

#[rstest]
#[tokio::test]
async fn a_freeze_voids_what_waits(#[values(Backend::Sqlite, Backend::Postgresql)] backend: Backend) {
    let app = TestApp::start(backend).await;
    let ada = app.person("Ada Lovelace").await;
    let client = app.sign_in(&ada).await;
    let token = ask(&app, &client, "new@example.org").await;
    let account = account_of(&client).await;
    client.post("/v1/account/freeze", &json!({})).expect(204).await;
    app.visitor().post("/v1/unfreezes", &json!({ "email": ada.email })).expect(202).await;
    let lift = mail(&app, &ada.email, "Lift the freeze").await.token();
    let body = json!({ "token": lift, "password": ada.password, "new_password": NEW_PASSWORD });
    app.visitor().put("/v1/unfreezes", &body).expect(204).await;
    let again = app.sign_in(&Person { password: NEW_PASSWORD.to_owned(), ..ada.clone() }).await;
    assert_eq!(account_of(&again).await, account);
    again.post("/v1/account/email-changes/confirm", &json!({ "token": token })).expect(410).await;
}

#[tokio::test]
async fn the_processor_learns_the_new_address_with_a_share_row() {
    let app = TestApp::start(Backend::Sqlite).await;
    let ada = app.person("Ada Lovelace").await;
    let client = app.sign_in(&ada).await;
    app.add_card(&client, "pm_card_visa").await;
    let token = ask(&app, &client, "ada.new@example.org").await;
    client.post("/v1/account/email-changes/confirm", &json!({ "token": token })).expect(204).await;
    let processor = Client::new(&app.sandbox.url()).with_bearer(&app.sandbox.secret_key());
    crate::support::eventually("the processor's customer has the new address", async || {
        let customers = processor.get("/v1/customers").expect(200).await;
        (customers.text_at("/data/0/email") == "ada.new@example.org").then_some(())
    })
    .await;
    let shares = client.get("/v1/account/shared-with").expect(200).await;
    assert!(shares.text.contains("email_change"), "{}", shares.text);
}

#[rstest]
#[tokio::test]
async fn a_reason_of_staff_that_says_nothing_comes_back_with_the_form(
    #[values(Backend::Sqlite, Backend::Postgresql)] backend: Backend,
) {
    let app = TestApp::start(backend).await;
    let client = app.signed_in("Zebulon").await;
    let account = client.get("/v1/session").expect(200).await.text_at("/account_id");
    let staff = app.staff(steward::kernel::permission::Role::Admin).await;
    for verb in ["freeze", "unfreeze"] {
        let reply =
            staff.submit(&format!("/staff/accounts/{account}/{verb}"), &[("reason", "hm & so")]).expect(422).await;
        assert!(reply.text.contains("hm &#38; so</textarea>"), "what was typed is there again: {reply}");
        assert!(reply.text.contains("Say in a sentence why.") && reply.text.contains("href=\"#reason\""), "{reply}");
        assert!(!reply.text.contains("Zebulon"), "this is no look: {reply}");
    }
    assert_eq!(app.looks(), 0);
    client.get("/v1/account").expect(200).await;
    let reason = [("reason", "The holder asked for it by telephone.")];
    staff.submit(&format!("/staff/accounts/{account}/freeze"), &reason).expect(303).await;
    assert_eq!(app.looks(), 1);
}

#[rstest]
#[tokio::test]
async fn whose_doing_a_freeze_was_is_told_in_mails_and_behind_the_link(
    #[values(Backend::Sqlite, Backend::Postgresql)] backend: Backend,
) {
    let app = TestApp::start(backend).await;
    let ada = app.person("Ada Lovelace").await;
    let account = app.sign_in(&ada).await.get("/v1/session").expect(200).await.text_at("/account_id");
    let staff = app.staff(steward::kernel::permission::Role::Admin).await;
    let because = |reason: &str| json!({ "reason": reason });
    let path = format!("/v1/staff/accounts/{account}");
    staff.post(&format!("{path}/freeze"), &because("Orders from\r\nabroad, ticket 4711.")).expect(204).await;
    let says = "Our staff did it, for this reason: Orders from abroad, ticket 4711.";
    assert!(mail(&app, &ada.email, "is frozen").await.text.replace('\n', " ").contains(says));
    app.visitor().post("/v1/unfreezes", &json!({ "email": ada.email })).expect(202).await;
    let lift = mail(&app, &ada.email, "Lift the freeze").await;
    assert!(lift.text.replace('\n', " ").contains(says), "{}", lift.text);
    let told = "By our staff: Orders from abroad, ticket 4711.";
    let page = app.visitor().get(&format!("/unfreeze/confirm?token={}", lift.token())).expect(200).await;
    assert!(page.text.contains(told), "{}", page.text);
    let form =
        [("token", lift.token()), ("password", "not the right one".into()), ("new_password", NEW_PASSWORD.into())];
    let form: Vec<_> = form.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let again = app.browser().submit("/unfreeze/confirm", &form).expect(403).await;
    assert!(again.text.contains(told), "{}", again.text);
    // Without a link that opens something nobody is told anything.
    let made_up = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
    for page in ["/unfreeze".to_owned(), format!("/unfreeze/confirm?token={made_up}")] {
        assert!(!app.visitor().get(&page).expect(200).await.text.contains("4711"), "{page}");
    }
    staff.post(&format!("{path}/unfreeze"), &because("The holder called us back.")).expect(204).await;
    let lifted = mail(&app, &ada.email, "no longer frozen").await;
    assert!(lifted.text.replace('\n', " ").contains("for this reason: The holder called us back."), "{}", lifted.text);

    let seen = app.mails().to(&ada.email).len();
    app.sign_in(&ada).await.post("/v1/account/freeze", &json!({})).expect(204).await;
    let own = app.mails().next(&ada.email, seen).await;
    assert!(
        own.text.replace('\n', " ").contains("from the account itself, by somebody signed in to it"),
        "{}",
        own.text
    );
}
