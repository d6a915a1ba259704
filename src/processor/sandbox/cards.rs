//! The test cards, by Stripe's names for them. There is no way to bring a card number in here.

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::errors::{ApiError, ErrorType};

/// Why an issuer says no.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Decline {
    /// No reason given.
    #[serde(rename = "generic_decline")]
    Generic,
    /// Not enough money.
    InsufficientFunds,
    /// Reported lost.
    LostCard,
    /// Reported stolen.
    StolenCard,
    /// Past its expiry date.
    ExpiredCard,
    /// The check digits do not match.
    IncorrectCvc,
    /// The issuer had a technical problem.
    ProcessingError,
    /// Thought to be fraud.
    Fraudulent,
    /// The issuer wants the holder to take part.
    AuthenticationRequired,
}

/// Everything Stripe says about one decline.
struct DeclineFacts {
    code: &'static str,
    decline_code: &'static str,
    advice: Option<&'static str>,
    network: &'static str,
    message: &'static str,
}

impl Decline {
    fn facts(self) -> DeclineFacts {
        let (code, decline_code, advice, network, message) = match self {
            Self::Generic => {
                ("card_declined", "generic_decline", Some("try_again_later"), "01", "Your card was declined.")
            }
            Self::InsufficientFunds => (
                "card_declined",
                "insufficient_funds",
                Some("try_again_later"),
                "51",
                "Your card has insufficient funds.",
            ),
            Self::LostCard => ("card_declined", "lost_card", Some("do_not_try_again"), "41", "Your card was declined."),
            Self::StolenCard => {
                ("card_declined", "stolen_card", Some("do_not_try_again"), "43", "Your card was declined.")
            }
            Self::ExpiredCard => {
                ("expired_card", "expired_card", Some("confirm_card_data"), "54", "Your card has expired.")
            }
            Self::IncorrectCvc => (
                "incorrect_cvc",
                "incorrect_cvc",
                Some("confirm_card_data"),
                "N7",
                "Your card's security code is incorrect.",
            ),
            Self::ProcessingError => (
                "processing_error",
                "processing_error",
                Some("try_again_later"),
                "96",
                "An error occurred while processing your card. Try again in a little bit.",
            ),
            Self::Fraudulent => {
                ("card_declined", "fraudulent", Some("do_not_try_again"), "59", "Your card was declined.")
            }
            Self::AuthenticationRequired => (
                "authentication_required",
                "authentication_required",
                None,
                "65",
                "Your card was declined. This transaction requires authentication.",
            ),
        };
        DeclineFacts { code, decline_code, advice, network, message }
    }

    /// The 402 for it, still without the objects it is about.
    #[must_use]
    pub fn error(self) -> ApiError {
        let facts = self.facts();
        let error = ApiError::new(402, ErrorType::Card, facts.message)
            .code(facts.code)
            .with("decline_code", facts.decline_code)
            .with("network_decline_code", facts.network);
        match facts.advice {
            Some(advice) => error.with("advice_code", advice),
            None => error,
        }
    }

    /// Stripe's error code.
    #[must_use]
    pub fn code(self) -> &'static str {
        self.facts().code
    }

    /// The issuer's reason in Stripe's words.
    #[must_use]
    pub fn decline_code(self) -> &'static str {
        self.facts().decline_code
    }

    /// For the holder.
    #[must_use]
    pub fn message(self) -> &'static str {
        self.facts().message
    }

    /// What to do next, where the issuer said.
    #[must_use]
    pub fn advice(self) -> Option<&'static str> {
        self.facts().advice
    }

    /// The card network's own code.
    #[must_use]
    pub fn network_code(self) -> &'static str {
        self.facts().network
    }
}

/// When the issuer asks for 3-D Secure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Authentication {
    /// Never.
    Never,
    /// Unless the card was set up with authentication before.
    UnlessSetUp,
    /// For every payment.
    Always,
}

/// How a card behaves when it is used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Behaviour {
    /// When the holder must authenticate.
    pub authentication: Authentication,
    /// How charges end.
    pub charge: Option<Decline>,
    /// How attaching to a customer ends.
    pub attach: Option<Decline>,
}

/// A card that works.
pub const GOOD: Behaviour = Behaviour { authentication: Authentication::Never, charge: None, attach: None };

const fn declines(why: Decline) -> Behaviour {
    Behaviour { authentication: Authentication::Never, charge: Some(why), attach: Some(why) }
}

const fn authenticates(when: Authentication, charge: Option<Decline>) -> Behaviour {
    Behaviour { authentication: when, charge, attach: None }
}

/// One test card.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TestCard {
    /// Stripe's token for it.
    pub token: &'static str,
    /// What the hosted page calls it.
    pub name: &'static str,
    /// `visa`, `mastercard`, …
    pub brand: &'static str,
    /// Last four digits.
    pub last4: &'static str,
    /// Country of the issuer.
    pub country: &'static str,
    /// How it behaves.
    pub behaviour: Behaviour,
    /// Whether the hosted page offers it.
    pub offered: bool,
}

const fn card(
    token: &'static str,
    name: &'static str,
    brand_last4: (&'static str, &'static str),
    behaviour: Behaviour,
) -> TestCard {
    TestCard { token, name, brand: brand_last4.0, last4: brand_last4.1, country: "US", behaviour, offered: true }
}

const fn hidden(card: TestCard) -> TestCard {
    TestCard { offered: false, ..card }
}

const fn from(country: &'static str, card: TestCard) -> TestCard {
    TestCard { country, ..card }
}

/// Every card the sandbox knows.
pub const CARDS: &[TestCard] = &[
    card("pm_card_visa", "Visa that works", ("visa", "4242"), GOOD),
    card("pm_card_mastercard", "Mastercard that works", ("mastercard", "4444"), GOOD),
    card("pm_card_amex", "American Express that works", ("amex", "8431"), GOOD),
    from("SG", card("pm_card_sg", "Visa from Singapore that works", ("visa", "0003"), GOOD)),
    from("DE", hidden(card("pm_card_de", "Visa from Germany", ("visa", "0016"), GOOD))),
    card(
        "pm_card_chargeCustomerFail",
        "Visa that is accepted now, but declined when charged",
        ("visa", "0341"),
        Behaviour { authentication: Authentication::Never, charge: Some(Decline::Generic), attach: None },
    ),
    card(
        "pm_card_authenticationRequiredOnSetup",
        "Visa that asks for 3-D Secure once, now",
        ("visa", "3155"),
        authenticates(Authentication::UnlessSetUp, None),
    ),
    card(
        "pm_card_authenticationRequired",
        "Visa that asks for 3-D Secure at every payment",
        ("visa", "3184"),
        authenticates(Authentication::Always, None),
    ),
    hidden(card(
        "pm_card_threeDSecure2Required",
        "Visa that asks for 3-D Secure 2 at every payment",
        ("visa", "3220"),
        authenticates(Authentication::Always, None),
    )),
    hidden(card(
        "pm_card_authenticationRequiredChargeDeclinedInsufficientFunds",
        "Visa that asks for 3-D Secure, then has no money",
        ("visa", "3178"),
        authenticates(Authentication::Always, Some(Decline::InsufficientFunds)),
    )),
    card("pm_card_visa_chargeDeclined", "Visa that is declined", ("visa", "0002"), declines(Decline::Generic)),
    hidden(card("pm_card_chargeDeclined", "Visa that is declined", ("visa", "0002"), declines(Decline::Generic))),
    card(
        "pm_card_chargeDeclinedInsufficientFunds",
        "Visa without money",
        ("visa", "9995"),
        declines(Decline::InsufficientFunds),
    ),
    hidden(card(
        "pm_card_visa_chargeDeclinedInsufficientFunds",
        "Visa without money",
        ("visa", "9995"),
        declines(Decline::InsufficientFunds),
    )),
    hidden(card("pm_card_chargeDeclinedLostCard", "Visa reported lost", ("visa", "9987"), declines(Decline::LostCard))),
    hidden(card(
        "pm_card_visa_chargeDeclinedLostCard",
        "Visa reported lost",
        ("visa", "9987"),
        declines(Decline::LostCard),
    )),
    hidden(card(
        "pm_card_chargeDeclinedStolenCard",
        "Visa reported stolen",
        ("visa", "9979"),
        declines(Decline::StolenCard),
    )),
    card(
        "pm_card_chargeDeclinedExpiredCard",
        "Visa that has expired",
        ("visa", "0069"),
        declines(Decline::ExpiredCard),
    ),
    hidden(card(
        "pm_card_chargeDeclinedIncorrectCvc",
        "Visa with wrong check digits",
        ("visa", "0127"),
        declines(Decline::IncorrectCvc),
    )),
    hidden(card(
        "pm_card_chargeDeclinedProcessingError",
        "Visa whose issuer has a problem",
        ("visa", "0119"),
        declines(Decline::ProcessingError),
    )),
    hidden(card(
        "pm_card_chargeDeclinedFraudulent",
        "Visa taken for stolen data",
        ("visa", "0019"),
        declines(Decline::Fraudulent),
    )),
];

/// The card with that token.
#[must_use]
pub fn find(token: &str) -> Option<&'static TestCard> {
    CARDS.iter().find(|card| card.token == token)
}

impl TestCard {
    /// What tells that two payment methods are the same card: 16 letters, the same for the same brand and digits.
    #[must_use]
    pub fn fingerprint(&self) -> String {
        let digest = Sha256::digest(format!("{} {} {}", self.brand, self.last4, self.country));
        digest.iter().take(8).map(|byte| format!("{byte:02x}")).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_are_unique_and_same_cards_share_a_fingerprint() {
        let tokens: std::collections::BTreeSet<_> = CARDS.iter().map(|card| card.token).collect();
        assert_eq!(tokens.len(), CARDS.len());
        let print = |token| find(token).expect("known").fingerprint();
        assert_eq!(print("pm_card_chargeDeclined"), print("pm_card_visa_chargeDeclined"));
        assert_ne!(print("pm_card_visa"), print("pm_card_mastercard"));
    }

    #[test]
    fn a_decline_carries_its_codes() {
        let error = Decline::InsufficientFunds.error();
        assert_eq!(error.status, 402);
        let body = error.body();
        assert_eq!(body["error"]["type"], "card_error");
        assert_eq!(body["error"]["code"], "card_declined");
        assert_eq!(body["error"]["decline_code"], "insufficient_funds");
        assert_eq!(body["error"]["advice_code"], "try_again_later");
    }
}
