//! Ids that the processor gave, and the keys that make a repeated call the same call.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Declares ids that the processor gave.
macro_rules! references {
    ($($(#[$doc:meta])* $name:ident),* $(,)?) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(String);
        impl $name {
            /// Wraps the processor's text as it is.
            pub fn new(text: impl Into<String>) -> Self {
                Self(text.into())
            }
            /// The processor's text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    )*};
}

references! {
    /// A customer at the processor (`cus_…`).
    CustomerRef,
    /// A hosted set-up page (`cs_…`).
    SetupSessionRef,
    /// A card set-up (`seti_…`).
    SetupRef,
    /// A kept card (`pm_…`).
    PaymentMethodRef,
    /// A payment intent (`pi_…`).
    IntentRef,
    /// A charge (`ch_…`).
    ChargeRef,
    /// An event (`evt_…`).
    EventRef,
    /// What makes a repeated call the same call. Never sent when older than 23 hours.
    IdempotencyKey,
}
