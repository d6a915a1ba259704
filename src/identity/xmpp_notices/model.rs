//! The states of notices by XMPP, and the form of codes.

use chrono::Duration;
use zeroize::Zeroizing;

use crate::kernel::time::Timestamp;

/// Digits of a code: with the tries below and the codes of an hour, a guess succeeds once in four million hours.
pub const DIGITS: usize = 8;
/// How long a code holds.
pub const HOLDS: Duration = Duration::minutes(15);
/// The same in words.
pub const HOLDS_IN_WORDS: &str = "15 minutes";
/// Tries of one code; the database refuses more.
pub const TRIES: i32 = 5;

/// Where notices by XMPP stand for an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// Its holder has not agreed.
    Off,
    /// Agreed, and no code waits for the address of the profile.
    Unproved,
    /// A code is on its way to that address.
    Waiting(Waiting),
    /// The address was proved at this moment: notices go there.
    On(Timestamp),
}

/// A code that waits to be given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Waiting {
    /// When it was sent.
    pub sent_at: Timestamp,
    /// When it holds no more.
    pub expires_at: Timestamp,
    /// Tries that are left, at least one.
    pub tries_left: i32,
}

/// What is stored of an address: its code, or its proof.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Proof {
    /// When the code was sent.
    pub sent_at: Timestamp,
    /// When it holds no more.
    pub expires_at: Timestamp,
    /// Tries of it so far.
    pub tries: i32,
    /// When it was given.
    pub proved_at: Option<Timestamp>,
}

impl State {
    /// From the consent, and what is stored of the present address.
    #[must_use]
    pub fn of(agreed: bool, proof: Option<Proof>, now: Timestamp) -> Self {
        match proof {
            _ if !agreed => Self::Off,
            None => Self::Unproved,
            Some(Proof { proved_at: Some(at), .. }) => Self::On(at),
            Some(proof) if proof.expires_at <= now || proof.tries >= TRIES => Self::Unproved,
            Some(Proof { sent_at, expires_at, tries, .. }) => {
                Self::Waiting(Waiting { sent_at, expires_at, tries_left: TRIES - tries })
            }
        }
    }

    /// The word in the API.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Off => "off",
            Self::Unproved => "unproved",
            Self::Waiting(_) => "waiting",
            Self::On(_) => "on",
        }
    }
}

/// What is told when notices by XMPP begin or end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Switch {
    /// The address is proved.
    On,
    /// The consent is withdrawn.
    Off,
    /// The profile has another address, or none.
    Elsewhere,
}

/// The code that random bytes make, bare.
#[must_use]
pub fn code(random: [u8; 16]) -> Zeroizing<String> {
    // 128 bits over 27: no code is likelier than another by more than one in 2^101.
    Zeroizing::new(format!("{:08}", u128::from_le_bytes(random) % 100_000_000))
}

/// A code as it is shown: `1234 5678`.
#[must_use]
pub fn shown(code: &str) -> String {
    let (first, second) = code.split_at(DIGITS / 2);
    format!("{first} {second}")
}

/// What somebody typed as a bare code, with spaces and hyphens as anybody likes, and in the wide digits that a Chinese or
/// Japanese keyboard writes; `None` when it cannot be one.
#[must_use]
pub fn read(text: &str) -> Option<Zeroizing<String>> {
    let digit = |c: char| match c {
        '０'..='９' => char::from_digit(u32::from(c) - u32::from('０'), 10),
        c => c.is_ascii_digit().then_some(c),
    };
    let written = text.chars().filter(|c| !c.is_whitespace() && !matches!(c, '-' | '‑' | '–'));
    let bare: Option<String> = written.take(DIGITS + 1).map(digit).collect();
    bare.filter(|bare| bare.len() == DIGITS).map(Zeroizing::new)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_seconds(1_000_000 + seconds).expect("in range")
    }

    proptest! {
        #[test]
        fn a_shown_code_is_read_however_it_is_typed(random: [u8; 16]) {
            let code = code(random);
            prop_assert_eq!(code.len(), DIGITS);
            for typed in [shown(&code), shown(&code).replace(' ', "-"), format!("  {}\n", code.as_str())] {
                prop_assert_eq!(read(&typed), Some(code.clone()));
            }
            let wide: String =
                code.chars().map(|c| char::from_u32(u32::from(c) - 0x30 + 0xFF10).expect("a digit")).collect();
            prop_assert_eq!(read(&wide), Some(code));
        }

        #[test]
        fn any_text_is_answered(text in "\\PC{0,30}") {
            prop_assert!(read(&text).is_none_or(|bare| bare.bytes().all(|byte| byte.is_ascii_digit())));
        }
    }

    #[test]
    fn nothing_else_is_a_code() {
        for text in ["", "1234567", "123456789", "1234 567x", "١٢٣٤٥٦٧٨", "1234.5678"] {
            assert_eq!(read(text), None, "{text}");
        }
    }

    #[test]
    fn state_by_consent_and_proof() {
        let waits = Proof { sent_at: at(0), expires_at: at(900), tries: 4, proved_at: None };
        let proved = Proof { proved_at: Some(at(5)), ..waits };
        let waiting = Waiting { sent_at: at(0), expires_at: at(900), tries_left: 1 };
        for (agreed, proof, now, state) in [
            (false, None, 0, State::Off),
            (false, Some(proved), 0, State::Off),
            (true, None, 0, State::Unproved),
            (true, Some(waits), 899, State::Waiting(waiting)),
            (true, Some(waits), 900, State::Unproved),
            (true, Some(Proof { tries: 5, ..waits }), 0, State::Unproved),
            (true, Some(proved), 90_000, State::On(at(5))),
        ] {
            assert_eq!(State::of(agreed, proof, at(now)), state, "{agreed} {proof:?} {now}");
        }
    }
}
