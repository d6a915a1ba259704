//! What a holder tells about themselves, and what changed between two states of it.

use std::str::FromStr;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::kernel::date_format::DateFormat;
use crate::kernel::im_id::ImIdInput;
use crate::kernel::personal::Personal;
use crate::kernel::postal_address::PostalAddressInput;

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
    /// Language.
    Locale,
    /// Time zone.
    TimeZone,
    /// The remaining preferences, as a whole.
    Preferences,
}

impl Field {
    /// Every field, in the order of pages and documents.
    pub const ALL: [Self; 8] = [
        Self::Name,
        Self::Phone,
        Self::Address,
        Self::Website,
        Self::ImIds,
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
            Self::Locale => "locale",
            Self::TimeZone => "time_zone",
            Self::Preferences => "preferences",
        }
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
    /// BCP 47.
    pub locale: String,
    /// IANA name.
    pub time_zone: String,
    /// The rest.
    pub preferences: Preferences,
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
            zone in prop::sample::select(vec!["UTC", "Asia/Singapore"]),
            format in prop::sample::select(DateFormat::ALL.to_vec()),
        ) -> Profile {
            let im_ids = handles.into_iter().map(|handle| ImIdInput { network: "irc".to_owned(), handle: handle.to_owned() }).collect();
            Profile {
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
    fn names_are_read_back_and_debug_tells_nothing() {
        for field in Field::ALL {
            assert_eq!(field.as_str().parse(), Ok(field));
        }
        assert!(!format!("{:?}", Profile::named("canary")).contains("canary"));
    }
}
