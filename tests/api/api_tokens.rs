//! API tokens: operation × scope, and what their holder does with them.

use diesel::{ExpressionMethods, QueryDsl, RunQueryDsl, sql_query};
use rstest::rstest;
use serde_json::{Value, json};
use steward::db::schema::audit_entries;
use steward::platform::web::registry::Access;

use crate::coverage::successes::prepare;
use crate::support::{Backend, Client, Mail, Person, SignIn, TestApp, eventually};

const PATH: &str = "/v1/account/tokens";
const SCOPES: [&str; 8] = [
    "profile:read",
    "profile:write",
    "billing:read",
    "billing:write",
    "privacy:read",
    "privacy:write",
    "security:read",
    "security:write",
];

/// What each operation asks of a token, written out here so that the product's table cannot agree with itself; none where
/// no token may.
const NEEDS: &[(&str, Option<&str>)] = &[
    ("get_account", Some("profile:read")),
    ("list_history", Some("profile:read")),
    ("update_account", Some("profile:write")),
    ("create_confirmation", Some("profile:write")),
    ("restore_history", Some("profile:write")),
    ("create_reminder", Some("profile:write")),
    ("list_corrections", Some("profile:read")),
    ("create_correction", Some("profile:write")),
    ("withdraw_correction", Some("profile:write")),
    ("create_invoice_correction", Some("billing:write")),
    ("list_invoices", Some("billing:read")),
    ("get_invoice", Some("billing:read")),
    ("list_payment_methods", Some("billing:read")),
    ("list_subscriptions", Some("billing:read")),
    ("get_subscription", Some("billing:read")),
    ("pay_invoice", Some("billing:write")),
    ("create_payment_method_setup", Some("billing:write")),
    ("delete_payment_method", Some("billing:write")),
    ("set_default_payment_method", Some("billing:write")),
    ("preview_subscription", Some("billing:write")),
    ("create_subscription", Some("billing:write")),
    ("cancel_subscription", Some("billing:write")),
    ("uncancel_subscription", Some("billing:write")),
    ("get_consent", Some("privacy:read")),
    ("list_shares", Some("privacy:read")),
    ("list_staff_access", Some("privacy:read")),
    ("get_terms", Some("privacy:read")),
    ("put_consent", Some("privacy:write")),
    ("delete_consent", Some("privacy:write")),
    ("get_xmpp_address", Some("privacy:read")),
    ("create_xmpp_code", Some("privacy:write")),
    ("confirm_xmpp_address", None),
    ("accept_terms", Some("privacy:write")),
    ("list_sessions", Some("security:read")),
    ("list_sign_ins", Some("security:read")),
    ("list_freezes", Some("security:read")),
    ("end_session", Some("security:write")),
    ("end_other_sessions", Some("security:write")),
    ("end_all_sessions", Some("security:write")),
    ("report_sign_in", Some("security:write")),
    ("freeze_account", Some("security:write")),
    ("get_session", None),
    ("delete_session", None),
    ("step_up_session", None),
    ("update_password", None),
    ("get_email_change", None),
    ("create_email_change", None),
    ("confirm_email_change", None),
    ("list_factors", None),
    ("create_factor", None),
    ("confirm_factor", None),
    ("delete_factor", None),
    ("get_factor_reset", None),
    ("stop_factor_reset", None),
    ("get_recovery_codes", None),
    ("create_recovery_codes", None),
    ("list_api_tokens", None),
    ("create_api_token", None),
    ("revoke_api_token", None),
];

/// What a holder has stored here.
const STORED: [&str; 3] = ["Ada Quillfeather", "+6561234567", "https://quillfeather.example/"];

/// Texts that are words of the API rather than values of an account.
const WORDS: &[&str] = &["active", "month", "given", "open", "profile"];

/// A program with a token of this scope.
async fn program(app: &TestApp, holder: &Client, scopes: &[&str]) -> Client {
    let wish = json!({ "name": scopes.join(" and "), "scopes": scopes });
    let secret = holder.post(PATH, &wish).expect(201).await.text_at("/token");
    assert!(secret.starts_with("stw_"), "{secret}");
    Client::new(&app.base).with_bearer(&secret)
}

#[tokio::test]
async fn operation_by_scope() {
    let app = TestApp::start(Backend::Sqlite).await;
    let holder = app.signed_in("Ada Lovelace").await;
    // Changed since the version that is named below, so that a refusal has something to tell.
    let profile = json!({ "name": STORED[0], "phone": STORED[1], "website": STORED[2] });
    holder.patch("/v1/account", &profile).if_match("\"1\"").expect(200).await;
    let mut programs = Vec::new();
    for scope in SCOPES {
        programs.push((scope, program(&app, &holder, &[scope]).await));
    }
    let mut operations = app.operations();
    operations.retain(|operation| matches!(operation.access, Access::Holder | Access::Session));
    // A freeze ends every token.
    operations.sort_by_key(|operation| operation.id == "freeze_account");
    let (mut opened, mut refused) = (0, 0);
    for operation in &operations {
        let known = NEEDS.iter().find(|(id, _)| *id == operation.id);
        let (_, need) =
            known.unwrap_or_else(|| panic!("{}: say which scope it asks for, or that none opens it", operation.id));
        // The right scope comes last, since what it does may end the tokens.
        programs.sort_by_key(|(scope, _)| Some(*scope) == *need);
        for (scope, program) in &programs {
            let reply = operation.call(program).send().await;
            let what = format!("{} with {scope}: {reply}", operation.id);
            let shown = STORED.into_iter().find(|value| reply.text.contains(value));
            assert!(scope.ends_with(":read") || shown.is_none(), "{shown:?} is shown: {what}");
            let code = if reply.status < 400 { String::new() } else { reply.code() };
            match need {
                None => assert_eq!((reply.status, code.as_str()), (403, "token-refused"), "{what}"),
                Some(own) if own == scope => {
                    assert!(reply.status < 500 && reply.status != 401, "{what}");
                    assert!(!code.starts_with("token-"), "{what}");
                    opened += 1;
                    continue;
                }
                Some(own) => {
                    assert_eq!((reply.status, code.as_str()), (403, "token-scope"), "{what}");
                    assert!(reply.text_at("/detail").contains(own), "it names the scope that it lacks: {what}");
                }
            }
            refused += 1;
        }
    }
    assert_eq!(opened, NEEDS.iter().filter(|(_, need)| need.is_some()).count());
    assert!(refused > 200, "only {refused} were refused");
}

/// Every text in a document, a list or an object within it.
fn texts(document: &Value, into: &mut Vec<String>) {
    match document {
        Value::String(text) => into.push(text.clone()),
        Value::Array(items) => items.iter().for_each(|item| texts(item, into)),
        Value::Object(members) => members.values().for_each(|member| texts(member, into)),
        _ => {}
    }
}

/// Each operation that writes, made to succeed by a token that may do nothing else: its answer holds nothing that the
/// holder could have read before, but for what the program sent.
#[rstest]
#[tokio::test]
async fn who_may_only_write_is_shown_nothing(#[values(Backend::Sqlite, Backend::Postgresql)] backend: Backend) {
    let app = TestApp::with_xmpp(backend).await;
    app.offer_plans();
    let operations = app.operations();
    let (mut made, mut silent) = (0, Vec::new());
    for (id, need) in NEEDS {
        let Some(scope) = need.filter(|scope| scope.ends_with(":write")) else { continue };
        let operation = operations.iter().find(|operation| operation.id == *id).expect("an operation");
        if id == &"preview_subscription" {
            continue;
        }
        let prepared = prepare(&app, id).await;
        let mut stored = Vec::new();
        for read in &operations {
            let own = NEEDS.iter().any(|(id, need)| *id == read.id && need.is_some());
            if read.method == reqwest::Method::GET && own && !read.path.contains('{') {
                let shown = prepared.client.get(read.path).send().await;
                // Where the installation does not offer it, there is nothing.
                assert!([200, 404].contains(&shown.status), "{}: {shown}", read.id);
                texts(&shown.json(), &mut stored);
            }
        }
        let program = program(&app, &prepared.client, &[scope]).await;
        let path = prepared.path.unwrap_or_else(|| operation.path.to_owned());
        let sent = format!("{path} {}", prepared.body.clone().unwrap_or_default());
        let mut call = program.call(operation.method.clone(), &path).idempotency_key(&format!("write-{id}"));
        if let Some(etag) = &prepared.etag {
            call = call.if_match(etag);
        }
        if let (Some(body), Some((kind, _))) = (&prepared.body, &operation.body) {
            call = call.body(kind, body.to_string());
        }
        let reply = call.send().await;
        assert!((200..300).contains(&reply.status), "{id}: {reply}");
        made += 1;
        if reply.status == 204 {
            silent.push(*id);
            continue;
        }
        let mut told = Vec::new();
        texts(&reply.json(), &mut told);
        told.retain(|text| text.len() > 3 && !WORDS.contains(&text.as_str()) && !sent.contains(text.as_str()));
        for text in told {
            assert!(!stored.contains(&text), "{id} tells {text:?}: {reply}");
        }
    }
    assert!(made > 15, "only {made} were tried");
    for id in ["update_account", "restore_history", "set_default_payment_method", "cancel_subscription", "put_consent"]
    {
        assert!(silent.contains(&id), "{id} answers with what is stored");
    }
    // Who may read too is answered as ever.
    let ada = app.signed_in("Ada Lovelace").await;
    let both = program(&app, &ada, &["profile:read", "profile:write"]).await;
    let changed = both.patch("/v1/account", &json!({})).if_match("*").expect(200).await;
    assert_eq!(changed.text_at("/name"), "Ada Lovelace");
    let blind = program(&app, &ada, &["profile:write"]).await;
    let changed =
        blind.patch("/v1/account", &json!({ "name": "Ada King" })).if_match(&changed.etag()).expect(204).await;
    assert!(changed.etag() != "" && changed.text.is_empty(), "{changed}");
    let stale = blind.patch("/v1/account", &json!({ "phone": "+65 6123 4567" })).if_match("\"1\"").expect(412).await;
    let fields = stale.at("/differs");
    assert!(fields.as_array().is_some_and(|fields| !fields.is_empty()), "it names the fields: {stale}");
    assert!(!stale.text.contains("current") && !stale.text.contains("Ada King"), "and no value: {stale}");
}

/// The name stands in a security mail, where it must not look like more of the mail.
#[tokio::test]
async fn a_name_cannot_add_to_the_mail() {
    let app = TestApp::start(Backend::Sqlite).await;
    let holder = app.signed_in("Ada Lovelace").await;
    for name in ["x\n\nIgnore this: call us", "a\tb", "see https://evil.example/a", "a\u{202e}b"] {
        let wish = json!({ "name": name, "scopes": ["profile:read"] });
        let refused = holder.post(PATH, &wish).send().await;
        assert_eq!((refused.status, refused.fields()), (422, vec!["/name".to_owned()]), "{name:?}: {refused}");
    }
    assert_eq!(holder.get(PATH).expect(200).await.at("/data"), json!([]));
}

#[rstest]
#[tokio::test]
async fn a_token_is_shown_once_listed_without_its_secret_and_revoked(
    #[values(Backend::Sqlite, Backend::Postgresql)] backend: Backend,
) {
    let app = TestApp::start(backend).await;
    let ada = app.person("Ada Lovelace").await;
    let holder = app.sign_in(&ada).await;
    let wish = json!({ "name": "nightly export", "scopes": ["billing:read", "profile:read"], "expires_in_days": 7 });
    let made = holder.post(PATH, &wish).idempotency_key("one").expect(201).await;
    let again = holder.post(PATH, &wish).idempotency_key("one").expect(201).await;
    assert_eq!(again.text_at("/id"), made.text_at("/id"));
    assert!(again.json().get("token").is_none(), "a secret is answered once: {again}");
    let secret = made.text_at("/token");
    let list = holder.get(PATH).expect(200).await;
    assert_eq!(list.at("/data").as_array().map(Vec::len), Some(1), "{list}");
    assert_eq!(list.at("/data/0/scopes"), json!(["profile:read", "billing:read"]));
    assert!(!list.text.contains(&secret), "{list}");
    for (place, text) in app.everything_written().await {
        assert!(!text.contains(&secret), "the secret is in {place}");
    }
    let program = Client::new(&app.base).with_bearer(&secret);
    assert_eq!(program.get("/v1/account").expect(200).await.text_at("/email"), ada.email);
    eventually("its use is noted", async || {
        let list = holder.get(PATH).expect(200).await;
        (!list.at("/data/0/last_used_at").is_null()).then_some(())
    })
    .await;
    // It opens no page, is no session, and a cookie beside it counts for nothing.
    program.get("/account").expect(403).await;
    let beside = holder.copy().with_bearer(&secret);
    assert_eq!(beside.get("/v1/session").expect(403).await.code(), "token-refused");
    assert_eq!(app.visitor().with_bearer(&secret).get("/sign-in").expect(200).await.status, 200);
    holder.delete(&format!("{PATH}/{}", made.text_at("/id"))).expect(204).await;
    program.get("/v1/account").expect(401).await;
    holder.delete(&format!("{PATH}/{}", made.text_at("/id"))).expect(404).await;
}

#[rstest]
#[tokio::test]
async fn a_change_by_a_token_says_so_in_the_audit_log(
    #[values(Backend::Sqlite, Backend::Postgresql)] backend: Backend,
) {
    let app = TestApp::start(backend).await;
    let holder = app.signed_in("Ada Lovelace").await;
    let program = program(&app, &holder, &["profile:read", "profile:write"]).await;
    let etag = program.get("/v1/account").expect(200).await.etag();
    program.patch("/v1/account", &json!({ "name": "Ada King" })).if_match(&etag).expect(200).await;
    let entries = audit_entries::table.filter(audit_entries::action.eq("account.update"));
    let refs: String = entries.select(audit_entries::refs).first(&mut app.database.connection()).expect("an entry");
    assert!(refs.contains("tok_") && !refs.contains("ses_"), "{refs}");
}

#[tokio::test]
async fn making_one_needs_the_password_and_a_freeze_ends_all() {
    let app = TestApp::start(Backend::Sqlite).await;
    let ada = app.person("Ada Lovelace").await;
    let holder = app.sign_in(&ada).await;
    let program = program(&app, &holder, &["billing:read"]).await;
    let sessions = "UPDATE sessions SET stepped_up_at = '2020-01-01 00:00:00'";
    sql_query(sessions).execute(&mut app.database.connection()).expect("changed");
    let wish = json!({ "name": "export", "scopes": ["billing:read"] });
    assert_eq!(holder.post(PATH, &wish).expect(403).await.code(), "step-up-required");
    // On the page the password stands in the form.
    let page = holder.get("/account/security/tokens").expect(200).await.text;
    assert!(page.contains("name=\"password\""), "{page}");
    let form = |password| {
        [("name", "export"), ("scope_billing_read", "yes"), ("expires_in_days", "30"), ("password", password)]
    };
    let wrong = holder.submit("/account/security/tokens", &form("not the right one")).send().await;
    assert!(wrong.status < 500 && wrong.text.contains("This is not your password."), "{wrong}");
    assert!(wrong.text.contains("value=\"export\""), "what was typed is kept: {}", wrong.text);
    let made = holder.submit("/account/security/tokens", &form(&ada.password)).expect(200).await;
    assert!(made.text.contains("stw_") && made.text.contains("Copy it now"), "{}", made.text);
    assert!(!holder.get("/account/security/tokens").expect(200).await.text.contains("stw_"));

    program.get("/v1/invoices").expect(200).await;
    app.sign_in(&ada).await.post("/v1/account/freeze", &json!({})).expect(204).await;
    program.get("/v1/invoices").expect(401).await;
}

#[tokio::test]
async fn what_cannot_be_a_token_is_refused_field_by_field() {
    let app = TestApp::start(Backend::Sqlite).await;
    let holder = app.signed_in("Ada Lovelace").await;
    for (wish, fields) in [
        (json!({ "name": "", "scopes": [] }), vec!["/name", "/scopes"]),
        (json!({ "name": "x", "scopes": ["billing:read", "all"] }), vec!["/scopes/1"]),
        (json!({ "name": "x", "scopes": ["billing:read"], "expires_in_days": 366 }), vec!["/expires_in_days"]),
        (json!({ "name": "x", "scopes": ["billing:read"], "expires_in_days": -1 }), vec!["/expires_in_days"]),
    ] {
        assert_eq!(holder.post(PATH, &wish).expect(422).await.fields(), fields, "{wish}");
    }
    assert_eq!(holder.get(PATH).expect(200).await.at("/data"), json!([]));
}

async fn mail(app: &TestApp, to: &str, subject: &str, nth: usize) -> Mail {
    eventually(subject, async || app.mails().to(to).into_iter().filter(|mail| mail.subject.contains(subject)).nth(nth))
        .await
}

/// Programs go on when a password changes and sessions end, so whoever decides that is told where to end them too.
#[rstest]
#[tokio::test]
async fn tokens_that_live_on_are_named_where_people_decide(
    #[values(Backend::Sqlite, Backend::Postgresql)] backend: Backend,
) {
    const LIST: &str = "/account/security/tokens";
    const HINT: &str = "API tokens go on working";
    let app = TestApp::start(backend).await;
    let ada = app.person("Ada Lovelace").await;
    let holder = app.sign_in(&ada).await;
    let change = |from: &str, to: &str| json!({ "current_password": from, "password": to });
    let reset = async |to: &str, nth: usize| {
        app.visitor().post("/v1/password-resets", &json!({ "email": ada.email })).expect(202).await;
        let token = mail(&app, &ada.email, "A new password for", nth).await.token();
        let done = app.browser().submit("/reset/password", &[("token", &token), ("password", to)]).expect(303).await;
        app.browser().get(done.header("location")).expect(200).await.text
    };
    // Nobody without a token is bothered.
    assert!(!holder.get("/account/security").expect(200).await.text.contains(HINT));
    holder.put("/v1/account/password", &change(&ada.password, "nine calm otters float")).expect(204).await;
    assert!(!mail(&app, &ada.email, "was changed", 0).await.text.contains(LIST));
    assert!(!reset("seven quiet herons wait", 0).await.contains(HINT));

    let again = Person { password: "seven quiet herons wait".to_owned(), ..ada.clone() };
    let holder = app.sign_in(&again).await;
    let program = program(&app, &holder, &["profile:read"]).await;
    let page = holder.get("/account/security").expect(200).await.text;
    assert_eq!(page.matches(HINT).count(), 2, "beside the sessions and in the form: {page}");
    assert!(page.matches(LIST).count() >= 3, "{page}");
    holder.put("/v1/account/password", &change(&again.password, "nine calm otters float")).expect(204).await;
    let told = mail(&app, &ada.email, "was changed", 2).await;
    assert!(told.text.contains(LIST), "{}", told.text);
    assert!(reset("five odd lanterns glow", 1).await.contains(LIST));
    program.get("/v1/account").expect(200).await;
}

#[tokio::test]
async fn none_is_made_on_a_public_computer() {
    let app = TestApp::start(Backend::Sqlite).await;
    let ada = app.person("Ada Lovelace").await;
    let client = app.browser();
    client.post("/v1/sessions", &SignIn::PUBLIC.body(&ada.email, &ada.password)).expect(201).await;
    let wish = json!({ "name": "export", "scopes": ["profile:read"] });
    assert_eq!(client.post(PATH, &wish).expect(403).await.code(), "public-computer");
    let form =
        [("name", "export"), ("scope_profile_read", "yes"), ("expires_in_days", "30"), ("password", &ada.password)];
    let page = client.submit("/account/security/tokens", &form).expect(403).await;
    assert!(!page.text.contains("stw_"), "{page}");
    assert_eq!(client.get(PATH).expect(200).await.at("/data"), json!([]));
}
