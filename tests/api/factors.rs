//! Second factors by code: added, asked for, used once, lost, replaced, removed; and what else asks for them.

use rstest::rstest;
use serde_json::{Value, json};
use steward::kernel::permission::Role;

use crate::support::{Backend, Client, Mail, PASSWORD, Person, Reply, SignIn, TestApp, race};

const FACTORS: &str = "/v1/account/factors";

/// The newest mail to an address whose subject holds this.
async fn mail(app: &TestApp, to: &str, subject: &str) -> Mail {
    crate::support::eventually(subject, async || {
        app.mails().to(to).into_iter().rev().find(|mail| mail.subject.contains(subject))
    })
    .await
}

/// The right password of an account with a factor: what the sign-in waits with.
async fn pending(app: &TestApp, person: &Person) -> Reply {
    let asked = app.visitor().post("/v1/sessions", &SignIn::OWN.body(&person.email, &person.password));
    let asked = asked.expect(401).await;
    assert_eq!(asked.code(), "factor-required");
    asked
}

/// The rest of a sign-in.
fn with_factor(pending: &str, factor: &str) -> Value {
    json!({ "pending": pending, "factor": factor })
}

async fn factor_ids(client: &Client) -> Vec<String> {
    let own = client.get(FACTORS).expect(200).await.at("/data");
    own.as_array().into_iter().flatten().filter_map(|row| row["id"].as_str().map(str::to_owned)).collect()
}

/// The session last proved who it is six minutes ago.
fn six_minutes_pass(app: &TestApp) {
    use diesel::RunQueryDsl;
    let text = "UPDATE sessions SET stepped_up_at = '2020-01-01 00:00:00'";
    diesel::sql_query(text).execute(&mut app.database.connection()).expect("changed");
}

#[rstest]
#[tokio::test]
async fn an_app_counts_once_a_code_was_given_and_is_asked_for_from_then_on(
    #[values(Backend::Sqlite, Backend::Postgresql)] backend: Backend,
) {
    let app = TestApp::start(backend).await;
    let ada = app.person("Ada Lovelace").await;
    let client = app.sign_in(&ada).await;
    let begun = client.post(FACTORS, &json!({ "kind": "totp" })).expect(201).await;
    let phone = crate::support::factors::Authenticator::scan(&begun.text_at("/secret"));
    assert!(begun.text_at("/otpauth_url").starts_with("otpauth://totp/"), "{begun}");
    let confirm = |code: &str| json!({ "id": begun.text_at("/id"), "code": code });
    let wrong = client.post("/v1/account/factors/confirm", &confirm(&phone.never_shows(&app))).expect(422).await;
    assert_eq!((wrong.code(), wrong.fields()), ("factor-not-confirmed".into(), vec!["/code".to_owned()]));
    // A typing error locks nobody out: so far it is not asked for.
    app.sign_in(&ada).await;
    let added = client.post("/v1/account/factors/confirm", &confirm(&phone.shows(&app, 0))).expect(201).await;
    assert_eq!(added.at("/recovery_codes").as_array().map(Vec::len), Some(10), "{added}");
    assert_eq!(added.text_at("/factor/name"), "Authenticator app");
    let told = mail(&app, &ada.email, "authenticator app was added").await;
    assert!(told.text.contains("Freeze my account") || told.text.contains("/freeze?token="), "{}", told.text);

    let asked = pending(&app, &ada).await;
    assert_eq!(asked.at("/factors"), json!(["totp", "recovery_code"]), "{asked}");
    let sealed = asked.text_at("/pending");
    let wrong = app.visitor().post("/v1/sessions", &with_factor(&sealed, &phone.never_shows(&app))).expect(401).await;
    assert_eq!(wrong.code(), "wrong-factor");
    // The code that confirmed it is used up.
    app.visitor().post("/v1/sessions", &with_factor(&sealed, &phone.shows(&app, 0))).expect(401).await;
    let browser = app.browser();
    let code = phone.shows(&app, 1);
    let begun = browser.post("/v1/sessions", &with_factor(&sealed, &code)).expect(201).await;
    assert_eq!(begun.text_at("/session/kind"), "own", "the choices came along: {begun}");
    browser.get("/v1/account").expect(200).await;
    let again = app.visitor().post("/v1/sessions", &with_factor(&sealed, &code)).expect(401).await;
    assert_eq!(again.code(), "wrong-factor", "a code works once");
    // A wrong password says nothing of factors.
    let wrong = SignIn::OWN.body(&ada.email, "seven quiet herons wait");
    assert_eq!(app.visitor().post("/v1/sessions", &wrong).expect(401).await.code(), "wrong-credentials");
    let forged = app.visitor().post("/v1/sessions", &with_factor(&"A".repeat(200), "123456")).expect(401).await;
    assert_eq!(forged.code(), "sign-in-expired");
}

#[rstest]
#[tokio::test]
async fn of_sixteen_with_one_code_one_gets_in(#[values(Backend::Sqlite, Backend::Postgresql)] backend: Backend) {
    let app = TestApp::start(backend).await;
    let ada = app.person("Ada Lovelace").await;
    let (phone, codes) = app.add_authenticator(&app.sign_in(&ada).await).await;
    let visitor = app.visitor();
    for factor in [phone.shows(&app, 1), codes[0].clone()] {
        let body = with_factor(&pending(&app, &ada).await.text_at("/pending"), &factor);
        let statuses = race(16, || visitor.post("/v1/sessions", &body)).await;
        assert_eq!(statuses.iter().filter(|status| **status == 201).count(), 1, "{statuses:?}");
        assert!(statuses.iter().all(|status| *status < 500 || *status == 503), "{statuses:?}");
    }
}

#[rstest]
#[tokio::test]
async fn a_lost_phone_is_replaced_with_a_recovery_code(
    #[values(Backend::Sqlite, Backend::Postgresql)] backend: Backend,
) {
    let app = TestApp::start(backend).await;
    let ada = app.person("Ada Lovelace").await;
    let (_, codes) = app.add_authenticator(&app.sign_in(&ada).await).await;
    let typed = format!(" {} ", codes[0].to_uppercase().replace('-', " "));
    let client = app.browser();
    let sealed = pending(&app, &ada).await.text_at("/pending");
    client.post("/v1/sessions", &with_factor(&sealed, &typed)).expect(201).await;
    let told = mail(&app, &ada.email, "recovery code of your account").await;
    assert!(told.text.contains("9 are left") && !told.text.contains(&codes[0]), "{}", told.text);
    assert_eq!(client.get("/v1/account/recovery-codes").expect(200).await.at("/left"), json!(9));

    let lost = factor_ids(&client).await.remove(0);
    client.delete(&format!("{FACTORS}/{lost}")).expect(204).await;
    mail(&app, &ada.email, "authenticator app was removed").await;
    assert_eq!(client.get("/v1/account/recovery-codes").expect(200).await.at("/left"), json!(0));
    assert_eq!(client.post("/v1/account/recovery-codes", &json!({})).expect(409).await.code(), "no-factor");
    // Without a factor the password is enough again, and an old sign-in in waiting takes no code of before.
    app.sign_in(&ada).await;
    app.visitor().post("/v1/sessions", &with_factor(&sealed, &codes[1])).expect(401).await;
}

#[rstest]
#[tokio::test]
async fn new_recovery_codes_end_the_old_ones(#[values(Backend::Sqlite, Backend::Postgresql)] backend: Backend) {
    let app = TestApp::start(backend).await;
    let ada = app.person("Ada Lovelace").await;
    let client = app.sign_in(&ada).await;
    let (_, old) = app.add_authenticator(&client).await;
    let renewed = client.post("/v1/account/recovery-codes", &json!({})).expect(201).await;
    let new = renewed.text_at("/codes/0");
    mail(&app, &ada.email, "has new recovery codes").await;
    let sealed = pending(&app, &ada).await.text_at("/pending");
    app.visitor().post("/v1/sessions", &with_factor(&sealed, &old[3])).expect(401).await;
    app.browser().post("/v1/sessions", &with_factor(&sealed, &new)).expect(201).await;
    for (place, text) in app.everything_written().await {
        for code in old.iter().chain([&new]) {
            let bare = code.replace('-', "");
            assert!(!text.contains(code.as_str()) && !text.contains(&bare), "a recovery code is in {place}");
        }
    }
}

#[rstest]
#[tokio::test]
async fn guessing_codes_is_stopped(#[values(Backend::Sqlite, Backend::Postgresql)] backend: Backend) {
    let app = TestApp::with(backend, &[]).await;
    let ada = app.person("Ada Lovelace").await;
    let (phone, codes) = app.add_authenticator(&app.sign_in(&ada).await).await;
    let sealed = pending(&app, &ada).await.text_at("/pending");
    let visitor = app.visitor();
    let guess = with_factor(&sealed, &phone.never_shows(&app));
    let statuses = race(64, || visitor.post("/v1/sessions", &guess)).await;
    let judged = statuses.iter().filter(|status| **status == 401).count();
    assert!(judged <= 5, "{judged} guesses were judged: {statuses:?}");
    // Neither the right code nor a recovery code helps a guesser now.
    for right in [&phone.shows(&app, 1), &codes[0]] {
        let stopped = visitor.post("/v1/sessions", &with_factor(&sealed, right)).expect(429).await;
        assert!(stopped.header("retry-after").parse::<u32>().is_ok_and(|seconds| seconds > 0), "{stopped}");
    }
}

#[rstest]
#[tokio::test]
async fn changing_factors_needs_a_proof_of_the_last_five_minutes_which_a_code_gives_too(
    #[values(Backend::Sqlite, Backend::Postgresql)] backend: Backend,
) {
    let app = TestApp::start(backend).await;
    let client = app.signed_in("Ada Lovelace").await;
    let (phone, codes) = app.add_authenticator(&client).await;
    let id = factor_ids(&client).await.remove(0);
    six_minutes_pass(&app);
    let again = client.post(FACTORS, &json!({ "kind": "totp" })).expect(403).await;
    assert_eq!(again.code(), "step-up-required");
    client.delete(&format!("{FACTORS}/{id}")).expect(403).await;
    client.post("/v1/account/recovery-codes", &json!({})).expect(403).await;
    client.post("/v1/account/email-changes", &json!({ "email": "new@example.org" })).expect(403).await;
    let given = |body: Value| client.post("/v1/session/step-up", &body);
    assert_eq!(given(json!({ "factor": phone.never_shows(&app) })).expect(401).await.code(), "wrong-factor");
    given(json!({})).expect(422).await;
    // Who has a factor proves it by that, and not by the password: not even a new password is set without it.
    assert_eq!(given(json!({ "password": PASSWORD })).expect(422).await.fields(), ["/factor"]);
    let change = json!({ "current_password": PASSWORD, "password": "nine calm otters float" });
    assert_eq!(client.put("/v1/account/password", &change).expect(403).await.code(), "step-up-required");
    let form = |path: &str, fields: &[(&str, &str)]| {
        let body = serde_urlencoded::to_string(fields).expect("a form");
        client.call(reqwest::Method::POST, path).body("application/x-www-form-urlencoded", body).expect(303)
    };
    let passwords = [("current_password", PASSWORD), ("password", "nine calm otters float")];
    let token = [("name", "nightly"), ("scope_billing_read", "yes"), ("password", PASSWORD)];
    for (path, fields) in [
        ("/account/security/password", &passwords[..]),
        ("/account/security/tokens", &token[..]),
        ("/account/email", &[("email", "new@example.org"), ("password", PASSWORD)][..]),
    ] {
        let sent = form(path, fields).await;
        assert!(sent.header("location").starts_with("/account/security/prove"), "{path}: {sent}");
    }
    let page = client.get("/account/security/prove").expect(200).await;
    assert!(!page.text.contains("name=\"password\"") && page.text.contains("name=\"factor\""), "{page}");
    given(json!({ "factor": phone.shows(&app, 1) })).expect(204).await;
    client.post("/v1/account/email-changes", &json!({ "email": "new@example.org" })).expect(202).await;
    six_minutes_pass(&app);
    given(json!({ "factor": codes[0] })).expect(204).await;
    client.delete(&format!("{FACTORS}/{id}")).expect(204).await;
    // What is another customer's is not there.
    let eve = app.signed_in("Eve").await;
    app.add_authenticator(&eve).await;
    let theirs = factor_ids(&eve).await.remove(0);
    client.delete(&format!("{FACTORS}/{theirs}")).expect(404).await;
    let confirm = json!({ "id": theirs, "code": "123456" });
    client.post("/v1/account/factors/confirm", &confirm).expect(404).await;
    assert_eq!(factor_ids(&eve).await.len(), 1);
}

/// A session elsewhere, by password and a recovery code.
async fn elsewhere(app: &TestApp, person: &Person, code: &str) -> Client {
    let client = app.browser();
    let sealed = pending(app, person).await.text_at("/pending");
    client.post("/v1/sessions", &with_factor(&sealed, code)).expect(201).await;
    client
}

#[rstest]
#[tokio::test]
async fn other_sessions_end_with_a_change_of_factors_unless_they_are_to_go_on(
    #[values(Backend::Sqlite, Backend::Postgresql)] backend: Backend,
) {
    let app = TestApp::start(backend).await;
    let ada = app.person("Ada Lovelace").await;
    let (before, here, eve) = (app.sign_in(&ada).await, app.sign_in(&ada).await, app.signed_in("Eve").await);
    let (_, codes) = app.add_authenticator(&here).await;
    before.get("/v1/account").expect(401).await;

    let renew = |ends: Value| here.post("/v1/account/recovery-codes", &ends);
    let other = elsewhere(&app, &ada, &codes[0]).await;
    let kept = renew(json!({ "end_other_sessions": false })).expect(201).await;
    other.get("/v1/account").expect(200).await;
    renew(json!({ "end_other_sessions": "no" })).expect(422).await;
    renew(json!({})).expect(201).await;
    other.get("/v1/account").expect(401).await;
    here.get("/v1/account").expect(200).await;
    assert!(kept.text_at("/codes/0") != codes[0]);

    let id = factor_ids(&here).await.remove(0);
    let codes = renew(json!({})).expect(201).await;
    let other = elsewhere(&app, &ada, &codes.text_at("/codes/0")).await;
    let unclear = here.delete(&format!("{FACTORS}/{id}?end_other_sessions=perhaps")).send().await;
    assert!([400, 422].contains(&unclear.status), "{unclear}");
    here.delete(&format!("{FACTORS}/{id}?end_other_sessions=false")).expect(204).await;
    other.get("/v1/account").expect(200).await;

    // The pages: a box that is ticked, and one that is not.
    let (phone, _) = app.add_authenticator(&here).await;
    other.get("/v1/account").expect(401).await;
    let id = factor_ids(&here).await.remove(0);
    let page = here.get("/account/security/factors").expect(200).await;
    assert!(page.text.contains("name=\"end_other_sessions\" value=\"yes\" checked"), "{page}");
    let press = |path: String, body: &str| {
        here.call(reqwest::Method::POST, &path).body("application/x-www-form-urlencoded", body.to_owned()).send()
    };
    let other = app.browser();
    let sealed = pending(&app, &ada).await.text_at("/pending");
    other.post("/v1/sessions", &with_factor(&sealed, &phone.shows(&app, 1))).expect(201).await;
    assert_eq!(press("/account/security/recovery-codes".to_owned(), "").await.status, 200);
    other.get("/v1/account").expect(200).await;
    let removed = press(format!("/account/security/factors/{id}/remove"), "end_other_sessions=yes").await;
    assert!(removed.header("location").ends_with("?notice=removed-ended"), "{removed}");
    other.get("/v1/account").expect(401).await;
    here.get("/v1/account").expect(200).await;
    eve.get("/v1/account").expect(200).await;
}

#[tokio::test]
async fn nothing_is_added_at_a_public_computer() {
    let app = TestApp::start(Backend::Sqlite).await;
    let ada = app.person("Ada Lovelace").await;
    let client = app.browser();
    client.post("/v1/sessions", &SignIn::PUBLIC.body(&ada.email, &ada.password)).expect(201).await;
    for kind in ["totp", "passkey"] {
        let refused = client.post(FACTORS, &json!({ "kind": kind })).expect(403).await;
        assert_eq!(refused.code(), "public-computer");
    }
    let page = client.get("/account/security/factors").expect(200).await;
    assert!(page.text.contains("at a computer of your own only"), "{page}");
    assert!(!page.text.contains("Add an app"), "{page}");
}

#[rstest]
#[tokio::test]
async fn staff_keep_a_factor(#[values(Backend::Sqlite, Backend::Postgresql)] backend: Backend) {
    let app = TestApp::start(backend).await;
    let staff = app.staff(Role::Billing).await;
    let first = factor_ids(&staff).await.remove(0);
    let refused = staff.delete(&format!("{FACTORS}/{first}")).expect(409).await;
    assert_eq!(refused.code(), "last-factor");
    assert_eq!(factor_ids(&staff).await.len(), 1, "still there");
    app.add_authenticator(&staff).await;
    staff.delete(&format!("{FACTORS}/{first}")).expect(204).await;
    assert_eq!(factor_ids(&staff).await.len(), 1);
}

#[tokio::test]
async fn there_are_ten_at_most() {
    let app = TestApp::start(Backend::Sqlite).await;
    let client = app.signed_in("Ada Lovelace").await;
    for _ in 0..10 {
        app.add_authenticator(&client).await;
    }
    assert_eq!(client.post(FACTORS, &json!({ "kind": "totp" })).expect(409).await.code(), "too-many-factors");
    for name in ["a\u{202e}b".to_owned(), "x".repeat(61)] {
        let refused = client.post(FACTORS, &json!({ "kind": "totp", "name": name })).expect(422).await;
        assert_eq!(refused.fields(), ["/name"]);
    }
}

#[rstest]
#[tokio::test]
async fn a_reset_by_mail_keeps_the_factor(#[values(Backend::Sqlite, Backend::Postgresql)] backend: Backend) {
    let app = TestApp::start(backend).await;
    let ada = app.person("Ada Lovelace").await;
    let (phone, _) = app.add_authenticator(&app.sign_in(&ada).await).await;
    let before = pending(&app, &ada).await.text_at("/pending");
    app.visitor().post("/v1/password-resets", &json!({ "email": ada.email })).expect(202).await;
    let token = mail(&app, &ada.email, "assword").await.token();
    let password = "nine calm otters float".to_owned();
    app.visitor().put("/v1/password-resets", &json!({ "token": token, "password": password })).expect(204).await;
    // What waited with the old password is void.
    let late = app.visitor().post("/v1/sessions", &with_factor(&before, &phone.shows(&app, 1))).expect(401).await;
    assert_eq!(late.code(), "sign-in-expired");
    let sealed = pending(&app, &Person { password, ..ada }).await.text_at("/pending");
    app.browser().post("/v1/sessions", &with_factor(&sealed, &phone.shows(&app, 1))).expect(201).await;
}

#[rstest]
#[tokio::test]
async fn lifting_a_freeze_asks_for_the_factor_too(#[values(Backend::Sqlite, Backend::Postgresql)] backend: Backend) {
    let app = TestApp::start(backend).await;
    let ada = app.person("Ada Lovelace").await;
    let client = app.sign_in(&ada).await;
    let (phone, _) = app.add_authenticator(&client).await;
    client.post("/v1/account/freeze", &json!({})).expect(204).await;
    app.visitor().post("/v1/unfreezes", &json!({ "email": ada.email })).expect(202).await;
    let token = mail(&app, &ada.email, "Lift the freeze").await.token();
    let new = "nine calm otters float";
    let lift = |password: &str, factor: Option<String>| {
        let mut body = json!({ "token": token, "password": password, "new_password": new });
        if let Some(factor) = factor {
            body["factor"] = json!(factor);
        }
        app.visitor().put("/v1/unfreezes", &body)
    };
    // Whether there is a factor is told after the right password only.
    assert_eq!(lift("seven quiet herons wait", None).expect(403).await.code(), "wrong-password");
    assert_eq!(lift(PASSWORD, None).expect(401).await.code(), "factor-required");
    assert_eq!(lift(PASSWORD, Some(phone.never_shows(&app))).expect(401).await.code(), "wrong-factor");
    assert!(app.visitor().get(&format!("/unfreeze/confirm?token={token}")).expect(200).await.text.contains("passkey"));
    lift(PASSWORD, Some(phone.shows(&app, 1))).expect(204).await;
    let sealed = pending(&app, &Person { password: new.to_owned(), ..ada }).await.text_at("/pending");
    app.visitor().post("/v1/sessions", &with_factor(&sealed, &phone.shows(&app, 1))).expect(401).await;
}

#[rstest]
#[tokio::test]
async fn a_recovery_code_undoes_a_change_of_the_address_and_what_a_thief_added_goes(
    #[values(Backend::Sqlite, Backend::Postgresql)] backend: Backend,
) {
    let app = TestApp::start(backend).await;
    let ada = app.person("Ada Lovelace").await;
    let thief = app.sign_in(&ada).await;
    let (phone, codes) = app.add_authenticator(&thief).await;
    thief.post("/v1/account/email-changes", &json!({ "email": "thief@example.net" })).expect(202).await;
    let confirm = json!({ "token": mail(&app, "thief@example.net", "Confirm your new address").await.token() });
    thief.post("/v1/account/email-changes/confirm", &confirm).expect(204).await;
    app.add_authenticator(&thief).await;
    app.add_passkey(&thief).await;
    let change = json!({ "current_password": PASSWORD, "password": "nine calm otters float" });
    thief.put("/v1/account/password", &change).expect(204).await;

    let undo = mail(&app, &ada.email, "was changed").await.token();
    let with = |code: &str| json!({ "token": undo, "recovery_code": code });
    let path = "/v1/account/email-changes/undo";
    let wrong = app.visitor().post(path, &with("abcd-efgh-jkmn-pqrs")).expect(401).await;
    assert_eq!((wrong.code(), wrong.fields()), ("wrong-factor".into(), vec!["/recovery_code".to_owned()]));
    // Digits of the app are no recovery code, and a device may have been stolen with the mailbox.
    app.visitor().post(path, &with(&phone.shows(&app, 1))).expect(401).await;
    let visitor = app.visitor();
    let statuses = race(16, || visitor.post(path, &with(&codes[0]))).await;
    assert_eq!(statuses.iter().filter(|status| **status == 200).count(), 1, "{statuses:?}");
    let sealed = pending(&app, &ada).await;
    assert_eq!(sealed.at("/factors"), json!(["totp", "recovery_code"]));
    let back = app.browser();
    back.post("/v1/sessions", &with_factor(&sealed.text_at("/pending"), &phone.shows(&app, 1))).expect(201).await;
    assert_eq!(back.get("/v1/account").expect(200).await.text_at("/email"), ada.email);
    assert_eq!(factor_ids(&back).await.len(), 1);
}

#[rstest]
#[tokio::test]
async fn codes_that_a_thief_made_undo_nothing(#[values(Backend::Sqlite, Backend::Postgresql)] backend: Backend) {
    let app = TestApp::start(backend).await;
    let ada = app.person("Ada Lovelace").await;
    let thief = app.sign_in(&ada).await;
    thief.post("/v1/account/email-changes", &json!({ "email": "thief@example.net" })).expect(202).await;
    let confirm = json!({ "token": mail(&app, "thief@example.net", "Confirm your new address").await.token() });
    thief.post("/v1/account/email-changes/confirm", &confirm).expect(204).await;
    let (_, codes) = app.add_authenticator(&thief).await;
    let undo = mail(&app, &ada.email, "was changed").await.token();
    let path = "/v1/account/email-changes/undo";
    app.visitor().post(path, &json!({ "token": undo, "recovery_code": codes[0] })).expect(401).await;
    app.visitor().post(path, &json!({ "token": undo, "password": PASSWORD })).expect(200).await;
    // The thief's app does not stand in the way.
    let back = app.sign_in(&ada).await;
    assert_eq!(factor_ids(&back).await, Vec::<String>::new());
    assert_eq!(back.get("/v1/account/recovery-codes").expect(200).await.at("/left"), json!(0));
}

#[tokio::test]
async fn the_pages_ask_in_a_second_step_and_lead_back_after_a_proof() {
    let app = TestApp::start(Backend::Sqlite).await;
    let ada = app.person("Ada Lovelace").await;
    let client = app.sign_in(&ada).await;
    let (phone, codes) = app.add_authenticator(&client).await;
    // A script of ours may run where it is needed, and nowhere else.
    for (path, scripts) in [("/sign-in", true), ("/account/security/factors", true), ("/account/security", false)] {
        let page = client.get(path).expect(200).await;
        let policy = page.header("content-security-policy");
        assert!(policy.contains("default-src 'none'") && !policy.contains("unsafe"), "{path}: {policy}");
        assert_eq!(policy.contains("script-src 'self'"), scripts, "{path}: {policy}");
        assert_eq!(page.text.contains("<script"), scripts, "{path}");
    }
    let browser = app.browser();
    let form = [("email", ada.email.as_str()), ("password", PASSWORD), ("computer", "own-remember")];
    let asked = browser.submit("/sign-in", &form).expect(200).await;
    assert!(asked.text.contains("Your second factor") && !asked.text.contains(PASSWORD), "{asked}");
    let sealed = input(&asked, "pending");
    let wrong = browser
        .submit("/sign-in/factor", &[("pending", &sealed), ("factor", &phone.never_shows(&app))])
        .expect(401)
        .await;
    assert!(wrong.text.contains("wrong or was used before"), "{wrong}");
    let code = phone.shows(&app, 1);
    let right = browser.submit("/sign-in/factor", &[("pending", &sealed), ("factor", &code), ("next", "/billing")]);
    assert!(right.expect(303).await.header("location").starts_with("/sign-in/done?next="));
    assert!(browser.cookie("__Host-remembered-email").is_some(), "the choice came along");
    let late = browser.submit("/sign-in/factor", &[("pending", "nonsense"), ("factor", "123456")]).expect(303).await;
    assert_eq!(late.header("location"), "/sign-in?notice=expired");

    six_minutes_pass(&app);
    let stopped = browser.submit("/account/security/factors/app", &[("name", "Tablet")]);
    let stopped = stopped.header("Referer", &format!("{}/account/security/factors", app.base)).expect(303).await;
    let prove = stopped.header("location").to_owned();
    assert_eq!(prove, "/account/security/prove?next=%2Faccount%2Fsecurity%2Ffactors");
    browser.get(&prove).expect(200).await;
    let next = ("next", "/account/security/factors");
    let empty = browser.submit("/account/security/prove", &[next]).expect(422).await;
    assert!(empty.text.contains("Enter the code"), "{empty}");
    // The password does not stand for the factor, right or wrong.
    let with_password = browser.submit("/account/security/prove", &[("password", PASSWORD), next]).expect(422).await;
    assert!(with_password.text.contains("Enter the code"), "{with_password}");
    browser.submit("/account/security/prove", &[("factor", &phone.never_shows(&app)), next]).expect(401).await;
    let proved = browser.submit("/account/security/prove", &[("factor", &codes[2]), next]).expect(303).await;
    assert_eq!(proved.header("location"), next.1);
    let shown = browser.submit("/account/security/factors/app", &[("name", "Tablet")]).expect(200).await;
    assert!(shown.text.contains("<svg class=\"qr\""), "{shown}");
    let tablet = crate::support::factors::Authenticator::scan(&secret(&shown));
    let id = input(&shown, "id");
    let wrong = [("id", id.as_str()), ("code", &tablet.never_shows(&app))];
    let again = browser.submit("/account/security/factors/app/confirm", &wrong).expect(422).await;
    assert_eq!(secret(&again), secret(&shown), "the same picture once more");
    let right = [("id", id.as_str()), ("code", &tablet.shows(&app, 0))];
    let added = browser.submit("/account/security/factors/app/confirm", &right).expect(303).await;
    assert_eq!(added.header("location"), "/account/security/factors?notice=added");
    assert!(browser.get("/account/security/factors").expect(200).await.text.contains("Tablet"));
}

/// The value of a hidden input.
fn input(page: &Reply, name: &str) -> String {
    let (_, rest) =
        page.text.split_once(&format!("name=\"{name}\" value=\"")).unwrap_or_else(|| panic!("{name}: {page}"));
    rest.split('"').next().expect("closed").to_owned()
}

/// The key for typing into an app.
fn secret(page: &Reply) -> String {
    let (_, rest) = page.text.split_once("class=\"secret\">").unwrap_or_else(|| panic!("no key: {page}"));
    rest.split('<').next().expect("closed").replace(' ', "")
}
