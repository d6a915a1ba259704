//! Every form of a page × the audit entry really written, by a submission that succeeds. A form does what an operation
//! does, so `successes.rs` fills it in; a new form without a line here fails the suite.

use reqwest::Method;
use rstest::rstest;
use serde_json::{Value, json};
use steward::kernel::permission::Role;
use steward::platform::web::registry::{Access, Audit, PageRoute};

use super::successes::{Prepared, prepare};
use crate::support::factors::Passkey;
use crate::support::{Backend, PASSWORD, Reply, SignIn, TestApp};

/// Forms that leave no entry, and why.
const NOT_AUDITED: &[(&str, &str)] = &[
    ("/sign-in/forget", "takes a cookie from the computer that asks; nothing is stored here"),
    ("/billing/preview", "computes an offer; the order that takes it up writes the entry"),
    ("/billing/invoices/{id}/authenticate", "leads to the bank's page; what comes of it is read from the processor"),
];

/// A form, and how a submission of it succeeds.
struct Form {
    path: &'static str,
    /// The operation that needs and sends the same.
    like: &'static str,
    /// The operation whose entry it leaves.
    leaves: &'static str,
    /// Whether a member of staff sends it, who needs nothing else.
    of_staff: bool,
    /// What the form asks for besides.
    more: &'static [(&'static str, &'static str)],
}

const fn form(path: &'static str, like: &'static str) -> Form {
    Form { path, like, leaves: like, of_staff: false, more: &[] }
}

impl Form {
    const fn leaves(self, leaves: &'static str) -> Self {
        Self { leaves, ..self }
    }

    const fn of_staff(self) -> Self {
        Self { of_staff: true, ..self }
    }

    const fn more(self, more: &'static [(&'static str, &'static str)]) -> Self {
        Self { more, ..self }
    }
}

const FORMS: &[Form] = &[
    form("/sign-up", "create_account").more(&[("accept_policy", "yes")]),
    form("/verify", "verify_account"),
    form("/verify/resend", "resend_verification"),
    form("/sign-in", "create_session"),
    form("/sign-in/factor", "create_session"),
    form("/sign-in/passkey", "create_session"),
    form("/sign-out", "delete_session"),
    form("/staff/sign-in", "create_session"),
    form("/reset", "create_password_reset"),
    form("/reset/password", "complete_password_reset"),
    form("/account", "update_account"),
    form("/account/confirmations", "create_confirmation").more(&[("version", "1")]),
    form("/account/fields/{field}/empty", "restore_history").leaves("update_account").more(&[("version", "2")]),
    form("/account/history/{id}/restore", "restore_history").more(&[("version", "2")]),
    form("/account/reminders", "create_reminder"),
    form("/profile-check", "create_profile_check"),
    form("/account/corrections", "create_correction").more(&[("field", "website"), ("value", "ada.example")]),
    form("/account/corrections/{id}/withdraw", "withdraw_correction"),
    form("/billing/invoices/{id}/correction", "create_invoice_correction").more(&[("field", "name"), ("value", "Eve")]),
    form("/account/security/password", "update_password"),
    form("/account/security/sessions/{id}/end", "end_session"),
    form("/account/security/sessions/end-others", "end_other_sessions"),
    form("/account/security/sessions/end-all", "end_all_sessions"),
    form("/account/security/sign-ins/{id}/report", "report_sign_in"),
    form("/report-sign-in", "report_sign_in_by_link"),
    form("/close-session", "close_session_by_link"),
    form("/account/security/tokens", "create_api_token").more(&[("scope_billing_read", "yes")]),
    form("/account/security/tokens/{id}/revoke", "revoke_api_token"),
    form("/account/security/prove", "step_up_session"),
    form("/account/security/factors/app", "create_factor").more(&[("name", "Phone")]),
    form("/account/security/factors/app/confirm", "confirm_factor"),
    form("/account/security/factors/passkey", "confirm_factor"),
    form("/account/security/factors/{id}/remove", "delete_factor"),
    form("/account/security/recovery-codes", "create_recovery_codes"),
    form("/account/security/factor-reset/stop", "stop_factor_reset"),
    form("/account/email", "create_email_change").more(&[("password", PASSWORD)]),
    form("/account/email/confirm", "confirm_email_change"),
    form("/email/undo", "undo_email_change").leaves("freeze_account"),
    form("/email/undo/password", "undo_email_change"),
    form("/account/freeze", "freeze_account"),
    form("/freeze", "create_freeze"),
    form("/unfreeze", "create_unfreeze"),
    form("/unfreeze/confirm", "complete_unfreeze"),
    form("/account/privacy/consents/{purpose}/withdraw", "delete_consent"),
    form("/account/privacy/consents/{purpose}/give", "put_consent"),
    form("/account/privacy/xmpp-address/code", "create_xmpp_code"),
    form("/account/privacy/xmpp-address/proof", "confirm_xmpp_address"),
    form("/billing/cards/new", "create_payment_method_setup"),
    form("/billing/payment-methods/{id}/default", "set_default_payment_method"),
    form("/billing/payment-methods/{id}/remove", "delete_payment_method"),
    form("/billing/subscribe", "create_subscription"),
    form("/billing/subscriptions/{id}/cancel", "cancel_subscription"),
    form("/billing/subscriptions/{id}/uncancel", "uncancel_subscription"),
    form("/billing/invoices/{id}/pay", "pay_invoice"),
    form("/staff/corrections/{id}/accept", "accept_staff_correction"),
    form("/staff/corrections/{id}/refuse", "refuse_staff_correction"),
    form("/staff/ripples/{id}/done", "complete_staff_ripple"),
    form("/staff/accounts/{id}/freeze", "freeze_staff_account"),
    form("/staff/accounts/{id}/unfreeze", "unfreeze_staff_account"),
    form("/staff/settings/sessions/{id}/end", "end_session").of_staff(),
    form("/staff/settings/sessions/end-others", "end_other_sessions").of_staff(),
    form("/staff/settings/sessions/end-all", "end_all_sessions").of_staff(),
    form("/staff/settings", "update_own_staff_account").more(&[("version", "1")]),
];

fn posts() -> Vec<PageRoute> {
    steward::server::pages().into_iter().filter(|page| page.method.as_str() == "POST").collect()
}

#[test]
fn every_form_is_in_one_of_the_tables() {
    let pages = posts();
    for page in &pages {
        let filled = FORMS.iter().filter(|form| form.path == page.path).count();
        let excepted = NOT_AUDITED.iter().filter(|(path, _)| *path == page.path).count();
        assert_eq!(filled + excepted, 1, "{}: say in tests/api/coverage/forms.rs how it succeeds", page.path);
    }
    assert_eq!(pages.len(), FORMS.len() + NOT_AUDITED.len(), "a table names a form that is gone");
}

#[rstest]
#[tokio::test]
async fn every_form_writes_its_audit_entry(#[values(Backend::Sqlite, Backend::Postgresql)] backend: Backend) {
    let app = TestApp::with_xmpp(backend).await;
    app.offer_plans();
    let operations = app.operations();
    for page in posts() {
        let Some(form) = FORMS.iter().find(|form| form.path == page.path) else { continue };
        let audit = operations.iter().find(|operation| operation.id == form.leaves).map(|operation| operation.audit);
        let Some(Audit::Action(action)) = audit else { panic!("{} declares no audit action", form.leaves) };
        let prepared = filled(&app, form).await;
        app.settle();
        let before = app.audited(action).len();
        let reply = submit(&app, &page, form, prepared).await;
        assert!([200, 303].contains(&reply.status), "{}: {reply}", form.path);
        let entries = app.audited(action);
        assert_eq!(entries.len(), before + 1, "{}: entries of `{action}`: {entries:?}", form.path);
        let kind = entries.last().and_then(|entry| entry.split(' ').next()).unwrap_or_default();
        let expected: &[&str] = match page.access {
            Access::Holder => &["holder"],
            Access::Staff(_) => &["staff"],
            Access::Session => &["holder", "staff"],
            Access::Visitor | Access::Machine => &["visitor", "holder", "staff", "system"],
        };
        assert!(expected.contains(&kind), "{}: done by {kind}", form.path);
    }
    app.settle();
}

/// Forms that need more than the operation they are like: by which factor one signs in, and passkeys.
async fn factors(app: &TestApp, path: &str) -> Option<Prepared> {
    let with = |client, body| Some(Prepared { client, path: None, body: Some(body), etag: None });
    // The script of the page puts the browser's answer into an input, as text.
    let signed = |asked: &Reply, credential: &Value| json!({ "challenge": asked.text_at("/challenge"), "credential": credential.to_string() });
    match path {
        "/staff/sign-in" => {
            let email = app.staff_member(Role::Billing).await;
            with(app.browser(), json!({ "email": email, "password": PASSWORD, "factor": app.staff_code() }))
        }
        "/sign-in/factor" => {
            let person = app.person("Ada").await;
            let (phone, _) = app.add_authenticator(&app.sign_in(&person).await).await;
            let asked =
                app.visitor().post("/v1/sessions", &SignIn::OWN.body(&person.email, PASSWORD)).expect(401).await;
            let body = json!({ "pending": asked.text_at("/pending"), "factor": phone.shows(app, 1) });
            with(app.browser(), body)
        }
        "/sign-in/passkey" => {
            let mut passkey = app.add_passkey(&app.signed_in("Ada").await).await;
            let asked = app.visitor().post("/v1/sessions/passkey-challenges", &json!({})).expect(201).await;
            let credential = passkey.sign(&asked.at("/public_key"));
            with(app.browser(), signed(&asked, &credential))
        }
        "/account/security/factors/passkey" => {
            let client = app.signed_in("Ada").await;
            let asked =
                client.post("/v1/account/factors", &json!({ "kind": "passkey", "name": "Key" })).expect(201).await;
            let (_, credential) = Passkey::create(&app.base, &asked.at("/public_key"), 1);
            with(client, signed(&asked, &credential))
        }
        _ => None,
    }
}

/// A member of staff who is signed in elsewhere too: codes work once and in their order.
async fn of_staff(app: &TestApp) -> Prepared {
    let email = app.staff_member(Role::Counsel).await;
    let (elsewhere, client) = (app.browser(), app.browser());
    for (client, step) in [(&elsewhere, -1), (&client, 0)] {
        let body = json!({ "email": email, "password": PASSWORD, "factor": app.staff_code_at(step) });
        client.post("/v1/sessions", &body).expect(201).await;
    }
    let session = elsewhere.get("/v1/session").expect(200).await.text_at("/session/id");
    Prepared { client, path: Some(format!("/v1/account/sessions/{session}")), body: None, etag: None }
}

/// What the operation needs, and what only the form asks for.
async fn filled(app: &TestApp, form: &Form) -> Prepared {
    if let Some(prepared) = factors(app, form.path).await {
        return prepared;
    }
    if form.of_staff {
        return of_staff(app).await;
    }
    let mut prepared = prepare(app, form.like).await;
    let mut body = prepared.body.take().unwrap_or_else(|| json!({}));
    if form.path == "/billing/subscribe" {
        let order = json!({ "price": body["price"], "quantity": body["quantity"] });
        let quote = prepared.client.post("/v1/subscriptions/preview", &order).expect(200).await;
        body["quote"] = quote.at("/quote");
    }
    if let Some(etag) = &prepared.etag {
        body["version"] = json!(etag.trim_matches('"'));
    }
    for (name, value) in form.more {
        body[*name] = json!(value);
    }
    prepared.body = Some(body);
    prepared
}

async fn submit(app: &TestApp, page: &PageRoute, form: &Form, prepared: Prepared) -> Reply {
    // Who asks an operation without a cookie opens the page in a browser all the same.
    let client = if page.access == Access::Visitor && prepared.client.cookie("__Host-session").is_none() {
        app.browser()
    } else {
        prepared.client
    };
    let id = prepared.path.iter().flat_map(|path| path.split('/')).find(|part| part.contains('_'));
    let path = form
        .path
        .replace("{id}", id.unwrap_or_default())
        .replace("{purpose}", "card-payments")
        .replace("{field}", "phone");
    let fields: Vec<(String, String)> = prepared.body.iter().flat_map(Value::as_object).flatten().map(field).collect();
    let body = serde_urlencoded::to_string(&fields).expect("a form");
    client.call(Method::POST, &path).body("application/x-www-form-urlencoded", body).send().await
}

/// A member of the body as an input of the form.
fn field((name, value): (&String, &Value)) -> (String, String) {
    let text = match value {
        Value::String(text) => text.clone(),
        Value::Bool(true) => "yes".to_owned(),
        other => other.to_string(),
    };
    (name.clone(), text)
}
