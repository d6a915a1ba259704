//! The life of a setup intent.

use super::super::cards::Authentication;
use super::super::errors::{ApiError, ErrorType};
use super::super::objects::{IntentStatus, NextAction, PaymentMethod, SetupIntent};
use super::super::transaction::Tx;
use super::cards;

/// What a confirm brings along.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Confirm {
    /// Id or token of the card; the intent's own otherwise.
    pub payment_method: Option<String>,
    /// Where to send the holder after authentication.
    pub return_url: Option<String>,
}

/// 400 `setup_intent_unexpected_state` with the intent in it.
#[must_use]
pub fn unexpected_state(intent: &SetupIntent, message: String) -> ApiError {
    ApiError::new(400, ErrorType::InvalidRequest, message)
        .code("setup_intent_unexpected_state")
        .with("setup_intent", intent.render())
}

/// Keeps the card for the customer, or asks the holder to authenticate first.
///
/// # Errors
/// 400 in a state that allows none, or for a card that may not be used; 402 with the intent when the issuer refuses.
pub fn confirm(tx: &mut Tx, mut intent: SetupIntent, with: Confirm) -> Result<SetupIntent, ApiError> {
    if intent.status.is_final() {
        let status = intent.status.as_str();
        return Err(unexpected_state(
            &intent,
            format!("You cannot confirm this SetupIntent because it has already {status}."),
        ));
    }
    let method = choose_card(tx, &intent, with.payment_method.as_deref())?;
    if intent.types.redirects && with.return_url.is_none() {
        let message = "This SetupIntent is configured to accept payment methods enabled in your Dashboard. Because some of these \
                       payment methods might redirect your customer off of your page, you must provide a `return_url`.";
        return Err(ApiError::new(400, ErrorType::InvalidRequest, message));
    }
    if let Some(why) = method.behaviour.attach {
        return Err(fail(tx, intent, &method, why.error()));
    }
    intent.payment_method = Some(method.id.clone());
    if method.behaviour.authentication == Authentication::Never {
        return succeed(tx, intent, method, false);
    }
    let page = tx.page(&format!("/authenticate/{}/{}", intent.id, tx.letters(24)));
    intent.status = IntentStatus::RequiresAction;
    intent.next_action = Some(NextAction { url: page, return_url: with.return_url });
    intent.last_setup_error = None;
    tx.put(&intent);
    tx.emit("setup_intent.requires_action", intent.render());
    Ok(intent)
}

fn choose_card(tx: &mut Tx, intent: &SetupIntent, given: Option<&str>) -> Result<PaymentMethod, ApiError> {
    let method = match (given, &intent.payment_method) {
        (Some(given), _) => cards::bring(tx, given)?,
        (None, Some(kept)) => tx.find(kept, "payment_method")?,
        (None, None) => {
            let message = "You cannot confirm this SetupIntent because it's missing a payment method. Update the SetupIntent with a \
                           payment method and then confirm it again.";
            return Err(unexpected_state(intent, message.to_owned()));
        }
    };
    cards::check_holder(&method, intent.customer.as_deref())?;
    Ok(method)
}

/// The holder has authenticated, or failed to.
///
/// # Errors
/// 400 unless the intent waits for it.
pub fn authenticated(tx: &mut Tx, intent: SetupIntent, passed: bool) -> Result<SetupIntent, ApiError> {
    if intent.status != IntentStatus::RequiresAction {
        return Err(unexpected_state(&intent, "This SetupIntent does not wait for authentication.".to_owned()));
    }
    let method_id = intent.payment_method.clone().unwrap_or_default();
    let method: PaymentMethod = tx.find(&method_id, "payment_method")?;
    if passed {
        return succeed(tx, intent, method, true);
    }
    let message =
        "We are unable to authenticate your payment method. Please choose a different payment method and try again.";
    let error = ApiError::new(402, ErrorType::Card, message).code("setup_intent_authentication_failure");
    let id = intent.id.clone();
    let _ = fail(tx, intent, &method, error);
    tx.find(&id, "intent")
}

fn succeed(
    tx: &mut Tx,
    mut intent: SetupIntent,
    mut method: PaymentMethod,
    authenticated: bool,
) -> Result<SetupIntent, ApiError> {
    if authenticated && !method.authenticated_setup {
        method.authenticated_setup = true;
        tx.put(&method);
    }
    if let Some(customer) = intent.customer.clone() {
        cards::attach(tx, method, &customer)?;
    }
    intent.status = IntentStatus::Succeeded;
    intent.next_action = None;
    intent.last_setup_error = None;
    tx.put(&intent);
    tx.emit("setup_intent.succeeded", intent.render());
    Ok(intent)
}

fn fail(tx: &mut Tx, mut intent: SetupIntent, method: &PaymentMethod, error: ApiError) -> ApiError {
    let error = error.with("payment_method", method.render());
    intent.status = IntentStatus::RequiresPaymentMethod;
    intent.payment_method = None;
    intent.next_action = None;
    intent.last_setup_error = Some(error.fields());
    tx.put(&intent);
    tx.emit("setup_intent.setup_failed", intent.render());
    error.with("setup_intent", intent.render())
}

/// Cancels.
///
/// # Errors
/// 400 for an intent that has ended.
pub fn cancel(tx: &mut Tx, mut intent: SetupIntent, reason: Option<&str>) -> Result<SetupIntent, ApiError> {
    if intent.status.is_final() {
        let message = format!(
            "You cannot cancel this SetupIntent because it has a status of {}. Only a SetupIntent with one of the following statuses \
             may be canceled: requires_payment_method, requires_confirmation, requires_action.",
            intent.status.as_str()
        );
        return Err(unexpected_state(&intent, message));
    }
    intent.status = IntentStatus::Canceled;
    intent.cancellation_reason = reason.map(str::to_owned);
    intent.next_action = None;
    tx.put(&intent);
    tx.emit("setup_intent.canceled", intent.render());
    Ok(intent)
}
