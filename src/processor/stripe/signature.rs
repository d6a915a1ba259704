//! The signature of a webhook: HMAC-SHA256 over `<seconds>.<raw body>`
//! (<https://docs.stripe.com/webhooks#verify-manually>).

use hmac::{Hmac, KeyInit, Mac};
use secrecy::{ExposeSecret, SecretString};
use sha2::Sha256;

use crate::billing::payments::gateway::WebhookError;
use crate::kernel::time::Timestamp;

/// Seconds that the signature's time may differ from ours, either way.
const TOLERANCE_SECONDS: u64 = 300;
/// Longer headers are forged.
const LONGEST_HEADER: usize = 4_096;

/// Checks the header against the raw body. Several `v1` signatures may stand in it while a secret is being replaced.
///
/// # Errors
/// [`WebhookError::Signature`] or, if the signature is right, [`WebhookError::Stale`].
pub fn verify(secret: &SecretString, body: &[u8], header: &str, now: Timestamp) -> Result<(), WebhookError> {
    if header.len() > LONGEST_HEADER || secret.expose_secret().is_empty() {
        return Err(WebhookError::Signature);
    }
    let parts = || header.split(',').filter_map(|part| part.trim().split_once('='));
    let (_, time) = parts().find(|(name, _)| *name == "t").ok_or(WebhookError::Signature)?;
    let seconds: i64 = time.parse().map_err(|_| WebhookError::Signature)?;
    let mut mac =
        Hmac::<Sha256>::new_from_slice(secret.expose_secret().as_bytes()).expect("HMAC takes a key of any length");
    mac.update(time.as_bytes());
    mac.update(b".");
    mac.update(body);
    let signed = parts().filter(|(name, _)| *name == "v1").filter_map(|(_, hex)| decode(hex));
    // `verify_slice` compares in constant time.
    if !signed.into_iter().any(|signature| mac.clone().verify_slice(&signature).is_ok()) {
        return Err(WebhookError::Signature);
    }
    if now.seconds().abs_diff(seconds) > TOLERANCE_SECONDS {
        return Err(WebhookError::Stale);
    }
    Ok(())
}

/// 64 hexadecimal digits.
fn decode(hex: &str) -> Option<[u8; 32]> {
    let mut bytes = [0; 32];
    if hex.len() != 64 {
        return None;
    }
    for (byte, pair) in bytes.iter_mut().zip(hex.as_bytes().chunks_exact(2)) {
        let digit = |digit: u8| char::from(digit).to_digit(16);
        *byte = u8::try_from(digit(pair[0])? << 4 | digit(pair[1])?).ok()?;
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use stripe_webhook::Webhook;

    const BODY: &str = r#"{"id":"evt_1"}"#;
    const AT: i64 = 1_700_000_000;

    fn check(secret: &str, body: &str, header: &str, now: i64) -> Result<(), WebhookError> {
        let now = Timestamp::from_seconds(now).expect("in range");
        verify(&SecretString::from(secret), body.as_bytes(), header, now)
    }

    /// Signed by the crate's code, not by ours.
    fn header() -> String {
        Webhook::generate_test_header(BODY, "whsec_a", Some(AT))
    }

    #[test]
    fn the_right_signature_passes_within_five_minutes() {
        for (now, expected) in [
            (AT, Ok(())),
            (AT + 300, Ok(())),
            (AT - 300, Ok(())),
            (AT + 301, Err(WebhookError::Stale)),
            (AT - 301, Err(WebhookError::Stale)),
        ] {
            assert_eq!(check("whsec_a", BODY, &header(), now), expected, "{now}");
        }
    }

    #[test]
    fn one_right_signature_among_several_is_enough() {
        let old = Webhook::generate_test_header(BODY, "whsec_b", Some(AT)).replace(&format!("t={AT},"), "");
        let both = header().replace(",v1=", &format!(",{old},v0=00,v1="));
        assert_eq!(check("whsec_a", BODY, &both, AT), Ok(()));
        assert_eq!(check("whsec_b", BODY, &both, AT), Ok(()));
        assert_eq!(check("whsec_c", BODY, &both, AT), Err(WebhookError::Signature));
    }

    #[test]
    fn forgeries_are_refused_before_their_age_is_told() {
        let header = header();
        let moved = header.replace(&format!("t={AT}"), &format!("t={}", AT + 1));
        let cut = &header[..header.len() - 1];
        for (secret, body, header) in [
            ("whsec_b", BODY, header.as_str()),
            ("", BODY, header.as_str()),
            ("whsec_a", "{}", header.as_str()),
            ("whsec_a", BODY, moved.as_str()),
            ("whsec_a", BODY, cut),
            ("whsec_a", BODY, ""),
            ("whsec_a", BODY, "t=1"),
            ("whsec_a", BODY, "v1=00"),
            ("whsec_a", BODY, &header.replace("v1=", "v0=")),
            ("whsec_a", BODY, &header.repeat(100)),
        ] {
            assert_eq!(check(secret, body, header, AT + 9_999), Err(WebhookError::Signature), "{header}");
        }
    }

    proptest! {
        #[test]
        fn no_header_panics_or_passes(header in ".*", seconds in any::<i64>(), hex in "[0-9a-fA-F€]{0,70}") {
            prop_assert!(check("whsec_a", BODY, &header, AT).is_err());
            let well_formed = format!("t={seconds},v1={hex}");
            prop_assert!(check("whsec_a", BODY, &well_formed, AT).is_err());
        }
    }
}
