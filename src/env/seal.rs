//! Authenticated encryption: XChaCha20-Poly1305 with the key's id in front and the place it belongs to as
//! associated data, so that a sealed value moved to another row or column does not open.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};

use super::random;

const NONCE: usize = 24;

/// Seals under its first key and opens under any.
pub struct Sealer {
    ciphers: Vec<(u8, XChaCha20Poly1305)>,
}

impl Sealer {
    /// From keys with their ids, newest first.
    ///
    /// # Panics
    /// When there is no key.
    #[must_use]
    pub fn new(keys: Vec<(u8, [u8; 32])>) -> Self {
        assert!(!keys.is_empty(), "a sealer needs a key");
        let cipher = |key: [u8; 32]| XChaCha20Poly1305::new(&key.into());
        Self { ciphers: keys.into_iter().map(|(id, key)| (id, cipher(key))).collect() }
    }

    /// Key id, nonce and ciphertext, as base64url. `place` is the associated data: `table.column|row`, or a cookie's name.
    #[must_use]
    pub fn seal(&self, plain: &[u8], place: &str) -> String {
        let (id, cipher) = &self.ciphers[0];
        let nonce: [u8; NONCE] = random::bytes();
        let payload = Payload { msg: plain, aad: place.as_bytes() };
        let sealed =
            cipher.encrypt(&XNonce::from(nonce), payload).expect("texts are far shorter than the cipher's limit");
        let mut out = Vec::with_capacity(1 + NONCE + sealed.len());
        out.push(*id);
        out.extend_from_slice(&nonce);
        out.extend_from_slice(&sealed);
        URL_SAFE_NO_PAD.encode(out)
    }

    /// The plaintext; `None` for anything that was not sealed by one of the keys for this place.
    #[must_use]
    pub fn open(&self, sealed: &str, place: &str) -> Option<Vec<u8>> {
        let bytes = URL_SAFE_NO_PAD.decode(sealed).ok()?;
        let (id, rest) = bytes.split_first()?;
        let (nonce, body) = rest.split_at_checked(NONCE)?;
        let nonce: [u8; NONCE] = nonce.try_into().ok()?;
        let (_, cipher) = self.ciphers.iter().find(|(known, _)| known == id)?;
        cipher.decrypt(&XNonce::from(nonce), Payload { msg: body, aad: place.as_bytes() }).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn only_the_same_place_opens(plain: Vec<u8>, place in "[a-z.|0-9]{1,20}", flip: prop::sample::Index) {
            let sealer = Sealer::new(vec![(7, [9; 32])]);
            let sealed = sealer.seal(&plain, &place);
            prop_assert_eq!(sealer.open(&sealed, &place), Some(plain));
            prop_assert_eq!(sealer.open(&sealed, &format!("{place}x")), None);
            let mut bytes = URL_SAFE_NO_PAD.decode(&sealed).expect("own text");
            let at = flip.index(bytes.len());
            bytes[at] ^= 1;
            prop_assert_eq!(sealer.open(&URL_SAFE_NO_PAD.encode(bytes), &place), None);
        }

        #[test]
        fn any_text_is_answered(text in ".{0,80}") {
            prop_assert_eq!(Sealer::new(vec![(1, [0; 32])]).open(&text, "x"), None);
        }
    }
}
