//! Reads the processor's objects leniently: only what is needed must be there. The crate's strict types would turn a
//! field that is new or missing into an error after the money has moved.

use secrecy::SecretString;
use serde_json::Value;

use crate::billing::payments::gateway::{
    Advice, Card, ChargeRef, CustomerRef, Decline, Intent, IntentMarks, IntentRef, IntentStatus, NextAction,
    PaymentMethodRef, Setup, SetupRef, SetupSession, SetupSessionRef, SetupStatus,
};
use crate::kernel::currency::Currency;
use crate::kernel::money::Money;
use crate::kernel::time::Timestamp;

/// Longest id or code that is kept.
const LONGEST_WORD: usize = 255;

/// A field's text.
pub fn text<'a>(object: &'a Value, name: &str) -> Option<&'a str> {
    object.get(name)?.as_str()
}

/// A field's instant, in seconds since 1970.
pub fn instant(object: &Value, name: &str) -> Option<Timestamp> {
    Timestamp::from_seconds(object.get(name)?.as_i64()?)
}

/// A note in the object's metadata.
pub fn note<'a>(object: &'a Value, name: &str) -> Option<&'a str> {
    text(object.get("metadata")?, name)
}

/// An id, given as such or as the expanded object.
pub fn id<'a>(object: &'a Value, name: &str) -> Option<&'a str> {
    let field = object.get(name)?;
    field.as_str().or_else(|| text(field, "id")).filter(|id| is_id(id))
}

/// Ids go into paths of later calls, so nothing else may pass for one.
pub fn is_id(id: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-');
    !id.is_empty() && id.len() <= LONGEST_WORD && id.bytes().all(plain)
}

fn own_id(object: &Value) -> Option<&str> {
    id(object, "id")
}

/// A payment intent.
pub fn intent(object: &Value) -> Option<Intent> {
    let currency = Currency::parse(text(object, "currency")?).ok()?;
    let status = intent_status(text(object, "status")?)?;
    let amount = object.get("amount")?.as_i64()?;
    let received = object.get("amount_received").and_then(Value::as_i64);
    Some(Intent {
        id: IntentRef::new(own_id(object)?),
        status,
        amount: Money::new(amount, currency),
        amount_received: received.unwrap_or(if status == IntentStatus::Succeeded { amount } else { 0 }),
        customer: id(object, "customer").map(CustomerRef::new),
        latest_charge: id(object, "latest_charge").map(ChargeRef::new),
        last_error: object.get("last_payment_error").filter(|error| error.is_object()).map(decline),
        next_action: object.get("next_action").filter(|action| action.is_object()).map(next_action),
        created: instant(object, "created")?,
        metadata: IntentMarks {
            installation: note(object, "installation").map(str::to_owned),
            invoice: note(object, "invoice").map(str::to_owned),
            generation: note(object, "generation").and_then(|generation| generation.parse().ok()),
        },
    })
}

fn intent_status(word: &str) -> Option<IntentStatus> {
    Some(match word {
        "requires_payment_method" => IntentStatus::RequiresPaymentMethod,
        "requires_confirmation" => IntentStatus::RequiresConfirmation,
        "requires_action" => IntentStatus::RequiresAction,
        "processing" => IntentStatus::Processing,
        "succeeded" => IntentStatus::Succeeded,
        "canceled" => IntentStatus::Canceled,
        _ => return None,
    })
}

fn next_action(action: &Value) -> NextAction {
    NextAction { redirect_url: action.get("redirect_to_url").and_then(web_address) }
}

/// The object's `url`. It becomes a link: nothing but a web address may pass.
fn web_address(object: &Value) -> Option<String> {
    let is_web = |url: &&str| url::Url::parse(url).is_ok_and(|url| matches!(url.scheme(), "https" | "http"));
    text(object, "url").filter(is_web).map(str::to_owned)
}

/// A decline, from an error or from an intent's last payment error.
pub fn decline(error: &Value) -> Decline {
    let word = |name: &str| text(error, name).filter(|word| is_id(word)).map(str::to_owned);
    Decline {
        code: word("code").or_else(|| word("type")).unwrap_or_else(|| "card_declined".to_owned()),
        decline_code: word("decline_code"),
        advice: match text(error, "advice_code") {
            Some("do_not_try_again") => Some(Advice::DoNotTryAgain),
            Some("try_again_later") => Some(Advice::TryAgainLater),
            Some("confirm_card_data") => Some(Advice::ConfirmCardData),
            _ => None,
        },
        charge: id(error, "charge").map(ChargeRef::new),
    }
}

/// A card set-up. Its client secret is kept only if it was just made for the client that will use it.
pub fn setup(object: &Value, just_made: bool) -> Option<Setup> {
    let status = match text(object, "status")? {
        "succeeded" => SetupStatus::Succeeded,
        "canceled" => SetupStatus::Canceled,
        "requires_payment_method" | "requires_confirmation" | "requires_action" | "processing" => SetupStatus::Open,
        _ => return None,
    };
    Some(Setup {
        id: SetupRef::new(own_id(object)?),
        status,
        customer: id(object, "customer").map(CustomerRef::new),
        payment_method: id(object, "payment_method").map(PaymentMethodRef::new),
        client_secret: text(object, "client_secret").filter(|_| just_made).map(SecretString::from),
        reference: note(object, "reference").map(str::to_owned),
        installation: note(object, "installation").map(str::to_owned),
    })
}

/// A hosted set-up page.
pub fn setup_session(object: &Value) -> Option<SetupSession> {
    Some(SetupSession {
        id: SetupSessionRef::new(own_id(object)?),
        url: web_address(object),
        setup: id(object, "setup_intent").map(SetupRef::new),
    })
}

/// A kept card. Refuses more than four digits, so that a card number can never be stored from here.
pub fn card(object: &Value) -> Option<Card> {
    let card = object.get("card")?;
    let number = |name: &str| card.get(name)?.as_i64();
    let last4 = text(card, "last4").filter(|last4| last4.len() == 4 && last4.bytes().all(|b| b.is_ascii_digit()))?;
    Some(Card {
        id: PaymentMethodRef::new(own_id(object)?),
        customer: id(object, "customer").map(CustomerRef::new),
        brand: text(card, "brand").filter(|brand| is_id(brand)).unwrap_or("unknown").to_owned(),
        last4: last4.to_owned(),
        expiry_month: number("exp_month")
            .and_then(|month| u32::try_from(month).ok())
            .filter(|m| (1..=12).contains(m))?,
        expiry_year: number("exp_year")
            .and_then(|year| i32::try_from(year).ok())
            .filter(|y| (2000..=9999).contains(y))?,
        fingerprint: text(card, "fingerprint").filter(|print| is_id(print)).map(str::to_owned),
    })
}

#[cfg(test)]
#[path = "read_tests.rs"]
mod tests;
