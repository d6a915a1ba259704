//! Fields of a form: label, purpose, value, error and the attributes a browser and a screen reader need.
//!
//! Templates make them in place, so words stay in the template and values in the view:
//! `{{ Field::email("email", "E-mail address", email).required().with(page) }}`.

use std::borrow::Cow;
use std::fmt;

use askama::Template;
use askama::filters::HtmlSafe;

use super::page::Page;
use super::problem::Problem;
use crate::kernel::lang::Lang;

/// What is wrong with a submitted form, in the order of its fields.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Errors(Vec<FieldError>);

/// One complaint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldError {
    /// The field's `name`, which is also its `id`; empty when the complaint is about the whole form.
    pub field: String,
    /// A sentence that says what to do.
    pub message: String,
}

impl Errors {
    /// Adds a complaint about a field.
    #[must_use]
    pub fn on(mut self, field: &str, message: impl Into<String>) -> Self {
        self.push(field, message);
        self
    }

    /// Adds a complaint about the whole form.
    #[must_use]
    pub fn whole(self, message: impl Into<String>) -> Self {
        self.on("", message)
    }

    /// What a refused action says, on the inputs of a form: `/im_ids/0/handle` is `im_handle-1`, `/address/city` is
    /// `address_city`. A problem without fields is about the whole form.
    pub fn of_problem(problem: &Problem) -> Self {
        if problem.errors.is_empty() {
            return Self::default().whole(problem.text());
        }
        problem.errors.iter().fold(Self::default(), |errors, e| errors.on(&input_of(&e.pointer), e.message.clone()))
    }

    /// Adds a complaint.
    pub fn push(&mut self, field: &str, message: impl Into<String>) {
        self.0.push(FieldError { field: field.to_owned(), message: message.into() });
    }

    /// The first complaint about a field.
    pub fn of(&self, field: &str) -> Option<&str> {
        self.0.iter().find(|error| error.field == field).map(|error| error.message.as_str())
    }

    /// Whether nothing is wrong.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// All of them, for the summary.
    pub fn all(&self) -> &[FieldError] {
        &self.0
    }
}

/// The input that a JSON pointer into the API's request stands for.
fn input_of(pointer: &str) -> String {
    let parts: Vec<&str> = pointer.split('/').filter(|part| !part.is_empty()).collect();
    match parts[..] {
        ["im_ids", index, ref rest @ ..] => {
            let row = index.parse::<usize>().unwrap_or(0) + 1;
            format!("im_{}-{row}", rest.first().unwrap_or(&"handle"))
        }
        ["contacts", index, ref rest @ ..] => {
            let row = index.parse::<usize>().unwrap_or(0) + 1;
            format!("contact_{}-{row}", rest.first().unwrap_or(&"value"))
        }
        ["contacts"] => "contact_value-1".to_owned(),
        ["im_ids"] => "im_handle-1".to_owned(),
        ["address"] => "address_line1".to_owned(),
        _ => parts.join("_"),
    }
}

/// A line of text, a paragraph, or a choice from a list.
#[derive(Template)]
#[template(path = "components/field.html")]
pub struct Field<'a> {
    name: &'a str,
    label: &'a str,
    value: &'a str,
    kind: &'a str,
    hint: Cow<'a, str>,
    autocomplete: &'a str,
    inputmode: &'a str,
    class: &'a str,
    error: Option<Cow<'a, str>>,
    options: &'a [Choice],
    maxlength: u32,
    row: usize,
    required: bool,
    bare: bool,
    min: usize,
    lang: Lang,
}
impl HtmlSafe for Field<'_> {}

impl<'a> Field<'a> {
    fn new(kind: &'a str, name: &'a str, label: &'a str, value: &'a str) -> Self {
        let (hint, autocomplete, inputmode, class) = (Cow::Borrowed(""), "", "", "");
        let (error, options, maxlength, row, required, bare) = (None, &[][..], 0, 0, false, false);
        let (min, lang) = (0, Lang::En);
        Self {
            name,
            label,
            value,
            kind,
            hint,
            autocomplete,
            inputmode,
            class,
            error,
            options,
            maxlength,
            row,
            required,
            bare,
            min,
            lang,
        }
    }

    /// One line.
    pub fn text(name: &'a str, label: &'a str, value: &'a str) -> Self {
        Self::new("text", name, label, value)
    }

    /// An e-mail address.
    pub fn email(name: &'a str, label: &'a str, value: &'a str) -> Self {
        Self { autocomplete: "email", inputmode: "email", ..Self::new("email", name, label, value) }
    }

    /// A telephone number.
    pub fn tel(name: &'a str, label: &'a str, value: &'a str) -> Self {
        Self { autocomplete: "tel", inputmode: "tel", ..Self::new("tel", name, label, value) }
    }

    /// A web address. A field of text, since a browser's own check refuses `example.org`, which the server takes.
    pub fn url(name: &'a str, label: &'a str, value: &'a str) -> Self {
        Self { autocomplete: "url", inputmode: "url", ..Self::new("text", name, label, value) }
    }

    /// A whole number.
    pub fn number(name: &'a str, label: &'a str, value: &'a str) -> Self {
        Self { inputmode: "numeric", class: "input--short", ..Self::new("text", name, label, value) }
    }

    /// A one-time code of digits.
    pub fn code(name: &'a str, label: &'a str) -> Self {
        let field = Self::new("text", name, label, "");
        Self { autocomplete: "one-time-code", inputmode: "numeric", class: "input--code", ..field }
    }

    /// A password; never filled in by us, and without a longest length: a browser would cut what is pasted, unseen. `autocomplete` is `new-password` or `current-password`.
    pub fn password(name: &'a str, label: &'a str, autocomplete: &'a str) -> Self {
        Self { autocomplete, ..Self::new("password", name, label, "") }
    }

    /// A password to be chosen, of at least `min` characters.
    pub fn new_password(name: &'a str, label: &'a str, min: &usize) -> Self {
        Self { min: *min, ..Self::password(name, label, "new-password") }
    }

    /// Several lines.
    pub fn area(name: &'a str, label: &'a str, value: &'a str) -> Self {
        Self::new("area", name, label, value)
    }

    /// One of a list; `value` is the chosen one's.
    pub fn select(name: &'a str, label: &'a str, value: &'a str, options: &'a [Choice]) -> Self {
        Self { options, ..Self::new("select", name, label, value) }
    }

    /// Says why it is asked, or in which form it is wanted.
    #[must_use]
    pub fn hint(mut self, hint: &'a str) -> Self {
        self.hint = Cow::Borrowed(hint);
        self
    }

    /// The `autocomplete` token.
    #[must_use]
    pub fn auto(mut self, token: &'a str) -> Self {
        self.autocomplete = token;
        self
    }

    /// The longest value that the server takes, in characters. A browser counts UTF-16 units, of which a character has
    /// two at most, and cuts without a word; so it gets twice as many, and the server says what is too long.
    #[must_use]
    pub fn max(mut self, characters: u32) -> Self {
        self.maxlength = characters * 2;
        self
    }

    /// Must be filled in; others are marked as optional.
    #[must_use]
    pub fn required(mut self) -> Self {
        self.required = true;
        self
    }

    /// Leaves "(optional)" away, where the form's own words say so (search and filter forms).
    #[must_use]
    pub fn bare(mut self) -> Self {
        self.bare = true;
        self
    }

    /// Stands in the given row (from 1) of several with the same name; complaints are then about `name-row`.
    /// Comes before [`Field::with`].
    #[must_use]
    pub fn row(mut self, row: &usize) -> Self {
        self.row = *row;
        self
    }

    /// Takes the field's complaint and the reader's language from the page.
    #[must_use]
    pub fn with(mut self, page: &'a Page) -> Self {
        self.error = page.errors.of(&self.id()).map(|error| page.lang.tell(error));
        self.lang = page.lang;
        if self.min > 0 {
            self.hint = Cow::Owned(page.fill("new-password-hint").with("min", self.min).text());
        }
        self
    }

    /// The element's id, which is what the error summary links to.
    fn id(&self) -> String {
        if self.row == 0 { self.name.to_owned() } else { format!("{}-{}", self.name, self.row) }
    }

    /// The ids of hint and error for `aria-describedby`.
    fn described_by(&self) -> String {
        let hint = (!self.hint.is_empty()).then(|| format!("{}-hint", self.id()));
        let error = self.error.as_ref().map(|_| format!("{}-error", self.id()));
        [hint, error].into_iter().flatten().collect::<Vec<_>>().join(" ")
    }
}

/// An entry of a list: what is sent, and what is read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Choice {
    /// Sent with the form.
    pub value: String,
    /// Shown.
    pub label: String,
}

impl Choice {
    /// An entry.
    pub fn new(value: impl Into<String>, label: impl Into<String>) -> Self {
        Self { value: value.into(), label: label.into() }
    }
}

/// One radio button or checkbox with its explanation; the whole row can be tapped.
#[derive(Template)]
#[template(path = "components/option.html")]
pub struct Toggle<'a> {
    kind: &'a str,
    name: &'a str,
    value: &'a str,
    label: &'a str,
    note: &'a str,
    checked: bool,
    required: bool,
    error: Option<Cow<'a, str>>,
}
impl HtmlSafe for Toggle<'_> {}

impl<'a> Toggle<'a> {
    /// One radio button of the group `name`.
    pub fn radio(name: &'a str, value: &'a str, label: &'a str, chosen: &str) -> Self {
        let (note, required, error) = ("", false, None);
        Self { kind: "radio", name, value, label, note, checked: value == chosen, required, error }
    }

    /// A checkbox that sends `yes`.
    pub fn checkbox(name: &'a str, label: &'a str, checked: bool) -> Self {
        let (note, required, error) = ("", false, None);
        Self { kind: "checkbox", name, value: "yes", label, note, checked, required, error }
    }

    /// The explanation under the label.
    #[must_use]
    pub fn note(mut self, note: &'a str) -> Self {
        self.note = note;
        self
    }

    /// Must be chosen.
    #[must_use]
    pub fn required(mut self) -> Self {
        self.required = true;
        self
    }

    /// Takes the complaint from the page.
    #[must_use]
    pub fn with(mut self, page: &'a Page) -> Self {
        self.error = page.errors.of(self.name).map(|error| page.lang.tell(error));
        self
    }

    /// Unique on the page: radios share a name. The first of a group has the bare name so that the summary finds it.
    fn id(&self) -> String {
        if self.kind == "checkbox" { self.name.to_owned() } else { format!("{}-{}", self.name, self.value) }
    }
}

impl fmt::Debug for Field<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Field").field("name", &self.name).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_browser_refuses_and_cuts_nothing_that_the_server_takes() {
        let site = Field::url("website", "Website", "").max(2_048).render().expect("drawn");
        assert!(site.contains(r#"type="text""#) && site.contains(r#"inputmode="url""#), "{site}");
        let name = Field::text("name", "Name", "").max(200).render().expect("drawn");
        assert!(name.contains(r#"maxlength="400""#), "two hundred characters beyond the first plane: {name}");
        assert!(name.contains(r#"dir="auto""#), "{name}");
    }

    #[test]
    fn pointers_into_the_request_become_inputs_of_the_form() {
        for (pointer, input) in [
            ("/email", "email"),
            ("/address/city", "address_city"),
            ("/address", "address_line1"),
            ("/im_ids/0/handle", "im_handle-1"),
            ("/im_ids/2/network", "im_network-3"),
            ("/im_ids/1", "im_handle-2"),
            ("/im_ids", "im_handle-1"),
            ("/contacts/1/purpose", "contact_purpose-2"),
            ("/contacts/0", "contact_value-1"),
            ("", ""),
        ] {
            assert_eq!(input_of(pointer), input, "{pointer}");
        }
    }
}
