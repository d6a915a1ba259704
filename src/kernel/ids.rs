//! Prefixed identifiers: `acct_…`, `sub_…`: 32 hexadecimal digits of a UUIDv7 behind a prefix that names the kind.

use std::fmt;
use std::hash::{Hash, Hasher};
use std::marker::PhantomData;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use uuid::Uuid;

use super::time::Timestamp;

/// What an [`Id`] names; gives the prefix that its text starts with.
pub trait Kind: 'static {
    /// Letters before the underscore.
    const PREFIX: &'static str;
}

/// An identifier of one kind. An `Id<Account>` can never stand where an `Id<Invoice>` is asked for.
///
/// Ids are ordered by creation time and are no secrets: what must not be guessed is a [`super::secret_token`].
pub struct Id<K> {
    text: String,
    kind: PhantomData<fn() -> K>,
}

/// The text is not an id of the kind asked for.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not an id that starts with `{prefix}_`")]
pub struct NotAnId {
    /// The prefix that was expected.
    pub prefix: &'static str,
}

impl<K: Kind> Id<K> {
    /// A new id: UUIDv7 from the instant and ten random bytes.
    #[must_use]
    pub fn new(now: Timestamp, random: [u8; 10]) -> Self {
        let millis = u64::try_from(now.micros() / 1_000).unwrap_or(0);
        Self::from_uuid(uuid::Builder::from_unix_timestamp_millis(millis, &random).into_uuid())
    }

    /// The id whose 16 bytes are these.
    #[must_use]
    pub fn from_uuid(uuid: Uuid) -> Self {
        Self { text: format!("{}_{}", K::PREFIX, uuid.simple()), kind: PhantomData }
    }

    /// The 16 bytes behind the prefix.
    #[must_use]
    pub fn uuid(&self) -> Uuid {
        Uuid::try_parse(&self.text[K::PREFIX.len() + 1..]).expect("checked when the id was made")
    }

    /// The whole text, prefix included.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }
}

impl<K: Kind> FromStr for Id<K> {
    type Err = NotAnId;
    fn from_str(text: &str) -> Result<Self, NotAnId> {
        let wrong = NotAnId { prefix: K::PREFIX };
        let digits = text.strip_prefix(K::PREFIX).and_then(|rest| rest.strip_prefix('_')).ok_or(wrong.clone())?;
        let hex = digits.len() == 32 && digits.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
        if hex { Ok(Self { text: text.to_owned(), kind: PhantomData }) } else { Err(wrong) }
    }
}

impl<K> Clone for Id<K> {
    fn clone(&self) -> Self {
        Self { text: self.text.clone(), kind: PhantomData }
    }
}
impl<K> PartialEq for Id<K> {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}
impl<K> Eq for Id<K> {}
impl<K> PartialOrd for Id<K> {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}
impl<K> Ord for Id<K> {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.text.cmp(&other.text)
    }
}
impl<K> Hash for Id<K> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.text.hash(state);
    }
}
impl<K> fmt::Display for Id<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}
impl<K> fmt::Debug for Id<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}
impl<K> Serialize for Id<K> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(&self.text)
    }
}
impl<'de, K: Kind> Deserialize<'de> for Id<K> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        String::deserialize(from)?.parse().map_err(serde::de::Error::custom)
    }
}

/// Declares marker types and their prefixes.
macro_rules! kinds {
    ($($(#[$doc:meta])* $name:ident = $prefix:literal),* $(,)?) => {
        $($(#[$doc])* #[derive(Debug, Clone, Copy, PartialEq, Eq)] pub enum $name {}
        impl Kind for $name { const PREFIX: &'static str = $prefix; })*
        /// Every prefix in use; the card guard exempts texts that are one of our ids.
        pub const PREFIXES: &[&str] = &[$($prefix),*];
    };
}

kinds! {
    /// A person or organisation that holds an account; also the id of its principal.
    Account = "acct",
    /// A member of staff.
    StaffMember = "staff",
    /// An instant message in its outbox.
    Im = "im",
    /// A sign-up that waits for its e-mail address to be proved.
    Registration = "reg",
    /// A signed-in session, as shown to its owner.
    Session = "ses",
    /// One time that an account was frozen.
    Freeze = "frz",
    /// A change of the e-mail address that is under way.
    EmailChange = "emc",
    /// An order that the factors of an account go.
    FactorReset = "frs",
    /// A second factor: an authenticator app or a passkey.
    Factor = "fac",
    /// One try to sign in, as shown to its account's owner.
    SignIn = "sgn",
    /// A token that programs act with.
    ApiToken = "tok",
    /// One field's change in the history.
    Change = "chg",
    /// A correction that staff decide.
    Correction = "cor",
    /// A recipient that has an old value and must learn the new one.
    RippleTask = "rip",
    /// One entry of the audit log.
    AuditEntry = "aud",
    /// A background job.
    Job = "job",
    /// An outgoing mail.
    Mail = "mail",
    /// A recorded consent or its withdrawal.
    Consent = "cons",
    /// One sharing of personal data with a recipient.
    Share = "shr",
    /// One look of a member of staff at personal data.
    StaffLook = "look",
    /// A plan of the catalogue.
    Plan = "plan",
    /// A price of a plan.
    Price = "price",
    /// A binding preview.
    Quote = "quote",
    /// A subscription.
    Subscription = "sub",
    /// An invoice.
    Invoice = "inv",
    /// A line of an invoice.
    InvoiceLine = "il",
    /// A payment method kept at the processor.
    PaymentMethod = "pm",
    /// A card set-up under way at the processor.
    PaymentSetup = "pms",
    /// A payment intent at the processor, one per invoice and generation.
    Payment = "pay",
    /// One confirm of a payment intent.
    PaymentAttempt = "att",
    /// A posting of the ledger.
    Posting = "post",
    /// A webhook or polled event in the inbox.
    InboxEvent = "ibx",
    /// A billing run.
    BillingRun = "run",
    /// This installation, written into the processor's metadata.
    Installation = "inst",
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn text_round_trips(random: [u8; 10], millis in 0_i64..4_000_000_000_000) {
            let at = Timestamp::from_micros(millis * 1_000).expect("in range");
            let id = Id::<Account>::new(at, random);
            prop_assert_eq!(id.as_str().parse::<Id<Account>>().expect("own text"), id.clone());
            prop_assert_eq!(Id::<Account>::from_uuid(id.uuid()), id);
        }

        #[test]
        fn later_ids_sort_later(random: [u8; 10], other: [u8; 10], millis in 0_i64..4_000_000_000_000) {
            let at = |m: i64| Timestamp::from_micros(m * 1_000).expect("in range");
            prop_assert!(Id::<Account>::new(at(millis), random) < Id::<Account>::new(at(millis + 1), other));
        }

        #[test]
        fn other_text_is_refused(text in ".{0,40}") {
            prop_assert!(text.parse::<Id<Account>>().is_err());
        }
    }

    #[test]
    fn kinds_do_not_mix_and_case_matters() {
        let id = Id::<Account>::new(Timestamp::from_seconds(1).expect("epoch"), [7; 10]);
        assert!(id.as_str().parse::<Id<Invoice>>().is_err());
        assert!(id.as_str().to_uppercase().parse::<Id<Account>>().is_err());
    }
}
