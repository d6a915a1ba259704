//! How dates are written for people. A preference of the account (policy clause 1.2.1), so it holds on every computer.

use std::str::FromStr;

use chrono::{Datelike, NaiveDate};
use serde::{Deserialize, Serialize};

use super::lang::Lang;
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

    /// A day in the reader's language. German and Chinese have one order, whichever of the first two is
    /// preferred.
    fn write(self, day: NaiveDate, lang: Lang) -> String {
        let (date, year) = (day.day(), day.year());
        let month = month(day.month0(), lang);
        match (self, lang) {
            (Self::Iso, _) => day.format("%Y-%m-%d").to_string(),
            (_, Lang::ZhHans) => format!("{year}年{}月{date}日", day.month()),
            (_, Lang::De) => format!("{date}. {month} {year}"),
            (Self::DayMonthYear, Lang::En) => format!("{date} {month} {year}"),
            (Self::MonthDayYear, Lang::En) => format!("{month} {date}, {year}"),
        }
    }
}

fn month(index: u32, lang: Lang) -> &'static str {
    const EN: [&str; 12] = [
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ];
    const DE: [&str; 12] = [
        "Januar",
        "Februar",
        "März",
        "April",
        "Mai",
        "Juni",
        "Juli",
        "August",
        "September",
        "Oktober",
        "November",
        "Dezember",
    ];
    let names = if lang == Lang::De { DE } else { EN };
    usize::try_from(index).ok().and_then(|index| names.get(index)).copied().unwrap_or_default()
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
    /// The language they read.
    pub lang: Lang,
    /// Whether the zone is their own, which need not be named beside every time.
    pub own: bool,
}

impl Dates {
    /// For readers of whom nothing is known.
    pub const UTC: Self = Self { zone: TimeZone::UTC, format: DateFormat::DayMonthYear, lang: Lang::En, own: false };

    /// The same in another language.
    #[must_use]
    pub const fn in_language(self, lang: Lang) -> Self {
        Self { lang, ..self }
    }

    /// The day: `23 November 2026`.
    #[must_use]
    pub fn day(self, at: Timestamp) -> String {
        self.date(at.utc().with_timezone(&self.zone.tz()).date_naive())
    }

    /// A day of the calendar, which is the same everywhere.
    #[must_use]
    pub fn date(self, date: NaiveDate) -> String {
        self.format.write(date, self.lang)
    }

    /// The minute of the day: `14:02`.
    #[must_use]
    pub fn time(self, at: Timestamp) -> String {
        at.utc().with_timezone(&self.zone.tz()).format("%H:%M").to_string()
    }

    /// Day and minute: `23 November 2026, 14:02`. UTC is named, and every zone that is not the reader's own.
    #[must_use]
    pub fn moment(self, at: Timestamp) -> String {
        let zone = match (self.zone, self.lang) {
            (TimeZone::UTC, _) => " UTC".to_owned(),
            _ if self.own => String::new(),
            (zone, Lang::ZhHans) => format!("（{zone}）"),
            (zone, _) => format!(" ({zone})"),
        };
        let between = if self.lang == Lang::ZhHans { " " } else { ", " };
        format!("{}{between}{}{zone}", self.day(at), self.time(at))
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
        let written = |format| Dates { zone: singapore, format, lang: Lang::En, own: true }.moment(at);
        assert_eq!(written(DateFormat::DayMonthYear), "23 November 2026, 00:05");
        assert_eq!(written(DateFormat::MonthDayYear), "November 23, 2026, 00:05");
        assert_eq!(written(DateFormat::Iso), "2026-11-23, 00:05");
        let elsewhere = |lang| Dates { zone: singapore, lang, ..Dates::UTC }.moment(at);
        assert_eq!(elsewhere(Lang::De), "23. November 2026, 00:05 (Asia/Singapore)");
        assert_eq!(elsewhere(Lang::ZhHans), "2026年11月23日 00:05（Asia/Singapore）");
        assert_eq!(Dates::UTC.moment(at), "22 November 2026, 16:05 UTC");
        assert_eq!(Dates::UTC.day(at), "22 November 2026");
    }

    #[test]
    fn each_language_has_its_own_order() {
        let at = "2026-03-07T16:05:00Z".parse().expect("an instant");
        let written = |lang, format| Dates { format, lang, ..Dates::UTC }.moment(at);
        assert_eq!(written(Lang::De, DateFormat::DayMonthYear), "7. März 2026, 16:05 UTC");
        assert_eq!(written(Lang::De, DateFormat::MonthDayYear), "7. März 2026, 16:05 UTC");
        assert_eq!(written(Lang::ZhHans, DateFormat::DayMonthYear), "2026年3月7日 16:05 UTC");
        assert_eq!(written(Lang::ZhHans, DateFormat::Iso), "2026-03-07 16:05 UTC");
    }
}
