//! Postal addresses, checked by their country's rules.

use std::fmt;

use serde::{Deserialize, Serialize};
use unicode_normalization::UnicodeNormalization;

use super::country::Country;
use super::postal_rules::{LineOrder, normalise_postcode, rules};
use super::text::is_unprintable;

/// The most characters in one part of an address.
pub const MAX_LENGTH: usize = 120;

/// An address as typed: the shape of the API, not checked yet.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PostalAddressInput {
    /// Street and number, or box.
    pub line1: String,
    /// Floor, building, care of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line2: Option<String>,
    /// City or town; may be empty where the country is one.
    #[serde(default)]
    pub city: String,
    /// State or province, where the country uses it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub region: Option<String>,
    /// Postcode, where the country has them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub postcode: Option<String>,
    /// Two-letter code.
    pub country: String,
}

/// An address that a letter can be sent to, as far as its country's rules tell.
#[derive(Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "PostalAddressInput")]
pub struct PostalAddress {
    line1: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    line2: Option<String>,
    city: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    region: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    postcode: Option<String>,
    country: Country,
}

/// What is wrong with one part of an address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[allow(missing_docs)] // the sentence is the documentation
pub enum AddressProblem {
    #[error("Enter the street and number, or the box.")]
    StreetMissing,
    #[error("Enter the city or town.")]
    CityMissing,
    #[error("Enter the state or province; addresses in this country need it.")]
    RegionMissing,
    #[error("This is not a state or province of the country. Use its name or its short code.")]
    RegionUnknown,
    #[error("Enter the postcode; addresses in this country need it.")]
    PostcodeMissing,
    #[error("A postcode of this country looks like {0}, where d is a digit, a a letter and x either.")]
    PostcodeForm(&'static str),
    #[error("This is not a country. Choose one from the list, or give its two-letter code, like SG.")]
    CountryUnknown,
    #[error("This is longer than 120 characters. Shorten it or use the second line.")]
    TooLong,
    #[error("This holds a character that cannot be shown, such as a line break. Type it again instead of pasting it.")]
    Unprintable,
}

/// A problem with the sub-field it belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{problem}")]
pub struct AddressError {
    /// `line1`, `line2`, `city`, `region`, `postcode` or `country`: the name in the API.
    pub field: &'static str,
    /// What is wrong with it.
    pub problem: AddressProblem,
}

/// Everything wrong with an address; at least one entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AddressErrors(pub Vec<AddressError>);

impl std::error::Error for AddressErrors {}

impl fmt::Display for AddressErrors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, error) in self.0.iter().enumerate() {
            write!(f, "{}{}: {error}", if index > 0 { " " } else { "" }, error.field)?;
        }
        Ok(())
    }
}

impl PostalAddress {
    /// Checks an address by its country's rules and puts postcode and region into their usual form.
    pub fn parse(input: &PostalAddressInput) -> Result<Self, AddressErrors> {
        let mut errors = Vec::new();
        let line1 = part("line1", Some(&input.line1), &mut errors);
        let line2 = part("line2", input.line2.as_deref(), &mut errors);
        let city = part("city", Some(&input.city), &mut errors);
        let region = part("region", input.region.as_deref(), &mut errors);
        let postcode = part("postcode", input.postcode.as_deref(), &mut errors);
        let mut wrong = |field, problem| errors.push(AddressError { field, problem });
        if line1.is_none() {
            wrong("line1", AddressProblem::StreetMissing);
        }
        let Ok(country) = Country::parse(&input.country) else {
            wrong("country", AddressProblem::CountryUnknown);
            return Err(AddressErrors(errors));
        };
        let rules = rules(country.as_str());
        let city = city.or_else(|| rules.city.map(str::to_owned));
        if city.is_none() {
            wrong("city", AddressProblem::CityMissing);
        }
        let region = match region {
            None if rules.region_required => Err(AddressProblem::RegionMissing),
            Some(text) if rules.region_coded => known_region(country, &text).map(Some),
            other => Ok(other),
        };
        let postcode = match postcode {
            None if rules.postcode_required => Err(AddressProblem::PostcodeMissing),
            Some(text) if !rules.postcodes.is_empty() => normalise_postcode(&text, rules.postcodes)
                .map(Some)
                .ok_or(AddressProblem::PostcodeForm(rules.postcodes[0])),
            other => Ok(other),
        };
        let region = region.unwrap_or_else(|problem| {
            wrong("region", problem);
            None
        });
        let postcode = postcode.unwrap_or_else(|problem| {
            wrong("postcode", problem);
            None
        });
        match (line1, city) {
            (Some(line1), Some(city)) if errors.is_empty() => {
                Ok(Self { line1, line2, city, region, postcode, country })
            }
            _ => {
                errors.sort_by_key(|error| error.field);
                errors.dedup_by_key(|error| error.field);
                Err(AddressErrors(errors))
            }
        }
    }

    /// The shape of the API, to be shown or changed.
    #[must_use]
    pub fn to_input(&self) -> PostalAddressInput {
        PostalAddressInput {
            line1: self.line1.clone(),
            line2: self.line2.clone(),
            city: self.city.clone(),
            region: self.region.clone(),
            postcode: self.postcode.clone(),
            country: self.country.as_str().to_owned(),
        }
    }

    /// The country, which also decides about tax.
    #[must_use]
    pub fn country(&self) -> Country {
        self.country
    }

    /// The lines of a letter's address in the country's order, the country's name last.
    #[must_use]
    pub fn lines(&self) -> Vec<String> {
        let join = |parts: &[Option<&str>]| parts.iter().copied().flatten().collect::<Vec<_>>().join(" ");
        let (city, region, postcode) = (Some(self.city.as_str()), self.region.as_deref(), self.postcode.as_deref());
        let rules = rules(self.country.as_str());
        if rules.largest_first && self.line1.chars().any(is_ideographic) {
            let parts = [postcode, region, city.filter(|city| Some(*city) != region)];
            let first = [join(&parts[..1]), parts[1..].iter().copied().flatten().collect()];
            let lines = first.into_iter().chain([self.line1.clone()]).chain(self.line2.clone());
            let country = self.country.name().to_owned();
            return lines.filter(|line| !line.is_empty()).chain([country]).collect();
        }
        let below = match rules.order {
            LineOrder::PostcodeCityRegion => vec![join(&[postcode, city, region])],
            LineOrder::CityRegionPostcode => vec![join(&[city, region, postcode])],
            LineOrder::LineEach => vec![join(&[city]), join(&[region]), join(&[postcode])],
            LineOrder::CityPostcode => vec![join(&[city, postcode])],
            LineOrder::PostcodeCityThenRegion => vec![join(&[postcode, city]), join(&[region])],
            LineOrder::CityPostcodeThenRegion => vec![join(&[city, postcode]), join(&[region])],
        };
        let mut lines = vec![self.line1.clone()];
        lines.extend(self.line2.clone());
        lines.extend(below.into_iter().filter(|line| !line.is_empty()));
        lines.push(self.country.name().to_owned());
        lines
    }
}

impl TryFrom<PostalAddressInput> for PostalAddress {
    type Error = AddressErrors;
    fn try_from(input: PostalAddressInput) -> Result<Self, AddressErrors> {
        Self::parse(&input)
    }
}

impl fmt::Debug for PostalAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PostalAddress(hidden)")
    }
}

impl fmt::Debug for PostalAddressInput {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PostalAddressInput(hidden)")
    }
}

/// One part, trimmed and normalised; `None` if empty or wrong, and then the problem is noted.
fn part(field: &'static str, text: Option<&str>, errors: &mut Vec<AddressError>) -> Option<String> {
    let text = text?.trim();
    let problem = if text.chars().any(is_unprintable) {
        AddressProblem::Unprintable
    } else if text.chars().count() > MAX_LENGTH {
        AddressProblem::TooLong
    } else {
        return (!text.is_empty()).then(|| text.nfc().collect());
    };
    errors.push(AddressError { field, problem });
    None
}

/// Chinese characters and the Japanese syllabaries.
fn is_ideographic(c: char) -> bool {
    matches!(c, '\u{3040}'..='\u{30ff}' | '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{20000}'..='\u{323af}')
}

/// The short code of a region given by code or by name.
fn known_region(country: Country, text: &str) -> Result<String, AddressProblem> {
    let code = format!("{country}-{}", text.to_ascii_uppercase());
    let wanted = text.to_lowercase();
    let found = rust_iso3166::iso3166_2::from_code(&code).or_else(|| {
        let all = rust_iso3166::from_alpha2(country.as_str())?.subdivisions()?.to_vec();
        all.into_iter().find(|one| one.name.to_lowercase() == wanted)
    });
    let short = found.and_then(|one| one.code.split_once('-')).map(|(_, short)| short.to_owned());
    short.ok_or(AddressProblem::RegionUnknown)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn input(line1: &str, city: &str, region: &str, postcode: &str, country: &str) -> PostalAddressInput {
        let some = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        PostalAddressInput {
            line1: line1.into(),
            line2: None,
            city: city.into(),
            region: some(region),
            postcode: some(postcode),
            country: country.into(),
        }
    }

    fn problems(input: &PostalAddressInput) -> Vec<(&'static str, AddressProblem)> {
        let errors = PostalAddress::parse(input).expect_err("wrong").0;
        errors.into_iter().map(|error| (error.field, error.problem)).collect()
    }

    #[test]
    fn lines_stand_in_the_countrys_order() {
        for (typed, lines) in [
            (input("Invalidenstr. 1", "Berlin", "", "10115", "de"), vec!["Invalidenstr. 1", "10115 Berlin", "Germany"]),
            (
                input("1 Main St", "Springfield", "illinois", "62701", "US"),
                vec!["1 Main St", "Springfield IL 62701", "United States of America"],
            ),
            (
                input("10 Bayfront Ave", "", "", "018956", "SG"),
                vec!["10 Bayfront Ave", "Singapore 018956", "Singapore"],
            ),
            (input("Via Dante 1", "Milano", "MI", "20121", "IT"), vec!["Via Dante 1", "20121 Milano MI", "Italy"]),
            (
                input("1 Chang'an Ave", "Beijing", "Beijing", "100600", "CN"),
                vec!["1 Chang'an Ave", "100600 Beijing", "Beijing", "China"],
            ),
            (
                input("1-10 Toranomon 2-chome", "Minato-ku", "Tokyo", "1050001", "JP"),
                vec!["1-10 Toranomon 2-chome", "Minato-ku Tokyo 105-0001", "Japan"],
            ),
            (
                input("虎ノ門2丁目10-1", "港区", "東京都", "105-0001", "JP"),
                vec!["105-0001", "東京都港区", "虎ノ門2丁目10-1", "Japan"],
            ),
            (input("长安街1号", "北京市", "北京市", "100600", "CN"), vec!["100600", "北京市", "长安街1号", "China"]),
            (
                input("5 Janpath", "New Delhi", "Delhi", "110001", "IN"),
                vec!["5 Janpath", "New Delhi 110001", "Delhi", "India"],
            ),
            (
                input("1 George St", "Sydney", "New South Wales", "2000", "AU"),
                vec!["1 George St", "Sydney NSW 2000", "Australia"],
            ),
            (input("PO Box 1", "Nuku'alofa", "", "", "TO"), vec!["PO Box 1", "Nuku'alofa", "Tonga"]),
        ] {
            assert_eq!(PostalAddress::parse(&typed).expect("an address").lines(), lines);
        }
        let london = PostalAddress::parse(&input("10 Downing St", "London", "", "sw1a2aa", "GB")).expect("an address");
        assert_eq!(london.lines()[..3], ["10 Downing St", "London", "SW1A 2AA"]);
    }

    #[test]
    fn every_wrong_part_is_named() {
        use AddressProblem::*;
        assert_eq!(problems(&input("x", "", "", "", "XX")), [("country", CountryUnknown)]);
        assert_eq!(
            problems(&input("", "", "", "", "US")),
            [("city", CityMissing), ("line1", StreetMissing), ("postcode", PostcodeMissing), ("region", RegionMissing)]
        );
        assert_eq!(
            problems(&input("x", "y", "ZZ", "1", "CA")),
            [("postcode", PostcodeForm("ada dad")), ("region", RegionUnknown)]
        );
        assert_eq!(problems(&input("a\nb", "y", "", "10115", "DE")), [("line1", Unprintable)]);
        assert_eq!(problems(&input(&"x".repeat(121), "y", "", "10115", "DE")), [("line1", TooLong)]);
    }

    #[test]
    fn json_is_the_api_shape_and_debug_tells_nothing() {
        let typed = input("Invalidenstr. 1", "Berlin", "", "10115", "DE");
        let address = PostalAddress::parse(&typed).expect("an address");
        let json = serde_json::to_string(&address).expect("plain data");
        assert_eq!(json, r#"{"line1":"Invalidenstr. 1","city":"Berlin","postcode":"10115","country":"DE"}"#);
        assert_eq!(serde_json::from_str::<PostalAddress>(&json).expect("own text"), address);
        assert!(serde_json::from_str::<PostalAddress>(&json.replace("10115", "1")).is_err());
        assert!(serde_json::from_str::<PostalAddressInput>(&json.replace("city", "town")).is_err());
        assert!(!format!("{address:?}{typed:?}").contains("Berlin"));
    }

    proptest! {
        #[test]
        fn accepted_addresses_are_accepted_again(
            line in ".{0,10}", city in "[a-zA-Z ]{0,10}", postcode in "[0-9A-Za-z -]{0,8}", index in 0_usize..250,
        ) {
            let country = Country::all().nth(index % 249).expect("in the list");
            if let Ok(address) = PostalAddress::parse(&input(&line, &city, "", &postcode, country.as_str())) {
                prop_assert_eq!(PostalAddress::parse(&address.to_input()), Ok(address));
            }
        }
    }
}
