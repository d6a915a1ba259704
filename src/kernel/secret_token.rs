//! Secrets that are handed out once and kept only as a digest (3-rules: 32 random bytes, base64url, SHA-256 at rest).

use std::fmt;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;
use zeroize::Zeroize;

/// SHA-256 of a secret: what the database keeps.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct TokenDigest(String);

impl TokenDigest {
    /// Digest of any secret's bytes, as lower-case hexadecimal.
    #[must_use]
    pub fn of(secret: &[u8]) -> Self {
        Self(Sha256::digest(secret).iter().map(|byte| format!("{byte:02x}")).collect())
    }

    /// Hexadecimal text for the database.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Compares without telling by time where the difference is.
    #[must_use]
    pub fn matches(&self, stored: &str) -> bool {
        self.0.as_bytes().ct_eq(stored.as_bytes()).into()
    }
}

impl fmt::Debug for TokenDigest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[digest]")
    }
}

/// 32 random bytes behind a prefix (`stws_` for bearer sessions, none for links). Prints nowhere; wiped when dropped.
#[derive(Clone)]
pub struct SecretToken {
    text: String,
}

impl SecretToken {
    /// A fresh token from 32 random bytes.
    #[must_use]
    pub fn new(prefix: &str, mut random: [u8; 32]) -> Self {
        let text = format!("{prefix}{}", URL_SAFE_NO_PAD.encode(random));
        random.zeroize();
        Self { text }
    }

    /// Reads a token that a client sent; `None` unless it is the prefix and 43 base64url characters.
    #[must_use]
    pub fn parse(prefix: &str, text: &str) -> Option<Self> {
        let body = text.strip_prefix(prefix)?;
        let well_formed = body.len() == 43 && URL_SAFE_NO_PAD.decode(body).is_ok_and(|bytes| bytes.len() == 32);
        well_formed.then(|| Self { text: text.to_owned() })
    }

    /// The text to hand out, once.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.text
    }

    /// What is stored instead of the token.
    #[must_use]
    pub fn digest(&self) -> TokenDigest {
        TokenDigest::of(self.text.as_bytes())
    }
}

impl Drop for SecretToken {
    fn drop(&mut self) {
        self.text.zeroize();
    }
}

impl fmt::Debug for SecretToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[secret token]")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn issued_tokens_parse_and_digest_alike(random: [u8; 32]) {
            let token = SecretToken::new("stws_", random);
            let read = SecretToken::parse("stws_", token.reveal()).expect("own text");
            prop_assert!(read.digest().matches(token.digest().as_str()));
            prop_assert!(SecretToken::parse("stw_", token.reveal()).is_none());
        }

        #[test]
        fn other_text_is_refused(text in ".{0,60}") {
            prop_assume!(text.len() != 43);
            prop_assert!(SecretToken::parse("", &text).is_none());
        }
    }
}
