//! Payment intents and declines, in the processor port's words.

use super::refs::{ChargeRef, CustomerRef, IntentRef, PaymentMethodRef};
use crate::kernel::ids::{Account, Id, Installation, Invoice, Subscription};
use crate::kernel::money::Money;
use crate::kernel::time::Timestamp;

/// What a payment is for, as written into the intent's metadata so that a lost create can be found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IntentMetadata {
    /// This installation.
    pub installation: Id<Installation>,
    /// Whose invoice.
    pub account: Id<Account>,
    /// For which subscription.
    pub subscription: Id<Subscription>,
    /// Number of the period within the subscription's phase.
    pub period_no: u32,
    /// `first`, `renewal` …
    pub kind: String,
    /// The invoice's id.
    pub invoice: Id<Invoice>,
    /// The invoice's printed number.
    pub invoice_number: String,
    /// Generation of the payment.
    pub generation: u32,
}

/// An unconfirmed intent to be made: card only, no money moves.
#[derive(Debug, Clone)]
pub struct IntentRequest {
    /// Who pays.
    pub customer: CustomerRef,
    /// How much; passes [`Money::check_chargeable`].
    pub amount: Money,
    /// What for.
    pub metadata: IntentMetadata,
}

/// One confirm of an intent.
#[derive(Debug, Clone)]
pub struct ConfirmRequest {
    /// The card to charge.
    pub payment_method: PaymentMethodRef,
    /// False while the customer is there and can answer a 3-D Secure question.
    pub off_session: bool,
    /// Where 3-D Secure leads back to; needed on-session.
    pub return_url: Option<String>,
}

/// The processor's word for how far an intent is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum IntentStatus {
    /// No confirm yet, or the last one failed.
    RequiresPaymentMethod,
    /// A card is set, no confirm yet.
    RequiresConfirmation,
    /// The customer must answer 3-D Secure.
    RequiresAction,
    /// The processor works on it.
    Processing,
    /// The money has moved; final.
    Succeeded,
    /// Ended without money; final.
    Canceled,
}

impl IntentStatus {
    /// Every status.
    pub const ALL: [Self; 6] = [
        Self::RequiresPaymentMethod,
        Self::RequiresConfirmation,
        Self::RequiresAction,
        Self::Processing,
        Self::Succeeded,
        Self::Canceled,
    ];

    /// The stored text, which is also the processor's.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::RequiresPaymentMethod => "requires_payment_method",
            Self::RequiresConfirmation => "requires_confirmation",
            Self::RequiresAction => "requires_action",
            Self::Processing => "processing",
            Self::Succeeded => "succeeded",
            Self::Canceled => "canceled",
        }
    }

    /// Reads the stored text.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.as_str() == text)
    }
}

impl std::str::FromStr for IntentStatus {
    type Err = ();
    fn from_str(text: &str) -> Result<Self, ()> {
        Self::parse(text).ok_or(())
    }
}

/// Where the customer goes to answer 3-D Secure.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NextAction {
    /// The address, if the processor gave one (it needs a `return_url`).
    pub redirect_url: Option<String>,
}

/// What the issuer advises after a decline.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Advice {
    /// Do not try this card again.
    DoNotTryAgain,
    /// Trying later may help.
    TryAgainLater,
    /// The card's data must be corrected.
    ConfirmCardData,
}

impl Advice {
    /// The stored text, which is also the processor's.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::DoNotTryAgain => "do_not_try_again",
            Self::TryAgainLater => "try_again_later",
            Self::ConfirmCardData => "confirm_card_data",
        }
    }

    /// Reads the text; none for advice that is not known.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        [Self::DoNotTryAgain, Self::TryAgainLater, Self::ConfirmCardData].into_iter().find(|a| a.as_str() == text)
    }
}

/// Why a card was not charged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decline {
    /// The processor's error code: `card_declined`, `authentication_required`, `expired_card` …
    pub code: String,
    /// The issuer's reason: `insufficient_funds`, `lost_card` …
    pub decline_code: Option<String>,
    /// The issuer's advice.
    pub advice: Option<Advice>,
    /// The failed charge, where one was made.
    pub charge: Option<ChargeRef>,
}

impl Decline {
    /// True if the customer only has to answer 3-D Secure.
    #[must_use]
    pub fn needs_authentication(&self) -> bool {
        self.code == "authentication_required" || self.decline_code.as_deref() == Some("authentication_required")
    }
}

/// An intent as the processor last told it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Intent {
    /// The intent's id.
    pub id: IntentRef,
    /// How far it is.
    pub status: IntentStatus,
    /// What it asks for.
    pub amount: Money,
    /// What has arrived, in minor units.
    pub amount_received: i64,
    /// Who pays.
    pub customer: Option<CustomerRef>,
    /// The last charge tried.
    pub latest_charge: Option<ChargeRef>,
    /// Why the last confirm failed; stays until the next one.
    pub last_error: Option<Decline>,
    /// What the customer has to do.
    pub next_action: Option<NextAction>,
    /// When it was made.
    pub created: Timestamp,
    /// Metadata, as far as it is ours.
    pub metadata: IntentMarks,
}

/// The part of an intent's metadata by which it is recognised; absent on objects that are not ours.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct IntentMarks {
    /// Installation id.
    pub installation: Option<String>,
    /// Invoice id.
    pub invoice: Option<String>,
    /// Generation of the payment.
    pub generation: Option<u32>,
}
