//! JSON Merge Patch (RFC 7396) of a profile: parsed into values that cannot be wrong before any row is locked, then
//! applied to whatever the row holds by then.

use serde_json::{Map, Value};

use super::model::{Field, Preferences, Profile};
use crate::kernel::contact::{Contact, ContactInput};
use crate::kernel::date_format::DateFormat;
use crate::kernel::im_id::{ImId, ImIdInput};
use crate::kernel::locale_tag::LocaleTag;
use crate::kernel::person_name::PersonName;
use crate::kernel::personal::Personal;
use crate::kernel::phone::Phone;
use crate::kernel::postal_address::{PostalAddress, PostalAddressInput};
use crate::kernel::public_error::FieldError;
use crate::kernel::time_zone::TimeZone;
use crate::kernel::website::Website;

/// The most instant-messaging ids of one account.
pub const MAX_IM_IDS: usize = 20;
/// The most further contact details of one account.
pub const MAX_CONTACTS: usize = 20;

const ADDRESS_PARTS: [&str; 6] = ["line1", "line2", "city", "region", "postcode", "country"];

/// A patch whose values are well formed. `None` in an edit empties the field.
#[derive(Debug, Clone, Default)]
pub struct ProfilePatch {
    edits: Vec<Edit>,
}

#[derive(Debug, Clone)]
enum Edit {
    Name(PersonName),
    Phone(Option<Phone>),
    /// Parts to set or empty; the whole is checked once it is merged, since its rules are the country's.
    Address(Option<Personal<Parts>>),
    Website(Option<Website>),
    ImIds(Vec<ImId>),
    Contacts(Vec<Contact>),
    Locale(LocaleTag),
    TimeZone(TimeZone),
    DateFormat(Option<DateFormat>),
    NoPreferences,
}

type Parts = Vec<(&'static str, Option<String>)>;

impl ProfilePatch {
    /// Reads a patch document.
    ///
    /// # Errors
    /// Every member that cannot be taken, with the way out; unknown members too.
    pub fn parse(document: &Map<String, Value>) -> Result<Self, Vec<FieldError>> {
        let (mut edits, mut errors) = (Vec::new(), Vec::new());
        for (name, value) in document {
            match edit(name, value) {
                Ok(mut read) => edits.append(&mut read),
                Err(mut wrong) => errors.append(&mut wrong),
            }
        }
        if errors.is_empty() { Ok(Self { edits }) } else { Err(errors) }
    }

    /// The fields it speaks of.
    #[must_use]
    pub fn fields(&self) -> Vec<Field> {
        Field::ALL.into_iter().filter(|field| self.edits.iter().any(|edit| edit.field() == *field)).collect()
    }

    /// A patch that gives one field a value as the history keeps it, or empties it. The value is read anew: rules may
    /// have changed since it was taken.
    ///
    /// # Errors
    /// What today's rules refuse.
    pub fn of_value(field: Field, value: Option<&Value>) -> Result<Self, Vec<FieldError>> {
        Self::parse(&Self::replacing(field, value))
    }

    /// The document that gives one field a value, whatever stands there.
    #[must_use]
    pub fn replacing(field: Field, value: Option<&Value>) -> Map<String, Value> {
        let mut value = value.cloned().unwrap_or_default();
        if let (Field::Address, Value::Object(parts)) = (field, &mut value) {
            // A patch merges part by part; what the other address lacks must go.
            for part in ADDRESS_PARTS {
                parts.entry(part).or_insert(Value::Null);
            }
        }
        Map::from_iter([(field.as_str().to_owned(), value)])
    }

    /// The part of it that is about these fields.
    #[must_use]
    pub fn only(&self, fields: &[Field]) -> Self {
        Self { edits: self.edits.iter().filter(|edit| fields.contains(&edit.field())).cloned().collect() }
    }

    /// The profile with the patch applied.
    ///
    /// # Errors
    /// A merged address that its country's rules refuse.
    pub fn apply(&self, profile: &Profile) -> Result<Profile, Vec<FieldError>> {
        let mut patched = profile.clone();
        for edit in &self.edits {
            match edit {
                Edit::Name(name) => patched.name = personal(name.as_str()),
                Edit::Phone(phone) => patched.phone = phone.as_ref().map(|phone| personal(phone.as_str())),
                Edit::Address(None) => patched.address = None,
                Edit::Address(Some(parts)) => {
                    let merged = merge_address(profile.address.as_ref(), parts.reveal())?;
                    patched.address = Some(Personal::new(merged));
                }
                Edit::Website(website) => {
                    patched.website = website.as_ref().map(|website| personal(website.as_str()));
                }
                Edit::ImIds(ids) => patched.im_ids = Personal::new(ids.iter().map(ImId::to_input).collect()),
                Edit::Contacts(all) => patched.contacts = Personal::new(all.iter().map(Contact::to_input).collect()),
                Edit::Locale(locale) => patched.locale = locale.as_str().to_owned(),
                Edit::TimeZone(zone) => patched.time_zone = zone.as_str().to_owned(),
                Edit::DateFormat(format) => patched.preferences.date_format = format.unwrap_or_default(),
                Edit::NoPreferences => patched.preferences = Preferences::default(),
            }
        }
        Ok(patched)
    }
}

impl Edit {
    fn field(&self) -> Field {
        match self {
            Self::Name(_) => Field::Name,
            Self::Phone(_) => Field::Phone,
            Self::Address(_) => Field::Address,
            Self::Website(_) => Field::Website,
            Self::ImIds(_) => Field::ImIds,
            Self::Contacts(_) => Field::Contacts,
            Self::Locale(_) => Field::Locale,
            Self::TimeZone(_) => Field::TimeZone,
            Self::DateFormat(_) | Self::NoPreferences => Field::Preferences,
        }
    }
}

fn personal(text: &str) -> Personal<String> {
    Personal::new(text.to_owned())
}

fn edit(name: &str, value: &Value) -> Result<Vec<Edit>, Vec<FieldError>> {
    let pointer = format!("/{}", name.replace('~', "~0").replace('/', "~1"));
    let wrong = |message: String| vec![FieldError::new(pointer.clone(), message)];
    let Ok(field) = name.parse::<Field>() else { return Err(wrong(not_a_field(name).to_owned())) };
    let edit = match field {
        Field::Address if value.is_null() => Edit::Address(None),
        Field::Address => Edit::Address(Some(Personal::new(address_parts(value)?))),
        Field::ImIds if value.is_null() => Edit::ImIds(Vec::new()),
        Field::ImIds => Edit::ImIds(im_ids(value)?),
        Field::Contacts if value.is_null() => Edit::Contacts(Vec::new()),
        Field::Contacts => Edit::Contacts(contacts(value)?),
        Field::Preferences => return preferences(value),
        Field::Phone if value.is_null() => Edit::Phone(None),
        Field::Website if value.is_null() => Edit::Website(None),
        Field::Name | Field::Phone | Field::Website | Field::Locale | Field::TimeZone => {
            let required = "Expected a text; this field can be changed, not emptied.";
            let expected =
                if matches!(field, Field::Phone | Field::Website) { "Expected a text or null." } else { required };
            let text = value.as_str().ok_or_else(|| wrong(expected.to_owned()))?;
            match field {
                Field::Name => PersonName::parse(text).map(Edit::Name).map_err(|error| error.to_string()),
                Field::Phone => Phone::parse(text).map(|it| Edit::Phone(Some(it))).map_err(|error| error.to_string()),
                Field::Website => {
                    Website::parse(text).map(|it| Edit::Website(Some(it))).map_err(|error| error.to_string())
                }
                Field::Locale => LocaleTag::parse(text).map(Edit::Locale).map_err(|error| error.to_string()),
                _ => TimeZone::parse(text).map(Edit::TimeZone).map_err(|error| error.to_string()),
            }
            .map_err(wrong)?
        }
    };
    Ok(vec![edit])
}

fn not_a_field(name: &str) -> &'static str {
    match name {
        "email" => "The e-mail address cannot be changed here: it is how you sign in.",
        "id" | "version" | "created_at" | "updated_at" | "confirmed_at" | "email_verified_at" | "email_bounced_at"
        | "fields" => "This is read-only. Leave it out.",
        _ => "There is no such field. Leave it out, or see the API document for the names.",
    }
}

/// The members of an object, each a text or null, under names that exist.
fn members<'a>(
    value: &'a Value,
    names: &[&'static str],
    pointer: &str,
) -> Result<Vec<(&'static str, Option<&'a str>)>, Vec<FieldError>> {
    let Value::Object(map) = value else {
        return Err(vec![FieldError::new(pointer, format!("Expected an object with {}.", names.join(", ")))]);
    };
    let (mut found, mut errors) = (Vec::new(), Vec::new());
    for (key, value) in map {
        let wrong =
            |message| FieldError::new(format!("{pointer}/{}", key.replace('~', "~0").replace('/', "~1")), message);
        match (names.iter().find(|name| *name == key), value) {
            (None, _) => errors.push(wrong("There is no such part. Leave it out.")),
            (Some(name), Value::Null) => found.push((*name, None)),
            (Some(name), Value::String(text)) => found.push((*name, Some(text.as_str()))),
            (Some(_), _) => errors.push(wrong("Expected a text or null.")),
        }
    }
    if errors.is_empty() { Ok(found) } else { Err(errors) }
}

fn address_parts(value: &Value) -> Result<Parts, Vec<FieldError>> {
    let parts = members(value, &ADDRESS_PARTS, "/address")?;
    Ok(parts.into_iter().map(|(name, text)| (name, text.map(str::to_owned))).collect())
}

fn merge_address(
    kept: Option<&Personal<PostalAddressInput>>,
    parts: &Parts,
) -> Result<PostalAddressInput, Vec<FieldError>> {
    let mut merged = kept.map(|address| address.reveal().clone()).unwrap_or_default();
    for (name, text) in parts {
        let text = text.clone();
        match *name {
            "line1" => merged.line1 = text.unwrap_or_default(),
            "line2" => merged.line2 = text,
            "city" => merged.city = text.unwrap_or_default(),
            "region" => merged.region = text,
            "postcode" => merged.postcode = text,
            _ => merged.country = text.unwrap_or_default(),
        }
    }
    PostalAddress::parse(&merged).map(|address| address.to_input()).map_err(|errors| {
        let complaint = |error: &crate::kernel::postal_address::AddressError| {
            FieldError::new(format!("/address/{}", error.field), error.problem)
        };
        errors.0.iter().map(complaint).collect()
    })
}

fn im_ids(value: &Value) -> Result<Vec<ImId>, Vec<FieldError>> {
    list(value, ("im_ids", "network and handle", MAX_IM_IDS), im_id, ImId::eq)
}

fn contacts(value: &Value) -> Result<Vec<Contact>, Vec<FieldError>> {
    list(value, ("contacts", "kind, value and purpose", MAX_CONTACTS), contact, Contact::repeats)
}

/// A list that replaces the one kept; no entry twice.
fn list<T>(
    value: &Value,
    (name, parts, most): (&str, &str, usize),
    read: impl Fn(&Value, &str) -> Result<T, Vec<FieldError>>,
    repeats: impl Fn(&T, &T) -> bool,
) -> Result<Vec<T>, Vec<FieldError>> {
    let wrong = |message: String| vec![FieldError::new(format!("/{name}"), message)];
    let Value::Array(entries) = value else {
        return Err(wrong(format!("Expected a list of objects with {parts}.")));
    };
    if entries.len() > most {
        return Err(wrong(format!("At most {most} entries fit here. Leave some out.")));
    }
    let (mut all, mut errors): (Vec<T>, Vec<FieldError>) = (Vec::new(), Vec::new());
    for (index, entry) in entries.iter().enumerate() {
        let pointer = format!("/{name}/{index}");
        match read(entry, &pointer) {
            Ok(one) if all.iter().any(|other| repeats(other, &one)) => {
                errors.push(FieldError::new(pointer, "This is in the list already. Leave it out."));
            }
            Ok(one) => all.push(one),
            Err(mut wrong) => errors.append(&mut wrong),
        }
    }
    if errors.is_empty() { Ok(all) } else { Err(errors) }
}

fn contact(entry: &Value, pointer: &str) -> Result<Contact, Vec<FieldError>> {
    let parts = members(entry, &["kind", "value", "purpose"], pointer)?;
    let part = |name| parts.iter().find(|(key, _)| *key == name).and_then(|(_, text)| *text).unwrap_or_default();
    let input = ContactInput {
        kind: part("kind").to_owned(),
        value: part("value").to_owned(),
        purpose: part("purpose").to_owned(),
    };
    Contact::parse(&input).map_err(|error| vec![FieldError::new(format!("{pointer}/{}", error.field()), error)])
}

fn im_id(entry: &Value, pointer: &str) -> Result<ImId, Vec<FieldError>> {
    let parts = members(entry, &["network", "handle"], pointer)?;
    let part = |name| parts.iter().find(|(key, _)| *key == name).and_then(|(_, text)| *text).unwrap_or_default();
    let input = ImIdInput { network: part("network").to_owned(), handle: part("handle").to_owned() };
    ImId::parse(&input).map_err(|error| vec![FieldError::new(format!("{pointer}/{}", error.field()), error)])
}

fn preferences(value: &Value) -> Result<Vec<Edit>, Vec<FieldError>> {
    if value.is_null() {
        return Ok(vec![Edit::NoPreferences]);
    }
    let mut edits = Vec::new();
    for (_, text) in members(value, &["date_format"], "/preferences")? {
        let format = text.map(str::parse::<DateFormat>).transpose().map_err(|()| {
            let names: Vec<&str> = DateFormat::ALL.iter().map(|format| format.as_str()).collect();
            vec![FieldError::new("/preferences/date_format", format!("Expected one of {}.", names.join(", ")))]
        })?;
        edits.push(Edit::DateFormat(format));
    }
    Ok(edits)
}

#[cfg(test)]
mod tests {
    use super::super::model::arbitrary;
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    /// The pseudo-code of RFC 7396, section 2.
    fn rfc_7396(target: Value, patch: &Value) -> Value {
        let Value::Object(members) = patch else { return patch.clone() };
        let mut merged = if let Value::Object(map) = target { map } else { Map::new() };
        for (name, value) in members {
            if value.is_null() {
                merged.remove(name);
            } else {
                let before = merged.remove(name).unwrap_or_default();
                merged.insert(name.clone(), rfc_7396(before, value));
            }
        }
        Value::Object(merged)
    }

    fn document(profile: &Profile) -> Value {
        let members = Field::ALL
            .into_iter()
            .filter_map(|field| profile.value(field).map(|value| (field.as_str().to_owned(), value.into_revealed())));
        Value::Object(members.collect())
    }

    /// What a profile holds that the merge left out: defaults for preferences, nothing for an empty list.
    fn completed(mut merged: Value) -> Value {
        if merged["preferences"]["date_format"].is_null() {
            merged["preferences"] = json!({ "date_format": DateFormat::default().as_str() });
        }
        for list in ["im_ids", "contacts"] {
            if merged[list] == json!([]) {
                merged.as_object_mut().expect("an object").remove(list);
            }
        }
        merged
    }

    fn nullable(values: &'static [&'static str]) -> impl Strategy<Value = Value> {
        prop::option::of(prop::sample::select(values)).prop_map(|value| json!(value))
    }

    fn address_patch() -> impl Strategy<Value = Value> {
        let part = |values| prop::option::of(nullable(values));
        (part(&["x"]), part(&["x", "y"]), part(&["Berlin"]), part(&["10115"]), part(&["DE"])).prop_map(
            |(line1, line2, city, postcode, country)| {
                let parts =
                    [("line1", line1), ("line2", line2), ("city", city), ("postcode", postcode), ("country", country)];
                Value::Object(parts.into_iter().filter_map(|(name, part)| Some((name.to_owned(), part?))).collect())
            },
        )
    }

    fn patch() -> impl Strategy<Value = Value> {
        let ids = prop::sample::subsequence(vec!["a", "b", "c"], 0..3).prop_map(|handles| {
            handles.into_iter().map(|h| json!({ "network": "irc", "handle": h })).collect::<Value>()
        });
        let maybe = |members: BoxedStrategy<Value>| prop::option::of(members);
        (
            maybe(prop::sample::select(vec![json!("a"), json!("b")]).boxed()),
            maybe(nullable(&["+6561234567", "+6561234568"]).boxed()),
            maybe(prop_oneof![Just(Value::Null), address_patch()].boxed()),
            maybe(nullable(&["https://a.example/"]).boxed()),
            maybe(prop_oneof![Just(Value::Null), ids].boxed()),
            maybe(nullable(&["iso", "day-month-year"]).prop_map(|format| json!({ "date_format": format })).boxed()),
        )
            .prop_map(|(name, phone, address, website, im_ids, preferences)| {
                let members = [
                    ("name", name),
                    ("phone", phone),
                    ("address", address),
                    ("website", website),
                    ("im_ids", im_ids),
                    ("preferences", preferences),
                ];
                Value::Object(members.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?))).collect())
            })
    }

    proptest! {
        #[test]
        fn a_patch_means_what_the_rfc_says(profile in arbitrary::profile(), patch in patch()) {
            let expected = completed(rfc_7396(document(&profile), &patch));
            let parsed = ProfilePatch::parse(patch.as_object().expect("an object")).expect("well-formed values");
            let complete = expected["address"].as_object().is_none_or(|address| {
                ["line1", "city", "postcode", "country"].iter().all(|part| address.contains_key(*part))
            });
            match parsed.apply(&profile) {
                Ok(patched) => {
                    prop_assert_eq!(document(&patched), expected);
                    prop_assert_eq!(&parsed.apply(&patched), &Ok(patched), "a second time changes nothing");
                }
                Err(errors) => {
                    prop_assert!(!complete, "{errors:?}");
                    prop_assert!(errors.iter().all(|error| error.pointer.starts_with("/address/")));
                }
            }
        }

        #[test]
        fn a_patch_from_one_document_to_another_leads_there(
            before in arbitrary::profile(), after in arbitrary::profile(),
        ) {
            let (from, to) = (document(&before), document(&after));
            let mut patch = to.as_object().expect("an object").clone();
            for name in from.as_object().expect("an object").keys() {
                patch.entry(name).or_insert(Value::Null);
            }
            if let (Some(Value::Object(new)), Some(old)) = (patch.get_mut("address"), from["address"].as_object()) {
                for part in old.keys() {
                    new.entry(part).or_insert(Value::Null);
                }
            }
            let patched = ProfilePatch::parse(&patch).expect("well formed").apply(&before).expect("a whole address");
            prop_assert_eq!(patched, after);
        }

        #[test]
        fn a_value_of_the_history_comes_back_whole(before in arbitrary::profile(), after in arbitrary::profile()) {
            for change in before.differences(&after) {
                let value = change.before.as_ref().map(Personal::reveal);
                let restored = ProfilePatch::of_value(change.field, value).and_then(|patch| patch.apply(&after));
                let restored = restored.expect("it was taken once");
                prop_assert_eq!(restored.value(change.field), before.value(change.field));
                prop_assert!(after.differences(&restored).len() == 1);
            }
        }

        #[test]
        fn any_document_is_answered(name in "[a-z_]{1,12}", text in ".{0,20}", number: i64) {
            for value in [json!(text), json!(number), json!([text]), json!({ &name: text }), json!([{ "network": text }])] {
                for member in Field::ALL.into_iter().map(Field::as_str) {
                    let document = Map::from_iter([(member.to_owned(), value.clone())]);
                    if let Ok(patch) = ProfilePatch::parse(&document) {
                        let _ = patch.apply(&Profile::named("Ada"));
                    }
                }
            }
        }
    }

    fn complaints(document: Value) -> Vec<String> {
        let errors = ProfilePatch::parse(document.as_object().expect("an object"))
            .and_then(|patch| patch.apply(&Profile::named("Ada")))
            .expect_err("nonsense");
        errors.into_iter().map(|error| error.pointer).collect()
    }

    #[test]
    fn complaints_point_at_the_member() {
        assert_eq!(complaints(json!({ "nickname": "x" })), ["/nickname"]);
        assert_eq!(complaints(json!({ "email": "x@example.org" })), ["/email"]);
        assert_eq!(complaints(json!({ "name": null })), ["/name"]);
        assert_eq!(complaints(json!({ "name": 7, "phone": "+1" })), ["/name", "/phone"]);
        assert_eq!(complaints(json!({ "a/b~c": 1 })), ["/a~1b~0c"]);
        assert_eq!(complaints(json!({ "address": { "street": "x" } })), ["/address/street"]);
        assert_eq!(complaints(json!({ "address": { "line1": "x", "country": "XX" } })), ["/address/country"]);
        assert_eq!(complaints(json!({ "address": { "line1": 1 } })), ["/address/line1"]);
        assert_eq!(
            complaints(json!({ "im_ids": [{ "network": "irc", "handle": "a" }, { "network": "x", "handle": "a" }] })),
            ["/im_ids/1/network"]
        );
        let twice = json!({ "network": "irc", "handle": "a" });
        assert_eq!(complaints(json!({ "im_ids": [twice, twice] })), ["/im_ids/1"]);
        assert_eq!(complaints(json!({ "im_ids": vec![twice; MAX_IM_IDS + 1] })), ["/im_ids"]);
        let desk = json!({ "kind": "phone", "value": "+6561234567", "purpose": "billing" });
        assert_eq!(complaints(json!({ "contacts": [desk, desk] })), ["/contacts/1"]);
        assert_eq!(
            complaints(json!({ "contacts": [desk, { "kind": "phone", "value": "12", "purpose": "billing" }] })),
            ["/contacts/1/value"]
        );
        assert_eq!(complaints(json!({ "contacts": [{ "kind": "fax", "fax": "x" }] })), ["/contacts/0/fax"]);
        assert_eq!(complaints(json!({ "preferences": { "date_format": "roman" } })), ["/preferences/date_format"]);
        assert_eq!(complaints(json!({ "time_zone": "Mars/Olympus" })), ["/time_zone"]);
    }

    #[test]
    fn complaints_never_repeat_the_value() {
        let document = json!({ "phone": "canary", "website": "canary", "locale": "canary canary", "im_ids": "canary" });
        let errors = ProfilePatch::parse(document.as_object().expect("an object")).expect_err("nonsense");
        assert!(errors.iter().all(|error| !error.message.contains("canary")), "{errors:?}");
    }

    #[test]
    fn a_locale_or_zone_can_be_changed_and_not_emptied() {
        let patch = json!({ "locale": "de_ch", "time_zone": "Asia/Singapore" });
        let patched = ProfilePatch::parse(patch.as_object().expect("an object"))
            .and_then(|patch| patch.apply(&Profile::named("Ada")))
            .expect("well formed");
        assert_eq!((patched.locale.as_str(), patched.time_zone.as_str()), ("de-CH", "Asia/Singapore"));
        assert_eq!(complaints(json!({ "locale": null, "time_zone": null })), ["/locale", "/time_zone"]);
    }
}
