//! Customers and kept cards, in the processor port's words.

use secrecy::SecretString;

use super::refs::{CustomerRef, PaymentMethodRef, SetupRef, SetupSessionRef};
use crate::kernel::ids::{Account, Id, Installation};
use crate::kernel::personal::Personal;

/// Everything about a person that the processor receives, in one place. Given only with a recorded share.
#[derive(Debug, Clone)]
pub struct CustomerDetails {
    /// Our account id, so that the processor's customer can be traced back.
    pub account: Id<Account>,
    /// Written into the metadata; objects of other installations are never touched.
    pub installation: Id<Installation>,
    /// Name of the holder, for the processor's fraud checks and receipts.
    pub name: Personal<String>,
    /// E-mail address of the holder.
    pub email: Personal<String>,
}

/// A hosted page on which the customer types a card that we never see.
#[derive(Debug, Clone)]
pub struct SetupSessionRequest {
    /// Whose card.
    pub customer: CustomerRef,
    /// Our id of this set-up, returned in the metadata.
    pub reference: String,
    /// Written into the metadata.
    pub installation: Id<Installation>,
    /// Where the processor leads back to after success.
    pub success_url: String,
    /// Where it leads back to when the customer gives up.
    pub cancel_url: String,
}

/// A hosted set-up page.
#[derive(Debug, Clone)]
pub struct SetupSession {
    /// The page's id.
    pub id: SetupSessionRef,
    /// Where to lead the browser; absent once the page is done or expired.
    pub url: Option<String>,
    /// The set-up behind the page, once there is one.
    pub setup: Option<SetupRef>,
}

/// A set-up for an API client, confirmed by that client against the processor.
#[derive(Debug, Clone)]
pub struct SetupIntentRequest {
    /// Whose card.
    pub customer: CustomerRef,
    /// Our id of this set-up, returned in the metadata.
    pub reference: String,
    /// Written into the metadata.
    pub installation: Id<Installation>,
}

/// How far a card set-up is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SetupStatus {
    /// Waits for the customer, with or without 3-D Secure.
    Open,
    /// The card is kept.
    Succeeded,
    /// Given up or expired.
    Canceled,
}

/// A card set-up.
#[derive(Debug, Clone)]
pub struct Setup {
    /// The set-up's id.
    pub id: SetupRef,
    /// How far it is.
    pub status: SetupStatus,
    /// Whose card.
    pub customer: Option<CustomerRef>,
    /// The kept card, after success.
    pub payment_method: Option<PaymentMethodRef>,
    /// What lets an API client confirm it; only in the reply to its creation.
    pub client_secret: Option<SecretString>,
    /// Our id of this set-up, from the metadata.
    pub reference: Option<String>,
    /// Installation id from the metadata.
    pub installation: Option<String>,
}

/// All that is kept of a card (3-rules "Card data").
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Card {
    /// The processor's id.
    pub id: PaymentMethodRef,
    /// The customer it is attached to; none once detached.
    pub customer: Option<CustomerRef>,
    /// `visa`, `mastercard` …
    pub brand: String,
    /// Last four digits.
    pub last4: String,
    /// Month of expiry, 1 to 12.
    pub expiry_month: u32,
    /// Year of expiry, four digits.
    pub expiry_year: i32,
    /// Equal for equal cards within one processor account.
    pub fingerprint: Option<String>,
}
