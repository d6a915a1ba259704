//! How each mutation succeeds: whatever it needs is done first, then the call itself is ready to be sent.

use serde_json::{Value, json};
use steward::kernel::permission::Role;
use steward::platform::web::registry::Audit;

use crate::support::billing::subscribe;
use crate::support::factors::Authenticator;
use crate::support::operations::Covered;
use crate::support::{Call, Client, Mail, PASSWORD, SignIn, TestApp, XmppServer};

/// A call that will succeed, and how many entries of its action the audit log holds before.
pub struct Ready {
    pub call: Call,
    pub before: usize,
}

/// Prepares one success of the operation, for somebody new.
///
/// # Panics
/// When the operation is not known here: add how it succeeds.
pub async fn succeed(app: &TestApp, operation: &Covered) -> Ready {
    let Prepared { client, path, body, etag } = prepare(app, operation.id).await;
    app.settle();
    let Audit::Action(action) = operation.audit else { panic!("{} declares no audit action", operation.id) };
    let before = app.audited(action).len();
    let path = path.unwrap_or_else(|| operation.path.to_owned());
    let mut call = client.call(operation.method.clone(), &path);
    if operation.idempotency != steward::platform::web::registry::Idempotency::None {
        call = call.idempotency_key(&format!("success-{}", operation.id));
    }
    call = etag.iter().fold(call, |call, etag| call.if_match(etag));
    if let (Some(body), Some((kind, _))) = (body, &operation.body) {
        call = call.body(kind, body.to_string());
    }
    Ready { call, before }
}

/// What a call needs.
pub struct Prepared {
    pub client: Client,
    /// With ids; the operation's own where it has none.
    pub path: Option<String>,
    pub body: Option<Value>,
    pub etag: Option<String>,
}

impl Prepared {
    fn new(client: Client) -> Self {
        Self { client, path: None, body: None, etag: None }
    }

    fn at(mut self, path: String) -> Self {
        self.path = Some(path);
        self
    }

    fn with(mut self, body: Value) -> Self {
        self.body = Some(body);
        self
    }
}

/// Does whatever the operation with this id needs to succeed.
pub async fn prepare(app: &TestApp, id: &str) -> Prepared {
    match id {
        "create_account" | "verify_account" | "resend_verification" => signing_up(app, id).await,
        "create_password_reset" | "complete_password_reset" => recovering(app, id).await,
        "create_session" | "delete_session" | "step_up_session" | "end_session" | "end_other_sessions"
        | "end_all_sessions" | "update_password" => signed_in(app, id).await,
        "report_sign_in" | "report_sign_in_by_link" | "close_session_by_link" => reporting(app, id).await,
        "create_api_token" | "revoke_api_token" => with_tokens(app, id).await,
        "update_account"
        | "create_confirmation"
        | "restore_history"
        | "put_consent"
        | "delete_consent"
        | "accept_terms" => deciding(app, id).await,
        "create_xmpp_code" | "confirm_xmpp_address" => with_xmpp(app, id).await,
        "create_correction" | "withdraw_correction" | "accept_staff_correction" | "refuse_staff_correction" => {
            contesting(app, id).await
        }
        "complete_staff_ripple" => passing_on(app).await,
        "create_reminder" | "create_profile_check" => checking(app, id).await,
        "freeze_account"
        | "create_freeze"
        | "create_unfreeze"
        | "complete_unfreeze"
        | "freeze_staff_account"
        | "unfreeze_staff_account" => freezing(app, id).await,
        "create_email_change" | "confirm_email_change" | "undo_email_change" => moving(app, id).await,
        "create_factor" | "confirm_factor" | "delete_factor" | "create_recovery_codes" => factors(app, id).await,
        "stop_factor_reset" => with_a_factor_reset(app).await,
        "create_payment_method_setup" | "delete_payment_method" | "set_default_payment_method" => {
            with_cards(app, id).await
        }
        "create_subscription" | "cancel_subscription" | "uncancel_subscription" | "pay_invoice" => {
            subscribing(app, id).await
        }
        "update_own_staff_account" => {
            let prepared = Prepared::new(app.staff(Role::Counsel).await).with(json!({ "language": "de" }));
            Prepared { etag: Some("\"1\"".to_owned()), ..prepared }
        }
        "create_invoice_correction" => contesting_an_invoice(app).await,
        _ => panic!("{id}: say in tests/api/coverage/successes.rs how it succeeds"),
    }
}

async fn signing_up(app: &TestApp, id: &str) -> Prepared {
    let person = crate::support::Person::new("Ada");
    let visitor = Prepared::new(app.visitor());
    if id == "create_account" {
        return visitor.with(app.sign_up_body(&person));
    }
    app.sign_up(&person).await;
    let token = app.mails().next(&person.email, 0).await.token();
    let body = if id == "verify_account" { json!({ "token": token }) } else { json!({ "email": person.email }) };
    visitor.with(body)
}

async fn recovering(app: &TestApp, id: &str) -> Prepared {
    let person = app.person("Ada").await;
    let visitor = Prepared::new(app.visitor());
    let wish = json!({ "email": person.email });
    if id == "create_password_reset" {
        return visitor.with(wish);
    }
    let seen = app.mails().to(&person.email).len();
    app.visitor().post("/v1/password-resets", &wish).expect(202).await;
    let token = app.mails().next(&person.email, seen).await.token();
    visitor.with(json!({ "token": token, "password": "nine calm otters float" }))
}

async fn signed_in(app: &TestApp, id: &str) -> Prepared {
    let person = app.person("Ada").await;
    if id == "create_session" {
        return Prepared::new(app.browser()).with(SignIn::OWN.body(&person.email, PASSWORD));
    }
    let elsewhere = app.sign_in(&person).await.get("/v1/session").expect(200).await.text_at("/session/id");
    let own = Prepared::new(app.sign_in(&person).await);
    match id {
        "step_up_session" => own.with(json!({ "password": PASSWORD })),
        "end_session" => own.at(format!("/v1/account/sessions/{elsewhere}")),
        "update_password" => own.with(json!({ "current_password": PASSWORD, "password": "nine calm otters float" })),
        _ => own,
    }
}

async fn reporting(app: &TestApp, id: &str) -> Prepared {
    let person = app.person("Ada").await;
    let own = app.sign_in(&person).await;
    if id == "report_sign_in" {
        let entry = own.get("/v1/account/sign-ins").expect(200).await.text_at("/data/0/id");
        return Prepared::new(own).at(format!("/v1/account/sign-ins/{entry}/report"));
    }
    let public = SignIn::PUBLIC.body(&person.email, PASSWORD);
    app.browser().post("/v1/sessions", &public).expect(201).await;
    let links = mail_about(app, &person.email, "public computer").await.links();
    let page = if id == "report_sign_in_by_link" { "/report-sign-in" } else { "/close-session" };
    let link = links.iter().find(|link| link.contains(page)).expect("the link");
    let token = link.split_once("token=").expect("a token").1;
    Prepared::new(app.visitor()).with(json!({ "token": token }))
}

async fn with_tokens(app: &TestApp, id: &str) -> Prepared {
    let client = app.signed_in("Ada").await;
    let wish = json!({ "name": "nightly export", "scopes": ["billing:read"] });
    if id == "create_api_token" {
        return Prepared::new(client).with(wish);
    }
    let token = client.post("/v1/account/tokens", &wish).expect(201).await.text_at("/id");
    Prepared::new(client).at(format!("/v1/account/tokens/{token}"))
}

async fn deciding(app: &TestApp, id: &str) -> Prepared {
    let client = app.signed_in("Ada").await;
    let consents = "/v1/account/consents/card-payments";
    match id {
        "update_account" => {
            let etag = client.get("/v1/account").expect(200).await.etag();
            Prepared { etag: Some(etag), ..Prepared::new(client).with(json!({ "name": "Ada Lindqvist" })) }
        }
        "restore_history" => {
            client.patch("/v1/account", &json!({ "phone": "+65 6123 4567" })).if_match("*").expect(200).await;
            let change = client.get("/v1/account/history").expect(200).await.text_at("/data/0/id");
            Prepared::new(client).at(format!("/v1/account/history/{change}/restore"))
        }
        "put_consent" => Prepared::new(client).at(consents.to_owned()).with(json!({ "consent": true })),
        "delete_consent" => {
            client.put(consents, &json!({ "consent": true })).expect(200).await;
            Prepared::new(client).at(consents.to_owned())
        }
        "accept_terms" => {
            let version = app.publish_policy();
            Prepared::new(client).at(format!("/v1/account/terms/{version}"))
        }
        _ => Prepared::new(client),
    }
}

/// Somebody who has agreed to notices by XMPP.
async fn with_xmpp(app: &TestApp, id: &str) -> Prepared {
    let client = app.signed_in("Ada").await;
    let ids = json!({ "im_ids": [{ "network": "xmpp", "handle": XmppServer::reader_address() }] });
    client.patch("/v1/account", &ids).if_match("*").expect(200).await;
    client.put("/v1/account/consents/xmpp-notices", &json!({ "consent": true })).expect(200).await;
    app.settle();
    if id == "create_xmpp_code" {
        return Prepared::new(client);
    }
    let code = app.xmpp_code().await;
    Prepared::new(client).with(json!({ "code": code }))
}

/// The token of the next mail whose subject holds this.
async fn mailed(app: &TestApp, to: &str, subject: &str) -> String {
    mail_about(app, to, subject).await.token()
}

async fn mail_about(app: &TestApp, to: &str, subject: &str) -> Mail {
    crate::support::eventually(subject, async || {
        app.mails().to(to).into_iter().rev().find(|mail| mail.subject.contains(subject))
    })
    .await
}

/// A wish for another name.
fn contested() -> Value {
    json!({ "wanted": { "name": "Ada Lindqvist" }, "evidence": "My passport shows it." })
}

async fn contesting(app: &TestApp, id: &str) -> Prepared {
    let client = app.signed_in("Ada").await;
    if id == "create_correction" {
        return Prepared::new(client).with(contested());
    }
    let asked = client.post("/v1/account/corrections", &contested()).expect(201).await.text_at("/id");
    let verb = match id {
        "withdraw_correction" => {
            return Prepared::new(client).at(format!("/v1/account/corrections/{asked}/withdraw"));
        }
        "accept_staff_correction" => "accept",
        _ => "refuse",
    };
    let staff = app.staff(Role::Privacy).await;
    let reason = json!({ "reason": "The passport was shown to us." });
    Prepared::new(staff).at(format!("/v1/staff/corrections/{asked}/{verb}")).with(reason)
}

async fn contesting_an_invoice(app: &TestApp) -> Prepared {
    let client = app.signed_in("Ada").await;
    app.card_id(&client, "pm_card_visa").await;
    let order = json!({ "price": app.price("basic", "month", "USD").await, "quantity": 2 });
    let made = subscribe(&client, &order, "contested").await;
    let path = format!("/v1/invoices/{}/correction", made.text_at("/invoice"));
    Prepared::new(client).at(path).with(contested())
}

/// A recipient that nobody may tell by a program any more: the consent behind it is withdrawn.
async fn passing_on(app: &TestApp) -> Prepared {
    let client = app.signed_in("Ada").await;
    app.card_id(&client, "pm_card_visa").await;
    client.delete("/v1/account/consents/card-payments").expect(204).await;
    client.patch("/v1/account", &json!({ "name": "Ada Lindqvist" })).if_match("*").expect(200).await;
    let staff = app.staff(Role::Privacy).await;
    let task = crate::support::eventually("a task for a person", async || {
        staff.get("/v1/staff/ripples").expect(200).await.at("/data").as_array().and_then(|all| all.last().cloned())
    })
    .await;
    let id = task["id"].as_str().expect("an id").to_owned();
    Prepared::new(staff).at(format!("/v1/staff/ripples/{id}/done"))
}

async fn checking(app: &TestApp, id: &str) -> Prepared {
    let person = app.person("Ada").await;
    let client = app.sign_in(&person).await;
    if id == "create_reminder" {
        return Prepared::new(client);
    }
    client.post("/v1/account/reminders", &json!({})).expect(202).await;
    let token = mailed(app, &person.email, "still right").await;
    Prepared::new(app.visitor()).with(json!({ "token": token }))
}

async fn freezing(app: &TestApp, id: &str) -> Prepared {
    let person = app.person("Ada").await;
    let client = app.sign_in(&person).await;
    let account = client.get("/v1/session").expect(200).await.text_at("/account_id");
    let reason = json!({ "reason": "The holder asked for it by telephone." });
    let new = "nine calm otters float";
    if matches!(id, "create_unfreeze" | "complete_unfreeze" | "unfreeze_staff_account") {
        client.post("/v1/account/freeze", &json!({})).expect(204).await;
    }
    match id {
        "freeze_account" => Prepared::new(client),
        "create_freeze" => {
            let change = json!({ "current_password": PASSWORD, "password": new });
            client.put("/v1/account/password", &change).expect(204).await;
            Prepared::new(app.visitor()).with(json!({ "token": mailed(app, &person.email, "password").await }))
        }
        "create_unfreeze" => Prepared::new(app.visitor()).with(json!({ "email": person.email })),
        "complete_unfreeze" => {
            app.visitor().post("/v1/unfreezes", &json!({ "email": person.email })).expect(202).await;
            let token = mailed(app, &person.email, "Lift the freeze").await;
            let body = json!({ "token": token, "password": PASSWORD, "new_password": new });
            Prepared::new(app.visitor()).with(body)
        }
        _ => {
            let verb = if id == "freeze_staff_account" { "freeze" } else { "unfreeze" };
            let staff = app.staff(Role::Admin).await;
            Prepared::new(staff).at(format!("/v1/staff/accounts/{account}/{verb}")).with(reason)
        }
    }
}

async fn moving(app: &TestApp, id: &str) -> Prepared {
    let person = app.person("Ada").await;
    let client = app.sign_in(&person).await;
    let address = format!("new.{}", person.email);
    let wish = json!({ "email": address });
    if id == "create_email_change" {
        return Prepared::new(client).with(wish);
    }
    client.post("/v1/account/email-changes", &wish).expect(202).await;
    let token = json!({ "token": mailed(app, &address, "Confirm your new address").await });
    if id == "confirm_email_change" {
        return Prepared::new(client).at("/v1/account/email-changes/confirm".to_owned()).with(token);
    }
    client.post("/v1/account/email-changes/confirm", &token).expect(204).await;
    let undo = mailed(app, &person.email, "was changed").await;
    Prepared::new(app.visitor()).with(json!({ "token": undo, "password": PASSWORD }))
}

async fn factors(app: &TestApp, id: &str) -> Prepared {
    let client = app.signed_in("Ada").await;
    let kind = json!({ "kind": "totp" });
    match id {
        "create_factor" => Prepared::new(client).with(kind),
        "confirm_factor" => {
            let begun = client.post("/v1/account/factors", &kind).expect(201).await;
            let phone = Authenticator::scan(&begun.text_at("/secret"));
            let body = json!({ "id": begun.text_at("/id"), "code": phone.shows(app, 0) });
            Prepared::new(client).with(body)
        }
        _ => {
            app.add_authenticator(&client).await;
            let factor = client.get("/v1/account/factors").expect(200).await.text_at("/data/0/id");
            let own = Prepared::new(client);
            if id == "delete_factor" { own.at(format!("/v1/account/factors/{factor}")) } else { own }
        }
    }
}

async fn with_a_factor_reset(app: &TestApp) -> Prepared {
    let person = app.person("Ada").await;
    let client = app.sign_in(&person).await;
    app.add_authenticator(&client).await;
    let (email, case) = (person.email.parse().expect("an address"), "#4711".parse().expect("a case"));
    steward::identity::factor_resets::command::order(&app.env, &email, &case).await.expect("ordered");
    Prepared::new(client)
}

async fn with_cards(app: &TestApp, id: &str) -> Prepared {
    let client = app.signed_in("Ada").await;
    if id == "create_payment_method_setup" {
        return Prepared::new(client).with(json!({ "flow": "client", "consent": true }));
    }
    let first = app.card_id(&client, "pm_card_visa").await;
    let second = app.card_id(&client, "pm_card_mastercard").await;
    if id == "delete_payment_method" {
        return Prepared::new(client).at(format!("/v1/payment-methods/{first}"));
    }
    let cards = client.get("/v1/payment-methods").expect(200).await.at("/data");
    let is_default =
        |id: &str| cards.as_array().is_some_and(|all| all.iter().any(|c| c["id"] == id && c["is_default"] == true));
    let card = if is_default(&first) { second } else { first };
    Prepared::new(client).at(format!("/v1/payment-methods/{card}/default"))
}

async fn subscribing(app: &TestApp, id: &str) -> Prepared {
    let client = app.signed_in("Ada").await;
    app.card_id(&client, "pm_card_visa").await;
    if id == "pay_invoice" {
        app.turn_card_into("pm_card_chargeDeclinedInsufficientFunds").await;
    }
    let order = json!({ "price": app.price("basic", "month", "USD").await, "quantity": 2 });
    if id == "create_subscription" {
        return Prepared::new(client).with(order);
    }
    let made = subscribe(&client, &order, "before").await;
    let path = format!("/v1/subscriptions/{}", made.text_at("/id"));
    let later = json!({ "when": "period_end" });
    match id {
        "cancel_subscription" => Prepared::new(client).at(format!("{path}/cancel")).with(later),
        "uncancel_subscription" => {
            client.post(&format!("{path}/cancel"), &later).expect(200).await;
            Prepared::new(client).at(format!("{path}/uncancel"))
        }
        _ => {
            let card = app.card_id(&client, "pm_card_mastercard").await;
            let path = format!("/v1/invoices/{}/pay", made.text_at("/invoice"));
            Prepared::new(client).at(path).with(json!({ "payment_method": card }))
        }
    }
}
