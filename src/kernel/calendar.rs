//! Billing periods from an anchor (8-money.md, "Calendar"): boundary *n* is the anchor plus *n* intervals, clamped to
//! the month's length and always computed from the anchor, so that 31 January leads to 28 February and 31 March.

use chrono::{Datelike, Duration, LocalResult, Months, NaiveDate, NaiveDateTime, NaiveTime, TimeZone as _, Timelike};
use serde::{Deserialize, Serialize};

use super::time::Timestamp;
use super::time_zone::TimeZone;

/// How long one billing period is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Interval {
    /// A calendar month.
    Month,
    /// A calendar year.
    Year,
}

/// The text is neither `month` nor `year`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("Choose month or year.")]
pub struct IntervalError;

impl Interval {
    /// `month` or `year`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Month => "month",
            Self::Year => "year",
        }
    }

    /// Reads `month` or `year`.
    pub fn parse(text: &str) -> Result<Self, IntervalError> {
        match text {
            "month" => Ok(Self::Month),
            "year" => Ok(Self::Year),
            _ => Err(IntervalError),
        }
    }

    const fn months(self) -> u32 {
        match self {
            Self::Month => 1,
            Self::Year => 12,
        }
    }
}

impl std::str::FromStr for Interval {
    type Err = IntervalError;
    fn from_str(text: &str) -> Result<Self, IntervalError> {
        Self::parse(text)
    }
}

/// The local date and time from which every boundary of a subscription's phase is counted, to the second.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Anchor {
    local: NaiveDateTime,
    zone: TimeZone,
}

/// A span of time `[start, end)`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Period {
    /// First instant inside.
    pub start: Timestamp,
    /// First instant after.
    pub end: Timestamp,
}

impl Period {
    /// Whole seconds from start to end.
    #[must_use]
    pub fn seconds(self) -> i64 {
        self.end.seconds() - self.start.seconds()
    }

    /// True for an instant inside.
    #[must_use]
    pub fn contains(self, at: Timestamp) -> bool {
        self.start <= at && at < self.end
    }
}

impl Anchor {
    /// The anchor of a phase that begins at an instant, read on the clocks of a zone; parts of a second are cut off.
    #[must_use]
    pub fn at(start: Timestamp, zone: TimeZone) -> Self {
        let local = start.utc().with_timezone(&zone.tz()).naive_local();
        Self { local: local.with_nanosecond(0).unwrap_or(local), zone }
    }

    /// An anchor from its stored parts.
    #[must_use]
    pub fn new(date: NaiveDate, time: NaiveTime, zone: TimeZone) -> Self {
        Self { local: date.and_time(time.with_nanosecond(0).unwrap_or(time)), zone }
    }

    /// The local date.
    #[must_use]
    pub fn date(self) -> NaiveDate {
        self.local.date()
    }

    /// The local time.
    #[must_use]
    pub fn time(self) -> NaiveTime {
        self.local.time()
    }

    /// Day of the month, 1 to 31: the day that boundaries return to after a shorter month.
    #[must_use]
    pub fn day(self) -> u32 {
        self.local.day()
    }

    /// The zone whose clocks count.
    #[must_use]
    pub fn zone(self) -> TimeZone {
        self.zone
    }

    /// The local date of boundary `n`; `None` beyond chrono's calendar (the year 262142).
    #[must_use]
    pub fn boundary_date(self, interval: Interval, n: u32) -> Option<NaiveDate> {
        let months = interval.months().checked_mul(n)?;
        self.local.date().checked_add_months(Months::new(months))
    }

    /// The instant of boundary `n`. A local time that a change of clocks skips becomes the first valid instant after;
    /// one that comes twice, the first.
    #[must_use]
    pub fn boundary(self, interval: Interval, n: u32) -> Option<Timestamp> {
        Some(instant(self.boundary_date(interval, n)?.and_time(self.local.time()), self.zone))
    }

    /// Period `n`: from boundary `n` to boundary `n + 1`. Period 0 is the first.
    #[must_use]
    pub fn period(self, interval: Interval, n: u32) -> Option<Period> {
        let start = self.boundary(interval, n)?;
        Some(Period { start, end: self.boundary(interval, n.checked_add(1)?)? })
    }
}

/// The first valid instant at which the clocks of a zone show `local` or later.
#[must_use]
pub fn instant(local: NaiveDateTime, zone: TimeZone) -> Timestamp {
    match zone.tz().from_local_datetime(&local) {
        LocalResult::Single(at) | LocalResult::Ambiguous(at, _) => Timestamp::new(at.to_utc()),
        LocalResult::None => end_of_gap(local, zone),
    }
}

/// Finds the change of clocks that skips `local`, to the second: the clocks show less before it and more from it on.
/// No zone was ever further than 16 hours from UTC, so the change lies within 17 hours of the same digits in UTC.
fn end_of_gap(local: NaiveDateTime, zone: TimeZone) -> Timestamp {
    let digits = Timestamp::from_naive(local);
    let (mut before, mut from) = (digits - Duration::hours(17), digits + Duration::hours(17));
    while from - before > Duration::seconds(1) {
        let middle = before + Duration::seconds((from - before).num_seconds() / 2);
        if middle.utc().with_timezone(&zone.tz()).naive_local() < local {
            before = middle;
        } else {
            from = middle;
        }
    }
    from
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn at(text: &str) -> Timestamp {
        text.parse().expect("RFC 3339")
    }

    fn zone(name: &str) -> TimeZone {
        TimeZone::parse(name).expect("a zone")
    }

    fn dates(start: &str, interval: Interval, n: std::ops::Range<u32>) -> Vec<String> {
        let anchor = Anchor::at(at(start), TimeZone::UTC);
        n.map(|n| anchor.boundary_date(interval, n).expect("in range").to_string()).collect()
    }

    #[test]
    fn short_months_do_not_shift_the_day() {
        assert_eq!(
            dates("2027-01-31T10:00:00Z", Interval::Month, 0..5),
            ["2027-01-31", "2027-02-28", "2027-03-31", "2027-04-30", "2027-05-31"]
        );
        assert_eq!(dates("2028-01-30T10:00:00Z", Interval::Month, 1..3), ["2028-02-29", "2028-03-30"]);
        assert_eq!(
            dates("2028-02-29T10:00:00Z", Interval::Year, 0..5),
            ["2028-02-29", "2029-02-28", "2030-02-28", "2031-02-28", "2032-02-29"]
        );
    }

    #[test]
    fn skipped_and_repeated_local_times() {
        // Berlin: 02:30 does not exist on 28 March 2027, and comes twice on 31 October 2027.
        let spring = Anchor::at(at("2027-02-28T01:30:00Z"), zone("Europe/Berlin"));
        assert_eq!(spring.boundary(Interval::Month, 1), Some(at("2027-03-28T01:00:00Z")));
        assert_eq!(spring.boundary(Interval::Month, 2), Some(at("2027-04-28T00:30:00Z")));
        let autumn = Anchor::at(at("2027-08-31T00:30:00Z"), zone("Europe/Berlin"));
        assert_eq!(autumn.boundary(Interval::Month, 2), Some(at("2027-10-31T00:30:00Z")));
        // Lord Howe moves by half an hour; Samoa skipped 30 December 2011 as a whole.
        let howe = Anchor::at(at("2026-09-03T15:45:00Z"), zone("Australia/Lord_Howe"));
        assert_eq!(howe.boundary(Interval::Month, 1), Some(at("2026-10-03T15:30:00Z")));
        let samoa = Anchor::at(at("2011-11-30T22:00:00Z"), zone("Pacific/Apia"));
        assert_eq!(samoa.boundary(Interval::Month, 1), Some(at("2011-12-30T10:00:00Z")));
    }

    #[test]
    fn local_time_is_kept_across_a_change_of_clocks() {
        let anchor = Anchor::at(at("2026-06-15T22:00:00.9Z"), zone("America/New_York"));
        assert_eq!(anchor.boundary(Interval::Month, 0), Some(at("2026-06-15T22:00:00Z")));
        assert_eq!(anchor.boundary(Interval::Month, 6), Some(at("2026-12-15T23:00:00Z")));
    }

    fn anchors() -> impl Strategy<Value = Anchor> {
        let zones: Vec<TimeZone> = TimeZone::all().collect();
        (0_i64..4_000_000_000, prop::sample::select(zones))
            .prop_map(|(seconds, zone)| Anchor::at(Timestamp::from_seconds(seconds).expect("in range"), zone))
    }

    fn intervals() -> impl Strategy<Value = Interval> {
        prop::sample::select(vec![Interval::Month, Interval::Year])
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2_000))]

        #[test]
        fn periods_have_no_hole_and_no_overlap(anchor in anchors(), interval in intervals(), n in 0_u32..400) {
            let this = anchor.period(interval, n).expect("in range");
            let next = anchor.period(interval, n + 1).expect("in range");
            prop_assert!(this.start < this.end);
            prop_assert_eq!(this.end, next.start);
            prop_assert!(this.contains(this.start) && !this.contains(this.end));
        }

        #[test]
        fn days_are_the_anchors_or_the_last_of_the_month(anchor in anchors(), interval in intervals(), n in 0_u32..400) {
            let date = anchor.boundary_date(interval, n).expect("in range");
            let last_day = date.succ_opt().expect("in range").day() == 1;
            prop_assert!(date.day() == anchor.day() || (date.day() < anchor.day() && last_day));
        }

        #[test]
        fn twelve_months_are_a_year(anchor in anchors(), n in 0_u32..30) {
            prop_assert_eq!(anchor.boundary(Interval::Year, n), anchor.boundary(Interval::Month, n * 12));
        }

        #[test]
        fn a_boundary_is_the_first_instant_that_shows_its_local_time(anchor in anchors(), n in 0_u32..400) {
            let local = anchor.boundary_date(Interval::Month, n).expect("in range").and_time(anchor.time());
            let found = instant(local, anchor.zone());
            let shown = |at: Timestamp| at.utc().with_timezone(&anchor.zone().tz()).naive_local();
            prop_assert!(shown(found) >= local);
            prop_assert!(shown(found - Duration::seconds(1)) < local);
        }
    }

    #[test]
    fn the_end_of_the_calendar_is_no_panic() {
        let anchor = Anchor::at(at("2026-01-31T00:00:00Z"), TimeZone::UTC);
        assert_eq!(anchor.boundary(Interval::Year, u32::MAX), None);
        assert_eq!(anchor.period(Interval::Month, u32::MAX), None);
    }
}
