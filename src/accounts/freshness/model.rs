//! When the list of what is kept is due.

use std::str::FromStr;

use chrono::{Duration, Months};

use crate::kernel::time::Timestamp;

/// From a confirmation to the question whether all is still right.
const YEAR: Months = Months::new(12);
/// From the first mail that came back to the question.
const AFTER_BOUNCE: Months = Months::new(1);
/// How long the mail's link holds.
pub const LINK_HOLDS: Duration = Duration::days(30);
/// The same in words.
pub const LINK_HOLDS_IN_WORDS: &str = "30 days";

/// Why the list is mailed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reason {
    /// Nobody has confirmed it for a year.
    Year,
    /// Mail came back from the address.
    Bounce,
    /// The holder wants it.
    Asked,
}

impl Reason {
    /// The word stored.
    #[must_use]
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Year => "year",
            Self::Bounce => "bounce",
            Self::Asked => "asked",
        }
    }
}

impl FromStr for Reason {
    type Err = ();
    fn from_str(text: &str) -> Result<Self, ()> {
        [Self::Year, Self::Bounce, Self::Asked].into_iter().find(|reason| reason.as_str() == text).ok_or(())
    }
}

/// What is known about an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Facts {
    /// When its holder last said that all is right.
    pub confirmed_at: Timestamp,
    /// When mail first came back from the address it has.
    pub bounced_at: Option<Timestamp>,
    /// When the list was last mailed.
    pub mailed_at: Option<Timestamp>,
}

impl Facts {
    /// Whether the list is due at `now`, and why.
    #[must_use]
    pub fn due(&self, now: Timestamp) -> Option<Reason> {
        let is_due = |since: Timestamp, months| {
            let at = after(since, months);
            at <= now && self.mailed_at.is_none_or(|mailed| mailed < at)
        };
        if self.bounced_at.is_some_and(|first| is_due(first, AFTER_BOUNCE)) {
            return Some(Reason::Bounce);
        }
        // Asked in vain, once more a year later.
        let last = self.mailed_at.map_or(self.confirmed_at, |mailed| mailed.max(self.confirmed_at));
        is_due(last, YEAR).then_some(Reason::Year)
    }
}

fn after(at: Timestamp, months: Months) -> Timestamp {
    at.utc().checked_add_months(months).map_or(at, Timestamp::new)
}

/// The latest instants that are a year, and a month, before `now`: what the job looks for.
#[must_use]
pub fn horizons(now: Timestamp) -> (Timestamp, Timestamp) {
    let before = |months| now.utc().checked_sub_months(months).map_or(now, Timestamp::new);
    // Months differ in length: a day more is looked at, and `due` decides.
    (before(YEAR) + Duration::days(1), before(AFTER_BOUNCE) + Duration::days(3))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn day(text: &str) -> Timestamp {
        let date: chrono::DateTime<chrono::Utc> = format!("{text}T12:00:00Z").parse().expect("a day");
        Timestamp::new(date)
    }

    fn facts(confirmed: &str, bounced: Option<&str>, mailed: Option<&str>) -> Facts {
        Facts { confirmed_at: day(confirmed), bounced_at: bounced.map(day), mailed_at: mailed.map(day) }
    }

    #[test]
    fn a_year_after_the_last_look_and_a_month_after_mail_came_back() {
        for (known, now, due) in [
            (facts("2026-01-15", None, None), "2027-01-14", None),
            (facts("2026-01-15", None, None), "2027-01-15", Some(Reason::Year)),
            (facts("2024-02-29", None, None), "2025-02-28", Some(Reason::Year)),
            (facts("2026-01-15", None, Some("2027-01-15")), "2027-01-16", None),
            (facts("2026-01-15", None, Some("2027-01-15")), "2028-01-15", Some(Reason::Year)),
            (facts("2027-01-20", None, Some("2027-01-15")), "2028-01-15", None),
            (facts("2026-01-15", Some("2026-03-31"), None), "2026-04-29", None),
            (facts("2026-01-15", Some("2026-03-31"), None), "2026-04-30", Some(Reason::Bounce)),
            (facts("2026-01-15", Some("2026-03-31"), Some("2026-04-30")), "2026-05-30", None),
            (facts("2026-01-15", Some("2026-03-31"), Some("2026-04-10")), "2026-04-30", Some(Reason::Bounce)),
            (facts("2026-01-15", Some("2026-03-31"), Some("2026-04-30")), "2027-04-30", Some(Reason::Year)),
        ] {
            assert_eq!(known.due(day(now)), due, "{known:?} on {now}");
        }
        for reason in [Reason::Year, Reason::Bounce, Reason::Asked] {
            assert_eq!(reason.as_str().parse(), Ok(reason));
        }
    }

    proptest! {
        #[test]
        fn what_is_due_is_within_the_horizons_and_is_due_once(
            confirmed in 0_i64..1_500, bounced in prop::option::of(0_i64..1_500), now in 0_i64..2_500,
        ) {
            prop_assume!(confirmed <= now && bounced.is_none_or(|first| first <= now), "nothing is known of tomorrow");
            let at = |days: i64| day("2025-01-31") + Duration::days(days);
            let known = Facts { confirmed_at: at(confirmed), bounced_at: bounced.map(at), mailed_at: None };
            let (year, bounce) = horizons(at(now));
            if let Some(reason) = known.due(at(now)) {
                prop_assert!(known.confirmed_at <= year || known.bounced_at.is_some_and(|first| first <= bounce));
                let mailed = Facts { mailed_at: Some(at(now)), ..known };
                prop_assert_eq!(mailed.due(at(now)), None, "{:?} again", reason);
                if known.bounced_at.is_none_or(|first| after(first, AFTER_BOUNCE) <= at(now)) {
                    prop_assert_eq!(mailed.due(at(now + 300)), None);
                }
                prop_assert!(mailed.due(at(now + 366)).is_some(), "asked in vain, a year later once more");
            }
        }
    }
}
