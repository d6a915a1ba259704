//! The pages of corrections for their holder. No rules here.

use askama::Template;

use crate::platform::web::form::{Choice, Field};
use crate::platform::web::page::{Badge, Page};

/// `GET /account/corrections`. Posts to itself: `field`, `value`, `what`, `evidence`.
#[derive(Template)]
#[template(path = "accounts/corrections.html")]
pub struct Corrections {
    /// The frame.
    pub page: Page,
    /// What there is, newest first.
    pub rows: Vec<CorrectionRow>,
    /// The form.
    pub form: NewForm,
}

/// The form, as typed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct NewForm {
    /// Name of the field; empty for anything else.
    pub field: String,
    /// Fields to choose from.
    pub fields: Vec<Choice>,
    /// What should stand there.
    pub value: String,
    /// Name, label and text of each part of a postal address but its country.
    pub address: Vec<(String, String, String)>,
    /// Code of its country.
    pub country: String,
    /// Countries to choose from.
    pub countries: Vec<Choice>,
    /// Why.
    pub evidence: String,
}

impl NewForm {
    /// How to fill in the value: "something else" is spoken of only where it can be chosen.
    #[must_use]
    pub fn value_hint(&self, page: &Page) -> &'static str {
        let other = self.fields.iter().any(|choice| choice.value == "other");
        if other { page.say("correction-value-hint") } else { page.say("correction-value-empty") }
    }
}

/// A request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CorrectionRow {
    /// What it is about, in words.
    pub what: String,
    /// How it stands.
    pub state: Badge,
    /// When it was asked, in words.
    pub opened: String,
    /// Until when it must be decided, or when it ended, in words.
    pub until: String,
    /// What stood there; empty for nothing.
    pub held: String,
    /// What should stand there; empty for nothing.
    pub wanted: String,
    /// Why, as the holder wrote it.
    pub evidence: String,
    /// Why it was decided so; empty while it is open.
    pub reason: String,
    /// Where a form withdraws it; `None` when it has ended.
    pub withdraw: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::platform::web::form::Errors;
    use crate::platform::web::page::check::{self, HOSTILE};
    use crate::platform::web::page::{Section, Tone};

    fn view(text: &str, rows: usize, errors: Errors) -> Corrections {
        let row = CorrectionRow {
            what: text.into(),
            state: Badge::new(Tone::Warn, "Being decided"),
            opened: "23 November 2026".into(),
            until: "23 December 2026".into(),
            held: text.into(),
            wanted: String::new(),
            evidence: text.into(),
            reason: text.into(),
            withdraw: Some("/account/corrections/cor_1/withdraw".into()),
        };
        Corrections {
            page: check::holder("Corrections", Section::Profile).errors(errors),
            rows: vec![row; rows],
            form: NewForm {
                field: "name".into(),
                fields: vec![Choice::new("name", "Name"), Choice::new("", "Something else")],
                value: text.into(),
                address: vec![("address_line1".into(), "Street and number".into(), text.into())],
                country: "SG".into(),
                countries: vec![Choice::new("", "Choose"), Choice::new("SG", "Singapore")],
                evidence: text.into(),
            },
        }
    }

    #[test]
    fn requests_show_both_values_and_can_be_withdrawn() {
        let html = check::page("corrections", &view("Ada B. Lindqvist", 2, Errors::default()));
        assert!(html.contains("/account/corrections/cor_1/withdraw") && html.contains("name=\"evidence\""));
        let bare = check::page("corrections-none", &view("", 0, Errors::default().on("evidence", "Say why.")));
        assert!(!bare.contains("/withdraw") && bare.contains("href=\"#evidence\""));
        let hostile = check::page("hostile", &view(HOSTILE, 1, Errors::default().on("value", HOSTILE)));
        assert!(!hostile.contains("<script") && !hostile.contains("\" onload="));
    }
}
