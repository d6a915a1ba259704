//! One-time codes by time (RFC 6238): SHA-1, six digits, 30 seconds, as every authenticator app knows them.

use totp_rs::{Algorithm, Builder, Secret, Totp};
use zeroize::Zeroizing;

use crate::env::{Sealer, random};
use crate::kernel::ids::{Factor, Id};
use crate::kernel::time::Timestamp;

/// Steps of 30 seconds that a clock may be off, either way.
const SKEW: u16 = 1;
const STEP_SECONDS: u64 = 30;

/// The secret shared with an authenticator app. Prints nowhere; wiped when dropped.
pub struct TotpSecret(Zeroizing<Vec<u8>>);

impl TotpSecret {
    /// A fresh one of 20 random bytes.
    #[must_use]
    pub fn generate() -> Self {
        Self(Zeroizing::new(random::bytes::<20>().to_vec()))
    }

    /// A given one.
    #[must_use]
    pub fn from_bytes(bytes: [u8; 20]) -> Self {
        Self(Zeroizing::new(bytes.to_vec()))
    }

    /// Opens a stored one; `None` when it was not sealed for this factor of this principal.
    #[must_use]
    pub fn open(columns: &Sealer, factor: &Id<Factor>, principal: &str, sealed: &str) -> Option<Self> {
        // Those of staff once lay in another table; the next use seals them for this one.
        let moved = || columns.open(sealed, &format!("staff_members.totp_sealed|{principal}"));
        columns.open(sealed, &place(factor)).or_else(moved).map(|bytes| Self(Zeroizing::new(bytes)))
    }

    /// The form that is stored.
    #[must_use]
    pub fn seal(&self, columns: &Sealer, factor: &Id<Factor>) -> String {
        columns.seal(&self.0, &place(factor))
    }

    /// The step that the code belongs to, one before or after `now` included; `None` for a wrong code.
    #[must_use]
    pub fn step_of(&self, code: &str, now: Timestamp) -> Option<i64> {
        let digits: String = code.chars().filter(|c| !c.is_whitespace()).collect();
        let seconds = u64::try_from(now.seconds()).ok()?;
        let step = self.totp("", "")?.check(&digits, seconds)?;
        i64::try_from(step).ok()
    }

    /// What an app shows at this moment.
    #[must_use]
    pub fn code_at(&self, now: Timestamp) -> String {
        let seconds = u64::try_from(now.seconds()).unwrap_or(0);
        self.totp("", "").map_or_else(String::new, |totp| totp.generate(seconds).to_string())
    }

    /// For typing into an app.
    #[must_use]
    pub fn base32(&self) -> String {
        Secret::from(self.0.to_vec()).to_base32()
    }

    /// For a QR code: `otpauth://totp/…`.
    #[must_use]
    pub fn url(&self, issuer: &str, account: &str) -> Option<String> {
        let plain = |text: &str| text.replace(':', " ");
        self.totp(&plain(issuer), &plain(account))?.to_url().ok()
    }

    fn totp(&self, issuer: &str, account: &str) -> Option<Totp> {
        Builder::new()
            .with_algorithm(Algorithm::SHA1)
            .with_digits(6)
            .with_skew(SKEW)
            .with_step_duration(STEP_SECONDS)
            .with_secret(self.0.to_vec())
            .with_issuer((!issuer.is_empty()).then_some(issuer))
            .with_account_name(account)
            .build()
            .ok()
    }
}

fn place(factor: &Id<Factor>) -> String {
    format!("factors.sealed|{factor}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::env::KeyRing;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_seconds(seconds).expect("in range")
    }

    /// RFC 6238, appendix B, cut to six digits.
    #[test]
    fn the_vectors_of_the_standard() {
        let secret = TotpSecret(Zeroizing::new(b"12345678901234567890".to_vec()));
        for (seconds, code) in
            [(59, "287082"), (1_111_111_109, "081804"), (1_234_567_890, "005924"), (2_000_000_000, "279037")]
        {
            assert_eq!(secret.step_of(code, at(seconds)), Some(seconds / 30));
            assert_eq!(secret.step_of(code, at(seconds + 30)), Some(seconds / 30));
            assert_eq!(secret.step_of(code, at(seconds + 90)), None);
        }
        assert_eq!(secret.step_of("287 082", at(59)), Some(1));
        for code in ["", "28708", "2870822", "abcdef", "２８７０８２"] {
            assert_eq!(secret.step_of(code, at(59)), None, "{code}");
        }
        assert_eq!(secret.base32(), "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ");
    }

    #[test]
    fn a_sealed_secret_opens_for_its_factor_only() {
        let keys = KeyRing::ephemeral();
        let (one, other) = (random::id(at(1)), random::id(at(2)));
        let secret = TotpSecret::generate();
        let sealed = secret.seal(keys.columns(), &one);
        let open =
            |factor, sealed: &str| TotpSecret::open(keys.columns(), factor, "staff_1", sealed).map(|s| s.base32());
        assert_eq!(open(&one, &sealed), Some(secret.base32()));
        assert_eq!(open(&other, &sealed), None);
        let moved = |owner: &str| keys.columns().seal(&secret.0, &format!("staff_members.totp_sealed|{owner}"));
        assert_eq!(open(&one, &moved("staff_1")), Some(secret.base32()));
        assert_eq!(open(&one, &moved("staff_2")), None);
        let url = secret.url("Steward: demo", "ines@example.org").expect("a short address");
        assert!(url.starts_with("otpauth://totp/") && url.contains(&secret.base32()), "{url}");
    }
}
