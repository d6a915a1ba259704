//! Fields and their values in words, for pages.

use serde_json::Value;

use super::model::{Field, Preferences};
use crate::kernel::contact::ContactInput;
use crate::kernel::country::Country;
use crate::kernel::date_format::{DateFormat, Dates};
use crate::kernel::im_id::{ImIdInput, Network};
use crate::kernel::lang::Lang;
use crate::kernel::phone::Phone;
use crate::kernel::postal_address::PostalAddressInput;
use crate::kernel::time::Timestamp;
use crate::platform::trust::recipients;

/// What a field is called.
#[must_use]
pub fn label(field: Field) -> &'static str {
    match field {
        Field::Name => "Name",
        Field::Phone => "Telephone",
        Field::Address => "Postal address",
        Field::Website => "Website",
        Field::ImIds => "Instant messaging",
        Field::Contacts => "Further contacts",
        Field::Locale => "Language",
        Field::TimeZone => "Time zone",
        Field::Preferences => "Dates",
    }
}

/// A field's value, as the API and the history spell it, on one line.
#[must_use]
pub fn value(field: Field, value: &Value, lang: Lang) -> String {
    let text = value.as_str().map(str::to_owned);
    let words = match field {
        Field::Phone => text.map(|text| phone(&text)),
        Field::Locale => text.map(|text| language(&text, lang)),
        Field::Address => serde_json::from_value(value.clone()).ok().map(|address| address_line(&address, lang)),
        Field::ImIds => serde_json::from_value(value.clone()).ok().map(|ids: Vec<ImIdInput>| {
            lang.listed(ids.iter().map(|id| lang.with_more(&id.handle, network(&id.network))))
        }),
        Field::Contacts => serde_json::from_value(value.clone())
            .ok()
            .map(|all: Vec<ContactInput>| lang.listed(all.iter().map(|one| contact(one, lang)))),
        Field::Preferences => {
            serde_json::from_value(value.clone()).ok().map(|chosen: Preferences| example(chosen.date_format, lang))
        }
        Field::Name | Field::Website | Field::TimeZone => text,
    };
    words.unwrap_or_else(|| value.to_string())
}

/// A stored telephone number, grouped.
#[must_use]
pub fn phone(stored: &str) -> String {
    Phone::parse(stored).map_or_else(|_| stored.to_owned(), |phone| phone.grouped())
}

/// A stored address in its country's order, the country in the reader's language.
#[must_use]
pub fn address_lines(stored: &PostalAddressInput, lang: Lang) -> Vec<String> {
    let country = Country::parse(&stored.country).map_or(stored.country.as_str(), |country| lang.country(country));
    stored.lines().into_iter().chain([country.to_owned()]).collect()
}

/// The same on one line.
#[must_use]
pub fn address_line(stored: &PostalAddressInput, lang: Lang) -> String {
    let lines = address_lines(stored, lang).into_iter();
    lines.reduce(|line, next| lang.and_then(line, next)).unwrap_or_default()
}

/// A contact detail with what it is for: `+65 6123 4567 (Invoices and payments)`.
#[must_use]
pub fn contact(stored: &ContactInput, lang: Lang) -> String {
    let value = if stored.kind == "phone" { phone(&stored.value) } else { stored.value.clone() };
    lang.with_more(value, lang.tell(contact_purpose(&stored.purpose)))
}

/// What a contact detail is.
#[must_use]
pub fn contact_kind(stored: &str) -> &str {
    match stored {
        "email" => "E-mail address",
        "phone" => "Telephone",
        other => other,
    }
}

/// What a contact detail is for.
#[must_use]
pub fn contact_purpose(stored: &str) -> &str {
    match stored {
        "general" => "Anything",
        "billing" => "Invoices and payments",
        "technical" => "Technical questions",
        "emergency" => "When something is urgent",
        other => other,
    }
}

/// The recipient of a sharing by the name people use.
#[must_use]
pub fn recipient(key: &str) -> String {
    recipients::find(key).map_or_else(|| key.to_owned(), |known| known.name.to_owned())
}

/// A network by the name people use.
#[must_use]
pub fn network(stored: &str) -> String {
    Network::parse(stored).map_or_else(|_| stored.to_owned(), |network| network.name().to_owned())
}

/// A language by its own name, if it is one of those that pages and mails speak; others are kept for when they do.
#[must_use]
pub fn language(tag: &str, lang: Lang) -> String {
    match Lang::of_tag(tag) {
        Some(named) if named.as_str() == tag => named.own_name().to_owned(),
        Some(named) => lang.with_more(named.own_name(), tag),
        None => tag.to_owned(),
    }
}

/// A way to write dates in a language, by an example.
///
/// # Panics
/// Never: the example is a date.
#[must_use]
pub fn example(format: DateFormat, lang: Lang) -> String {
    let day = Timestamp::from_seconds(1_795_392_000).expect("a day of 2026");
    Dates { format, lang, ..Dates::UTC }.day(day)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn values_read_like_words() {
        for (field, stored, words) in [
            (Field::Name, json!("Ada"), "Ada"),
            (Field::Phone, json!("+6561234567"), "+65 6123 4567"),
            (Field::Locale, json!("en"), "English"),
            (Field::Locale, json!("de-CH"), "Deutsch (de-CH)"),
            (Field::Locale, json!("fr"), "fr"),
            (
                Field::ImIds,
                json!([{ "network": "xmpp", "handle": "ada@example.org" }]),
                "ada@example.org (XMPP (Jabber))",
            ),
            (
                Field::Contacts,
                json!([{ "kind": "phone", "value": "+6561234567", "purpose": "billing" }]),
                "+65 6123 4567 (Invoices and payments)",
            ),
            (Field::Preferences, json!({ "date_format": "iso" }), "2026-11-23"),
            (
                Field::Address,
                json!({ "line1": "Invalidenstr. 1", "city": "Berlin", "postcode": "10115", "country": "DE" }),
                "Invalidenstr. 1, 10115 Berlin, Germany",
            ),
        ] {
            assert_eq!(value(field, &stored, Lang::En), words);
        }
    }

    #[test]
    fn what_today_would_be_refused_is_shown_all_the_same() {
        let old = PostalAddressInput { line1: "Box 1".into(), country: "XX".into(), ..PostalAddressInput::default() };
        assert!(address_lines(&old, Lang::De).contains(&"Box 1".to_owned()));
        let berlin = PostalAddressInput {
            line1: "Box 1".into(),
            city: "Berlin".into(),
            postcode: Some("10115".into()),
            country: "DE".into(),
            ..PostalAddressInput::default()
        };
        assert_eq!(address_lines(&berlin, Lang::De), ["Box 1", "10115 Berlin", "Deutschland"]);
        assert_eq!((phone("12"), network("mxit")), ("12".to_owned(), "mxit".to_owned()));
    }
}
