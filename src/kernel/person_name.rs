//! What a person or organisation is called: one field, any script, never taken apart.

use unicode_normalization::char::is_combining_mark;

use super::text::{hidden_text, is_unprintable, kept_form};

/// The most code points a name may have after normalisation.
pub const MAX_LENGTH: usize = 200;

/// A name as its bearer writes it, 1 to 200 code points, composed but for the ideographs that composing would replace.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct PersonName(String);

hidden_text!(PersonName.0, NameError);

/// Why a text cannot stand as a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[allow(missing_docs)] // the sentence is the documentation
pub enum NameError {
    #[error("Enter the name as you want to be addressed; any script is fine.")]
    Missing,
    #[error("A name needs at least one letter or digit; any script is fine.")]
    NoLetter,
    #[error("This name is longer than 200 characters. Shorten it to the part that you use.")]
    TooLong,
    #[error(
        "This name holds a character that cannot be shown, such as a line break. Type the name again instead of pasting it."
    )]
    Unprintable,
    #[error("A name cannot hold a web address. Leave it out; there is a field for your website.")]
    WebAddress,
}

impl PersonName {
    /// Reads a name: normalised, without space around it. A web address is refused because the name stands in mail
    /// that we send to an address nobody has proved yet.
    pub fn parse(text: &str) -> Result<Self, NameError> {
        if text.len() > MAX_LENGTH * 16 {
            return Err(NameError::TooLong);
        }
        let name = kept_form(text);
        if name.chars().any(is_unprintable) {
            return Err(NameError::Unprintable);
        }
        if name.chars().all(|c| c.is_whitespace() || is_filler(c)) {
            return Err(NameError::Missing);
        }
        // A vowel sign counts as alphabetic, and is still nothing without a letter that bears it.
        if !name.chars().any(|c| c.is_alphanumeric() && !is_combining_mark(c) && !is_filler(c)) {
            return Err(NameError::NoLetter);
        }
        if name.chars().count() > MAX_LENGTH {
            return Err(NameError::TooLong);
        }
        if holds_web_address(&name.to_lowercase()) {
            return Err(NameError::WebAddress);
        }
        Ok(Self(name))
    }
}

/// `Www. Smith` is a name: what a mail program makes a link of goes on after the full stop.
fn holds_web_address(lower: &str) -> bool {
    let goes_on = |rest: &str| rest.starts_with(|c: char| c.is_alphanumeric());
    lower.contains("://") || lower.split("www.").skip(1).any(goes_on)
}

/// Letters by their class that look like nothing: the fillers of the Korean alphabet, and the Braille cell without dots.
fn is_filler(c: char) -> bool {
    matches!(c, '\u{115f}' | '\u{1160}' | '\u{3164}' | '\u{ffa0}' | '\u{2800}')
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn every_script_is_a_name() {
        for name in [
            "Ada",
            "陳大文",
            "Ægir Þórðarson",
            "محمد",
            "می\u{200c}خواهم",
            "O’Neill-d’Arc, Jr.",
            "X Æ A-12",
            "李",
            "Www. Smith",
        ]
        .into_iter()
        .chain(["神\u{fa19}", "श्री", "ဥ", "Ada 👩\u{200d}🚀", "١٢٣", "葛\u{e0100}城"])
        {
            assert_eq!(PersonName::parse(&format!("  {name} ")).expect(name).as_str(), name);
        }
    }

    #[test]
    fn what_came_along_unseen_is_left_out() {
        for (typed, name) in [
            ("\u{200f}محمد\u{200f}", "محمد"),
            ("\u{feff}Ada\u{2060}", "Ada"),
            ("Schmidt\u{ad}Maier", "SchmidtMaier"),
            ("สมชาย\u{200b}ใจดี", "สมชายใจดี"),
            ("Ada\u{200d}", "Ada"),
        ] {
            assert_eq!(PersonName::parse(typed).expect(name).as_str(), name);
        }
    }

    #[test]
    fn composed_and_decomposed_are_one() {
        assert_eq!(PersonName::parse("Jose\u{301}").expect("a name").as_str(), "José");
    }

    #[test]
    fn what_is_no_name_is_refused() {
        use NameError::*;
        for (text, wrong) in [
            ("", Missing),
            ("  ", Missing),
            ("\u{3164}", Missing),
            ("\u{115f}\u{1160}", Missing),
            ("\u{ffa0} \u{2800}", Missing),
            ("\u{200d}\u{feff}", Missing),
            ("–", NoLetter),
            ("🦊", NoLetter),
            ("\u{301}\u{302}", NoLetter),
            ("\u{102d}\u{102f}", NoLetter),
            ("\u{17c8}", NoLetter),
            ("Ada\nLovelace", Unprintable),
            ("Ada\u{202e}ecalevoL", Unprintable),
            ("a\0b", Unprintable),
            ("Win at https://example.org", WebAddress),
            ("Go WWW.example.org", WebAddress),
            ("www.evil.example", WebAddress),
            ("www.\u{200c}evil.example", WebAddress),
        ] {
            assert_eq!(PersonName::parse(text).expect_err(text), wrong, "{text:?}");
        }
        assert!(PersonName::parse(&"ß".repeat(200)).is_ok());
        assert_eq!(PersonName::parse(&"ß".repeat(201)), Err(TooLong));
    }

    proptest! {
        #[test]
        fn what_was_accepted_is_accepted_again_unchanged(text in ".{0,60}") {
            if let Ok(name) = PersonName::parse(&text) {
                prop_assert_eq!(PersonName::parse(name.as_str()), Ok(name));
            }
        }
    }
}
