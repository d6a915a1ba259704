//! Outcomes and ways of signing in; what a device and a network are.

use std::net::IpAddr;
use std::str::FromStr;

use chrono::Duration;
use ipnet::IpNet;

/// How long a try is kept.
pub const KEPT: Duration = Duration::days(90);
/// An account that was proved so lately, and never signed in, is at its first sign-in: no news to its owner.
pub const FIRST_SIGN_IN: Duration = Duration::days(1);

macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$variant_doc:meta])* $variant:ident = $word:literal),* $(,)? }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum $name { $($(#[$variant_doc])* $variant),* }

        impl $name {
            /// The word stored.
            #[must_use]
            pub const fn as_str(&self) -> &'static str {
                match self { $(Self::$variant => $word),* }
            }
        }

        impl FromStr for $name {
            type Err = ();
            fn from_str(text: &str) -> Result<Self, ()> {
                match text { $($word => Ok(Self::$variant),)* _ => Err(()) }
            }
        }
    };
}

words! {
    /// What came of a try.
    Outcome {
        /// A session began.
        SignedIn = "signed_in",
        /// The password was wrong.
        WrongPassword = "wrong_password",
        /// The password was right; the code was not given.
        FactorRequired = "factor_required",
        /// The password was right; the code was wrong.
        WrongFactor = "wrong_factor",
        /// Refused unjudged after too many tries; noted once an hour.
        TooMany = "too_many",
        /// The password was right; the account is frozen.
        Frozen = "frozen",
        /// The password was right; a new one must be set first.
        ResetRequired = "reset_required",
        /// The password was right; refused for another reason.
        Refused = "refused",
    }
}

impl Outcome {
    /// Whether whoever tried knew the password, so that it is worth saying "that wasn't me".
    #[must_use]
    pub fn knew_the_password(self) -> bool {
        !matches!(self, Self::WrongPassword | Self::TooMany)
    }
}

words! {
    /// What was shown to get in.
    Method {
        /// The password alone.
        Password = "password",
        /// The password and a second factor.
        PasswordFactor = "password_factor",
        /// A passkey.
        Passkey = "passkey",
    }
}

/// The network of an address: its /24, or its /48 in IPv6.
#[must_use]
pub fn network(address: IpAddr) -> String {
    let address = address.to_canonical();
    let length = if address.is_ipv4() { 24 } else { 48 };
    IpNet::new(address, length).map(|net| net.trunc().to_string()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn networks_hide_the_connection() {
        for (address, expected) in [
            ("192.0.2.77", "192.0.2.0/24"),
            ("::ffff:192.0.2.77", "192.0.2.0/24"),
            ("2001:db8:1234:5678::1", "2001:db8:1234::/48"),
        ] {
            assert_eq!(network(address.parse().expect("an address")), expected);
        }
    }

    #[test]
    fn words_are_read_back() {
        for outcome in [Outcome::SignedIn, Outcome::TooMany, Outcome::Refused] {
            assert_eq!(outcome.as_str().parse(), Ok(outcome));
        }
        assert_eq!("passkey".parse(), Ok(Method::Passkey));
        assert!(Outcome::WrongFactor.knew_the_password() && !Outcome::WrongPassword.knew_the_password());
    }
}
