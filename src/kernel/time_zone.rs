//! Time zones of the IANA database.

use std::fmt;
use std::str::FromStr;

use chrono_tz::Tz;

/// A zone by its IANA name: `Asia/Singapore`.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct TimeZone(Tz);

/// Why a text is no time zone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("This is not a time zone. Choose one by its city, like Asia/Singapore or Europe/Berlin.")]
pub struct TimeZoneError;

impl TimeZone {
    /// Coordinated universal time.
    pub const UTC: Self = Self(Tz::UTC);

    /// Reads an IANA name; letter case counts.
    pub fn parse(text: &str) -> Result<Self, TimeZoneError> {
        text.trim().parse().map(Self).map_err(|_| TimeZoneError)
    }

    /// The IANA name.
    #[must_use]
    pub fn as_str(&self) -> &'static str {
        self.0.name()
    }

    /// The zone's rules.
    #[must_use]
    pub fn tz(self) -> Tz {
        self.0
    }

    /// Every zone, for a choice in a form.
    pub fn all() -> impl Iterator<Item = Self> {
        chrono_tz::TZ_VARIANTS.iter().map(|tz| Self(*tz))
    }
}

impl FromStr for TimeZone {
    type Err = TimeZoneError;
    fn from_str(text: &str) -> Result<Self, TimeZoneError> {
        Self::parse(text)
    }
}

impl fmt::Display for TimeZone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Debug for TimeZone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_reads_back() {
        for zone in TimeZone::all() {
            assert_eq!(TimeZone::parse(zone.as_str()), Ok(zone));
        }
        for text in ["", "Mars/Olympus", "+08:00", "asia/singapore"] {
            assert_eq!(TimeZone::parse(text), Err(TimeZoneError), "{text}");
        }
    }
}
