//! The form that asks for a correction: of the profile, and of an invoice.

use serde_json::{Map, Value};

use super::actions::Ask;
use super::views::NewForm;
use crate::accounts::form::ProfileForm;
use crate::accounts::model::Field;
use crate::accounts::words as profile_words;
use crate::platform::web::contact_fields::countries;
use crate::platform::web::form::{Choice, Errors};
use crate::platform::web::problem::Problem;

/// What fits one line of the form; lists are asked for in words.
const LINES: [Field; 3] = [Field::Name, Field::Phone, Field::Website];
/// Fields that the form of the profile offers, besides anything else.
pub const ALL: [Field; 4] = [Field::Name, Field::Phone, Field::Website, Field::Address];
/// What an invoice says of its customer.
pub const PRINTED: [Field; 2] = [Field::Name, Field::Address];
const ADDRESS: [(&str, &str); 5] = [
    ("address_line1", "Street and number"),
    ("address_line2", "Floor, building"),
    ("address_postcode", "Postcode"),
    ("address_city", "City"),
    ("address_region", "State or province"),
];

/// An input, trimmed; empty when it is missing.
#[must_use]
pub fn given<'a>(pairs: &'a [(String, String)], name: &str) -> &'a str {
    pairs.iter().find(|(key, _)| key == name).map_or("", |(_, value)| value.trim())
}

/// What the form asks for.
#[must_use]
pub fn wish(pairs: &[(String, String)]) -> Ask {
    let value = given(pairs, "value");
    match given(pairs, "field").parse::<Field>() {
        Ok(Field::Address) => {
            let address = ProfileForm::address_in(pairs);
            let value = if address.values().all(Value::is_null) { Value::Null } else { address.into() };
            Ask::Profile(Map::from_iter([(Field::Address.as_str().to_owned(), value)]))
        }
        Ok(field) if LINES.contains(&field) => {
            let value = if value.is_empty() { Value::Null } else { value.into() };
            Ask::Profile(Map::from_iter([(field.as_str().to_owned(), value)]))
        }
        _ => Ask::Other(value.to_owned()),
    }
}

/// The complaints beside the inputs that they are about.
#[must_use]
pub fn complaints(problem: &Problem) -> Errors {
    if problem.errors.is_empty() {
        return Errors::default().whole(problem.detail.clone().unwrap_or_else(|| problem.code.help.to_owned()));
    }
    problem.errors.iter().fold(Errors::default(), |errors, error| {
        let input = match error.pointer.trim_start_matches('/').split('/').collect::<Vec<_>>().as_slice() {
            ["wanted", "address", part] => format!("address_{part}"),
            ["wanted", "address"] => "address_line1".to_owned(),
            ["evidence"] => "evidence".to_owned(),
            _ => "value".to_owned(),
        };
        errors.on(&input, error.message.clone())
    })
}

/// The form with what was typed; anything else can be chosen where every field can.
#[must_use]
pub fn draw(pairs: &[(String, String)], among: &[Field]) -> NewForm {
    let choice = |field: &Field| Choice::new(field.as_str(), profile_words::label(*field));
    let mut fields: Vec<Choice> = among.iter().map(choice).collect();
    if among.len() == ALL.len() {
        fields.push(Choice::new("other", "Something else that you keep about me"));
    }
    NewForm {
        field: given(pairs, "field").to_owned(),
        fields,
        value: given(pairs, "value").to_owned(),
        address: ADDRESS
            .iter()
            .map(|(name, label)| ((*name).to_owned(), (*label).to_owned(), given(pairs, name).to_owned()))
            .collect(),
        country: given(pairs, "address_country").to_owned(),
        countries: countries(),
        evidence: given(pairs, "evidence").to_owned(),
    }
}
