//! Instants, as the database keeps them: UTC, whole microseconds.

use std::fmt;
use std::ops::{Add, Sub};
use std::str::FromStr;

use chrono::{DateTime, Duration, NaiveDateTime, SecondsFormat, Timelike, Utc};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// An instant in UTC, truncated to microseconds, so that a value read back equals the value written on both databases.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(NaiveDateTime);

impl Timestamp {
    /// From a chrono instant; anything below a microsecond is cut off.
    #[must_use]
    pub fn new(at: DateTime<Utc>) -> Self {
        Self::from_naive(at.naive_utc())
    }

    /// From a UTC date and time without a zone, as both databases return it.
    #[must_use]
    pub fn from_naive(at: NaiveDateTime) -> Self {
        let whole = at.nanosecond() / 1_000 * 1_000;
        Self(at.with_nanosecond(whole).unwrap_or(at))
    }

    /// From microseconds since 1970; `None` outside chrono's range.
    #[must_use]
    pub fn from_micros(micros: i64) -> Option<Self> {
        DateTime::from_timestamp_micros(micros).map(Self::new)
    }

    /// From seconds since 1970; `None` outside chrono's range.
    #[must_use]
    pub fn from_seconds(seconds: i64) -> Option<Self> {
        DateTime::from_timestamp(seconds, 0).map(Self::new)
    }

    /// Microseconds since 1970.
    #[must_use]
    pub fn micros(self) -> i64 {
        self.0.and_utc().timestamp_micros()
    }

    /// Whole seconds since 1970, rounded down.
    #[must_use]
    pub fn seconds(self) -> i64 {
        self.0.and_utc().timestamp()
    }

    /// The UTC date and time without a zone, as the database stores it.
    #[must_use]
    pub fn naive(self) -> NaiveDateTime {
        self.0
    }

    /// The same by reference, for binding to a statement.
    #[must_use]
    pub fn naive_ref(&self) -> &NaiveDateTime {
        &self.0
    }

    /// The chrono instant.
    #[must_use]
    pub fn utc(self) -> DateTime<Utc> {
        self.0.and_utc()
    }
}

impl Add<Duration> for Timestamp {
    type Output = Self;
    /// Saturates at the ends of chrono's range instead of panicking.
    fn add(self, by: Duration) -> Self {
        Self::from_naive(self.0.checked_add_signed(by).unwrap_or(NaiveDateTime::MAX))
    }
}

impl Sub<Duration> for Timestamp {
    type Output = Self;
    /// Saturates at the ends of chrono's range instead of panicking.
    fn sub(self, by: Duration) -> Self {
        Self::from_naive(self.0.checked_sub_signed(by).unwrap_or(NaiveDateTime::MIN))
    }
}

impl Sub for Timestamp {
    type Output = Duration;
    fn sub(self, other: Self) -> Duration {
        self.0 - other.0
    }
}

impl fmt::Display for Timestamp {
    /// RFC 3339 in UTC, with fractions only where there are any.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.utc().to_rfc3339_opts(SecondsFormat::AutoSi, true))
    }
}

impl fmt::Debug for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for Timestamp {
    type Err = chrono::ParseError;
    /// Reads RFC 3339 with any offset.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        DateTime::parse_from_rfc3339(text).map(|at| Self::new(at.with_timezone(&Utc)))
    }
}

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Timestamp {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        String::deserialize(from)?.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn text_and_micros_round_trip(micros in -60_000_000_000_000_000_i64..250_000_000_000_000_000) {
            let at = Timestamp::from_micros(micros).expect("in range");
            prop_assert_eq!(at.micros(), micros);
            prop_assert_eq!(at.to_string().parse::<Timestamp>().expect("own text"), at);
        }
    }

    #[test]
    fn arithmetic_saturates() {
        let at = Timestamp::from_seconds(0).expect("epoch");
        assert!(at + Duration::MAX > at);
        assert!(at - Duration::MAX < at);
    }
}
