//! What may be a password: length, and that others do not guess it (NIST SP 800-63B-4, 3.1.1.2). No composition rules.

use unicode_normalization::UnicodeNormalization;
use zeroize::Zeroizing;

use super::error::PasswordError;

/// The most code points of a password.
pub const MAX_LENGTH: usize = 256;
/// zxcvbn's time grows with the square of the length; what matters is in the front.
const JUDGED_LENGTH: usize = 100;
/// Shorter words of a person stand in too many good passwords by chance.
const SHORTEST_WORD: usize = 3;
/// What must remain when the person's own words are taken out.
const LEAST_REMAINDER: usize = 8;

/// What a chosen password is judged by.
#[derive(Debug, Clone)]
pub struct Rules {
    /// Fewest code points.
    pub min_length: usize,
    /// Name, address, handles, product: whatever an attacker would try first.
    pub personal: Vec<String>,
}

/// A password that may be set, normalised. Prints nowhere; wiped when dropped.
pub struct NewPassword(Zeroizing<String>);

impl NewPassword {
    /// Judges a chosen password.
    ///
    /// # Errors
    /// What is wrong with it, with the way out.
    pub fn parse(text: &str, rules: &Rules) -> Result<Self, PasswordError> {
        let password = normalise(text).ok_or(PasswordError::TooLong)?;
        if password.chars().count() < rules.min_length {
            return Err(PasswordError::TooShort(rules.min_length));
        }
        if is_personal(&password, &rules.personal) {
            return Err(PasswordError::Personal);
        }
        let front: Zeroizing<String> = Zeroizing::new(password.chars().take(JUDGED_LENGTH).collect());
        let words: Vec<&str> = rules.personal.iter().map(String::as_str).collect();
        if zxcvbn::zxcvbn(&front, &words).score() < zxcvbn::Score::Three {
            return Err(PasswordError::Common);
        }
        Ok(Self(password))
    }

    /// The text, for the hasher.
    #[must_use]
    pub(super) fn reveal(&self) -> &str {
        &self.0
    }

    /// The text, for another thread.
    #[must_use]
    pub(super) fn copy(&self) -> Zeroizing<String> {
        self.0.clone()
    }
}

/// The form in which passwords are hashed and compared (NFC); `None` for one that is too long to be any.
#[must_use]
pub fn normalise(text: &str) -> Option<Zeroizing<String>> {
    if text.len() > MAX_LENGTH * 16 {
        return None;
    }
    let normal: Zeroizing<String> = Zeroizing::new(text.nfc().collect());
    (normal.chars().count() <= MAX_LENGTH).then_some(normal)
}

/// The words of an e-mail address that its owner's password must not be made of.
#[must_use]
pub fn words_of_email(key: &str) -> Vec<String> {
    let (local, domain) = key.rsplit_once('@').unwrap_or((key, ""));
    let parts = local.split(|c: char| !c.is_alphanumeric()).chain(domain.split('.').rev().skip(1));
    std::iter::once(key).chain([local, domain]).chain(parts).map(str::to_owned).collect()
}

/// Whether the password is one of the words, nearly one, or little beyond them.
fn is_personal(password: &str, words: &[String]) -> bool {
    let folded = fold(password);
    let mut known: Vec<Vec<char>> = Vec::new();
    for word in words {
        known.push(fold(word));
        known.extend(word.split(|c: char| !c.is_alphanumeric()).map(fold));
    }
    known.retain(|word| word.len() >= SHORTEST_WORD);
    known.sort_by_key(|word| std::cmp::Reverse(word.len()));
    known.dedup();
    let near = |word: &Vec<char>| distance(&folded, word) <= word.len() / 4;
    if known.iter().any(near) {
        return true;
    }
    let remainder = known.iter().fold(folded.clone(), |text, word| without(&text, word));
    remainder.len() < folded.len() && remainder.len() < LEAST_REMAINDER
}

fn fold(text: &str) -> Vec<char> {
    text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).take(MAX_LENGTH).collect()
}

fn without(text: &[char], word: &[char]) -> Vec<char> {
    let mut rest = Vec::with_capacity(text.len());
    let mut at = 0;
    while at < text.len() {
        if text[at..].starts_with(word) {
            at += word.len();
        } else {
            rest.push(text[at]);
            at += 1;
        }
    }
    rest
}

/// Levenshtein distance.
fn distance(a: &[char], b: &[char]) -> usize {
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, from) in a.iter().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, to) in b.iter().enumerate() {
            let replaced = diagonal + usize::from(from != to);
            diagonal = row[j + 1];
            row[j + 1] = replaced.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn rules() -> Rules {
        let mut personal = words_of_email("ada.lovelace@analytical-engines.example");
        personal.extend(["Ada King Lovelace".to_owned(), "enchantress1815".to_owned(), "Steward".to_owned()]);
        Rules { min_length: 15, personal }
    }

    fn judged(text: &str) -> Result<(), PasswordError> {
        NewPassword::parse(text, &rules()).map(|_| ())
    }

    #[test]
    fn words_that_do_not_belong_together_are_good() {
        for text in [
            "correct horse battery staple",
            "violet tram under Tuesday",
            "šest zelených žab čeká",
            "雨の日には傘を忘れずに持って行くこと",
        ] {
            assert_eq!(judged(text), Ok(()), "{text}");
        }
        assert_eq!(judged(&"lake ferry mould ".repeat(15)), Ok(()));
    }

    #[test]
    fn length_counts_code_points_after_normalisation() {
        assert_eq!(judged("tram under Tue"), Err(PasswordError::TooShort(15)));
        assert_eq!(judged(&"a\u{301}".repeat(14)), Err(PasswordError::TooShort(15)));
        assert_eq!(judged(&"lake ferry mould".repeat(17)), Err(PasswordError::TooLong));
        assert_eq!(judged(&"x".repeat(1_000_000)), Err(PasswordError::TooLong));
        assert_eq!(normalise("e\u{301}").as_deref().map(String::as_str), Some("é"));
    }

    #[test]
    fn what_others_try_first_is_refused() {
        for text in
            ["passwordpassword", "123456789012345", "qwertyuiopasdfgh", "aaaaaaaaaaaaaaaaaaaa", "password12345678"]
        {
            assert_eq!(judged(text), Err(PasswordError::Common), "{text}");
        }
    }

    #[test]
    fn what_is_known_of_the_person_is_refused() {
        for text in [
            "ada.lovelace@analytical-engines.example",
            "AdaKingLovelace!",
            "lovelacelovelace1",
            "Ada King Lovelase",
            "enchantress18155",
            "steward-lovelace",
            "analyticalengines1",
        ] {
            assert_eq!(judged(text), Err(PasswordError::Personal), "{text}");
        }
        assert_eq!(judged("lovelace rides the violet tram"), Ok(()));
    }

    proptest! {
        #[test]
        fn any_text_is_answered(text in "\\PC{0,300}") {
            let _ = judged(&text);
        }

        #[test]
        fn distance_is_symmetric_and_zero_for_equals(a in "[a-c]{0,12}", b in "[a-c]{0,12}") {
            let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
            prop_assert_eq!(distance(&a, &b), distance(&b, &a));
            prop_assert_eq!(distance(&a, &b) == 0, a == b);
        }
    }
}
