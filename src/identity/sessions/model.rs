//! Kinds of sessions and how long they live (3-rules "Sessions and cookies").

use std::str::FromStr;

use chrono::Duration;

use crate::kernel::time::Timestamp;

/// What the person said about the computer, and who they are; decides the session's life.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SessionKind {
    /// Own computer.
    Own,
    /// Own computer, "keep me signed in".
    Kept,
    /// Public computer.
    Public,
    /// Staff, wherever.
    Staff,
}

impl SessionKind {
    /// The word stored.
    #[must_use]
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Own => "own",
            Self::Kept => "kept",
            Self::Public => "public",
            Self::Staff => "staff",
        }
    }
}

impl FromStr for SessionKind {
    type Err = ();
    fn from_str(text: &str) -> Result<Self, ()> {
        [Self::Own, Self::Kept, Self::Public, Self::Staff].into_iter().find(|kind| kind.as_str() == text).ok_or(())
    }
}

/// What somebody says about the computer they sign in at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Computer {
    /// Nobody else uses it.
    Own,
    /// Others use it too; nothing may stay on it.
    #[default]
    Public,
}

/// How the session is carried.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Transport {
    /// By the session cookie.
    #[default]
    Cookie,
    /// By a token in the Authorization header.
    Bearer,
}

impl Transport {
    /// The word stored.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Cookie => "cookie",
            Self::Bearer => "bearer",
        }
    }
}

/// What is to stay on the computer. A public one overrides the other two wishes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize, serde::Deserialize)]
pub struct Choice {
    computer: Computer,
    remember_email: bool,
    keep_signed_in: bool,
    /// Somebody has said that the computer is public; left out, it is taken for one.
    says_public: bool,
}

impl Choice {
    /// The wishes, as far as the computer allows them.
    #[must_use]
    pub fn new(computer: Computer, remember_email: bool, keep_signed_in: bool) -> Self {
        let own = computer == Computer::Own;
        let (remember_email, keep_signed_in) = (own && remember_email, own && keep_signed_in);
        Self { computer, remember_email, keep_signed_in, says_public: !own }
    }

    /// The careful choice for somebody who has said nothing of the computer.
    #[must_use]
    pub fn unsaid() -> Self {
        Self::default()
    }

    /// Whether somebody has said that the computer is a public one.
    #[must_use]
    pub fn says_public(self) -> bool {
        self.says_public
    }

    /// Whether the address is to be remembered. Where not, an earlier one is forgotten.
    #[must_use]
    pub fn remembers_email(self) -> bool {
        self.remember_email
    }

    /// Whether the computer is a public one: there an earlier address is forgotten even when sign-in fails.
    #[must_use]
    pub fn is_public(self) -> bool {
        self.computer == Computer::Public
    }

    /// The kind of a customer's session.
    #[must_use]
    pub fn kind(self) -> SessionKind {
        match (self.computer, self.keep_signed_in) {
            (Computer::Public, _) => SessionKind::Public,
            (Computer::Own, true) => SessionKind::Kept,
            (Computer::Own, false) => SessionKind::Own,
        }
    }
}

/// Why a session is over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// Its owner signed out.
    SignedOut,
    /// Idle or absolute limit.
    Expired,
    /// Too many live sessions; the oldest left.
    Replaced,
    /// Its owner ended it from another session.
    Revoked,
    /// The password was set anew.
    PasswordReset,
    /// The account was frozen.
    Frozen,
    /// The e-mail address of the account was changed, or changed back.
    EmailChanged,
    /// The owner said of a sign-in that it was not theirs.
    Reported,
}

impl End {
    /// The word stored.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::SignedOut => "signed_out",
            Self::Expired => "expired",
            Self::Replaced => "replaced",
            Self::Revoked => "revoked",
            Self::PasswordReset => "password_reset",
            Self::Frozen => "frozen",
            Self::EmailChanged => "email_changed",
            Self::Reported => "reported",
        }
    }
}

/// How long after password or factor were given a dangerous action needs them no more.
pub const STEP_UP_HOLDS: Duration = Duration::minutes(5);

/// Whether password or factor were given so lately that a dangerous action needs them no more.
#[must_use]
pub fn is_stepped_up(stepped_up: Timestamp, now: Timestamp) -> bool {
    now - stepped_up < STEP_UP_HOLDS
}

/// How long a sign-in waits for its factor after the right password.
pub const PENDING: Duration = Duration::minutes(5);

/// How long a session of one kind lives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lifetime {
    /// Without use.
    pub idle: Duration,
    /// In all.
    pub absolute: Duration,
}

/// Whether a session is still good at `now`: used within `idle`, and not past its end.
#[must_use]
pub fn is_live(last_seen: Timestamp, expires: Timestamp, idle: Duration, now: Timestamp) -> bool {
    now < expires && now - last_seen < idle
}

/// Whether the use of a session is worth a note: at most one a minute.
#[must_use]
pub fn needs_note(last_seen: Timestamp, now: Timestamp) -> bool {
    now - last_seen >= Duration::seconds(60)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_public_computer_overrides_every_wish() {
        for wish in [false, true] {
            let choice = Choice::new(Computer::Public, wish, wish);
            assert_eq!((choice.remembers_email(), choice.kind()), (false, SessionKind::Public));
        }
        assert_eq!(Choice::new(Computer::Own, true, true).kind(), SessionKind::Kept);
        assert_eq!(Choice::new(Computer::Own, true, false).kind(), SessionKind::Own);
        assert!(Choice::new(Computer::Own, true, false).remembers_email());
        // Left out, it is as careful, but nobody has said so.
        let (said, unsaid) = (Choice::new(Computer::Public, true, true), Choice::unsaid());
        assert_eq!((unsaid.kind(), unsaid.remembers_email()), (SessionKind::Public, false));
        assert!(said.says_public() && !unsaid.says_public() && !Choice::new(Computer::Own, true, true).says_public());
    }

    proptest! {
        #[test]
        fn both_limits_end_a_session(unused in 0_i64..10_000, age in 0_i64..10_000) {
            let at = |seconds| Timestamp::from_seconds(1_000_000 + seconds).expect("in range");
            let (idle, absolute) = (Duration::seconds(1_800), Duration::seconds(5_000));
            let live = is_live(at(age - unused), at(0) + absolute, idle, at(age));
            prop_assert_eq!(live, unused < 1_800 && age < 5_000);
        }
    }
}
