//! Corrections in words, for pages and mails.

use serde_json::Value;

use super::model::{State, Subject};
use crate::accounts::model::Field;
use crate::accounts::words;
use crate::kernel::lang::Lang;
use crate::platform::web::page::{Badge, Tone};

/// What a request is about: `Name`, `the name on an invoice`.
#[must_use]
pub fn subject(subject: &Subject) -> String {
    let words = match subject {
        Subject::Profile(field) => words::label(*field),
        Subject::Invoice(_, Field::Address) => "the postal address on an invoice",
        Subject::Invoice(..) => "the name on an invoice",
        Subject::Other => "something else that we keep",
    };
    words.to_owned()
}

/// A value of a request in words; nothing for none.
#[must_use]
pub fn value(subject: &Subject, value: Option<&Value>, lang: Lang) -> String {
    let field = match subject {
        Subject::Profile(field) | Subject::Invoice(_, field) => *field,
        Subject::Other => Field::Name,
    };
    value.map_or_else(String::new, |value| words::value(field, value, lang))
}

/// How it stands.
#[must_use]
pub fn state(state: State) -> Badge {
    match state {
        State::Open => Badge::new(Tone::Warn, "Being decided"),
        State::Accepted => Badge::new(Tone::Good, "Accepted"),
        State::Refused => Badge::new(Tone::Bad, "Refused"),
        State::Withdrawn => Badge::new(Tone::Quiet, "Withdrawn"),
    }
}
