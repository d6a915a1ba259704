//! Further ways to reach somebody: an e-mail address or a telephone number, each with what it is for. Optional personal
//! data (policy clause 1.1); what it is for is a closed list, so that nobody uses it for something else (clause 3).

use std::fmt;

use serde::{Deserialize, Serialize};

use super::email_address::{EmailAddress, EmailError};
use super::phone::{Phone, PhoneError};

/// What a contact detail is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[allow(missing_docs)] // the words say it
pub enum ContactKind {
    Email,
    Phone,
}

impl ContactKind {
    /// Both, in the order of a choice list.
    pub const ALL: [Self; 2] = [Self::Email, Self::Phone];

    /// The name in the API.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Email => "email",
            Self::Phone => "phone",
        }
    }

    /// Reads the API's name.
    pub fn parse(text: &str) -> Result<Self, ContactError> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == text).ok_or(ContactError::UnknownKind)
    }
}

/// What a contact detail may be used for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[allow(missing_docs)] // the words say it
pub enum ContactPurpose {
    General,
    Billing,
    Technical,
    Emergency,
}

impl ContactPurpose {
    /// Every purpose, in the order of a choice list.
    pub const ALL: [Self; 4] = [Self::General, Self::Billing, Self::Technical, Self::Emergency];

    /// The name in the API.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::General => "general",
            Self::Billing => "billing",
            Self::Technical => "technical",
            Self::Emergency => "emergency",
        }
    }

    /// Reads the API's name.
    pub fn parse(text: &str) -> Result<Self, ContactError> {
        Self::ALL.into_iter().find(|purpose| purpose.as_str() == text).ok_or(ContactError::UnknownPurpose)
    }
}

/// A contact detail as typed: the shape of the API, not checked yet.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ContactInput {
    /// Name of a kind.
    pub kind: String,
    /// The address or number.
    pub value: String,
    /// Name of a purpose.
    pub purpose: String,
}

impl fmt::Debug for ContactInput {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ContactInput(hidden)")
    }
}

/// A contact detail that is well formed: numbers as E.164, addresses as their owner writes them.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Contact {
    kind: ContactKind,
    value: String,
    purpose: ContactPurpose,
}

impl fmt::Debug for Contact {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Contact(hidden)")
    }
}

/// Why a contact detail cannot be one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[allow(missing_docs)] // the sentence is the documentation
pub enum ContactError {
    #[error("Say what it is: email or phone.")]
    UnknownKind,
    #[error("Say what it is for: general, billing, technical or emergency.")]
    UnknownPurpose,
    #[error(transparent)]
    Email(EmailError),
    #[error(transparent)]
    Phone(PhoneError),
}

impl ContactError {
    /// The sub-field that is wrong: `kind`, `purpose` or `value`.
    #[must_use]
    pub fn field(self) -> &'static str {
        match self {
            Self::UnknownKind => "kind",
            Self::UnknownPurpose => "purpose",
            Self::Email(_) | Self::Phone(_) => "value",
        }
    }
}

impl Contact {
    /// Checks a contact detail by its kind's rule and puts it into its usual form.
    pub fn parse(input: &ContactInput) -> Result<Self, ContactError> {
        let kind = ContactKind::parse(&input.kind)?;
        let purpose = ContactPurpose::parse(&input.purpose)?;
        let value = match kind {
            ContactKind::Email => EmailAddress::parse(&input.value).map_err(ContactError::Email)?.as_str().to_owned(),
            ContactKind::Phone => Phone::parse(&input.value).map_err(ContactError::Phone)?.as_str().to_owned(),
        };
        Ok(Self { kind, value, purpose })
    }

    /// The shape of the API, to be shown or changed.
    #[must_use]
    pub fn to_input(&self) -> ContactInput {
        ContactInput {
            kind: self.kind.as_str().to_owned(),
            value: self.value.clone(),
            purpose: self.purpose.as_str().to_owned(),
        }
    }

    /// Whether both are the same detail for the same purpose; the case of an address does not matter, nor which of its
    /// two forms the name of its domain has.
    #[must_use]
    pub fn repeats(&self, other: &Self) -> bool {
        self.kind == other.kind && self.purpose == other.purpose && self.key() == other.key()
    }

    fn key(&self) -> String {
        let mail = (self.kind == ContactKind::Email).then(|| EmailAddress::parse(&self.value).ok()).flatten();
        mail.map_or_else(|| self.value.clone(), |mail| mail.key().to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn input(kind: &str, value: &str, purpose: &str) -> ContactInput {
        ContactInput { kind: kind.into(), value: value.into(), purpose: purpose.into() }
    }

    #[test]
    fn each_kind_has_its_form() {
        let phone = Contact::parse(&input("phone", "+65 6123 4567", "billing")).expect("a number");
        assert_eq!(phone.to_input(), input("phone", "+6561234567", "billing"));
        let mail = Contact::parse(&input("email", " Desk@Example.org ", "technical")).expect("an address");
        assert_eq!(mail.to_input().value, "Desk@Example.org");
        let same = Contact::parse(&input("email", "desk@example.org", "technical")).expect("an address");
        let other = Contact::parse(&input("email", "desk@example.org", "billing")).expect("an address");
        assert!(mail.repeats(&same) && !mail.repeats(&other) && !mail.repeats(&phone));
        let unicode = Contact::parse(&input("email", "a@bücher.example", "general")).expect("an address");
        let ascii = Contact::parse(&input("email", "A@xn--bcher-kva.example", "general")).expect("an address");
        assert!(unicode.repeats(&ascii) && ascii.repeats(&unicode));
        assert!(!format!("{mail:?}{:?}", mail.to_input()).contains("xample"));
    }

    #[test]
    fn what_is_wrong_is_named() {
        for (typed, field) in [
            (input("fax", "+6561234567", "billing"), "kind"),
            (input("phone", "+6561234567", "advertising"), "purpose"),
            (input("phone", "desk@example.org", "billing"), "value"),
            (input("email", "+6561234567", "billing"), "value"),
        ] {
            assert_eq!(Contact::parse(&typed).expect_err("wrong").field(), field);
        }
    }

    proptest! {
        #[test]
        fn any_text_is_answered_and_what_was_accepted_stays(
            kind in prop::sample::select(vec!["email", "phone", "fax"]),
            purpose in prop::sample::select(vec!["general", "emergency", ""]),
            value in prop_oneof!["[a-z.@+0-9 -]{0,24}", "\\+?[0-9 ]{6,16}", ".{0,20}"],
        ) {
            if let Ok(contact) = Contact::parse(&input(kind, &value, purpose)) {
                prop_assert_eq!(Contact::parse(&contact.to_input()), Ok(contact));
            }
        }
    }
}
