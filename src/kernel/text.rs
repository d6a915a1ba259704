//! What the value objects over one text share.

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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn joiners_print_and_overrides_do_not() {
        assert!(!is_unprintable('\u{200c}') && !is_unprintable('\u{200d}') && !is_unprintable('é'));
        assert!(is_unprintable('\u{202e}') && is_unprintable('\u{2066}') && is_unprintable('\0'));
    }
}
