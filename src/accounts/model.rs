//! What a holder tells about themselves, and what changed between two states of it.

use std::collections::BTreeMap;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::kernel::contact::ContactInput;
use crate::kernel::date_format::DateFormat;
use crate::kernel::im_id::ImIdInput;
use crate::kernel::personal::Personal;
use crate::kernel::postal_address::PostalAddressInput;
use crate::kernel::time::Timestamp;

/// A field of the profile: the unit of history, conflicts and complaints.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Field {
    /// How the holder is addressed, and the name on invoices.
    Name,
    /// Telephone number.
    Phone,
    /// Postal address, as a whole.
    Address,
    /// Web address.
    Website,
    /// Instant-messaging ids, as a whole.
    ImIds,
    /// Further contact details, as a whole.
    Contacts,
    /// Language.
    Locale,
    /// Time zone.
    TimeZone,
    /// The remaining preferences, as a whole.
    Preferences,
}

impl Field {
    /// Every field, in the order of pages and documents.
    pub const ALL: [Self; 9] = [
        Self::Name,
        Self::Phone,
        Self::Address,
        Self::Website,
        Self::ImIds,
        Self::Contacts,
        Self::Locale,
        Self::TimeZone,
        Self::Preferences,
    ];

    /// The name in the API and in the history.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Name => "name",
            Self::Phone => "phone",
            Self::Address => "address",
            Self::Website => "website",
            Self::ImIds => "im_ids",
            Self::Contacts => "contacts",
            Self::Locale => "locale",
            Self::TimeZone => "time_zone",
            Self::Preferences => "preferences",
        }
    }

    /// Whether it can be emptied: its holder gave it freely and may take it away.
    #[must_use]
    pub fn is_optional(self) -> bool {
        matches!(self, Self::Phone | Self::Address | Self::Website | Self::ImIds | Self::Contacts)
    }
}

impl FromStr for Field {
    type Err = ();
    fn from_str(text: &str) -> Result<Self, ()> {
        Self::ALL.into_iter().find(|field| field.as_str() == text).ok_or(())
    }
}

/// Preferences beside language and time zone (policy clause 1.2.1). Kept with the account, so they hold on every
/// computer.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Preferences {
    /// How dates are written.
    pub date_format: DateFormat,
}

/// A profile as it is kept. Every value passed its `parse` when it came in; it is not parsed again when it is read, so
/// that a rule which becomes stricter locks nobody out of their own data.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Profile {
    /// See [`Field::Name`].
    pub name: Personal<String>,
    /// E.164.
    pub phone: Option<Personal<String>>,
    /// In its country's usual form.
    pub address: Option<Personal<PostalAddressInput>>,
    /// Normalised.
    pub website: Option<Personal<String>>,
    /// In the order given.
    pub im_ids: Personal<Vec<ImIdInput>>,
    /// In the order given.
    pub contacts: Personal<Vec<ContactInput>>,
    /// BCP 47.
    pub locale: String,
    /// IANA name.
    pub time_zone: String,
    /// The rest.
    pub preferences: Preferences,
}

/// When the holder last gave a field its value, for those given since they last confirmed the whole.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct FieldDates(BTreeMap<String, Timestamp>);

impl FieldDates {
    /// Notes that these fields were given.
    #[must_use]
    pub fn with(mut self, fields: impl Iterator<Item = Field>, at: Timestamp) -> Self {
        self.0.extend(fields.map(|field| (field.as_str().to_owned(), at)));
        self
    }

    /// When a field was last given or confirmed, if the whole was confirmed then.
    #[must_use]
    pub fn confirmed_at(&self, field: Field, whole: Timestamp) -> Timestamp {
        self.0.get(field.as_str()).copied().map_or(whole, |given| given.max(whole))
    }
}

/// One field's values in two states of a profile, as JSON; `None` where there is none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// Which field.
    pub field: Field,
    /// Before.
    pub before: Option<Personal<Value>>,
    /// After.
    pub after: Option<Personal<Value>>,
}

impl Profile {
    /// A profile with nothing optional in it.
    #[must_use]
    pub fn named(name: &str) -> Self {
        Self {
            name: Personal::new(name.to_owned()),
            phone: None,
            address: None,
            website: None,
            im_ids: Personal::default(),
            contacts: Personal::default(),
            locale: "en".to_owned(),
            time_zone: "UTC".to_owned(),
            preferences: Preferences::default(),
        }
    }

    /// A field as the API shows it; `None` when it holds nothing.
    ///
    /// # Panics
    /// Never: a profile consists of texts, which always are JSON.
    #[must_use]
    pub fn value(&self, field: Field) -> Option<Personal<Value>> {
        let text = |value: &Option<Personal<String>>| value.as_ref().map(|text| Value::from(text.reveal().as_str()));
        let value = match field {
            Field::Name => Some(self.name.reveal().as_str().into()),
            Field::Phone => text(&self.phone),
            Field::Website => text(&self.website),
            Field::Address => self.address.as_ref().map(|address| json(address.reveal())),
            Field::ImIds => Some(self.im_ids.reveal()).filter(|ids| !ids.is_empty()).map(json),
            Field::Contacts => Some(self.contacts.reveal()).filter(|all| !all.is_empty()).map(json),
            Field::Locale => Some(self.locale.as_str().into()),
            Field::TimeZone => Some(self.time_zone.as_str().into()),
            Field::Preferences => Some(json(&self.preferences)),
        };
        value.map(Personal::new)
    }

    /// What changed from `self` to `after`, in the order of [`Field::ALL`].
    #[must_use]
    pub fn differences(&self, after: &Self) -> Vec<Difference> {
        let pairs = Field::ALL.into_iter().filter(|field| !self.agrees(after, *field));
        pairs.map(|field| Difference { field, before: self.value(field), after: after.value(field) }).collect()
    }

    /// Whether both hold the same in this field.
    fn agrees(&self, other: &Self, field: Field) -> bool {
        match field {
            Field::Name => self.name == other.name,
            Field::Phone => self.phone == other.phone,
            Field::Address => self.address == other.address,
            Field::Website => self.website == other.website,
            Field::ImIds => self.im_ids == other.im_ids,
            Field::Contacts => self.contacts == other.contacts,
            Field::Locale => self.locale == other.locale,
            Field::TimeZone => self.time_zone == other.time_zone,
            Field::Preferences => self.preferences == other.preferences,
        }
    }
}

fn json<T: Serialize>(value: &T) -> Value {
    serde_json::to_value(value).expect("texts in maps and lists are JSON")
}

#[cfg(test)]
pub(crate) mod arbitrary {
    //! Profiles for property tests.

    use proptest::option;
    use proptest::prelude::*;

    use super::*;

    prop_compose! {
        fn address()(line1 in "[a-z]{1,4}", city in "[a-z]{1,4}", line2 in option::of("[a-z]{1,3}")) -> PostalAddressInput {
            let (region, postcode, country) = (None, Some("10115".to_owned()), "DE".to_owned());
            PostalAddressInput { line1, line2, city, region, postcode, country }
        }
    }

    prop_compose! {
        /// Any profile; small alphabets make fields coincide often.
        pub fn profile()(
            name in "[a-c]{1,2}",
            phone in option::of("\\+65612345[67][0-9]"),
            address in option::of(address()),
            website in option::of("https://[ab]\\.example/"),
            handles in prop::sample::subsequence(vec!["a", "b", "c"], 0..3),
            numbers in prop::sample::subsequence(vec!["+6561234567", "+6561234568"], 0..3),
            zone in prop::sample::select(vec!["UTC", "Asia/Singapore"]),
            format in prop::sample::select(DateFormat::ALL.to_vec()),
        ) -> Profile {
            let im_ids = handles.into_iter().map(|handle| ImIdInput { network: "irc".to_owned(), handle: handle.to_owned() }).collect();
            let contact = |value: &str| ContactInput { kind: "phone".into(), value: value.into(), purpose: "billing".into() };
            Profile {
                contacts: Personal::new(numbers.into_iter().map(contact).collect()),
                phone: phone.map(Personal::new),
                address: address.map(Personal::new),
                website: website.map(Personal::new),
                im_ids: Personal::new(im_ids),
                time_zone: zone.to_owned(),
                preferences: Preferences { date_format: format },
                ..Profile::named(&name)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn differences_name_exactly_the_fields_whose_values_differ(
            before in arbitrary::profile(), after in arbitrary::profile(),
        ) {
            let told: Vec<Field> = before.differences(&after).iter().map(|difference| difference.field).collect();
            let seen: Vec<Field> =
                Field::ALL.into_iter().filter(|field| before.value(*field) != after.value(*field)).collect();
            prop_assert_eq!(told, seen);
            prop_assert_eq!(before.differences(&before), vec![]);
            let back: Vec<Difference> = after
                .differences(&before)
                .into_iter()
                .map(|d| Difference { field: d.field, before: d.after, after: d.before })
                .collect();
            prop_assert_eq!(before.differences(&after), back);
        }
    }

    #[test]
    fn a_field_is_as_fresh_as_the_later_of_its_own_date_and_the_whole() {
        let at = |seconds| Timestamp::from_seconds(seconds).expect("in range");
        let dates = FieldDates::default().with([Field::Phone].into_iter(), at(20));
        assert_eq!(dates.confirmed_at(Field::Phone, at(10)), at(20));
        assert_eq!(dates.confirmed_at(Field::Phone, at(30)), at(30));
        assert_eq!(dates.confirmed_at(Field::Name, at(10)), at(10));
        let stored = serde_json::to_string(&dates).expect("plain data");
        assert_eq!(serde_json::from_str::<FieldDates>(&stored).expect("own text"), dates);
    }

    #[test]
    fn names_are_read_back_and_debug_tells_nothing() {
        for field in Field::ALL {
            assert_eq!(field.as_str().parse(), Ok(field));
        }
        assert!(!format!("{:?}", Profile::named("canary")).contains("canary"));
    }
}
