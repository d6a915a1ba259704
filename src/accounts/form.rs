//! The profile as a form: its inputs, what they say as a merge patch, and what to show again.

use serde_json::{Map, Value, json};

use super::model::{Field, Profile};
use crate::kernel::contact::ContactInput;
use crate::kernel::public_error::FieldError;
use crate::platform::web::contact_fields::{ContactFields, ImRow, countries, networks};

const ADDRESS: [&str; 6] =
    ["address_line1", "address_line2", "address_city", "address_region", "address_postcode", "address_country"];
const TEXTS: [&str; 5] = ["name", "phone", "website", "locale", "time_zone"];
const OTHERS: [&str; 7] = [
    "version",
    "im_network",
    "im_handle",
    "contact_kind",
    "contact_value",
    "contact_purpose",
    "preferences_date_format",
];

/// The inputs of a profile form, by name, as they came.
#[derive(Clone, PartialEq, Eq)]
pub struct ProfileForm {
    pairs: Vec<(String, String)>,
}

impl ProfileForm {
    /// Takes the inputs of a posted form.
    ///
    /// # Errors
    /// An input that the form does not have.
    pub fn read(pairs: Vec<(String, String)>) -> Result<Self, Vec<FieldError>> {
        let known = |name: &str| {
            let chosen = name.strip_suffix("_from").is_some_and(|field| field.parse::<Field>().is_ok());
            chosen || TEXTS.contains(&name) || OTHERS.contains(&name) || ADDRESS.contains(&name)
        };
        let strange: Vec<FieldError> = pairs
            .iter()
            .filter(|(name, _)| !known(name))
            .map(|(name, _)| FieldError::new(format!("/{name}"), "This form has no such field."))
            .collect();
        if strange.is_empty() { Ok(Self { pairs }) } else { Err(strange) }
    }

    /// The form of a stored profile.
    #[must_use]
    pub fn of(profile: &Profile, version: i64) -> Self {
        let mut pairs = vec![("version".to_owned(), version.to_string())];
        let mut put = |name: &str, value: &str| pairs.push((name.to_owned(), value.to_owned()));
        put("name", profile.name.reveal());
        put("phone", profile.phone.as_ref().map_or("", |phone| phone.reveal()));
        put("website", profile.website.as_ref().map_or("", |website| website.reveal()));
        if let Some(address) = profile.address.as_ref().map(crate::kernel::personal::Personal::reveal) {
            let optional = |part: &Option<String>| part.clone().unwrap_or_default();
            put("address_line1", &address.line1);
            put("address_line2", &optional(&address.line2));
            put("address_city", &address.city);
            put("address_region", &optional(&address.region));
            put("address_postcode", &optional(&address.postcode));
            put("address_country", &address.country);
        }
        for id in profile.im_ids.reveal() {
            put("im_network", &id.network);
            put("im_handle", &id.handle);
        }
        for contact in profile.contacts.reveal() {
            put("contact_kind", &contact.kind);
            put("contact_value", &contact.value);
            put("contact_purpose", &contact.purpose);
        }
        put("locale", &profile.locale);
        put("time_zone", &profile.time_zone);
        put("preferences_date_format", profile.preferences.date_format.as_str());
        Self { pairs }
    }

    /// The form that empties one field.
    #[must_use]
    pub fn emptying(field: Field) -> Self {
        let inputs: &[&str] = match field {
            Field::Address => &ADDRESS,
            Field::ImIds => &["im_network", "im_handle"],
            Field::Contacts => &["contact_kind", "contact_value", "contact_purpose"],
            Field::Phone => &["phone"],
            Field::Website => &["website"],
            Field::Name | Field::Locale | Field::TimeZone | Field::Preferences => &[],
        };
        Self { pairs: inputs.iter().map(|name| ((*name).to_owned(), String::new())).collect() }
    }

    /// The postal address that the inputs of any form spell; empty parts are none.
    #[must_use]
    pub fn address_in(pairs: &[(String, String)]) -> Map<String, Value> {
        let parts = pairs.iter().filter(|(name, _)| ADDRESS.contains(&name.as_str()));
        parts.map(|(name, text)| (name.trim_start_matches("address_").to_owned(), text_or_null(text))).collect()
    }

    /// The version that the form was filled in at.
    #[must_use]
    pub fn version(&self) -> Option<i64> {
        self.given("version").and_then(|text| text.parse().ok()).filter(|version| *version >= 1)
    }

    /// What it says as a merge patch: an emptied input empties the field, a field that the form lacks or that shall
    /// stay as stored is left out.
    #[must_use]
    pub fn document(&self) -> Map<String, Value> {
        let mut document = Map::new();
        for name in ["name", "locale", "time_zone"] {
            if let Some(text) = self.given(name) {
                document.insert(name.to_owned(), text.into());
            }
        }
        for name in ["phone", "website"] {
            if let Some(text) = self.given(name) {
                document.insert(name.to_owned(), text_or_null(text));
            }
        }
        let address: Map<String, Value> = ADDRESS
            .iter()
            .filter_map(|name| Some((name.trim_start_matches("address_").to_owned(), text_or_null(self.given(name)?))))
            .collect();
        if !address.is_empty() {
            let empty = address.values().all(Value::is_null);
            document.insert("address".to_owned(), if empty { Value::Null } else { address.into() });
        }
        if self.given("im_handle").is_some() {
            let ids = self.im_rows().into_iter().map(|row| json!({ "network": row.network, "handle": row.handle }));
            document.insert("im_ids".to_owned(), ids.collect());
        }
        if self.given("contact_value").is_some() {
            let all = self.contact_rows();
            document.insert("contacts".to_owned(), all.iter().map(|contact| json!(contact)).collect());
        }
        if let Some(format) = self.given("preferences_date_format") {
            document.insert("preferences".to_owned(), json!({ "date_format": format }));
        }
        document.retain(|name, _| self.given(&format!("{name}_from")) != Some("stored"));
        document
    }

    /// An input, as typed; empty when the form lacks it.
    #[must_use]
    pub fn text(&self, name: &str) -> String {
        self.given(name).unwrap_or_default().to_owned()
    }

    /// The optional fields, to be shown again. Rows without handle are left out, and one empty row ends the list.
    #[must_use]
    pub fn contact(&self) -> ContactFields {
        let mut im_ids = self.im_rows();
        im_ids.push(ImRow::default());
        ContactFields {
            phone: self.text("phone"),
            line1: self.text("address_line1"),
            line2: self.text("address_line2"),
            city: self.text("address_city"),
            region: self.text("address_region"),
            postcode: self.text("address_postcode"),
            country: self.text("address_country"),
            website: self.text("website"),
            im_ids,
            countries: countries(),
            networks: networks(),
        }
    }

    /// The further contact details, to be shown again; rows without a value are left out, and one empty row ends the
    /// list.
    #[must_use]
    pub fn contacts(&self) -> Vec<ContactInput> {
        let mut rows = self.contact_rows();
        rows.push(ContactInput::default());
        rows
    }

    /// The inputs to be sent again beside a new version and the choices of `asked`; the fields `settled` stay as stored.
    #[must_use]
    pub fn kept(&self, asked: &[Field], settled: &[Field]) -> Vec<(String, String)> {
        let asked_again = |name: &str| {
            name == "version" || asked.iter().chain(settled).any(|field| name == format!("{}_from", field.as_str()))
        };
        let mut kept: Vec<(String, String)> =
            self.pairs.iter().filter(|(name, _)| !asked_again(name)).cloned().collect();
        kept.extend(settled.iter().map(|field| (format!("{}_from", field.as_str()), "stored".to_owned())));
        kept
    }

    fn given(&self, name: &str) -> Option<&str> {
        self.pairs.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    fn contact_rows(&self) -> Vec<ContactInput> {
        let all = |name: &'static str| {
            self.pairs.iter().filter(move |(key, _)| key == name).map(|(_, value)| value.trim().to_owned())
        };
        let rows = all("contact_kind").zip(all("contact_value")).zip(all("contact_purpose"));
        let rows = rows.map(|((kind, value), purpose)| ContactInput { kind, value, purpose });
        rows.filter(|row| !row.value.is_empty()).collect()
    }

    fn im_rows(&self) -> Vec<ImRow> {
        let all = |name: &'static str| {
            self.pairs.iter().filter(move |(key, _)| key == name).map(|(_, value)| value.trim().to_owned())
        };
        let rows = all("im_network").zip(all("im_handle")).map(|(network, handle)| ImRow { network, handle });
        rows.filter(|row| !row.handle.is_empty()).collect()
    }
}

fn text_or_null(text: &str) -> Value {
    if text.trim().is_empty() { Value::Null } else { text.into() }
}

#[cfg(test)]
mod tests {
    use super::super::model::arbitrary;
    use super::super::patch::ProfilePatch;
    use super::*;
    use proptest::prelude::*;

    const CONTACT: [&str; 3] = ["contact_kind", "contact_value", "contact_purpose"];

    proptest! {
        #[test]
        fn a_form_sent_back_untouched_changes_nothing(profile in arbitrary::profile(), version in 1_i64..9) {
            let form = ProfileForm::of(&profile, version);
            prop_assert_eq!(form.version(), Some(version));
            let patch = ProfilePatch::parse(&form.document()).expect("stored values are well formed");
            prop_assert_eq!(patch.apply(&profile), Ok(profile));
        }

        #[test]
        fn a_form_makes_any_profile_of_any_other(before in arbitrary::profile(), after in arbitrary::profile()) {
            let mut form = ProfileForm::of(&after, 1);
            // A browser sends every input, also those of an address that is not there.
            for name in ADDRESS.into_iter().chain(["im_network", "im_handle"]).chain(CONTACT) {
                if form.given(name).is_none() {
                    form.pairs.push((name.to_owned(), String::new()));
                }
            }
            let patch = ProfilePatch::parse(&form.document()).expect("stored values are well formed");
            prop_assert_eq!(patch.apply(&before), Ok(after));
        }
    }

    fn form(pairs: &[(&str, &str)]) -> ProfileForm {
        ProfileForm::read(pairs.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned())).collect())
            .expect("known inputs")
    }

    #[test]
    fn a_form_that_empties_a_field_empties_only_it() {
        for field in Field::ALL.into_iter().filter(|field| field.is_optional()) {
            let document = ProfileForm::emptying(field).document();
            assert_eq!(document.keys().collect::<Vec<_>>(), [field.as_str()]);
            let empty = &document[field.as_str()];
            assert!(empty.is_null() || *empty == json!([]), "{empty}");
        }
    }

    #[test]
    fn what_shall_stay_as_stored_is_left_out_of_the_patch() {
        let form =
            form(&[("version", "3"), ("name", "Ada"), ("phone", ""), ("name_from", "stored"), ("phone_from", "yours")]);
        assert_eq!(Value::Object(form.document()), json!({ "phone": null }));
        let kept = form.kept(&[Field::Phone], &[Field::Name]);
        let sent: Vec<_> = kept.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        assert_eq!(sent, [("name", "Ada"), ("phone", ""), ("name_from", "stored")]);
    }

    #[test]
    fn inputs_of_other_forms_are_refused_and_rows_without_handle_left_out() {
        assert!(ProfileForm::read(vec![("email".to_owned(), "x".to_owned())]).is_err());
        assert!(ProfileForm::read(vec![("nickname_from".to_owned(), "x".to_owned())]).is_err());
        let form =
            form(&[("im_network", "irc"), ("im_handle", " "), ("im_network", "xmpp"), ("im_handle", "a@b.example")]);
        assert_eq!(
            Value::Object(form.document()),
            json!({ "im_ids": [{ "network": "xmpp", "handle": "a@b.example" }] })
        );
        assert_eq!(form.contact().im_ids.len(), 2);
    }
}
