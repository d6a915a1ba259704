//! Countries of ISO 3166-1.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A country by its two-letter code. Not personal by itself.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Country(&'static str);

/// Why a text is no country.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("This is not a country. Choose one from the list, or give its two-letter code, like SG.")]
pub struct CountryError;

impl Country {
    /// Reads a two-letter code in any letter case.
    pub fn parse(text: &str) -> Result<Self, CountryError> {
        let text = text.trim();
        if text.len() != 2 {
            return Err(CountryError);
        }
        rust_iso3166::from_alpha2(&text.to_ascii_uppercase()).map(|found| Self(found.alpha2)).ok_or(CountryError)
    }

    /// The two-letter code.
    #[must_use]
    pub fn as_str(&self) -> &'static str {
        self.0
    }

    /// The English short name of the standard, for documents that printed it. Pages say the name by
    /// [`Lang::country`](super::lang::Lang::country).
    #[must_use]
    pub fn standard_name(&self) -> &'static str {
        rust_iso3166::from_alpha2(self.0).map_or(self.0, |found| found.name)
    }

    /// Every country, by code.
    pub fn all() -> impl Iterator<Item = Self> {
        rust_iso3166::ALL.iter().map(|found| Self(found.alpha2))
    }
}

impl FromStr for Country {
    type Err = CountryError;
    fn from_str(text: &str) -> Result<Self, CountryError> {
        Self::parse(text)
    }
}

impl fmt::Display for Country {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

impl fmt::Debug for Country {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

impl Serialize for Country {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(self.0)
    }
}

impl<'de> Deserialize<'de> for Country {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        Self::parse(&String::deserialize(from)?).map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_read_back_and_others_are_refused() {
        for country in Country::all() {
            assert_eq!(Country::parse(&country.as_str().to_lowercase()), Ok(country));
            assert!(!country.standard_name().is_empty());
        }
        for text in ["", "XX", "SGP", "Singapore", "ß"] {
            assert_eq!(Country::parse(text), Err(CountryError), "{text}");
        }
    }
}
