//! What the countries ask of a postal address: required parts, form of the postcode, regions, order of the lines.

mod label;
mod postcode;
mod regions;
mod table;

pub(super) use label::{Parts, lines};
pub(super) use postcode::normalise_postcode;
pub(super) use regions::{Region, region};

/// What one country asks. The letters are those of [`table::Row`].
#[derive(Debug, Clone, Copy)]
pub(super) struct Rules {
    pub(super) country: &'static str,
    needs: &'static str,
    lines: &'static str,
    forms: &'static str,
    /// A postcode in the country's form; empty where any text is taken.
    pub(super) example: &'static str,
}

/// The rules of a country by its code; of one that is not in the table, nothing is asked but a city.
pub(super) fn rules(country: &str) -> Rules {
    const UNKNOWN: table::Row = ("", "C", "A;C;S;Z", "", "");
    let found = table::TABLE.binary_search_by_key(&country, |row| row.0);
    let (country, needs, lines, forms, example) = found.map_or(UNKNOWN, |at| table::TABLE[at]);
    Rules { country, needs, lines, forms, example }
}

impl Rules {
    /// Whether an address without a city lacks something.
    pub(super) fn needs_city(&self, has_region: bool) -> bool {
        self.city().is_none() && (self.needs.contains('C') || (self.needs.contains('c') && !has_region))
    }

    /// Whether an address without a region lacks something; a city that is a region of its own needs none beside it.
    pub(super) fn needs_region(&self, city: Option<&str>) -> bool {
        let is_region = |city: &str| matches!(region(self.country, city), Region::Listed(_));
        self.needs.contains('S') || (self.needs.contains('s') && !city.is_some_and(is_region))
    }

    /// Whether an address without a postcode lacks something.
    pub(super) fn needs_postcode(&self) -> bool {
        self.needs.contains('Z')
    }

    /// The forms that postcodes have; none: any text.
    pub(super) fn forms(&self) -> impl Iterator<Item = &'static str> + use<> {
        self.forms.split(',').filter(|form| !form.is_empty())
    }

    /// The only city, where the country is one and letters name it.
    pub(super) fn city(&self) -> Option<&'static str> {
        match self.country {
            "GI" => Some("Gibraltar"),
            "MC" => Some("Monaco"),
            "SG" => Some("Singapore"),
            "SM" => Some("San Marino"),
            "VA" => Some("Città del Vaticano"),
            _ => None,
        }
    }

    /// The lines of an address in Latin letters, which runs from the smallest part to the largest.
    fn smallest_first(&self) -> &'static str {
        self.lines
    }

    /// The lines of an address in the country's own script, where that runs from the largest part to the smallest.
    fn largest_first(&self) -> Option<&'static str> {
        match self.country {
            "CN" | "TW" => Some("Z;SC;A"),
            "JP" => Some("〒Z;SC;A"),
            "KR" => Some("S C;A;Z"),
            "HK" | "MO" => Some("S;C;A"),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::country::Country;
    use super::*;

    #[test]
    fn every_country_has_a_row_and_each_row_can_be_read() {
        let countries: Vec<&str> = table::TABLE.iter().map(|row| row.0).collect();
        let mut sorted = countries.clone();
        sorted.sort_unstable();
        assert_eq!(countries, sorted, "the rows are found by a search that halves");
        let mut all: Vec<&str> = Country::all().map(|country| country.as_str()).collect();
        all.sort_unstable();
        assert_eq!(countries, all);
        for (country, needs, lines, forms, example) in table::TABLE {
            assert!(needs.chars().all(|need| "CScsZ".contains(need)), "{country}");
            assert!(lines.contains('A') && lines.contains('C'), "{country}");
            assert!(!needs.contains('Z') || (lines.contains('Z') && !forms.is_empty()), "{country}");
            assert!(!needs.contains(['S', 's']) || lines.contains('S'), "{country}");
            assert_eq!(forms.is_empty(), example.is_empty(), "{country}");
            let known = "dax -/".chars().chain('A'..='Z').chain('0'..='9').collect::<Vec<_>>();
            assert!(forms.chars().all(|c| c == ',' || known.contains(&c)), "{country}");
        }
    }
}
