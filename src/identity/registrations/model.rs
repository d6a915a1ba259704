//! What somebody enters at sign-up, parsed.

use serde::{Deserialize, Serialize};

use crate::identity::credentials::model::{NewPassword, Rules, words_of_email};
use crate::identity::ports::RegisteredProfile;
use crate::kernel::email_address::EmailAddress;
use crate::kernel::im_id::{ImId, ImIdInput};
use crate::kernel::locale_tag::LocaleTag;
use crate::kernel::person_name::PersonName;
use crate::kernel::phone::Phone;
use crate::kernel::postal_address::{PostalAddress, PostalAddressInput};
use crate::kernel::public_error::FieldError;
use crate::kernel::time_zone::TimeZone;
use crate::kernel::website::Website;

/// The most instant-messaging ids of one profile.
pub const MAX_IM_IDS: usize = 10;

/// The optional part of a sign-up as typed.
#[derive(Clone, Default, Serialize, Deserialize)]
pub struct ContactInput {
    /// Telephone number.
    pub phone: Option<String>,
    /// Postal address.
    pub address: Option<PostalAddressInput>,
    /// Website.
    pub website: Option<String>,
    /// Instant-messaging ids.
    #[serde(default)]
    pub im_ids: Vec<ImIdInput>,
    /// Time zone.
    pub time_zone: Option<String>,
}

/// A sign-up as typed.
pub struct SignUpInput {
    /// E-mail address.
    pub email: String,
    /// Name.
    pub name: String,
    /// Password.
    pub password: String,
    /// Everything optional.
    pub contact: ContactInput,
    /// Language tag.
    pub locale: Option<String>,
    /// The policy that was accepted.
    pub policy_version: i32,
}

/// A sign-up whose every field is in order.
pub struct SignUp {
    /// E-mail address.
    pub email: EmailAddress,
    /// The profile.
    pub profile: RegisteredProfile,
    /// The password.
    pub password: NewPassword,
    /// The policy that was accepted; the database knows whether it is the current one.
    pub policy_version: i32,
}

/// Collects complaints while fields are read.
#[derive(Default)]
struct Complaints(Vec<FieldError>);

impl Complaints {
    fn read<T, E: ToString>(&mut self, pointer: &str, read: Result<T, E>) -> Option<T> {
        read.map_err(|error| self.0.push(FieldError::new(pointer, error.to_string()))).ok()
    }

    /// An empty text stands for a field that was left out, as forms send it.
    fn optional<T, E: ToString>(
        &mut self,
        pointer: &str,
        text: Option<&str>,
        parse: impl Fn(&str) -> Result<T, E>,
    ) -> Option<T> {
        let text = text.filter(|text| !text.trim().is_empty())?;
        self.read(pointer, parse(text))
    }
}

impl SignUp {
    /// Reads a sign-up. `rules` are completed by the person's own words.
    ///
    /// # Errors
    /// Every field that needs a correction.
    pub fn parse(input: &SignUpInput, mut rules: Rules) -> Result<Self, Vec<FieldError>> {
        let mut complaints = Complaints::default();
        let email = complaints.read("/email", EmailAddress::parse(&input.email));
        let name = complaints.read("/name", PersonName::parse(&input.name));
        let contact = parse_contact(&input.contact, &mut complaints);
        let locale = complaints.optional("/locale", input.locale.as_deref(), LocaleTag::parse);
        if let Some(email) = &email {
            rules.personal.extend(words_of_email(email.key()));
        }
        rules.personal.extend(name.iter().map(|name| name.as_str().to_owned()));
        rules.personal.extend(contact.im_ids.iter().map(|id| id.as_str().to_owned()));
        let password = complaints.read("/password", NewPassword::parse(&input.password, &rules));
        match (email, name, password) {
            (Some(email), Some(name), Some(password)) if complaints.0.is_empty() => Ok(Self {
                email,
                profile: contact.into_profile(name, locale.unwrap_or_else(default_locale)),
                password,
                policy_version: input.policy_version,
            }),
            _ => Err(complaints.0),
        }
    }
}

/// The optional part, parsed.
struct Contact {
    phone: Option<Phone>,
    address: Option<PostalAddress>,
    website: Option<Website>,
    im_ids: Vec<ImId>,
    time_zone: TimeZone,
}

fn parse_contact(input: &ContactInput, complaints: &mut Complaints) -> Contact {
    let address = input.address.as_ref().and_then(|address| match PostalAddress::parse(address) {
        Ok(address) => Some(address),
        Err(errors) => {
            let told = errors.0.iter().map(|error| FieldError::new(format!("/address/{}", error.field), error));
            complaints.0.extend(told);
            None
        }
    });
    if input.im_ids.len() > MAX_IM_IDS {
        complaints.0.push(FieldError::new("/im_ids", format!("Keep at most {MAX_IM_IDS} of them.")));
    }
    let im_ids = input.im_ids.iter().take(MAX_IM_IDS).enumerate().filter_map(|(at, id)| {
        ImId::parse(id)
            .map_err(|error| complaints.0.push(FieldError::new(format!("/im_ids/{at}/{}", error.field()), error)))
            .ok()
    });
    let im_ids = im_ids.collect();
    Contact {
        phone: complaints.optional("/phone", input.phone.as_deref(), Phone::parse),
        website: complaints.optional("/website", input.website.as_deref(), Website::parse),
        time_zone: complaints
            .optional("/time_zone", input.time_zone.as_deref(), TimeZone::parse)
            .unwrap_or(TimeZone::UTC),
        address,
        im_ids,
    }
}

fn default_locale() -> LocaleTag {
    LocaleTag::parse("en").expect("`en` is a language tag")
}

/// The part of a profile that `registrations.profile` keeps as JSON.
#[must_use]
pub fn stored_profile(profile: &RegisteredProfile) -> ContactInput {
    ContactInput {
        phone: profile.phone.as_ref().map(|phone| phone.as_str().to_owned()),
        address: profile.address.as_ref().map(PostalAddress::to_input),
        website: profile.website.as_ref().map(|website| website.as_str().to_owned()),
        im_ids: profile.im_ids.iter().map(ImId::to_input).collect(),
        time_zone: Some(profile.time_zone.as_str().to_owned()),
    }
}

/// Reads a stored profile. It was in order when it was stored; `None` would be a damaged row.
#[must_use]
pub fn read_profile(name: &str, locale: &str, contact: &ContactInput) -> Option<RegisteredProfile> {
    let mut complaints = Complaints::default();
    let contact = parse_contact(contact, &mut complaints);
    let name = PersonName::parse(name).ok()?;
    let locale = LocaleTag::parse(locale).ok()?;
    complaints.0.is_empty().then(|| contact.into_profile(name, locale))
}

impl Contact {
    fn into_profile(self, name: PersonName, locale: LocaleTag) -> RegisteredProfile {
        let Self { phone, address, website, im_ids, time_zone } = self;
        RegisteredProfile { name, phone, address, website, im_ids, locale, time_zone }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn input() -> SignUpInput {
        SignUpInput {
            email: "Ada@Example.org".into(),
            name: "Ada Lovelace".into(),
            password: "violet tram under Tuesday".into(),
            contact: ContactInput::default(),
            locale: None,
            policy_version: 1,
        }
    }

    fn rules() -> Rules {
        Rules { min_length: 15, personal: vec!["Steward".into()] }
    }

    fn complaints(input: &SignUpInput) -> Vec<String> {
        let errors = SignUp::parse(input, rules()).err().unwrap_or_default();
        errors.into_iter().map(|error| error.pointer).collect()
    }

    #[test]
    fn three_fields_are_enough() {
        let sign_up = SignUp::parse(&input(), rules()).unwrap_or_else(|errors| panic!("{errors:?}"));
        assert_eq!(sign_up.email.key(), "ada@example.org");
        assert_eq!((sign_up.profile.locale.as_str(), sign_up.profile.time_zone), ("en", TimeZone::UTC));
    }

    #[test]
    fn every_wrong_field_is_named_at_once() {
        let wrong = SignUpInput {
            email: "ada".into(),
            name: String::new(),
            password: "short".into(),
            contact: ContactInput {
                phone: Some("12".into()),
                address: Some(PostalAddressInput {
                    line1: "1 Road".into(),
                    country: "XX".into(),
                    ..Default::default()
                }),
                website: Some("ftp://x".into()),
                im_ids: vec![
                    ImIdInput { network: "xmpp".into(), handle: "ada@example.org".into() },
                    ImIdInput { network: "carrier-pigeon".into(), handle: "x".into() },
                ],
                time_zone: Some("Mars".into()),
            },
            locale: Some("!".into()),
            ..input()
        };
        let mut named = complaints(&wrong);
        named.sort();
        assert_eq!(
            named,
            [
                "/address/country",
                "/email",
                "/im_ids/1/network",
                "/locale",
                "/name",
                "/password",
                "/phone",
                "/time_zone",
                "/website"
            ]
        );
    }

    #[test]
    fn own_words_are_no_password() {
        let own = SignUpInput { password: "adalovelace@example".into(), ..input() };
        assert_eq!(complaints(&own), ["/password"]);
    }

    #[test]
    fn a_stored_profile_reads_back() {
        let mut full = input();
        full.contact = ContactInput {
            phone: Some("+65 6123 4567".into()),
            address: Some(PostalAddressInput {
                line1: "1 Fullerton Road".into(),
                postcode: Some("049213".into()),
                country: "SG".into(),
                ..Default::default()
            }),
            website: Some("example.org".into()),
            im_ids: vec![ImIdInput { network: "xmpp".into(), handle: "ada@example.org".into() }],
            time_zone: Some("Asia/Singapore".into()),
        };
        let profile = SignUp::parse(&full, rules()).unwrap_or_else(|errors| panic!("{errors:?}")).profile;
        let json = serde_json::to_string(&stored_profile(&profile)).expect("JSON");
        let contact: ContactInput = serde_json::from_str(&json).expect("own text");
        assert_eq!(read_profile("Ada Lovelace", "en", &contact), Some(profile));
    }
}
