//! Object ids in Stripe's style: a prefix and letters that mean nothing.

use super::clock::Chance;

const ALPHABET: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// `length` letters and digits.
#[must_use]
pub fn letters(chance: &Chance, length: usize) -> String {
    let mut text = String::with_capacity(length);
    while text.len() < length {
        // 248 is the largest multiple of 62 in a byte: above it the first letters would be likelier.
        let fair = chance.bytes().into_iter().filter(|byte| *byte < 248);
        text.extend(fair.take(length - text.len()).map(|byte| char::from(ALPHABET[usize::from(byte % 62)])));
    }
    text
}

/// An id as long as Stripe's for that prefix: `cus_` 14 letters, `cs_test_` 59, everything else 24.
#[must_use]
pub fn object_id(chance: &Chance, prefix: &str) -> String {
    let length = match prefix {
        "cus" | "req" => 14,
        "cs_test" => 59,
        "whsec" => 32,
        _ => 24,
    };
    format!("{prefix}_{}", letters(chance, length))
}

/// What an SDK in the browser needs to act on one intent: `<id>_secret_<letters>`.
#[must_use]
pub fn client_secret(chance: &Chance, id: &str) -> String {
    format!("{id}_secret_{}", letters(chance, 25))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_have_their_length_and_differ() {
        let chance = Chance::seeded(7);
        let ids: std::collections::BTreeSet<_> = (0..100).map(|_| object_id(&chance, "pi")).collect();
        assert_eq!(ids.len(), 100);
        assert!(ids.iter().all(|id| id.len() == 27 && id.starts_with("pi_")));
        assert_eq!(object_id(&chance, "cs_test").len(), 67);
    }
}
