//! The crates that the product builds its requests with, against a running sandbox over loopback: they must understand every reply.

use std::net::TcpListener;

use http_body_util::{BodyExt, Full};
use hyper::Request;
use hyper::body::Bytes;
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use secrecy::ExposeSecret;
use stripe_checkout::checkout_session::{
    CreateCheckoutSession, CreateCheckoutSessionAllowedPaymentMethodTypes, RetrieveCheckoutSession,
};
use stripe_client_core::{CustomizedStripeRequest, StripeClient, StripeClientErr, StripeMethod, StripeRequest};
use stripe_core::charge::RetrieveCharge;
use stripe_core::customer::{CreateCustomer, ListCustomer, RetrieveCustomer};
use stripe_core::event::ListEvent;
use stripe_core::payment_intent::{
    CancelPaymentIntent, ConfirmPaymentIntent, ConfirmPaymentIntentOffSession, CreatePaymentIntent, ListPaymentIntent,
};
use stripe_core::refund::CreateRefund;
use stripe_core::setup_intent::{ConfirmSetupIntent, CreateSetupIntent};
use stripe_payment::payment_method::{AttachPaymentMethod, DetachPaymentMethod, RetrievePaymentMethod};
use stripe_shared::{
    ApiErrorsCode, ApiErrorsType, PaymentIntentAllowedPaymentMethodTypes, PaymentIntentStatus,
    SetupIntentAllowedPaymentMethodTypes, SetupIntentStatus,
};
use stripe_types::Currency;

use steward::processor::sandbox::{RunningSandbox, SandboxConfig, start};

/// A client that hands over every body, whatever its status, for the crates to read.
struct Loopback {
    http: Client<HttpConnector, Full<Bytes>>,
    base: String,
    authorization: String,
}

#[derive(Debug)]
struct Failed(#[expect(dead_code, reason = "shown by Debug when a test fails")] String);

impl StripeClientErr for Failed {
    fn deserialize_err(message: impl std::fmt::Display) -> Self {
        Self(message.to_string())
    }
}

impl Loopback {
    async fn fetch(&self, method: &str, path: &str, body: String) -> Result<Bytes, Failed> {
        let request = Request::builder()
            .method(method)
            .uri(format!("{}/v1{path}", self.base))
            .header("authorization", &self.authorization)
            .header("content-type", "application/x-www-form-urlencoded")
            .body(Full::new(Bytes::from(body)))
            .map_err(|error| Failed(error.to_string()))?;
        let answer = self.http.request(request).await.map_err(|error| Failed(error.to_string()))?;
        let body = answer.into_body().collect().await.map_err(|error| Failed(error.to_string()))?;
        Ok(body.to_bytes())
    }
}

impl StripeClient for Loopback {
    type Err = Failed;

    async fn execute(&self, request: CustomizedStripeRequest) -> Result<Bytes, Failed> {
        let (parts, _) = request.into_pieces();
        let method = match parts.method {
            StripeMethod::Get => "GET",
            StripeMethod::Post => "POST",
            StripeMethod::Delete => "DELETE",
        };
        let query = parts.query.map(|query| format!("?{query}")).unwrap_or_default();
        self.fetch(method, &format!("{}{query}", parts.path), parts.body.unwrap_or_default()).await
    }
}

async fn sandbox() -> (RunningSandbox, Loopback) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let base = format!("http://{}", listener.local_addr().expect("bound"));
    let config = SandboxConfig {
        public_url: base.parse().expect("a URL"),
        journal: None,
        secret_key: "sk_test_witness".to_owned().into(),
        publishable_key: "pk_test_witness".to_owned(),
        webhook_secret: "whsec_witness".to_owned().into(),
        webhook_url: None,
        control_token: "control".to_owned().into(),
    };
    let running = start(listener, config).await.expect("starts");
    let authorization = format!("Bearer {}", running.secret_key().expose_secret());
    let http = Client::builder(TokioExecutor::new()).build_http();
    (running, Loopback { http, base, authorization })
}

/// Sends and reads with the crates' own type.
macro_rules! send {
    ($client:expr, $request:expr) => {
        $request.customize().send($client).await.expect("the reply is understood")
    };
}

/// Sends what must be refused, and reads the error with the crates' own type.
macro_rules! refused {
    ($client:expr, $request:expr) => {{
        let reply = $request.build().customize::<stripe_shared::Error>().send($client).await;
        let stripe_shared::Error { error } = reply.expect("the error is understood");
        *error
    }};
}

async fn customer(client: &Loopback) -> String {
    let made = send!(client, CreateCustomer::new().email("ann@example.com").name("Ann"));
    made.id.to_string()
}

fn intent(customer: &str) -> CreatePaymentIntent {
    CreatePaymentIntent::new(1_900, Currency::SGD)
        .customer(customer)
        .allowed_payment_method_types(vec![PaymentIntentAllowedPaymentMethodTypes::Card])
        .metadata([("invoice".to_owned(), "inv_1".to_owned())])
}

#[tokio::test]
async fn a_card_is_set_up_and_charged() {
    let (running, client) = sandbox().await;
    let ann = customer(&client).await;
    assert_eq!(send!(&client, ListCustomer::new().email("ann@example.com")).data.len(), 1);
    send!(&client, RetrieveCustomer::new(ann.as_str()));
    let setup = CreateSetupIntent::new()
        .customer(ann.as_str())
        .allowed_payment_method_types(vec![SetupIntentAllowedPaymentMethodTypes::Card]);
    let setup = send!(&client, setup);
    let done = send!(&client, ConfirmSetupIntent::new(setup.id).payment_method("pm_card_visa"));
    assert_eq!(done.status, SetupIntentStatus::Succeeded);
    let card = done.payment_method.expect("a card").id().to_string();
    let method = send!(&client, RetrievePaymentMethod::new(card.as_str()));
    assert_eq!(method.card.expect("a card").last4, "4242");

    let made = send!(&client, intent(&ann));
    let confirm = ConfirmPaymentIntent::new(made.id.clone())
        .payment_method(card.as_str())
        .off_session(ConfirmPaymentIntentOffSession::Bool(true));
    let paid = send!(&client, confirm.expand(vec!["latest_charge".to_owned()]));
    assert_eq!((paid.status, paid.amount_received), (PaymentIntentStatus::Succeeded, 1_900));
    let charge = paid.latest_charge.expect("a charge").into_object().expect("expanded");
    let charge = send!(&client, RetrieveCharge::new(charge.id));
    let booked = charge.balance_transaction.expect("settled").id().to_string();
    let request = stripe_client_core::RequestBuilder::new(StripeMethod::Get, format!("/balance_transactions/{booked}"));
    let booked = request.customize::<stripe_shared::BalanceTransaction>().send(&client).await.expect("understood");
    assert_eq!((booked.fee, booked.net), (85, 1_815));
    let listed = send!(&client, ListPaymentIntent::new().customer(ann.as_str()));
    assert!(listed.data.len() == 1 && listed.data[0].id == made.id);
    let refund = send!(&client, CreateRefund::new().payment_intent(made.id.to_string()).amount(900));
    assert_eq!(refund.amount, 900);
    send!(&client, DetachPaymentMethod::new(card.as_str()));
    running.stop().await;
}

#[tokio::test]
async fn refusals_are_understood() {
    let (running, client) = sandbox().await;
    let ann = customer(&client).await;
    let made = send!(&client, intent(&ann));
    let declined = ConfirmPaymentIntent::new(made.id.clone()).payment_method("pm_card_chargeDeclinedInsufficientFunds");
    let error = refused!(&client, declined);
    assert_eq!((error.type_, error.code), (ApiErrorsType::CardError, Some(ApiErrorsCode::CardDeclined)));
    assert_eq!(error.decline_code.as_deref(), Some("insufficient_funds"));
    let inner = error.payment_intent.expect("the intent is in the error");
    assert_eq!((inner.id, inner.status), (made.id.clone(), PaymentIntentStatus::RequiresPaymentMethod));
    assert!(inner.last_payment_error.expect("kept").payment_method.is_some());
    let attach = AttachPaymentMethod::new("pm_card_chargeDeclined").customer(ann.as_str());
    assert_eq!(refused!(&client, attach).type_, ApiErrorsType::CardError);
    send!(&client, CancelPaymentIntent::new(made.id.clone()));
    let error = refused!(&client, CancelPaymentIntent::new(made.id));
    assert_eq!(error.code, Some(ApiErrorsCode::PaymentIntentUnexpectedState));
    let small = CreatePaymentIntent::new(10, Currency::USD);
    assert_eq!(refused!(&client, small).code, Some(ApiErrorsCode::AmountTooSmall));
    let nobody = refused!(&client, RetrieveCustomer::new("cus_none"));
    assert_eq!(nobody.code, Some(ApiErrorsCode::ResourceMissing));
    running.stop().await;
}

#[tokio::test]
async fn redirects_and_sessions_are_understood() {
    let (running, client) = sandbox().await;
    let ann = customer(&client).await;
    let made = send!(&client, intent(&ann));
    let confirm = ConfirmPaymentIntent::new(made.id).payment_method("pm_card_authenticationRequired");
    let waiting = send!(&client, confirm.return_url("https://shop.example/back"));
    let action = waiting.next_action.expect("an action").redirect_to_url.expect("a redirect");
    assert!(action.url.expect("a page").starts_with(running.url().as_str()));
    let session = CreateCheckoutSession::new()
        .mode(stripe_shared::CheckoutSessionMode::Setup)
        .customer(ann.as_str())
        .currency(Currency::USD)
        .allowed_payment_method_types(vec![CreateCheckoutSessionAllowedPaymentMethodTypes::Card])
        .success_url("https://shop.example/added?session={CHECKOUT_SESSION_ID}")
        .cancel_url("https://shop.example/billing");
    let session = send!(&client, session);
    assert!(session.url.expect("a page").starts_with(running.url().as_str()));
    let retrieve = RetrieveCheckoutSession::new(session.id).expand(vec!["setup_intent".to_owned()]);
    let setup = send!(&client, retrieve).setup_intent.expect("a set-up").into_object().expect("expanded");
    assert_eq!(setup.status, SetupIntentStatus::RequiresPaymentMethod);
    running.stop().await;
}

#[tokio::test]
async fn events_are_understood_as_lists_and_as_webhooks() {
    let (running, client) = sandbox().await;
    let ann = customer(&client).await;
    let paid = intent(&ann).payment_method("pm_card_visa").confirm(true);
    let paid = send!(&client, paid);
    send!(&client, CreateRefund::new().payment_intent(paid.id.to_string()));
    let made = send!(&client, intent(&ann));
    let _ = refused!(&client, ConfirmPaymentIntent::new(made.id.clone()).payment_method("pm_card_chargeDeclined"));
    send!(&client, CancelPaymentIntent::new(made.id));
    let attached = send!(&client, AttachPaymentMethod::new("pm_card_visa").customer(ann.as_str()));
    send!(&client, DetachPaymentMethod::new(attached.id));
    let listed = send!(&client, ListEvent::new().limit(100));
    assert_eq!(listed.data.len(), 13);
    let raw = client.fetch("GET", "/events?limit=100", String::new()).await.expect("answers");
    let raw: serde_json::Value = serde_json::from_slice(&raw).expect("JSON");
    for event in raw["data"].as_array().expect("a list") {
        let payload = event.to_string();
        let now = 1_700_000_000;
        let seal = stripe_webhook::Webhook::generate_test_header(&payload, "whsec_witness", Some(now));
        let read = stripe_webhook::Webhook::construct_event_with_timestamp(&payload, &seal, "whsec_witness", now);
        let read = read.unwrap_or_else(|error| panic!("{}: {error}", event["type"]));
        assert_eq!(read.type_.as_str(), event["type"]);
    }
    running.stop().await;
}
