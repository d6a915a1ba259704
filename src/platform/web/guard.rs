//! What no inbound text may hold: a card number (policy clause 1.1, PCI DSS SAQ A), or control characters that no form
//! field can mean. The complaint names the field; the value is neither logged nor stored.

use serde_json::Value;

use super::codes::{CARD_NUMBER, INVALID};
use super::problem::Problem;
use crate::kernel::card_guard::contains_card_number;
use crate::kernel::public_error::FieldError;

/// Checks every text in a JSON value, keys and numbers included.
///
/// # Errors
/// 422 with a pointer to the field.
pub fn json(value: &Value) -> Result<(), Problem> {
    walk(value, &mut String::new())
}

/// Checks the fields of a form or a query.
///
/// # Errors
/// 422 with a pointer to the field.
pub fn pairs(pairs: &[(String, String)]) -> Result<(), Problem> {
    for (name, value) in pairs {
        text(name, "")?;
        text(value, &format!("/{name}"))?;
    }
    Ok(())
}

/// Checks one text.
///
/// # Errors
/// 422 with the pointer.
pub fn text(text: &str, pointer: &str) -> Result<(), Problem> {
    if contains_card_number(text) {
        let way_out =
            "This looks like a card number. Cards are entered at the payment processor only; leave it out here.";
        return Err(Problem::new(&CARD_NUMBER).fields(vec![FieldError::new(pointer, way_out)]));
    }
    if text.chars().any(|c| c.is_control() && !matches!(c, '\n' | '\r' | '\t')) {
        let way_out = "Contains a control character. Type the text again instead of pasting it.";
        return Err(Problem::new(&INVALID).fields(vec![FieldError::new(pointer, way_out)]));
    }
    Ok(())
}

fn walk(value: &Value, pointer: &mut String) -> Result<(), Problem> {
    match value {
        Value::String(string) => text(string, pointer),
        Value::Number(number) => text(&number.to_string(), pointer),
        Value::Array(items) => items.iter().enumerate().try_for_each(|(i, item)| inside(item, pointer, &i.to_string())),
        Value::Object(map) => map.iter().try_for_each(|(key, item)| {
            text(key, pointer)?;
            inside(item, pointer, &key.replace('~', "~0").replace('/', "~1"))
        }),
        Value::Null | Value::Bool(_) => Ok(()),
    }
}

fn inside(value: &Value, pointer: &mut String, segment: &str) -> Result<(), Problem> {
    let length = pointer.len();
    pointer.push('/');
    pointer.push_str(segment);
    let outcome = walk(value, pointer);
    pointer.truncate(length);
    outcome
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    #[test]
    fn card_numbers_are_found_anywhere_and_named() {
        for (value, pointer) in [
            (json!({"name": "4242 4242 4242 4242"}), "/name"),
            (json!({"a": [{"b": "x 4242424242424242 y"}]}), "/a/0/b"),
            (json!({"n": 4_242_424_242_424_242_u64}), "/n"),
        ] {
            let problem = super::json(&value).expect_err("a card number");
            assert_eq!(problem.code.name, "card-number");
            assert_eq!(problem.errors[0].pointer, pointer);
        }
        assert!(super::json(&json!({"name": "Ann", "phone": "+65 6123 4567", "at": "2026-11-23T10:00:00Z"})).is_ok());
    }

    #[test]
    fn control_characters_are_refused_by_name() {
        let problem = super::json(&json!({"name": "a\u{0}b"})).expect_err("control");
        assert_eq!((problem.code.name, problem.errors[0].pointer.as_str()), ("invalid", "/name"));
    }
}
