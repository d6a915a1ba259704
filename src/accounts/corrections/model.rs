//! What a request is about, and how it stands.

use std::str::FromStr;

use chrono::Duration;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::accounts::model::Field;
use crate::kernel::ids::{Id, Invoice};

/// Until a request must be decided.
pub const DUE: Duration = Duration::days(30);
/// The most open requests of one account.
pub const MAX_OPEN: i64 = 10;

/// How a request stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// Waits for its decision; the value is restricted.
    Open,
    /// What was asked for holds.
    Accepted,
    /// It does not, and the request stays beside the value.
    Refused,
    /// Its holder took it back.
    Withdrawn,
}

/// What can happen to a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Event {
    /// Staff agree.
    Accept,
    /// Staff do not.
    Refuse,
    /// Its holder takes it back.
    Withdraw,
}

impl State {
    /// Every state.
    pub const ALL: [Self; 4] = [Self::Open, Self::Accepted, Self::Refused, Self::Withdrawn];

    /// The word in the API and the database.
    #[must_use]
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Accepted => "accepted",
            Self::Refused => "refused",
            Self::Withdrawn => "withdrawn",
        }
    }

    /// The state that an event leads to; `None` where it is refused: a decision is final.
    #[must_use]
    pub fn next(self, event: Event) -> Option<Self> {
        match (self, event) {
            (Self::Open, Event::Accept) => Some(Self::Accepted),
            (Self::Open, Event::Refuse) => Some(Self::Refused),
            (Self::Open, Event::Withdraw) => Some(Self::Withdrawn),
            (Self::Accepted | Self::Refused | Self::Withdrawn, _) => None,
        }
    }
}

impl FromStr for State {
    type Err = ();
    fn from_str(text: &str) -> Result<Self, ()> {
        Self::ALL.into_iter().find(|state| state.as_str() == text).ok_or(())
    }
}

/// What a request is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Subject {
    /// A field of the profile.
    Profile(Field),
    /// What an invoice says of its customer.
    Invoice(Id<Invoice>, Field),
    /// Anything else that is kept; the words say what.
    Other,
}

const PROFILE: &str = "profile";
const OTHER: &str = "other";

impl Subject {
    /// The two words stored: of what, and which field.
    #[must_use]
    pub fn stored(&self) -> (&str, &'static str) {
        match self {
            Self::Profile(field) => (PROFILE, field.as_str()),
            Self::Invoice(id, field) => (id.as_str(), field.as_str()),
            Self::Other => (OTHER, OTHER),
        }
    }

    /// Reads them.
    #[must_use]
    pub fn of_stored(subject: &str, field: &str) -> Option<Self> {
        match subject {
            PROFILE => field.parse().ok().map(Self::Profile),
            OTHER => Some(Self::Other),
            id => Some(Self::Invoice(id.parse().ok()?, field.parse().ok()?)),
        }
    }
}

/// What lies sealed in a request.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Claim {
    /// What stood there when it was asked, as the API shows it.
    pub held: Option<Value>,
    /// What should stand there; none to have it emptied.
    pub wanted: Option<Value>,
    /// In words, for what is no field.
    pub what: Option<String>,
    /// Why it is so.
    pub evidence: String,
}

impl std::fmt::Debug for Claim {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Claim(hidden)")
    }
}

/// A text that somebody reads to decide: 10 to 2000 characters.
///
/// # Errors
/// What to do instead.
pub fn explanation(text: &str) -> Result<String, &'static str> {
    let text = text.trim();
    match text.chars().count() {
        0..10 => Err("Say it in a sentence or two: somebody has to decide by it."),
        10..=2000 => Ok(text.to_owned()),
        _ => Err("Use at most 2000 characters."),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_decision_is_final() {
        for state in State::ALL {
            assert_eq!(state.as_str().parse(), Ok(state));
            for (event, to) in
                [(Event::Accept, State::Accepted), (Event::Refuse, State::Refused), (Event::Withdraw, State::Withdrawn)]
            {
                assert_eq!(state.next(event), (state == State::Open).then_some(to), "{state:?} {event:?}");
            }
        }
    }

    #[test]
    fn what_it_is_about_is_read_back() {
        let invoice: Id<Invoice> = "inv_01900000000070008000000000000000".parse().expect("an id");
        let mut all = vec![Subject::Other, Subject::Invoice(invoice, Field::Name)];
        all.extend(Field::ALL.map(Subject::Profile));
        for subject in all {
            let (of, field) = subject.stored();
            assert_eq!(Subject::of_stored(of, field), Some(subject.clone()));
        }
        assert_eq!(Subject::of_stored("sub_1", "name"), None);
        assert_eq!(Subject::of_stored("profile", "shoe_size"), None);
    }

    proptest! {
        #[test]
        fn an_explanation_says_something_and_not_too_much(text in ".{0,40}", more in 0_usize..3000) {
            if let Ok(kept) = explanation(&text) {
                prop_assert!(kept.trim() == kept && (10..=2000).contains(&kept.chars().count()));
                prop_assert_eq!(explanation(&kept), Ok(kept.clone()));
            }
            prop_assert_eq!(explanation(&"x".repeat(more)).is_ok(), (10..=2000).contains(&more));
        }
    }
}
