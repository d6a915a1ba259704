//! Data that stays right, from outside: restoring, the yearly list, corrections that are decided, and who is told.

use rstest::rstest;
use serde_json::{Value, json};
use steward::kernel::permission::Role;

use crate::support::billing::subscribe;
use crate::support::{Backend, Client, Mail, Person, TestApp, eventually, race};

/// The newest mail to an address whose subject holds this.
async fn mail(app: &TestApp, to: &str, subject: &str) -> Mail {
    eventually(subject, async || app.mails().to(to).into_iter().rev().find(|mail| mail.subject.contains(subject))).await
}

async fn history(client: &Client) -> Vec<Value> {
    client.get("/v1/account/history").expect(200).await.at("/data").as_array().expect("a list").clone()
}

async fn set(client: &Client, patch: Value) {
    client.patch("/v1/account", &patch).if_match("*").expect(200).await;
}

#[rstest]
#[tokio::test]
async fn one_value_is_brought_back_and_the_rest_stays(
    #[values(Backend::Sqlite, Backend::Postgresql)] backend: Backend,
) {
    let app = TestApp::start(backend).await;
    let ada = app.signed_in("Ada").await;
    set(&ada, json!({ "name": "Eve", "phone": "+6561234567" })).await;
    let change = history(&ada).await.into_iter().find(|row| row["field"] == "name").expect("the change");
    let path = format!("/v1/account/history/{}/restore", change["id"].as_str().expect("an id"));
    assert!(change["session"].is_string() && change["network"] == "127.0.0.0/24", "{change}");
    let statuses = race(16, || ada.post(&path, &json!({}))).await;
    assert!(statuses.iter().all(|status| [200, 412].contains(status)), "{statuses:?}");
    let now = ada.get("/v1/account").expect(200).await;
    assert_eq!((now.text_at("/name").as_str(), now.text_at("/phone").as_str()), ("Ada", "+6561234567"));
    let rows = history(&ada).await;
    assert_eq!(rows.len(), 3, "it was undone once");
    assert_eq!(rows[0]["restores"], change["id"]);

    set(&ada, json!({ "name": "Ada B." })).await;
    let stale = ada.post(&path, &json!({})).expect(412).await;
    assert_eq!(stale.at("/differs/0/current"), "Ada B.");
    ada.post(&path, &json!({})).if_match(&stale.text_at("/etag")).expect(200).await;
    ada.post("/v1/account/history/chg_nonsense/restore", &json!({})).expect(404).await;
}

#[tokio::test]
async fn contact_details_have_a_kind_and_a_purpose() {
    let app = TestApp::start(Backend::Sqlite).await;
    let ada = app.signed_in("Ada").await;
    let desk = json!({ "kind": "phone", "value": "+65 6123 4567", "purpose": "billing" });
    let mail = json!({ "kind": "email", "value": "Desk@example.org", "purpose": "technical" });
    set(&ada, json!({ "contacts": [desk, mail] })).await;
    let account = ada.get("/v1/account").expect(200).await;
    assert_eq!(account.text_at("/contacts/0/value"), "+6561234567");
    let facts = account.at("/fields");
    let contacts = facts.as_array().and_then(|all| all.iter().find(|one| one["field"] == "contacts")).expect("facts");
    assert!(contacts["optional"] == true && contacts["purpose"].as_str().is_some_and(|text| text.ends_with('.')));
    for (contact, pointer) in [
        (json!({ "kind": "fax", "value": "+6561234567", "purpose": "billing" }), "/contacts/0/kind"),
        (json!({ "kind": "phone", "value": "12", "purpose": "billing" }), "/contacts/0/value"),
        (json!({ "kind": "phone", "value": "+6561234567", "purpose": "advertising" }), "/contacts/0/purpose"),
        (json!({ "kind": "phone", "value": "4242 4242 4242 4242", "purpose": "billing" }), "/contacts/0/value"),
    ] {
        let wrong = json!({ "contacts": [contact] });
        let refused = ada.patch("/v1/account", &wrong).if_match("*").expect(422).await;
        assert_eq!(refused.fields(), [pointer], "{wrong}: {refused}");
    }
    set(&ada, json!({ "contacts": null })).await;
    assert_eq!(ada.get("/v1/account").expect(200).await.at("/contacts"), json!([]));
}

#[rstest]
#[tokio::test]
async fn one_mail_lists_all_and_one_press_confirms_it(
    #[values(Backend::Sqlite, Backend::Postgresql)] backend: Backend,
) {
    let app = TestApp::start(backend).await;
    let person = app.person("Ada").await;
    let ada = app.sign_in(&person).await;
    set(&ada, json!({ "phone": "+65 6123 4567" })).await;
    let before = ada.get("/v1/account").expect(200).await;
    ada.post("/v1/account/reminders", &json!({})).expect(202).await;
    let list = mail(&app, &person.email, "still right").await;
    for needed in ["Name: Ada", "Telephone: +65 6123 4567", "Website: nothing given", &person.email] {
        assert!(list.text.contains(needed), "{needed}: {}", list.text);
    }
    let token = json!({ "token": list.token() });
    let visitor = app.visitor();
    let statuses = race(16, || visitor.post("/v1/profile-checks", &token)).await;
    assert_eq!(statuses.iter().filter(|status| **status == 200).count(), 1, "{statuses:?}");
    let after = ada.get("/v1/account").expect(200).await;
    for fact in ["/confirmed_at", "/email_verified_at"] {
        assert!(after.text_at(fact) > before.text_at(fact), "{fact}: {after}");
    }
    visitor.post("/v1/profile-checks", &json!({ "token": "x" })).expect(410).await;

    // What has changed since the mail is not confirmed unseen.
    ada.post("/v1/account/reminders", &json!({})).expect(202).await;
    let second = eventually("the second list", async || {
        app.mails().to(&person.email).into_iter().filter(|mail| mail.subject.contains("still right")).nth(1)
    })
    .await;
    set(&ada, json!({ "name": "Eve" })).await;
    let checked = visitor.post("/v1/profile-checks", &json!({ "token": second.token() })).expect(200).await;
    assert!(checked.at("/confirmed_at").is_null(), "{checked}");
}

async fn contest(client: &Client, wanted: Value) -> String {
    let body = json!({ "wanted": wanted, "evidence": "My passport shows it." });
    client.post("/v1/account/corrections", &body).expect(201).await.text_at("/id")
}

async fn judge(staff: &Client, id: &str, verb: &str) {
    let reason = json!({ "reason": "We saw the passport." });
    staff.post(&format!("/v1/staff/corrections/{id}/{verb}"), &reason).expect(200).await;
}

#[rstest]
#[tokio::test]
async fn staff_decide_once_with_a_reason_that_the_holder_reads(
    #[values(Backend::Sqlite, Backend::Postgresql)] backend: Backend,
) {
    let app = TestApp::start(backend).await;
    let person = app.person("Ada").await;
    let ada = app.sign_in(&person).await;
    let staff = app.staff(Role::Privacy).await;
    let id = contest(&ada, json!({ "name": "Ada Lindqvist" })).await;
    let again = json!({ "wanted": { "name": "Eve" }, "evidence": "My passport shows it." });
    assert_eq!(ada.post("/v1/account/corrections", &again).expect(409).await.code(), "conflict");

    let waiting = staff.get("/v1/staff/corrections").expect(200).await;
    assert!(waiting.text.contains(&id) && !waiting.text.contains("Lindqvist"), "the list names nobody: {waiting}");
    staff.get(&format!("/v1/staff/corrections/{id}")).expect(403).await;
    let seen = staff.get(&format!("/v1/staff/corrections/{id}?purpose=data_request")).expect(200).await;
    assert_eq!((seen.at("/held"), seen.at("/wanted")), (json!("Ada"), json!("Ada Lindqvist")));
    let accept = format!("/v1/staff/corrections/{id}/accept");
    assert_eq!(staff.post(&accept, &json!({ "reason": "ok" })).expect(422).await.fields(), ["/reason"]);
    let reason = json!({ "reason": "We saw the passport." });
    let statuses = race(16, || staff.post(&accept, &reason)).await;
    assert_eq!(statuses.iter().filter(|status| **status == 200).count(), 1, "{statuses:?}");
    assert!(statuses.iter().all(|status| [200, 409, 503].contains(status)), "{statuses:?}");

    assert_eq!(ada.get("/v1/account").expect(200).await.text_at("/name"), "Ada Lindqvist");
    let newest = history(&ada).await.remove(0);
    assert_eq!((&newest["actor"], &newest["after"]), (&json!("staff"), &json!("Ada Lindqvist")));
    let own = ada.get("/v1/account/corrections").expect(200).await;
    assert_eq!(
        (own.text_at("/data/0/state").as_str(), own.text_at("/data/0/change")),
        ("accepted", text(&newest, "id"))
    );
    let told = mail(&app, &person.email, "Your correction").await;
    assert!(told.text.contains("We saw the passport.") && !told.text.contains("Lindqvist,\n\nLindqvist"));

    let second = contest(&ada, json!({ "website": "ada.example" })).await;
    judge(&staff, &second, "refuse").await;
    let page = ada.get("/account").expect(200).await;
    assert!(page.text.contains("it was refused: We saw the passport."), "the refusal stays beside the value");
}

fn text(value: &Value, member: &str) -> String {
    value[member].as_str().unwrap_or_default().to_owned()
}

#[rstest]
#[tokio::test]
async fn whoever_got_the_old_value_is_told_and_the_holder_sees_it(
    #[values(Backend::Sqlite, Backend::Postgresql)] backend: Backend,
) {
    let app = TestApp::start(backend).await;
    let ada = app.signed_in("Ada").await;
    app.card_id(&ada, "pm_card_visa").await;
    let processor = Client::new(&app.sandbox.url()).with_bearer(&app.sandbox.secret_key());
    let known_as = async || processor.get("/v1/customers").expect(200).await.text_at("/data/0/name");
    assert_eq!(known_as().await, "Ada");

    // While it is contested, the processor learns nothing of the name; the decision has it told.
    let id = contest(&ada, json!({ "name": "Ada Lindqvist" })).await;
    set(&ada, json!({ "name": "Ada Berg" })).await;
    let setup = json!({ "flow": "client", "consent": true });
    let barred = ada.post("/v1/payment-methods/setup", &setup).idempotency_key("contested").expect(409).await;
    assert!(barred.text.contains("correction"), "{barred}");
    assert_eq!(history(&ada).await[0]["passed_on"][0]["state"], "open");
    ada.post(&format!("/v1/account/corrections/{id}/withdraw"), &json!({})).expect(204).await;
    let told = eventually("the processor is told", async || {
        let row = history(&ada).await.remove(0);
        (row["passed_on"][0]["state"] == "done").then_some(row)
    })
    .await;
    assert_eq!(
        (told["passed_on"][0]["recipient"].as_str(), known_as().await.as_str()),
        (Some("payment_processor"), "Ada Berg")
    );

    // Without consent nothing is told by a program: a person has to.
    ada.delete("/v1/account/consents/card-payments").expect(204).await;
    set(&ada, json!({ "name": "Ada Lindqvist" })).await;
    let left = eventually("a person has to", async || {
        let row = history(&ada).await.remove(0);
        (row["passed_on"][0]["state"] == "by_person").then_some(row)
    })
    .await;
    assert_eq!((&left["passed_on"][0]["why"], known_as().await.as_str()), (&json!("no_consent"), "Ada Berg"));
    let staff = app.staff(Role::Privacy).await;
    let tasks = staff.get("/v1/staff/ripples").expect(200).await;
    assert!(!tasks.text.contains("Lindqvist"), "{tasks}");
    let path = format!("/v1/staff/ripples/{}/done", tasks.text_at("/data/0/id"));
    staff.post(&path, &json!({})).expect(204).await;
    staff.post(&path, &json!({})).expect(204).await;
    assert_eq!(history(&ada).await[0]["passed_on"][0]["state"], "done");
    staff.post("/v1/staff/ripples/rip_01900000000070008000000000000000/done", &json!({})).expect(404).await;
}

/// Two browsers on the edit form: the later one is asked, and nothing is lost.
#[tokio::test]
async fn two_browsers_that_edit_lose_nothing() {
    let app = TestApp::start(Backend::Sqlite).await;
    let person: Person = app.person("Ada").await;
    let (one, two) = (app.sign_in(&person).await, app.sign_in(&person).await);
    let form = |name: &'static str, phone: &'static str| [("version", "1"), ("name", name), ("phone", phone)];
    one.submit("/account", &form("Ada B.", "+65 6123 4567")).expect(303).await;
    let asked = two.submit("/account", &form("Ada C.", "")).expect(412).await;
    assert!(asked.text.contains("Ada B.") && asked.text.contains("Ada C."), "{asked}");
    let now = one.get("/v1/account").expect(200).await;
    assert_eq!((now.text_at("/name").as_str(), now.text_at("/phone").as_str()), ("Ada B.", "+6561234567"));
    let emptied = two.submit("/account/fields/phone/empty", &[("version", "2")]).expect(303).await;
    assert_eq!(emptied.header("location"), "/account?done=saved");
    assert!(one.get("/v1/account").expect(200).await.at("/phone").is_null());
    two.submit("/account/fields/name/empty", &[("version", "3")]).expect(404).await;
    two.submit("/account/confirmations", &[("version", "1")]).expect(303).await;
}

#[rstest]
#[tokio::test]
async fn what_is_said_of_an_invoice_stands_beside_it(#[values(Backend::Sqlite, Backend::Postgresql)] backend: Backend) {
    let app = TestApp::start(backend).await;
    app.offer_plans();
    let person = app.person("Ada Lovelace").await;
    let ada = app.sign_in(&person).await;
    app.add_card(&ada, "pm_card_visa").await;
    let order = json!({ "price": app.price("basic", "month", "USD").await, "quantity": 2 });
    let invoice = subscribe(&ada, &order, "order").await.text_at("/invoice");
    let path = format!("/v1/invoices/{invoice}");
    assert_eq!(ada.get(&path).expect(200).await.at("/corrections"), json!([]));
    let staff = app.staff(Role::Admin).await;
    for (wanted, verb, state) in [("Ada King", "refuse", "refused"), ("Ada Lindqvist", "accept", "accepted")] {
        let wish = json!({ "wanted": { "name": wanted }, "evidence": "My passport shows it." });
        let id = ada.post(&format!("{path}/correction"), &wish).expect(201).await.text_at("/id");
        judge(&staff, &id, verb).await;
        let shown = ada.get(&path).expect(200).await;
        let beside = &shown.at("/corrections/0");
        assert_eq!(beside["evidence"], json!(null), "that is the profile's to show");
        assert_eq!((text(beside, "state"), text(beside, "wanted")), (state.to_owned(), wanted.to_owned()));
        let mine = ada.get(&format!("/billing/invoices/{invoice}")).expect(200).await.text;
        let theirs = format!("/staff/invoices/{invoice}?purpose=billing_question");
        for page in [mine, staff.get(&theirs).expect(200).await.text] {
            assert!(page.contains(&format!("It should read: {wanted}")) && page.contains("Ada Lovelace"), "{page}");
        }
    }
    app.settle();
    let told: Vec<_> = app.mails().to(&person.email).into_iter().filter(|m| m.subject.contains("correction")).collect();
    assert_eq!(told.len(), 2);
    assert!(told.iter().all(|mail| !mail.text.contains("is told the new one") && mail.text.contains("invoice")));
}

#[tokio::test]
async fn an_address_is_not_brought_back_without_a_proof() {
    let app = TestApp::start(Backend::Sqlite).await;
    let ada = app.signed_in("Ada Lovelace").await;
    ada.post("/v1/account/email-changes", &json!({ "email": "new@example.org" })).expect(202).await;
    let token = mail(&app, "new@example.org", "Confirm your new address").await.token();
    ada.post("/v1/account/email-changes/confirm", &json!({ "token": token })).expect(204).await;
    let change = history(&ada).await.first().map(|change| text(change, "id")).expect("one");
    let refused =
        ada.post(&format!("/v1/account/history/{change}/restore"), &json!({})).if_match("*").expect(409).await;
    assert!(refused.text_at("/detail").contains("/account/email"), "{refused}");
}
