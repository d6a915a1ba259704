//! What the product says, in every language it speaks: Fluent messages from `locales/`, embedded in the binary.
//!
//! Pages ask for a message by its id ([`Lang::say`], [`Lang::fill`], [`Lang::rich`]). Errors, letters and labels that are
//! made far from a reader keep their English sentence, which names the message like an id would: [`Lang::tell`] finds it
//! on the way out.
//! `tests/architecture/words.rs` finds messages that are missing, unused, or differ in their variables.
//! What is missing at run time is said in English and logged.

mod catalogue;
mod rich;
mod sentences;

use std::borrow::Cow;
use std::fmt;

use fluent_bundle::{FluentArgs, FluentValue};

pub use rich::Rich;

use crate::kernel::country::Country;
use crate::kernel::lang::Lang;

/// A value that stands in a message.
pub trait Argument {
    /// As Fluent takes it: numbers can choose a plural.
    fn value(&self) -> FluentValue<'static>;
}

impl Argument for str {
    fn value(&self) -> FluentValue<'static> {
        FluentValue::String(Cow::Owned(self.to_owned()))
    }
}

impl Argument for String {
    fn value(&self) -> FluentValue<'static> {
        self.as_str().value()
    }
}

impl Argument for Cow<'_, str> {
    fn value(&self) -> FluentValue<'static> {
        self.as_ref().value()
    }
}

impl<A: Argument + ?Sized> Argument for &A {
    fn value(&self) -> FluentValue<'static> {
        (**self).value()
    }
}

macro_rules! numbers {
    ($($kind:ty),*) => {
        $(impl Argument for $kind {
            fn value(&self) -> FluentValue<'static> {
                FluentValue::from(*self)
            }
        })*
    };
}
numbers!(u32, i32, i64, usize, u16);

impl Lang {
    /// A message without variables.
    #[must_use]
    pub fn say(self, id: &'static str) -> &'static str {
        catalogue::plain(self, id).unwrap_or(id)
    }

    /// A message with variables; give them by [`Saying::with`].
    #[must_use]
    pub fn fill(self, id: &'static str) -> Saying {
        Saying { lang: self, id, args: FluentArgs::new() }
    }

    /// A message that holds links or emphasis.
    #[must_use]
    pub fn rich(self, id: &'static str) -> Rich {
        Rich::new(self.fill(id))
    }

    /// What one of our English sentences means in this language; text that is none of them stays as it is.
    #[must_use]
    pub fn tell<'a>(self, english: &'a str) -> Cow<'a, str> {
        if self == Self::En {
            return Cow::Borrowed(english);
        }
        let Some((id, values)) = sentences::find(english) else { return Cow::Borrowed(english) };
        if values.is_empty() {
            return Cow::Borrowed(self.say(id));
        }
        let mut args = FluentArgs::new();
        for (name, value) in values {
            let value = if sentences::is_ours(name) { self.tell(value) } else { Cow::Borrowed(value) };
            args.set(name, FluentValue::String(Cow::Owned(value.into_owned())));
        }
        catalogue::format(self, id, &args).map_or(Cow::Borrowed(english), Cow::Owned)
    }

    /// What a country is called.
    #[must_use]
    pub fn country(self, country: Country) -> &'static str {
        let id = format!("country-{}", country.as_str().to_ascii_lowercase());
        catalogue::find(self, &id).unwrap_or(country.as_str())
    }

    /// Several things in a row: `a, b, c`.
    #[must_use]
    pub fn listed(self, things: impl IntoIterator<Item = impl AsRef<str>>) -> String {
        let things: Vec<String> = things.into_iter().map(|thing| thing.as_ref().to_owned()).collect();
        things.join(self.say("list-between"))
    }

    /// One thing, and what belongs to it: `a, b`.
    #[must_use]
    pub fn and_then(self, one: impl Argument, two: impl Argument) -> String {
        self.fill("and-then").with("one", one).with("two", two).text()
    }

    /// Something with a remark: `a (b)`.
    #[must_use]
    pub fn with_more(self, what: impl Argument, more: impl Argument) -> String {
        self.fill("with-more").with("what", what).with("more", more).text()
    }

    /// Title and way out of a documented failure.
    #[must_use]
    pub fn failure(self, code: &crate::kernel::public_error::Code) -> (&'static str, &'static str) {
        let id = format!("code-{}", code.name);
        let help = catalogue::find(self, &format!("{id}.help")).unwrap_or(code.help);
        (catalogue::find(self, &id).unwrap_or(code.title), help)
    }
}

impl Lang {
    /// The same for a page: people are told nothing of headers, methods and members.
    #[must_use]
    pub fn failure_for_people(self, code: &crate::kernel::public_error::Code) -> (&'static str, &'static str) {
        let id = format!("code-{}", code.name);
        let (title, help) = self.failure(code);
        let title = catalogue::find(self, &format!("{id}.title")).unwrap_or(title);
        let is_for_programs = ["`", "/v1/", "GET ", "POST "].iter().any(|part| help.contains(part));
        let own = catalogue::find(self, &format!("{id}.page"));
        (title, own.unwrap_or_else(|| if is_for_programs { self.say("error-go-back") } else { help }))
    }
}

/// A message that is being filled in.
pub struct Saying {
    lang: Lang,
    id: &'static str,
    args: FluentArgs<'static>,
}

impl Saying {
    /// Gives a variable its value.
    #[must_use]
    pub fn with<A: Argument>(mut self, name: &'static str, value: A) -> Self {
        self.args.set(name, value.value());
        self
    }

    /// The sentence.
    #[must_use]
    pub fn text(&self) -> String {
        catalogue::format(self.lang, self.id, &self.args).unwrap_or_else(|| self.id.to_owned())
    }
}

impl fmt::Display for Saying {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text())
    }
}

#[cfg(test)]
mod tests;
