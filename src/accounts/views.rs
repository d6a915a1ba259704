//! The pages of accounts: what each needs, as strings that are ready to show. No rules here.

use askama::Template;

use crate::kernel::contact::ContactInput;
use crate::platform::web::contact_fields::ContactFields;
use crate::platform::web::form::{Choice, Field};
use crate::platform::web::page::{Badge, Page, Paging};

/// `GET /account`.
#[derive(Template)]
#[template(path = "accounts/profile.html")]
pub struct Profile {
    /// The frame.
    pub page: Page,
    /// The row version that is shown: forms of the page are about this one.
    pub version: String,
    /// Address they sign in with.
    pub email: String,
    /// When that was proved, in words.
    pub email_proved: String,
    /// When mail last came back from it, in words; `None` when it did not.
    pub email_returned: Option<String>,
    /// Every field, in the order of the page.
    pub fields: Vec<FieldRow>,
    /// When something last changed, in words; `None` when nothing has since sign-up.
    pub last_changed: Option<String>,
    /// When the holder last said that all is right, in words.
    pub confirmed_on: String,
}

/// One field of the profile with what is known about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldRow {
    /// Its name in the API.
    pub name: String,
    /// In words.
    pub label: String,
    /// Why it is asked for.
    pub why: String,
    /// The value, a line each; empty when not given.
    pub lines: Vec<String>,
    /// When it was last given or confirmed, in words.
    pub confirmed_on: String,
    /// What of it was proved by a code that was sent there, and the day, in words.
    pub proved: Option<(String, String)>,
    /// Whether a press may empty it.
    pub removable: bool,
    /// What its holder says against it, in a sentence.
    pub contested: Option<String>,
}

/// `GET /account/edit`. Posts to `/account`: `version`, `name`, `locale`, `time_zone` and the inputs of
/// [`ContactFields`].
#[derive(Template)]
#[template(path = "accounts/edit.html")]
pub struct EditProfile {
    /// The frame.
    pub page: Page,
    /// The row version that the values were read at: the form's ETag.
    pub version: String,
    /// As typed or as stored.
    pub name: String,
    /// Shown, not editable here.
    pub email: String,
    /// The optional fields.
    pub contact: ContactFields,
    /// Further contact details, an empty row last.
    pub contacts: Vec<ContactInput>,
    /// What they can be.
    pub contact_kinds: Vec<Choice>,
    /// What they can be for.
    pub contact_purposes: Vec<Choice>,
    /// Chosen language tag.
    pub locale: String,
    /// Languages to choose from.
    pub locales: Vec<Choice>,
    /// Chosen time zone.
    pub time_zone: String,
    /// Time zones to choose from.
    pub time_zones: Vec<Choice>,
    /// Chosen way to write dates.
    pub date_format: String,
    /// Ways to choose from, each shown by an example.
    pub date_formats: Vec<Choice>,
}

/// What a form with a stale version leads to (412): both values of each field that differs, to choose from.
/// Posts to `/account` like [`EditProfile`], with the new version: `kept` goes along hidden, and for each conflict a
/// radio group `FIELD_from` says whether `yours` or `stored` shall hold.
#[derive(Template)]
#[template(path = "accounts/conflict.html")]
pub struct Conflict {
    /// The frame.
    pub page: Page,
    /// The row version as it is now.
    pub version: String,
    /// When the other change was made, in words.
    pub changed_at: String,
    /// The fields that both changed.
    pub fields: Vec<ConflictField>,
    /// All inputs of the form, as name and value, to be sent again unchanged.
    pub kept: Vec<(String, String)>,
}

/// One field with two values.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConflictField {
    /// The field's name in the API.
    pub name: String,
    /// The field in words.
    pub label: String,
    /// What this form said, in words; empty for nothing.
    pub yours: String,
    /// What is stored now, in words; empty for nothing.
    pub stored: String,
}

/// `GET /account/history`.
#[derive(Template)]
#[template(path = "accounts/history.html")]
pub struct History {
    /// The frame.
    pub page: Page,
    /// The row version as it is now: what a value is brought back against.
    pub version: String,
    /// Changes, newest first.
    pub changes: Vec<Change>,
    /// Neighbouring pages.
    pub paging: Paging,
}

/// What a press on "restore" leads to when the field was changed since the page was opened (412).
#[derive(Template)]
#[template(path = "accounts/restore.html")]
pub struct RestoreConflict {
    /// The frame.
    pub page: Page,
    /// Where the form goes.
    pub action: String,
    /// The row version as it is now.
    pub version: String,
    /// The field in words.
    pub field: String,
    /// What would be brought back; empty for nothing.
    pub wanted: String,
    /// What holds now; empty for nothing.
    pub stored: String,
}

/// One change of one field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// The field in words.
    pub field: String,
    /// Value before; `None` when there was none.
    pub before: Option<String>,
    /// Value after; `None` when it was removed.
    pub after: Option<String>,
    /// Who, in words: `You`, `Billing staff`, `Steward`.
    pub who: String,
    /// When, in words.
    pub when: String,
    /// When, for machines (RFC 3339).
    pub when_iso: String,
    /// Remarks, e.g. that the change overwrote without looking.
    pub mark: Option<Badge>,
    /// Where it was made from, in words; empty when that is not known.
    pub place: String,
    /// Who had the value before, and whether they have been told: a sentence each.
    pub passed_on: Vec<String>,
    /// Where a form restores the value before; `None` where that is impossible.
    pub restore: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::platform::web::contact_fields::ImRow;
    use crate::platform::web::form::Errors;
    use crate::platform::web::page::check::{self, HOSTILE};
    use crate::platform::web::page::{Section, Tone};

    fn profile(text: &str, optional: &str) -> Profile {
        let given = |value: &str| if value.is_empty() { vec![] } else { vec![value.to_owned()] };
        let row = |name: &str, label: &str, value: &str, removable| FieldRow {
            name: name.into(),
            label: label.into(),
            why: "To call you about your account.".into(),
            lines: given(value),
            confirmed_on: "1 November 2026".into(),
            proved: given(optional).pop().map(|what| (what, "2 November 2026".into())),
            removable,
            contested: given(optional).pop(),
        };
        Profile {
            page: check::holder("Your profile", Section::Profile),
            version: "7".into(),
            email: text.into(),
            email_proved: "1 November 2026".into(),
            email_returned: given(optional).pop(),
            fields: vec![
                row("name", "Name", text, false),
                row("phone", "Telephone", optional, !optional.is_empty()),
                row("contacts", "Further contacts", optional, !optional.is_empty()),
            ],
            last_changed: given(optional).pop(),
            confirmed_on: "1 November 2026".into(),
        }
    }

    fn edit(text: &str, errors: Errors) -> EditProfile {
        let networks = vec![Choice::new("", "Choose"), Choice::new("matrix", "Matrix")];
        let contact = ContactFields {
            phone: text.into(),
            im_ids: vec![ImRow { network: "matrix".into(), handle: text.into() }, ImRow::default()],
            networks,
            ..ContactFields::default()
        };
        EditProfile {
            page: check::holder("Correct your profile", Section::Profile).errors(errors),
            version: "7".into(),
            name: text.into(),
            email: text.into(),
            contact,
            contacts: vec![
                ContactInput { kind: "phone".into(), value: text.into(), purpose: "billing".into() },
                ContactInput::default(),
            ],
            contact_kinds: vec![Choice::new("email", "E-mail address"), Choice::new("phone", "Telephone")],
            contact_purposes: vec![Choice::new("billing", "Invoices and payments")],
            locale: "en".into(),
            locales: vec![Choice::new("en", "English"), Choice::new("de", "Deutsch")],
            time_zone: "Asia/Singapore".into(),
            time_zones: vec![Choice::new("Asia/Singapore", "Asia/Singapore"), Choice::new("UTC", "UTC")],
            date_format: "iso".into(),
            date_formats: vec![Choice::new("iso", "2026-11-23")],
        }
    }

    fn conflict(text: &str) -> Conflict {
        let field = |name: &str, label: &str, yours: &str, stored: &str| ConflictField {
            name: name.into(),
            label: label.into(),
            yours: yours.into(),
            stored: stored.into(),
        };
        Conflict {
            page: check::holder("Changed meanwhile", Section::Profile),
            version: "8".into(),
            changed_at: "today at 14:02".into(),
            fields: vec![field("name", "Name", text, "Ada B. Lindqvist"), field("phone", "Telephone", "", text)],
            kept: vec![("website".into(), text.into())],
        }
    }

    fn history(text: &str, length: usize) -> History {
        let change = Change {
            field: text.into(),
            before: Some(text.into()),
            after: Some(text.into()),
            who: "You".into(),
            when: "23 November 2026, 14:02".into(),
            when_iso: "2026-11-23T06:02:00Z".into(),
            mark: Some(Badge::new(Tone::Warn, "Without looking at the version")),
            place: text.into(),
            passed_on: vec![format!("{text} has the new value.")],
            restore: Some("/account/history/chg_1/restore".into()),
        };
        let first = Change { before: None, mark: None, restore: None, ..change.clone() };
        let changes = [change, first].into_iter().cycle().take(length).collect();
        let paging = Paging { first: None, next: (length > 0).then(|| "/account/history?after=c".into()) };
        History { page: check::holder("History", Section::History), version: "7".into(), changes, paging }
    }

    fn restore(text: &str) -> RestoreConflict {
        RestoreConflict {
            page: check::holder("Changed meanwhile", Section::History),
            action: "/account/history/chg_1/restore".into(),
            version: "9".into(),
            field: text.into(),
            wanted: text.into(),
            stored: String::new(),
        }
    }

    #[test]
    fn what_is_not_given_is_said_and_not_left_blank() {
        let html = check::page("profile-bare", &profile("Ada Lindqvist", ""));
        assert_eq!(html.matches("Not given").count(), 2);
        assert!(!html.contains("/account/fields/"), "nothing to remove");
        let html = check::page("profile", &profile("Ada Lindqvist", "12 Harbour Road"));
        assert!(!html.contains("Not given") && html.contains("action=\"/account/fields/phone/empty\""));
    }

    #[test]
    fn the_form_carries_the_version_it_was_read_at() {
        let html = check::page("profile-edit", &edit("Ada Lindqvist", Errors::default()));
        assert!(html.contains("name=\"version\" value=\"7\""));
        let errors = Errors::default().on("name", "Enter your name.").on("im_handle-1", "Looks like @name:server.");
        assert!(check::page("profile-edit-errors", &edit("Ada", errors)).contains("href=\"#im_handle-1\""));
    }

    #[test]
    fn a_conflict_offers_both_values_and_chooses_none() {
        let html = check::page("conflict", &conflict("Ada Lindqvist-Berg"));
        assert_eq!(html.matches("type=\"radio\" ").count(), 4);
        assert!(!html.contains(" checked"));
        assert!(html.contains("name=\"version\" value=\"8\"") && html.contains("name=\"website\""));
        assert_eq!(html.matches("name=\"phone_from\"").count(), 2);
    }

    #[test]
    fn history_shows_before_and_after_or_says_that_nothing_changed() {
        let html = check::page("history", &history("Telephone", 3));
        assert!(html.contains("/account/history/chg_1/restore") && html.contains("rel=\"next\""));
        assert!(check::page("history-empty", &history("", 0)).contains("class=\"empty\""));
    }

    #[test]
    fn nothing_given_becomes_markup() {
        let pages = [
            check::page("hostile", &profile(HOSTILE, HOSTILE)),
            check::page("hostile", &edit(HOSTILE, Errors::default().on("name", HOSTILE))),
            check::page("hostile", &conflict(HOSTILE)),
            check::page("hostile", &history(HOSTILE, 2)),
            check::page("restore", &restore(HOSTILE)),
        ];
        for html in pages {
            assert!(!html.contains("<script") && !html.contains("\" onload="), "{html}");
        }
    }
}
