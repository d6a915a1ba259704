//! How dates are written for people. A preference of the account (policy clause 1.2.1), so it holds on every computer.

use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::time::Timestamp;
use super::time_zone::TimeZone;

/// How dates are written for the holder.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DateFormat {
    /// `23 November 2026`
    #[default]
    DayMonthYear,
    /// `November 23, 2026`
    MonthDayYear,
    /// `2026-11-23`
    Iso,
}

impl DateFormat {
    /// Every format.
    pub const ALL: [Self; 3] = [Self::DayMonthYear, Self::MonthDayYear, Self::Iso];

    /// The name in the API.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::DayMonthYear => "day-month-year",
            Self::MonthDayYear => "month-day-year",
            Self::Iso => "iso",
        }
    }

    fn pattern(self) -> &'static str {
        match self {
            Self::DayMonthYear => "%-d %B %Y",
            Self::MonthDayYear => "%B %-d, %Y",
            Self::Iso => "%Y-%m-%d",
        }
    }
}

impl FromStr for DateFormat {
    type Err = ();
    fn from_str(text: &str) -> Result<Self, ()> {
        Self::ALL.into_iter().find(|format| format.as_str() == text).ok_or(())
    }
}

/// Writes instants for one reader.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Dates {
    /// Where the reader lives.
    pub zone: TimeZone,
    /// How they like dates.
    pub format: DateFormat,
}

impl Dates {
    /// For readers of whom nothing is known.
    pub const UTC: Self = Self { zone: TimeZone::UTC, format: DateFormat::DayMonthYear };

    /// The day: `23 November 2026`.
    #[must_use]
    pub fn day(self, at: Timestamp) -> String {
        at.utc().with_timezone(&self.zone.tz()).format(self.format.pattern()).to_string()
    }

    /// A day of the calendar, which is the same everywhere.
    #[must_use]
    pub fn date(self, date: chrono::NaiveDate) -> String {
        date.format(self.format.pattern()).to_string()
    }

    /// Day and minute: `23 November 2026, 14:02`. In UTC it says so.
    #[must_use]
    pub fn moment(self, at: Timestamp) -> String {
        let local = at.utc().with_timezone(&self.zone.tz());
        let zone = if self.zone == TimeZone::UTC { " UTC" } else { "" };
        format!("{}, {}{zone}", local.format(self.format.pattern()), local.format("%H:%M"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_back() {
        for format in DateFormat::ALL {
            assert_eq!(format.as_str().parse(), Ok(format));
            assert_eq!(serde_json::to_value(format).expect("a text"), format.as_str());
        }
    }

    #[test]
    fn the_day_is_that_of_the_readers_zone() {
        let at = "2026-11-22T16:05:00Z".parse().expect("an instant");
        let singapore = TimeZone::parse("Asia/Singapore").expect("a zone");
        let written = |format| Dates { zone: singapore, format }.moment(at);
        assert_eq!(written(DateFormat::DayMonthYear), "23 November 2026, 00:05");
        assert_eq!(written(DateFormat::MonthDayYear), "November 23, 2026, 00:05");
        assert_eq!(written(DateFormat::Iso), "2026-11-23, 00:05");
        assert_eq!(Dates::UTC.moment(at), "22 November 2026, 16:05 UTC");
        assert_eq!(Dates::UTC.day(at), "22 November 2026");
    }
}
