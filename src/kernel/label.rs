//! What somebody calls a thing of theirs, such as a factor or an API token. It stands in security mails, so it must not be
//! able to look like a part of them.

use super::person_name::PersonName;

/// The most characters of a label.
pub const MAX_LENGTH: usize = 60;

/// Why a text cannot stand as a label.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("Use up to 60 characters that can be shown, and no web address.")]
pub struct LabelError;

/// Reads a label by the rule of names (no controls, no overrides of the writing direction, no web address), in one line
/// and shorter; `None` for an empty text.
///
/// # Errors
/// [`LabelError`].
pub fn parse(text: &str) -> Result<Option<String>, LabelError> {
    if text.trim().is_empty() {
        return Ok(None);
    }
    let name = PersonName::parse(text).map_err(|_| LabelError)?;
    if name.as_str().chars().count() > MAX_LENGTH { Err(LabelError) } else { Ok(Some(name.as_str().to_owned())) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_label_is_one_line_without_tricks() {
        assert_eq!(parse(" nightly export "), Ok(Some("nightly export".to_owned())));
        assert_eq!(parse("  "), Ok(None));
        assert_eq!(parse("a\u{2066}b\u{200f}"), Ok(Some("ab".to_owned())), "what cannot be seen is left out");
        for text in [
            "a\nb",
            "a\tb",
            "a\r\nb",
            "a\u{202e}b",
            "a\u{2028}b",
            "see https://evil.example/a",
            "www.evil.example",
            &"x".repeat(61),
        ] {
            assert_eq!(parse(text), Err(LabelError), "{text:?}");
        }
    }
}
