//! The life of a payment intent. It succeeds at most once: only [`charge`] sets `succeeded`, and it refuses final intents.

use serde_json::Value;

use super::super::cards::{Authentication, Decline};
use super::super::errors::{ApiError, ErrorType};
use super::super::objects::{Charge, IntentStatus, NextAction, PaymentIntent, PaymentMethod};
use super::super::transaction::Tx;
use super::cards;

/// What a confirm brings along.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Confirm {
    /// Id or token of the card to use; the intent's own otherwise.
    pub payment_method: Option<String>,
    /// The holder is not there to authenticate.
    pub off_session: bool,
    /// Where to send the holder after authentication.
    pub return_url: Option<String>,
    /// Keep the card for the customer.
    pub setup_future_usage: Option<String>,
}

/// 400 `payment_intent_unexpected_state` with the intent in it.
#[must_use]
pub fn unexpected_state(intent: &PaymentIntent, message: String) -> ApiError {
    ApiError::new(400, ErrorType::InvalidRequest, message)
        .code("payment_intent_unexpected_state")
        .with("payment_intent", intent.render())
}

fn check_confirmable(intent: &PaymentIntent) -> Result<(), ApiError> {
    let message = match intent.status {
        IntentStatus::Succeeded => {
            "You cannot confirm this PaymentIntent because it has already succeeded after being previously confirmed.".to_owned()
        }
        IntentStatus::Canceled => {
            "You cannot confirm this PaymentIntent because it has a status of canceled. Only a PaymentIntent with one of the \
             following statuses may be confirmed: requires_payment_method, requires_confirmation, requires_action."
                .to_owned()
        }
        _ => return Ok(()),
    };
    Err(unexpected_state(intent, message))
}

/// Tries to collect the money, or asks the holder to authenticate.
///
/// # Errors
/// 400 in a state that allows none, or for a card that may not be used; 402 with the intent when the issuer refuses.
pub fn confirm(tx: &mut Tx, mut intent: PaymentIntent, with: Confirm) -> Result<PaymentIntent, ApiError> {
    check_confirmable(&intent)?;
    let method = choose_card(tx, &intent, with.payment_method.as_deref())?;
    if intent.types.redirects && with.return_url.is_none() && !with.off_session {
        let message = "This PaymentIntent is configured to accept payment methods enabled in your Dashboard. Because some of these \
                       payment methods might redirect your customer off of your page, you must provide a `return_url`.";
        return Err(ApiError::new(400, ErrorType::InvalidRequest, message));
    }
    if intent.confirms >= tx.world().settings.confirm_limit {
        let intent = end(tx, intent, Some("automatic"));
        let message = format!(
            "This PaymentIntent was confirmed {} times and has been canceled. Create a new PaymentIntent to try again.",
            intent.confirms
        );
        return Err(unexpected_state(&intent, message));
    }
    intent.confirms += 1;
    intent.payment_method = Some(method.id.clone());
    intent.setup_future_usage = with.setup_future_usage.or(intent.setup_future_usage);
    let must_authenticate = match method.behaviour.authentication {
        Authentication::Never => false,
        Authentication::UnlessSetUp => !method.authenticated_setup,
        Authentication::Always => true,
    };
    match (must_authenticate, with.off_session) {
        (true, true) => Err(fail(tx, intent, &method, Decline::AuthenticationRequired)),
        (true, false) => Ok(ask_holder(tx, intent, with.return_url)),
        (false, _) => charge(tx, intent, &method, false),
    }
}

fn choose_card(tx: &mut Tx, intent: &PaymentIntent, given: Option<&str>) -> Result<PaymentMethod, ApiError> {
    let method = match (given, &intent.payment_method) {
        (Some(given), _) => cards::bring(tx, given)?,
        (None, Some(kept)) => tx.find(kept, "payment_method")?,
        (None, None) => {
            let message = "You cannot confirm this PaymentIntent because it's missing a payment method. You can either update the \
                           PaymentIntent with a payment method and then confirm it again, or confirm it again directly with a \
                           payment method or ConfirmationToken.";
            return Err(unexpected_state(intent, message.to_owned()));
        }
    };
    cards::check_holder(&method, intent.customer.as_deref())?;
    Ok(method)
}

fn ask_holder(tx: &mut Tx, mut intent: PaymentIntent, return_url: Option<String>) -> PaymentIntent {
    // Every confirm makes a new page, so an abandoned one can no longer act.
    let page = tx.page(&format!("/authenticate/{}/{}", intent.id, tx.letters(24)));
    intent.status = IntentStatus::RequiresAction;
    intent.next_action = Some(NextAction { url: page, return_url });
    intent.last_payment_error = None;
    tx.put(&intent);
    tx.emit("payment_intent.requires_action", intent.render());
    intent
}

/// The holder has authenticated, or failed to.
///
/// # Errors
/// 400 unless the intent waits for it; 402 when the issuer refuses.
pub fn authenticated(tx: &mut Tx, mut intent: PaymentIntent, passed: bool) -> Result<PaymentIntent, ApiError> {
    if intent.status != IntentStatus::RequiresAction {
        return Err(unexpected_state(&intent, "This PaymentIntent does not wait for authentication.".to_owned()));
    }
    let method_id = intent.payment_method.clone().unwrap_or_default();
    let method: PaymentMethod = tx.find(&method_id, "payment_method")?;
    if passed {
        return charge(tx, intent, &method, true);
    }
    let message =
        "We are unable to authenticate your payment method. Please choose a different payment method and try again.";
    let error = ApiError::new(402, ErrorType::Card, message).code("payment_intent_authentication_failure");
    intent.last_payment_error = Some(error.clone().with("payment_method", method.render()).fields());
    back_to_start(&mut intent);
    tx.put(&intent);
    tx.emit("payment_intent.payment_failed", intent.render());
    Ok(intent)
}

/// The one place where money moves.
fn charge(
    tx: &mut Tx,
    mut intent: PaymentIntent,
    method: &PaymentMethod,
    authenticated: bool,
) -> Result<PaymentIntent, ApiError> {
    check_confirmable(&intent)?;
    if let Some(why) = method.behaviour.charge {
        return Err(fail(tx, intent, method, why));
    }
    let charge = new_charge(tx, &intent, method, authenticated, None);
    tx.put(&charge);
    tx.emit("charge.succeeded", charge.render());
    tx.settle_later(&charge.id);
    keep_card(tx, &intent, method, authenticated);
    intent.status = IntentStatus::Succeeded;
    intent.latest_charge = Some(charge.id);
    intent.last_payment_error = None;
    intent.next_action = None;
    tx.put(&intent);
    tx.emit("payment_intent.succeeded", intent.render());
    Ok(intent)
}

/// A card that is not attached serves one payment only, unless the payment asks to keep it.
fn keep_card(tx: &mut Tx, intent: &PaymentIntent, method: &PaymentMethod, authenticated: bool) {
    let mut method = method.clone();
    method.authenticated_setup |= authenticated && intent.setup_future_usage.is_some();
    if let (None, Some(customer), Some(_)) = (&method.customer, &intent.customer, &intent.setup_future_usage) {
        method.customer = Some(customer.clone());
        method.spent = true;
        tx.put(&method);
        tx.emit("payment_method.attached", method.render());
    } else {
        method.spent = true;
        tx.put(&method);
    }
}

fn new_charge(
    tx: &Tx,
    intent: &PaymentIntent,
    method: &PaymentMethod,
    authenticated: bool,
    decline: Option<Decline>,
) -> Charge {
    Charge {
        id: tx.id("ch"),
        created: tx.now,
        amount: intent.amount,
        amount_refunded: 0,
        currency: intent.currency.clone(),
        customer: intent.customer.clone(),
        description: intent.description.clone(),
        metadata: intent.metadata.clone(),
        payment_intent: intent.id.clone(),
        card: method.clone(),
        authenticated,
        decline,
        balance_transaction: None,
    }
}

/// Records a refused try and gives the 402 for it.
fn fail(tx: &mut Tx, mut intent: PaymentIntent, method: &PaymentMethod, why: Decline) -> ApiError {
    let charge = new_charge(tx, &intent, method, false, Some(why));
    tx.put(&charge);
    tx.emit("charge.failed", charge.render());
    let error = why.error().with("charge", charge.id.clone()).with("payment_method", method.render());
    intent.latest_charge = Some(charge.id);
    intent.last_payment_error = Some(error.fields());
    back_to_start(&mut intent);
    tx.put(&intent);
    tx.emit("payment_intent.payment_failed", intent.render());
    error.with("payment_intent", intent.render())
}

fn back_to_start(intent: &mut PaymentIntent) {
    intent.status = IntentStatus::RequiresPaymentMethod;
    intent.payment_method = None;
    intent.next_action = None;
}

/// Cancels on request.
///
/// # Errors
/// 400 for an intent that has ended.
pub fn cancel(tx: &mut Tx, intent: PaymentIntent, reason: Option<&str>) -> Result<PaymentIntent, ApiError> {
    if intent.status.is_final() {
        let message = format!(
            "You cannot cancel this PaymentIntent because it has a status of {}. Only a PaymentIntent with one of the following \
             statuses may be canceled: requires_payment_method, requires_capture, requires_confirmation, requires_action, processing.",
            intent.status.as_str()
        );
        return Err(unexpected_state(&intent, message));
    }
    Ok(end(tx, intent, reason))
}

fn end(tx: &mut Tx, mut intent: PaymentIntent, reason: Option<&str>) -> PaymentIntent {
    intent.status = IntentStatus::Canceled;
    intent.canceled_at = Some(tx.now);
    intent.cancellation_reason = reason.map(str::to_owned);
    intent.next_action = None;
    tx.put(&intent);
    tx.emit("payment_intent.canceled", intent.render());
    intent
}

/// What the intent waits for, given its card.
#[must_use]
pub fn waiting_status(payment_method: Option<&String>) -> IntentStatus {
    match payment_method {
        Some(_) => IntentStatus::RequiresConfirmation,
        None => IntentStatus::RequiresPaymentMethod,
    }
}

/// The parts of an intent that a browser with its client secret may see.
#[must_use]
pub fn browser_view(mut value: Value) -> Value {
    const HIDDEN: &[&str] = &[
        "customer",
        "metadata",
        "latest_charge",
        "application",
        "on_behalf_of",
        "review",
        "transfer_data",
        "transfer_group",
    ];
    if let Some(fields) = value.as_object_mut() {
        HIDDEN.iter().for_each(|field| {
            fields.remove(*field);
        });
    }
    value
}
