//! What a person or organisation is called: one field, any script, never taken apart.

use unicode_normalization::UnicodeNormalization;

use super::text::{hidden_text, is_unprintable};

/// The most code points a name may have after normalisation.
pub const MAX_LENGTH: usize = 200;

/// A name as its bearer writes it, in NFC, 1 to 200 code points.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct PersonName(String);

hidden_text!(PersonName.0, NameError);

/// Why a text cannot stand as a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[allow(missing_docs)] // the sentence is the documentation
pub enum NameError {
    #[error("Enter the name as you want to be addressed; any script is fine.")]
    Missing,
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
        let name: String = text.trim().nfc().collect();
        if name.chars().any(is_unprintable) {
            return Err(NameError::Unprintable);
        }
        if !name.chars().any(char::is_alphanumeric) {
            return Err(NameError::Missing);
        }
        if name.chars().count() > MAX_LENGTH {
            return Err(NameError::TooLong);
        }
        let lower = name.to_lowercase();
        if lower.contains("://") || lower.contains("www.") {
            return Err(NameError::WebAddress);
        }
        Ok(Self(name))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn every_script_is_a_name() {
        for name in
            ["Ada", "陳大文", "Ægir Þórðarson", "محمد", "می\u{200c}خواهم", "O’Neill-d’Arc, Jr.", "X Æ A-12", "李"]
        {
            assert_eq!(PersonName::parse(&format!("  {name} ")).expect(name).as_str(), name);
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
            ("–", Missing),
            ("Ada\nLovelace", Unprintable),
            ("Ada\u{202e}ecalevoL", Unprintable),
            ("a\0b", Unprintable),
            ("Win at https://example.org", WebAddress),
            ("Go WWW.example.org", WebAddress),
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
