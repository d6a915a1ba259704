//! Who may receive personal data: the compile-time list behind "where your data is" and "shared with" (clause 2.2).

use super::consents::Purpose;
use super::places::Transfer;
use crate::config::Settings;

/// Somebody outside who receives personal data.
#[derive(Debug, PartialEq, Eq)]
pub struct Recipient {
    /// Name in the share rows; never changes.
    pub key: &'static str,
    /// What people call it.
    pub name: &'static str,
    /// What it gets the data for, as a sentence for people.
    pub purpose: &'static str,
    /// Where it processes, as a place in a sentence: `the United States`.
    pub country: &'static str,
    /// Its own host, if it is the same for every installation; `sites.hosts` says where another one stands.
    pub home: Option<Home>,
    /// On what ground it may.
    pub basis: Basis,
    /// How it learns that a value it got was wrong.
    pub corrected: Corrected,
    /// The most it ever gets, in words for people.
    pub receives: &'static [&'static str],
}

/// Where a recipient's own host stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Home {
    /// Its name.
    pub host: &'static str,
    /// Two letters.
    pub country: &'static str,
    /// On what ground data may go there.
    pub transfer: Transfer,
}

/// On what ground a recipient gets data.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Basis {
    /// It works on our instructions only.
    OnOurBehalf,
    /// The person has agreed, for this purpose.
    Consent(Purpose),
}

/// How a recipient learns that a value it got has changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Corrected {
    /// It passes on what it gets and keeps nothing to correct.
    KeepsNothing,
    /// A job of ours tells it.
    ByUs,
    /// A member of staff has to write to it.
    ByPerson,
}

/// Carries our mail.
pub static MAIL_RELAY: Recipient = Recipient {
    key: "mail_relay",
    name: "Mail relay",
    purpose: "It carries the messages that we write to you, and does nothing else with them.",
    country: "the operator's own country",
    home: None,
    basis: Basis::OnOurBehalf,
    corrected: Corrected::KeepsNothing,
    receives: &["your e-mail address", "the text of the message"],
};

/// Keeps cards and charges them.
pub static PAYMENT_PROCESSOR: Recipient = Recipient {
    key: "payment_processor",
    name: "Stripe",
    purpose: "It keeps your card, which we never see, and charges what you owe.",
    country: "the United States",
    home: Some(Home { host: "api.stripe.com", country: "US", transfer: Transfer::Consent }),
    basis: Basis::Consent(Purpose::CardPayments),
    corrected: Corrected::ByUs,
    receives: &[
        "your name",
        "your e-mail address",
        "your account number with us",
        "what you owe and for which invoice",
    ],
};

/// Carries security notices to holders who agree to it; there only where the operator has an XMPP account.
pub static XMPP_SERVER: Recipient = Recipient {
    key: "xmpp_server",
    name: "XMPP server",
    purpose: "It carries security notices to the XMPP server that you use, if you ask for it. Both can read them.",
    country: "the operator's own country",
    home: None,
    basis: Basis::Consent(Purpose::XmppNotices),
    corrected: Corrected::KeepsNothing,
    receives: &["your XMPP address", "the text of the message"],
};

/// Every recipient.
pub static ALL: &[&Recipient] = &[&MAIL_RELAY, &PAYMENT_PROCESSOR, &XMPP_SERVER];

/// Whether this configuration has the recipient at all.
#[must_use]
pub fn is_in_force(recipient: &Recipient, settings: &Settings) -> bool {
    recipient != &XMPP_SERVER || settings.xmpp.is_configured()
}

/// The recipient with this key.
#[must_use]
pub fn find(key: &str) -> Option<&'static Recipient> {
    ALL.iter().copied().find(|recipient| recipient.key == key)
}

/// Those of the keys whose recipient this configuration has.
pub fn in_force<'a>(keys: &'a [&'a str], settings: &'a Settings) -> impl Iterator<Item = &'static Recipient> + 'a {
    keys.iter().filter_map(|key| find(key)).filter(|recipient| is_in_force(recipient, settings))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_key_finds_its_recipient_and_only_it() {
        for recipient in ALL {
            assert_eq!(find(recipient.key), Some(*recipient));
        }
        assert_eq!(find("a_stranger"), None);
    }
}
