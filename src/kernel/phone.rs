//! Telephone numbers in E.164.

use super::text::hidden_text;

/// A valid international number, kept as E.164: `+6561234567`.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Phone(String);

hidden_text!(Phone.0, PhoneError);

/// Why a text is no telephone number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[allow(missing_docs)] // the sentence is the documentation
pub enum PhoneError {
    #[error("Enter a phone number, or leave the field empty.")]
    Missing,
    #[error("Start the phone number with + and the country code, like +65 6123 4567.")]
    NoCountryCode,
    #[error(
        "A phone number has only digits, spaces, hyphens, dots, slashes and brackets after the +. Leave out everything else, also the extension."
    )]
    OtherCharacters,
    #[error("No country has a phone number like this. Check the digits and the country code.")]
    NotAssigned,
}

impl Phone {
    /// Reads a number with its country code, however grouped. Only plain digits reach the numbering-plan library, so
    /// that no odd text can trouble it.
    pub fn parse(text: &str) -> Result<Self, PhoneError> {
        let text = text.trim();
        if text.is_empty() {
            return Err(PhoneError::Missing);
        }
        let body = text.strip_prefix('+').ok_or(PhoneError::NoCountryCode)?;
        let mut digits = String::from("+");
        for c in body.chars() {
            match c {
                '0'..='9' => digits.push(c),
                ' ' | '-' | '.' | '/' | '(' | ')' | '\u{a0}' | '\u{2010}'..='\u{2013}' => {}
                _ => return Err(PhoneError::OtherCharacters),
            }
        }
        // E.164 allows 15 digits; "(0)" after the country code, a habit of several countries, makes it 16.
        if !(8..=17).contains(&digits.len()) {
            return Err(PhoneError::NotAssigned);
        }
        let number = phonenumber::parse(None, &digits).map_err(|_| PhoneError::NotAssigned)?;
        if !phonenumber::is_valid(&number) {
            return Err(PhoneError::NotAssigned);
        }
        Ok(Self(number.format().mode(phonenumber::Mode::E164).to_string()))
    }

    /// The number grouped for people: `+65 6123 4567`.
    #[must_use]
    pub fn grouped(&self) -> String {
        phonenumber::parse(None, &self.0)
            .map(|number| number.format().mode(phonenumber::Mode::International).to_string())
            .unwrap_or_else(|_| self.0.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn grouping_does_not_matter() {
        for text in ["+65 6123 4567", "+6561234567", " +65-6123-4567 ", "+65 (6123) 4567", "+65\u{a0}6123\u{a0}4567"] {
            assert_eq!(Phone::parse(text).expect(text).as_str(), "+6561234567");
        }
        assert_eq!(Phone::parse("+6561234567").expect("a number").grouped(), "+65 6123 4567");
        assert_eq!(Phone::parse("+44 (0)20 7946 0958").expect("a number").as_str(), "+442079460958");
    }

    #[test]
    fn what_is_no_number_is_refused() {
        use PhoneError::*;
        for (text, wrong) in [
            ("", Missing),
            ("6123 4567", NoCountryCode),
            ("+65 6123 4567 ext 9", OtherCharacters),
            ("+65;phone-context=x", OtherCharacters),
            ("+", NotAssigned),
            ("+999 123 4567", NotAssigned),
            ("+65 123", NotAssigned),
            ("+12345678901234567890", NotAssigned),
        ] {
            assert_eq!(Phone::parse(text).expect_err(text), wrong, "{text}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_answered_and_numbers_are_their_own_form(text in "\\+?[0-9 ()./x;=-]{0,24}") {
            if let Ok(phone) = Phone::parse(&text) {
                prop_assert!(phone.as_str().len() <= 16);
                prop_assert_eq!(Phone::parse(phone.as_str()), Ok(phone));
            }
        }
    }
}
