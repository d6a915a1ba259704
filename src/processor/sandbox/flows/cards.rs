//! Bringing cards in, attaching and detaching them.

use serde_json::json;

use super::super::cards;
use super::super::errors::{ApiError, ErrorType};
use super::super::objects::{Customer, PaymentMethod};
use super::super::transaction::Tx;

/// The payment method with that id, or a new one for a test card's token.
///
/// # Errors
/// `resource_missing`.
pub fn bring(tx: &mut Tx, id_or_token: &str) -> Result<PaymentMethod, ApiError> {
    match cards::find(id_or_token) {
        Some(card) => {
            let method = PaymentMethod::of(card, tx.id("pm"), tx.now);
            tx.put(&method);
            Ok(method)
        }
        None => tx.find(id_or_token, "payment_method"),
    }
}

/// Refuses a card that somebody else holds or that was used up.
///
/// # Errors
/// 400 with Stripe's wording.
pub fn check_holder(method: &PaymentMethod, customer: Option<&str>) -> Result<(), ApiError> {
    if method.spent && method.customer.is_none() {
        let message = "The provided PaymentMethod was previously used with a PaymentIntent without Customer attachment, shared with \
                       a connected account without Customer attachment, or was detached from a Customer. It may not be used again. \
                       To use a PaymentMethod multiple times, you must attach it to a Customer first.";
        return Err(ApiError::new(400, ErrorType::InvalidRequest, message).code("payment_method_unexpected_state"));
    }
    match (&method.customer, customer) {
        (Some(holder), Some(asked)) if holder != asked => {
            let message = format!(
                "The customer does not have a payment method with the ID {}. The payment method must be attached to the customer.",
                method.id
            );
            Err(ApiError::invalid("payment_method", message))
        }
        (Some(_), None) => {
            let message = "The PaymentMethod you provided is attached to a customer so for security purposes you must provide the \
                           customer in the request.";
            Err(ApiError::invalid("payment_method", message))
        }
        _ => Ok(()),
    }
}

/// Attaches a card to a customer; attaching it again changes nothing.
///
/// # Errors
/// 400 for another customer's or a used-up card, 402 for a card that its issuer refuses.
pub fn attach(tx: &mut Tx, mut method: PaymentMethod, customer: &str) -> Result<PaymentMethod, ApiError> {
    let holder: Customer = tx.find(customer, "customer")?;
    if holder.deleted {
        return Err(ApiError::missing("customer", customer, "customer"));
    }
    if method.customer.as_deref().is_some_and(|other| other != customer) {
        let message = "The payment method you provided has already been attached to a customer.";
        return Err(ApiError::new(400, ErrorType::InvalidRequest, message).code("payment_method_unexpected_state"));
    }
    check_holder(&method, Some(customer))?;
    if method.customer.is_some() {
        return Ok(method);
    }
    if let Some(why) = method.behaviour.attach {
        return Err(why.error());
    }
    method.customer = Some(customer.to_owned());
    method.spent = true;
    tx.put(&method);
    tx.emit("payment_method.attached", method.render());
    Ok(method)
}

/// Detaches a card for good.
///
/// # Errors
/// 400 for a card that is attached to nobody.
pub fn detach(tx: &mut Tx, mut method: PaymentMethod) -> Result<PaymentMethod, ApiError> {
    let Some(customer) = method.customer.take() else {
        let message = "The payment method you provided is not attached to a customer so detachment is impossible.";
        return Err(ApiError::new(400, ErrorType::InvalidRequest, message).code("payment_method_unexpected_state"));
    };
    tx.put(&method);
    let mut holder: Customer = tx.find(&customer, "customer")?;
    if holder.default_payment_method.as_ref() == Some(&method.id) {
        holder.default_payment_method = None;
        tx.put(&holder);
    }
    tx.emit_change("payment_method.detached", method.render(), Some(json!({"customer": customer})));
    Ok(method)
}
