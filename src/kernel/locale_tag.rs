//! Language tags (BCP 47): which language and regional habits a person prefers.

use unic_langid::LanguageIdentifier;

use super::text::hidden_text;

/// A language tag in canonical form: `en`, `de-CH`, `zh-Hant-TW`.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct LocaleTag(String);

hidden_text!(LocaleTag.0, LocaleError);

/// Why a text is no language tag.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("This is not a language tag. Use one like en, de-CH or zh-Hant.")]
pub struct LocaleError;

impl LocaleTag {
    /// Reads a tag of language, script, region and variants; letter case and underscores are put right.
    pub fn parse(text: &str) -> Result<Self, LocaleError> {
        let text = text.trim();
        if text.is_empty() || text.len() > 35 {
            return Err(LocaleError);
        }
        let tag: LanguageIdentifier = text.parse().map_err(|_| LocaleError)?;
        if tag.language.is_empty() { Err(LocaleError) } else { Ok(Self(tag.to_string())) }
    }

    /// The language alone: `de` of `de-CH`.
    #[must_use]
    pub fn language(&self) -> &str {
        self.0.split('-').next().unwrap_or(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn tags_are_canonical() {
        for (text, tag) in [("EN", "en"), ("de_ch", "de-CH"), ("zh-hant-tw", "zh-Hant-TW")] {
            assert_eq!(LocaleTag::parse(text).expect(text).as_str(), tag);
        }
        assert_eq!(LocaleTag::parse("de-CH").expect("a tag").language(), "de");
        for text in ["", "e", "english language", "und", "en-", "en\u{0}", "12"] {
            assert_eq!(LocaleTag::parse(text), Err(LocaleError), "{text:?}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_answered(text in ".{0,40}") {
            if let Ok(tag) = LocaleTag::parse(&text) {
                prop_assert_eq!(LocaleTag::parse(tag.as_str()), Ok(tag));
            }
        }
    }
}
