//! Instant-messaging ids: a network and the handle there. Optional personal data (policy clause 1.1).

use std::fmt;

use serde::{Deserialize, Serialize};

use super::email_address::EmailAddress;
use super::phone::Phone;
use super::text::is_unprintable;

/// Which form the handles of a network have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Rule {
    Jid,
    Matrix,
    Signal,
    Telegram,
    Skype,
    Digits(usize, usize),
    Mail,
    Common,
}

/// A network by the name the API uses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[allow(missing_docs)] // proper names
pub enum Network {
    Xmpp,
    Matrix,
    Signal,
    Telegram,
    Skype,
    Icq,
    Aim,
    Msn,
    Yahoo,
    GaduGadu,
    Qq,
    GoogleTalk,
    Groupwise,
    Sametime,
    Irc,
    Zephyr,
}

impl Network {
    /// Every network, in the order of a choice list.
    pub const ALL: &[Self] = &[
        Self::Xmpp,
        Self::Matrix,
        Self::Signal,
        Self::Telegram,
        Self::Skype,
        Self::Icq,
        Self::Aim,
        Self::Msn,
        Self::Yahoo,
        Self::GaduGadu,
        Self::Qq,
        Self::GoogleTalk,
        Self::Groupwise,
        Self::Sametime,
        Self::Irc,
        Self::Zephyr,
    ];

    /// The name in the API.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        self.facts().0
    }

    /// The name for people.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.facts().1
    }

    /// Reads the API's name.
    pub fn parse(text: &str) -> Result<Self, ImIdError> {
        Self::ALL.iter().find(|network| network.as_str() == text).copied().ok_or(ImIdError::UnknownNetwork)
    }

    fn facts(self) -> (&'static str, &'static str, Rule) {
        match self {
            Self::Xmpp => ("xmpp", "XMPP (Jabber)", Rule::Jid),
            Self::Matrix => ("matrix", "Matrix", Rule::Matrix),
            Self::Signal => ("signal", "Signal", Rule::Signal),
            Self::Telegram => ("telegram", "Telegram", Rule::Telegram),
            Self::Skype => ("skype", "Skype", Rule::Skype),
            Self::Icq => ("icq", "ICQ", Rule::Digits(5, 10)),
            Self::Aim => ("aim", "AIM", Rule::Common),
            Self::Msn => ("msn", "MSN Messenger", Rule::Mail),
            Self::Yahoo => ("yahoo", "Yahoo! Messenger", Rule::Common),
            Self::GaduGadu => ("gadu-gadu", "Gadu-Gadu", Rule::Digits(2, 10)),
            Self::Qq => ("qq", "QQ", Rule::Digits(5, 11)),
            Self::GoogleTalk => ("google-talk", "Google Talk", Rule::Mail),
            Self::Groupwise => ("groupwise", "GroupWise", Rule::Common),
            Self::Sametime => ("sametime", "Sametime", Rule::Common),
            Self::Irc => ("irc", "IRC", Rule::Common),
            Self::Zephyr => ("zephyr", "Zephyr", Rule::Common),
        }
    }
}

/// An id as typed: the shape of the API, not checked yet.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ImIdInput {
    /// Name of a network.
    pub network: String,
    /// The handle there.
    pub handle: String,
}

/// A handle that is well formed on its network.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "ImIdInput")]
pub struct ImId {
    network: Network,
    handle: String,
}

/// Why an id cannot be one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[allow(missing_docs)] // the sentence is the documentation
pub enum ImIdError {
    #[error("This network is not known here. Choose one from the list.")]
    UnknownNetwork,
    #[error("Enter the handle, or remove the entry.")]
    Missing,
    #[error("This handle is too long. Check it.")]
    TooLong,
    #[error("An XMPP address looks like name@example.org, without anything after a slash.")]
    Jid,
    #[error("A Matrix id looks like @name:example.org.")]
    Matrix,
    #[error("A Signal handle is a user name like name.01, or a phone number that starts with +.")]
    Signal,
    #[error("A Telegram user name has 4 to 32 letters, digits and underscores, and starts with a letter.")]
    Telegram,
    #[error("A Skype name starts with a letter and has letters, digits, dots, commas, hyphens and underscores.")]
    Skype,
    #[error("A number on this network has {0} to {1} digits.")]
    Digits(usize, usize),
    #[error("A handle on this network is an e-mail address, like name@example.org.")]
    Mail,
    #[error("A handle has no spaces at its ends, no line breaks and at most 100 characters.")]
    Common,
}

impl ImIdError {
    /// The sub-field that is wrong: `network` or `handle`.
    #[must_use]
    pub fn field(self) -> &'static str {
        if self == Self::UnknownNetwork { "network" } else { "handle" }
    }
}

impl ImId {
    /// Checks a handle by its network's rule and puts it into its usual form.
    pub fn parse(input: &ImIdInput) -> Result<Self, ImIdError> {
        let network = Network::parse(&input.network)?;
        let handle = input.handle.trim();
        if handle.is_empty() {
            return Err(ImIdError::Missing);
        }
        if handle.len() > 3_071 {
            return Err(ImIdError::TooLong);
        }
        Ok(Self { network, handle: normal_form(network.facts().2, handle)? })
    }

    /// The network.
    #[must_use]
    pub fn network(&self) -> Network {
        self.network
    }

    /// The handle.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.handle
    }

    /// The shape of the API, to be shown or changed.
    #[must_use]
    pub fn to_input(&self) -> ImIdInput {
        ImIdInput { network: self.network.as_str().to_owned(), handle: self.handle.clone() }
    }
}

impl TryFrom<ImIdInput> for ImId {
    type Error = ImIdError;
    fn try_from(input: ImIdInput) -> Result<Self, ImIdError> {
        Self::parse(&input)
    }
}

impl fmt::Debug for ImId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ImId(hidden)")
    }
}

impl fmt::Debug for ImIdInput {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ImIdInput(hidden)")
    }
}

fn normal_form(rule: Rule, handle: &str) -> Result<String, ImIdError> {
    match rule {
        Rule::Jid => bare_jid(handle).ok_or(ImIdError::Jid),
        Rule::Matrix => matrix_id(handle).ok_or(ImIdError::Matrix),
        Rule::Signal => signal_handle(handle).ok_or(ImIdError::Signal),
        Rule::Telegram => {
            let name = handle.strip_prefix('@').unwrap_or(handle);
            is_word(name, 4..=32, "_").then(|| name.to_owned()).ok_or(ImIdError::Telegram)
        }
        Rule::Skype => {
            let body = handle.strip_prefix("live:").unwrap_or(handle);
            let named = is_word(body, 1..=64, ".,-_") || (body.len() < handle.len() && body.starts_with('.'));
            let plain = body.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".,-_".contains(&byte));
            (named && plain && body.len() <= 64).then(|| handle.to_owned()).ok_or(ImIdError::Skype)
        }
        Rule::Digits(least, most) => {
            let digits: String = handle.chars().filter(|c| !matches!(c, '-' | ' ')).collect();
            let well_formed = (least..=most).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit());
            well_formed.then_some(digits).ok_or(ImIdError::Digits(least, most))
        }
        Rule::Mail => EmailAddress::parse(handle).map(|mail| mail.key().to_owned()).map_err(|_| ImIdError::Mail),
        Rule::Common => {
            let shown = handle.chars().count() <= 100 && !handle.chars().any(is_unprintable);
            shown.then(|| handle.to_owned()).ok_or(ImIdError::Common)
        }
    }
}

/// RFC 7622: prepared, with a local part and without a resource (which names a device, not a person). A domain is kept in
/// letters (section 3.2), but for one that mixes directions of writing: the crate checks the rule for that over the whole
/// name instead of each of its labels, so such a name is kept as A-labels, which mean the same.
fn bare_jid(handle: &str) -> Option<String> {
    let (local, domain) = handle.strip_prefix("xmpp:").unwrap_or(handle).rsplit_once('@')?;
    if local.contains(['/', '@']) || domain.contains('/') {
        return None;
    }
    let prepared = |domain: String| jid::BareJid::new(&format!("{local}@{domain}")).ok();
    let (letters, readable) = idna::domain_to_unicode(domain);
    let in_letters = readable.ok().and_then(|()| prepared(letters));
    let jid =
        in_letters.or_else(|| prepared(idna::domain_to_ascii(domain).ok()?)).or_else(|| prepared(domain.to_owned()))?;
    Some(jid.as_str().to_owned())
}

/// `@local:server` of the Matrix specification, "User identifiers": at most 255 bytes.
fn matrix_id(handle: &str) -> Option<String> {
    let (local, server) = handle.strip_prefix('@')?.split_once(':')?;
    let local_fits = !local.is_empty() && local.bytes().all(|byte| (0x21..=0x7e).contains(&byte));
    let (host, port) = server.split_once(':').unwrap_or((server, "0"));
    let labels =
        host.split('.').all(|label| !label.is_empty() && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-'));
    (local_fits && labels && port.parse::<u16>().is_ok() && handle.len() <= 255).then(|| handle.to_owned())
}

/// A user name of Signal (`name.01`) or an international number.
fn signal_handle(handle: &str) -> Option<String> {
    if handle.starts_with('+') {
        return Phone::parse(handle).ok().map(|phone| phone.as_str().to_owned());
    }
    let (name, number) = handle.rsplit_once('.')?;
    let numbered = (2..=10).contains(&number.len()) && number.bytes().all(|byte| byte.is_ascii_digit());
    let named = is_word(name.trim_start_matches('_'), 1..=32, "_") && (3..=32).contains(&name.len());
    (numbered && named).then(|| handle.to_owned())
}

/// A letter, then letters, digits and the extra characters.
fn is_word(text: &str, length: std::ops::RangeInclusive<usize>, extra: &str) -> bool {
    length.contains(&text.len())
        && text.starts_with(|c: char| c.is_ascii_alphabetic())
        && text.chars().all(|c| c.is_ascii_alphanumeric() || extra.contains(c))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn parse(network: &str, handle: &str) -> Result<String, ImIdError> {
        ImId::parse(&ImIdInput { network: network.into(), handle: handle.into() }).map(|id| id.handle)
    }

    #[test]
    fn handles_take_their_networks_form() {
        for (network, typed, form) in [
            ("xmpp", " Ada@Example.org", "ada@example.org"),
            ("xmpp", "xmpp:ada@example.org", "ada@example.org"),
            ("xmpp", "müller@bücher.example", "müller@bücher.example"),
            ("xmpp", "ada@xn--bcher-kva.example", "ada@bücher.example"),
            ("xmpp", "آدم@example.org", "آدم@example.org"),
            ("xmpp", "آدم@مثال.إختبار", "آدم@مثال.إختبار"),
            ("xmpp", "آدم@مثال.example", "آدم@xn--mgbh0fb.example"),
            ("matrix", "@ada:example.org", "@ada:example.org"),
            ("matrix", "@ada:example.org:8448", "@ada:example.org:8448"),
            ("signal", "ada.01", "ada.01"),
            ("signal", "+65 6123 4567", "+6561234567"),
            ("telegram", "@ada_lovelace", "ada_lovelace"),
            ("skype", "ada.lovelace", "ada.lovelace"),
            ("skype", "live:.cid.1a2b3c", "live:.cid.1a2b3c"),
            ("icq", "123-456-789", "123456789"),
            ("aim", "Ada Lovelace", "Ada Lovelace"),
            ("msn", "Ada@hotmail.example", "ada@hotmail.example"),
            ("yahoo", "ada_1815", "ada_1815"),
            ("gadu-gadu", "1234567", "1234567"),
            ("qq", "10001", "10001"),
        ] {
            assert_eq!(parse(network, typed).as_deref(), Ok(form), "{network} {typed}");
        }
    }

    #[test]
    fn others_are_refused_with_the_networks_reason() {
        for (network, handle, wrong) in [
            ("myspace", "ada", ImIdError::UnknownNetwork),
            ("Xmpp", "ada@example.org", ImIdError::UnknownNetwork),
            ("xmpp", "", ImIdError::Missing),
            ("xmpp", "example.org", ImIdError::Jid),
            ("xmpp", "ada@example.org/phone", ImIdError::Jid),
            ("xmpp", "ada/x@example.org", ImIdError::Jid),
            ("xmpp", "@example.org", ImIdError::Jid),
            ("xmpp", "a@b@example.org", ImIdError::Jid),
            ("matrix", "ada:example.org", ImIdError::Matrix),
            ("matrix", "@ada:", ImIdError::Matrix),
            ("matrix", "@ada:example.org:99999", ImIdError::Matrix),
            ("signal", "ada", ImIdError::Signal),
            ("signal", "+1", ImIdError::Signal),
            ("telegram", "1ada", ImIdError::Telegram),
            ("skype", "a b", ImIdError::Skype),
            ("icq", "12a45", ImIdError::Digits(5, 10)),
            ("msn", "ada", ImIdError::Mail),
            ("aim", "ada\nbcc", ImIdError::Common),
        ] {
            assert_eq!(parse(network, handle), Err(wrong), "{network} {handle}");
        }
        assert_eq!(ImIdError::UnknownNetwork.field(), "network");
        assert_eq!(ImIdError::Jid.field(), "handle");
    }

    #[test]
    fn json_is_the_api_shape_and_debug_tells_nothing() {
        let json = r#"{"network":"gadu-gadu","handle":"1234567"}"#;
        let id: ImId = serde_json::from_str(json).expect("valid");
        assert_eq!(serde_json::to_string(&id).expect("plain data"), json);
        assert_eq!(format!("{id:?}{:?}", id.to_input()), "ImId(hidden)ImIdInput(hidden)");
        for network in Network::ALL {
            let json = serde_json::to_string(network).expect("plain data");
            assert_eq!(json, format!("\"{}\"", network.as_str()));
        }
    }

    proptest! {
        #[test]
        fn any_text_is_answered_and_accepted_ids_stay(index in 0_usize..16, handle in ".{0,40}") {
            let input = ImIdInput { network: Network::ALL[index].as_str().into(), handle };
            if let Ok(id) = ImId::parse(&input) {
                prop_assert_eq!(ImId::parse(&id.to_input()), Ok(id));
            }
        }
    }
}
