use super::*;
use crate::billing::payments::gateway::{
    CustomerDetails, GatewayError, SetupIntentRequest, SetupSessionRequest, SetupStatus,
};
use crate::env::testing::on_each_database_async;
use crate::kernel::ids::Account;
use crate::kernel::personal::Personal;
use crate::platform::trust::consents::{self, NewConsent, Purpose};
use crate::platform::trust::recipients::{MAIL_RELAY, PAYMENT_PROCESSOR};
use crate::platform::trust::{FieldName, Ground, Recipient, ShareRequest, Shared, policy, share};

fn session_request(customer: &CustomerRef) -> SetupSessionRequest {
    SetupSessionRequest {
        customer: customer.clone(),
        reference: "setup_1".to_owned(),
        installation: installation(),
        success_url: "http://localhost:8080/billing/cards/added".to_owned(),
        cancel_url: "http://localhost:8080/billing/cards".to_owned(),
    }
}

#[tokio::test]
async fn a_card_comes_by_the_hosted_page() {
    let bench = Bench::new().await;
    let customer = bench.customer().await;
    let request = bench.told(session_request(&customer));
    let session = bench.gateway.create_setup_session(&key("s:1"), &request).await.expect("a page");
    let again = bench.gateway.create_setup_session(&key("s:1"), &request).await.expect("the same page");
    assert_eq!(session.id, again.id);

    let page = session.url.expect("an address");
    let chosen = bench.http.post(page).form(&[("card", "pm_card_visa")]).send().await.expect("a reply");
    assert_eq!(chosen.headers()["location"], request.value().success_url);

    let done = bench.gateway.retrieve_setup_session(&session.id).await.expect("the page");
    assert_eq!(done.url, None);
    let setup = bench.gateway.retrieve_setup(&done.setup.expect("a set-up")).await.expect("the set-up");
    assert_eq!((setup.status, setup.customer.as_ref()), (SetupStatus::Succeeded, Some(&customer)));
    assert_eq!(setup.reference.as_deref(), Some("setup_1"));
    assert_eq!(setup.installation.as_deref(), Some(installation().as_str()));
    let method = setup.payment_method.expect("a card");
    let card = bench.gateway.retrieve_payment_method(&method).await.expect("the card");
    assert_eq!((card.brand.as_str(), card.last4.as_str(), card.customer), ("visa", "4242", Some(customer)));
    assert!(card.fingerprint.is_some());
}

#[tokio::test]
async fn a_card_comes_by_an_api_client() {
    let bench = Bench::new().await;
    let customer = bench.customer().await;
    let request = SetupIntentRequest { customer, reference: "setup_2".to_owned(), installation: installation() };
    let made = bench.gateway.create_setup_intent(&key("s:2"), &bench.told(request)).await.expect("a set-up");
    let secret = made.client_secret.expect("a client secret");
    assert_eq!(made.status, SetupStatus::Open);

    let form = [("client_secret", secret.expose_secret()), ("payment_method", "pm_card_mastercard")];
    let path = bench.url(&format!("/v1/setup_intents/{}/confirm", made.id));
    let reply = bench.http.post(path).bearer_auth("pk_test_bench").form(&form).send().await.expect("a reply");
    assert!(reply.status().is_success());

    let setup = bench.gateway.retrieve_setup(&made.id).await.expect("the set-up");
    assert_eq!(setup.status, SetupStatus::Succeeded);
    assert!(setup.client_secret.is_none(), "only its creation tells the secret");
}

#[tokio::test]
async fn a_card_is_forgotten_once_and_again() {
    let bench = Bench::new().await;
    let customer = bench.customer().await;
    let card = bench.card(&customer, "pm_card_visa").await;
    for _ in 0..2 {
        bench.gateway.detach_payment_method(&card).await.expect("forgotten");
    }
    assert_eq!(bench.gateway.retrieve_payment_method(&card).await.expect("the card").customer, None);
    let unknown = bench.gateway.detach_payment_method(&PaymentMethodRef::new("pm_none")).await;
    assert_eq!(unknown, Err(GatewayError::NotFound));
}

/// An account that has agreed.
pub(super) fn consent(bench: &mut crate::env::testing::Bench) -> Id<Account> {
    let operator = policy::Operator { name: "Harbour Chat", contact: "privacy@harbour-chat.example" };
    policy::publish_shipped(&mut bench.conn, operator, bench.env.now()).expect("published");
    let account: Id<Account> = bench.env.id();
    let purpose = Purpose::CardPayments;
    let consent = NewConsent { account: &account, purpose, wording: "Share it.", policy_version: 1 };
    consents::give(&mut bench.conn, &bench.env, &consent).expect("given");
    account
}

/// Shares the details of an account that has agreed, with whom it is said.
fn details(
    bench: &mut crate::env::testing::Bench,
    recipient: &'static Recipient,
    ground: Ground,
) -> Shared<CustomerDetails> {
    let account = consent(bench);
    let fields = &[FieldName("accounts.name"), FieldName("principals.email")];
    let request = ShareRequest { account: Some(&account), recipient, fields, ground, about: "card" };
    let details = CustomerDetails {
        account: account.clone(),
        installation: installation(),
        name: Personal::new("Ada Canary".to_owned()),
        email: Personal::new("ada@example.org".to_owned()),
    };
    share(&mut bench.conn, &bench.env, request, details).expect("shared")
}

#[test]
fn a_customer_is_made_of_what_was_shared_with_the_processor() {
    on_each_database_async(|mut database| async move {
        let bench = Bench::new().await;
        let shared = details(&mut database, &PAYMENT_PROCESSOR, Ground::Consent);
        let made = bench.gateway.create_customer(&key("c:1"), &shared).await.expect("a customer");
        let path = bench.url(&format!("/v1/customers/{made}"));
        let reply = bench.http.get(path).bearer_auth("sk_test_bench").send().await.expect("a reply");
        let kept: Value = reply.json().await.expect("JSON");
        assert_eq!((&kept["name"], &kept["email"]), (&json!("Ada Canary"), &json!("ada@example.org")));
        assert_eq!(kept["metadata"], json!({"installation": installation(), "account": shared.value().account}));

        let elsewhere = details(&mut database, &MAIL_RELAY, Ground::OnOurBehalf);
        let refused = bench.gateway.create_customer(&key("c:2"), &elsewhere).await;
        assert!(matches!(refused, Err(GatewayError::NotSent { .. })), "{refused:?}");
    });
}
