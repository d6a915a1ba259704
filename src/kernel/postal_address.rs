//! Postal addresses, checked by their country's rules.

use std::fmt;

use super::country::Country;
use super::postal_rules::{Parts, Region, lines, normalise_postcode, region, rules};
use super::text::{is_unprintable, kept_form};
use serde::{Deserialize, Serialize};

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
    #[error("This is not a postcode of the country. Use a form like {0}.")]
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
        if city.is_none() && rules.needs_city(region.is_some()) {
            wrong("city", AddressProblem::CityMissing);
        }
        let city = city.or_else(|| rules.city().map(str::to_owned)).unwrap_or_default();
        let region = match region {
            None if rules.needs_region(Some(&city)) => Err(AddressProblem::RegionMissing),
            Some(text) => known_region(country, text).map(Some),
            None => Ok(None),
        };
        let postcode = match postcode {
            None if rules.needs_postcode() => Err(AddressProblem::PostcodeMissing),
            Some(text) if rules.forms().next().is_some() => {
                normalise_postcode(&text, &rules).map(Some).ok_or(AddressProblem::PostcodeForm(rules.example))
            }
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
        match line1 {
            Some(line1) if errors.is_empty() => Ok(Self { line1, line2, city, region, postcode, country }),
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

    /// The lines of a letter's address in the country's order, without the country's name.
    #[must_use]
    pub fn lines(&self) -> Vec<String> {
        self.to_input().lines()
    }
}

impl PostalAddressInput {
    /// The lines in the country's order, without the country's name; of an address that was kept under rules of before,
    /// too.
    #[must_use]
    pub fn lines(&self) -> Vec<String> {
        let parts = Parts {
            street: &self.line1,
            second: self.line2.as_deref(),
            city: &self.city,
            region: self.region.as_deref(),
            postcode: self.postcode.as_deref(),
        };
        lines(&parts, &rules(&self.country.to_ascii_uppercase()))
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
    let text = kept_form(text?);
    let problem = if text.chars().any(is_unprintable) {
        AddressProblem::Unprintable
    } else if text.chars().count() > MAX_LENGTH {
        AddressProblem::TooLong
    } else {
        return (!text.is_empty()).then_some(text);
    };
    errors.push(AddressError { field, problem });
    None
}

/// A region as it is kept.
fn known_region(country: Country, text: String) -> Result<String, AddressProblem> {
    match region(country.as_str(), &text) {
        Region::Listed(kept) => Ok(kept),
        Region::AsWritten => Ok(text),
        Region::Unknown => Err(AddressProblem::RegionUnknown),
    }
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
            (input("Invalidenstr. 1", "Berlin", "", "10115", "de"), "Invalidenstr. 1|10115 Berlin"),
            (input("1 Main St", "Springfield", "illinois", "62701", "US"), "1 Main St|Springfield IL 62701"),
            (input("PSC 1", "APO", "ae", "09001", "US"), "PSC 1|APO AE 09001"),
            (input("1 Ashford Ave", "San Juan", "PR", "00901", "PR"), "1 Ashford Ave|San Juan PR 00901"),
            (input("10 Bayfront Ave", "", "", "018956", "SG"), "10 Bayfront Ave|Singapore 018956"),
            (input("1 Quai", "", "", "98000", "MC"), "1 Quai|98000 Monaco"),
            (input("1 Main St", "", "", "gx111aa", "GI"), "1 Main St|Gibraltar|GX11 1AA"),
            (input("1 Via", "", "", "00120", "VA"), "1 Via|00120 Città del Vaticano"),
            (input("Via Dante 1", "Milano", "MI", "20121", "IT"), "Via Dante 1|20121 Milano MI"),
            (input("1 Chang'an Ave", "Beijing", "Beijing", "100600", "CN"), "1 Chang'an Ave|100600 Beijing"),
            (input("1 Chang'an Ave", "Beijing", "", "100600", "CN"), "1 Chang'an Ave|100600 Beijing"),
            (input("1 Toranomon", "Minato-ku", "Tokyo", "1050001", "JP"), "1 Toranomon|Minato-ku, Tokyo 105-0001"),
            (input("虎ノ門2丁目10-1", "港区", "東京都", "105-0001", "JP"), "〒105-0001|東京都港区|虎ノ門2丁目10-1"),
            (input("长安街1号", "北京市", "北京市", "100600", "CN"), "100600|北京市|长安街1号"),
            (input("세종대로 110", "중구", "서울", "04524", "KR"), "서울 중구|세종대로 110|04524"),
            (input("110 Sejong-daero", "Jung-gu", "Seoul", "04524", "KR"), "110 Sejong-daero|Jung-gu|Seoul 04524"),
            (input("信義路1號", "信義區", "臺北市", "110", "TW"), "110|臺北市信義區|信義路1號"),
            (input("彌敦道1號", "尖沙咀", "九龍", "", "HK"), "九龍|尖沙咀|彌敦道1號"),
            (input("Flat A, 12/F", "", "Kowloon", "", "HK"), "Flat A, 12/F|Kowloon"),
            (input("Flat A, 12/F", "", "", "999077", "HK"), "Flat A, 12/F|999077"),
            (input("PO Box 1", "", "Dubai", "", "AE"), "PO Box 1|Dubai"),
            (input("PO Box 1", "Dubai", "Dubai", "", "AE"), "PO Box 1|Dubai"),
            (input("5 Janpath", "New Delhi", "Delhi", "110001", "IN"), "5 Janpath|New Delhi 110001|Delhi"),
            (input("1 George St", "Sydney", "New South Wales", "2000", "AU"), "1 George St|Sydney NSW 2000"),
            (input("Av. Paulista 1", "São Paulo", "sp", "01310100", "BR"), "Av. Paulista 1|São Paulo - SP|01310-100"),
            (input("Fő utca 1", "Budapest", "", "H-1011", "HU"), "Budapest|Fő utca 1|1011"),
            (input("Calle 1", "Guadalajara", "Jal.", "44100", "MX"), "Calle 1|44100 Guadalajara, Jalisco"),
            (input("Cadde 1", "Fatih", "İstanbul", "34080", "TR"), "Cadde 1|34080 Fatih/İstanbul"),
            (input("Cadde 1", "Fatih", "", "34080", "TR"), "Cadde 1|34080 Fatih"),
            (input("10 Downing St", "London", "", "sw1a2aa", "GB"), "10 Downing St|London|SW1A 2AA"),
            (input("1 High St", "St Helier", "", "je23ab", "JE"), "1 High St|St Helier|JE2 3AB"),
            (input("Zeil 1", "Frankfurt", "Hessen", "60313", "DE"), "Zeil 1|60313 Frankfurt|Hessen"),
            (input("PO Box 1", "Nuku'alofa", "", "", "TO"), "PO Box 1|Nuku'alofa"),
        ] {
            let address = PostalAddress::parse(&typed).unwrap_or_else(|errors| panic!("{} {errors}", typed.line1));
            assert_eq!(address.lines().join("|"), lines);
            assert_eq!(PostalAddress::parse(&address.to_input()), Ok(address));
        }
        let before = input("Rua 1", "São Paulo", "ZZ", "ABC", "BR");
        assert_eq!(before.lines(), ["Rua 1", "São Paulo - ZZ", "ABC"]);
    }

    #[test]
    fn countries_ask_for_what_their_post_needs() {
        use AddressProblem::*;
        for (typed, wrong) in [
            (
                input("x", "y", "ZZ", "ABC", "BR"),
                vec![("postcode", PostcodeForm("01310-100")), ("region", RegionUnknown)],
            ),
            (input("x", "y", "", "", "BR"), vec![("postcode", PostcodeMissing), ("region", RegionMissing)]),
            (input("x", "y", "", "zzz", "UA"), vec![("postcode", PostcodeForm("01001"))]),
            (input("세종대로 1", "중구", "서울", "", "KR"), vec![("postcode", PostcodeMissing)]),
            (input("x", "y", "", "", "MX"), vec![("postcode", PostcodeMissing), ("region", RegionMissing)]),
            (input("x", "y", "", "1", "RU"), vec![("postcode", PostcodeForm("101000"))]),
            (input("x", "y", "", "", "NZ"), vec![("postcode", PostcodeMissing)]),
            (input("x", "y", "", "zzz", "TR"), vec![("postcode", PostcodeForm("06101"))]),
            (input("x", "y", "", "nope", "JE"), vec![("postcode", PostcodeForm("JE2 3AB"))]),
            (input("x", "y", "Bayern", "110001", "IN"), vec![("region", RegionUnknown)]),
            (input("x", "", "", "", "AE"), vec![("city", CityMissing)]),
            (input("x", "", "", "06101", "TR"), vec![("city", CityMissing)]),
        ] {
            assert_eq!(problems(&typed), wrong, "{}", typed.country);
        }
        assert_eq!(
            PostcodeForm("105-0001").to_string(),
            "This is not a postcode of the country. Use a form like 105-0001."
        );
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
            [("postcode", PostcodeForm("K1A 0B1")), ("region", RegionUnknown)]
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
