//! What the value objects over one text share.

use unicode_normalization::UnicodeNormalization;

/// Gives a type whose field `$field` is its text: `as_str`, `FromStr` by its own `parse`, and a `Debug` without content.
macro_rules! hidden_text {
    ($name:ident . $field:tt, $error:ty) => {
        impl $name {
            /// The text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.$field
            }
        }
        impl std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(concat!(stringify!($name), "(hidden)"))
            }
        }
        impl std::str::FromStr for $name {
            type Err = $error;
            fn from_str(text: &str) -> Result<Self, $error> {
                Self::parse(text)
            }
        }
    };
}
pub(super) use hidden_text;

/// True for characters that print nothing or change how their neighbours are shown: controls, line separators,
/// overrides of the writing direction, and invisible ones other than the two joiners that Persian and the scripts of
/// India need inside words.
pub(super) fn is_unprintable(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{ad}' | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}')
        || matches!(c, '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{fffe}' | '\u{ffff}')
        || matches!(c, '\u{e0000}'..='\u{e007f}')
}

/// A text that somebody typed or pasted, as it is kept: without space around it and without what shows nothing and says
/// nothing (marks of direction that came along from another program, soft hyphens, places where a line may break),
/// composed (NFC). The two joiners stay where they can carry meaning: between characters of Indic scripts, of Persian,
/// and of emoji. Overrides of the writing direction are left for [`is_unprintable`] to find: they say something untrue.
///
/// The compatibility ideographs are not composed, which would replace them by others: they are how registers of families
/// and places write some names, and these texts are no keys, so nothing depends on both being one.
pub(super) fn kept_form(text: &str) -> String {
    let shown: String = text.chars().filter(|c| !is_mere_formatting(*c)).collect();
    let shown: Vec<char> = composed(shown.trim()).chars().collect();
    let carries = |c: Option<&char>| c.is_some_and(|c| !c.is_ascii() && !c.is_whitespace() && !is_joiner(*c));
    let joins =
        |at: usize| carries(at.checked_sub(1).and_then(|before| shown.get(before))) && carries(shown.get(at + 1));
    let kept: String =
        shown.iter().enumerate().filter(|(at, c)| !is_joiner(**c) || joins(*at)).map(|(_, c)| *c).collect();
    composed(kept.trim())
}

/// NFC of what stands between compatibility ideographs, and these as they are.
fn composed(text: &str) -> String {
    let (mut composed, mut run) = (String::with_capacity(text.len()), String::new());
    for c in text.chars() {
        if is_compatibility_ideograph(c) {
            composed.extend(std::mem::take(&mut run).nfc());
            composed.push(c);
        } else {
            run.push(c);
        }
    }
    composed.extend(run.nfc());
    composed
}

/// Marks of direction, isolates and embeddings, zero-width space, word joiner, byte order mark, soft hyphen.
fn is_mere_formatting(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{61c}' | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202c}')
        || matches!(c, '\u{2060}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
}

fn is_joiner(c: char) -> bool {
    matches!(c, '\u{200c}' | '\u{200d}')
}

fn is_compatibility_ideograph(c: char) -> bool {
    matches!(c, '\u{f900}'..='\u{faff}' | '\u{2f800}'..='\u{2fa1f}')
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_says_nothing_goes_and_what_says_something_stays() {
        for (typed, kept) in [
            (" \u{200f}محمد\u{200f} ", "محمد"),
            ("\u{2067}محمد\u{2069}", "محمد"),
            ("\u{feff}Ada", "Ada"),
            ("Schmidt\u{ad}Maier", "SchmidtMaier"),
            ("สมชาย\u{200b}ใจดี", "สมชายใจดี"),
            ("Ada\u{200d}", "Ada"),
            ("\u{200c}Ada \u{200d} B", "Ada  B"),
            ("می\u{200c}خواهم", "می\u{200c}خواهم"),
            ("ක්\u{200d}ෂ", "ක්\u{200d}ෂ"),
            ("👩\u{200d}🚀", "👩\u{200d}🚀"),
            ("Jose\u{301}", "José"),
            ("神\u{fa19}", "神\u{fa19}"),
            ("\u{fa19}e\u{301}\u{2f800}", "\u{fa19}é\u{2f800}"),
            ("Ada\u{202e}x", "Ada\u{202e}x"),
            ("\u{200d}", ""),
        ] {
            assert_eq!(kept_form(typed), kept, "{typed:?}");
        }
    }

    proptest! {
        #[test]
        fn what_is_kept_is_kept_again_unchanged(text in "[ \\PCa-e\u{301}\u{ad}\u{200b}-\u{200f}\u{2028}-\u{202e}\u{fa19}\u{fe0f}👩🚀]{0,20}") {
            let once = kept_form(&text);
            prop_assert_eq!(kept_form(&once), once);
        }
    }

    #[test]
    fn joiners_print_and_overrides_do_not() {
        assert!(!is_unprintable('\u{200c}') && !is_unprintable('\u{200d}') && !is_unprintable('é'));
        assert!(is_unprintable('\u{202e}') && is_unprintable('\u{2066}') && is_unprintable('\0'));
    }
}
