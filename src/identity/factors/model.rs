//! Kinds of factors, what somebody types for one, and the form of recovery codes.

use std::str::FromStr;

use chrono::Duration;
use webauthn_rs::prelude::PublicKeyCredential;
use zeroize::Zeroizing;

use super::error::FactorError;
use crate::kernel::label;

/// Letters of recovery codes: none that is taken for another, and 32 of them, so that a random byte chooses evenly.
const LETTERS: &[u8; 32] = b"abcdefghjkmnpqrstuvwxyz234567890";
/// Letters of a code: 120 bits, more than the 112 from which on a keyed hash does (ASVS 6.5.2).
const CODE_LENGTH: usize = 24;
/// Letters of codes that were made before; they work until new ones are made.
const EARLIER_LENGTH: usize = 16;
/// How many recovery codes there are.
pub const CODES: usize = 10;
/// The most factors of one account.
pub const MOST: usize = 10;
/// How long a factor waits for its first code, and a passkey for its answer.
pub const UNCONFIRMED: Duration = Duration::hours(1);
/// How long a passkey's challenge holds.
pub const CHALLENGE: Duration = Duration::minutes(5);

/// What a factor is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum FactorKind {
    /// One-time codes of an authenticator app.
    Totp,
    /// A passkey.
    Passkey,
}

impl FactorKind {
    /// The word stored.
    #[must_use]
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Totp => "totp",
            Self::Passkey => "passkey",
        }
    }

    /// In words, for mails and pages.
    #[must_use]
    pub fn in_words(self) -> &'static str {
        match self {
            Self::Totp => "authenticator app",
            Self::Passkey => "passkey",
        }
    }
}

impl FromStr for FactorKind {
    type Err = ();
    fn from_str(text: &str) -> Result<Self, ()> {
        [Self::Totp, Self::Passkey].into_iter().find(|kind| kind.as_str() == text).ok_or(())
    }
}

/// What somebody gives for a factor.
pub enum Answer {
    /// A text: the digits of an app, or a recovery code.
    Typed(Zeroizing<String>),
    /// A passkey's answer to the challenge with this token.
    Passkey {
        /// The token that came with the challenge.
        challenge: String,
        /// What the authenticator signed.
        credential: Box<PublicKeyCredential>,
    },
}

impl Answer {
    /// What a request gives: a passkey's answer before a text; `None` when it gives neither.
    #[must_use]
    pub fn given(
        text: Option<String>,
        challenge: Option<String>,
        credential: Option<PublicKeyCredential>,
    ) -> Option<Self> {
        match (challenge, credential, text) {
            (Some(challenge), Some(credential), _) => {
                Some(Self::Passkey { challenge, credential: Box::new(credential) })
            }
            (_, _, Some(text)) => Some(Self::Typed(Zeroizing::new(text))),
            _ => None,
        }
    }

    /// The same from the inputs of a form, which are empty where nothing was given.
    #[must_use]
    pub fn posted(factor: &str, challenge: String, credential: &str) -> Option<Self> {
        let credential = serde_json::from_str(credential).ok();
        let text = Some(factor.to_owned()).filter(|text| !text.trim().is_empty());
        Self::given(text, Some(challenge), credential)
    }
}

/// What its owner calls a factor; an empty text becomes the kind's own words.
///
/// # Errors
/// [`FactorError::Name`] for what cannot be shown or is too long.
pub fn name(text: &str, kind: FactorKind) -> Result<String, FactorError> {
    let words = kind.in_words();
    let own = || format!("{}{}", words[..1].to_uppercase(), &words[1..]);
    Ok(label::parse(text).map_err(FactorError::Name)?.unwrap_or_else(own))
}

/// What somebody typed for a factor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Typed {
    /// The digits of an authenticator app.
    Code,
    /// A recovery code.
    RecoveryCode,
    /// Neither.
    Nothing,
}

/// Recognises what was typed, with spaces and hyphens as anybody likes, and answers it bare.
#[must_use]
pub fn recognise(text: &str) -> (Typed, Zeroizing<String>) {
    let bare = text.chars().filter(|c| !c.is_whitespace() && *c != '-').take(CODE_LENGTH + 1);
    let bare: Zeroizing<String> = Zeroizing::new(bare.flat_map(char::to_lowercase).collect());
    let typed = if bare.len() == 6 && bare.bytes().all(|byte| byte.is_ascii_digit()) {
        Typed::Code
    } else if [CODE_LENGTH, EARLIER_LENGTH].contains(&bare.len()) && bare.bytes().all(|byte| LETTERS.contains(&byte)) {
        Typed::RecoveryCode
    } else {
        Typed::Nothing
    };
    (typed, bare)
}

/// The code that random bytes make, bare.
#[must_use]
pub fn recovery_code(random: [u8; CODE_LENGTH]) -> Zeroizing<String> {
    Zeroizing::new(random.iter().map(|byte| char::from(LETTERS[usize::from(byte % 32)])).collect())
}

/// A code as it is shown: `abcd-efgh-jkmn-pqrs-tuvw-xyz2`.
#[must_use]
pub fn shown(code: &str) -> String {
    code.as_bytes().chunks(4).map(|part| String::from_utf8_lossy(part)).collect::<Vec<_>>().join("-")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_shown_code_is_recognised_however_it_is_typed(random: [u8; CODE_LENGTH], earlier: bool) {
            let mut code = recovery_code(random);
            code.truncate(if earlier { EARLIER_LENGTH } else { CODE_LENGTH });
            prop_assert_eq!(recognise(&shown(&code)), (Typed::RecoveryCode, code.clone()));
            prop_assert_eq!(recognise(&format!(" {} ", code.to_uppercase())), (Typed::RecoveryCode, code));
        }

        #[test]
        fn any_text_is_answered(text in "\\PC{0,60}") {
            let (typed, bare) = recognise(&text);
            prop_assert!(typed == Typed::Nothing || bare.is_ascii());
        }
    }

    #[test]
    fn digits_are_a_code_and_nothing_else_is() {
        for text in ["287082", "287 082", " 287-082 "] {
            assert_eq!(recognise(text).0, Typed::Code, "{text}");
        }
        for text in [
            "",
            "28708",
            "2870822",
            "abcdef",
            "２８７０８２",
            "abcd-efgh-jkmn-pqr",
            "abcd-efgh-jkmn-pqrs-t",
            "abcd-efgh-jkmn-pqrs-tuvw-xyz2-3",
        ] {
            assert_eq!(recognise(text).0, Typed::Nothing, "{text}");
        }
    }

    #[test]
    fn no_letter_is_taken_for_another() {
        assert!([b'i', b'l', b'o', b'1'].iter().all(|letter| !LETTERS.contains(letter)));
        assert_eq!(LETTERS.iter().collect::<std::collections::BTreeSet<_>>().len(), 32);
    }

    #[test]
    fn names_are_short_and_can_be_shown() {
        assert_eq!(name("  ", FactorKind::Totp), Ok("Authenticator app".to_owned()));
        assert_eq!(name(" My phone ", FactorKind::Passkey), Ok("My phone".to_owned()));
        for text in ["a\u{202e}b".to_owned(), "x".repeat(61), "see www.example.org".to_owned()] {
            assert_eq!(name(&text, FactorKind::Totp), Err(FactorError::Name(label::LabelError)), "{text}");
        }
    }
}
