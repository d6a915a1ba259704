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
