//! What the countries ask of a postal address: required parts, form of the postcode, order of the lines
//! (source: Universal Postal Union, addressing guides).

/// How the lines below the street are put together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum LineOrder {
    /// `10115 Berlin`, the region only where it is written: `20121 Milano MI`.
    PostcodeCityRegion,
    /// `Springfield IL 62701`.
    CityRegionPostcode,
    /// City, region and postcode each on a line of its own.
    LineEach,
    /// `Singapore 546080`.
    CityPostcode,
    /// `100600 Beijing`, the province on the next line.
    PostcodeCityThenRegion,
    /// `New Delhi 110001`, the state on the next line.
    CityPostcodeThenRegion,
}

/// What one country asks.
#[derive(Debug, Clone, Copy)]
pub(super) struct Rules {
    pub(super) region_required: bool,
    /// The region must be one of ISO 3166-2's for the country, and is kept as its short code.
    pub(super) region_coded: bool,
    pub(super) postcode_required: bool,
    /// `d` a digit, `a` a letter, `x` either, anything else itself; none: any text.
    pub(super) postcodes: &'static [&'static str],
    pub(super) order: LineOrder,
    /// The only city, where the country is one.
    pub(super) city: Option<&'static str>,
    /// Written in its own script, an address runs from the largest part to the smallest.
    pub(super) largest_first: bool,
}

const GENERIC: Rules = Rules {
    region_required: false,
    region_coded: false,
    postcode_required: false,
    postcodes: &[],
    order: LineOrder::CityRegionPostcode,
    city: None,
    largest_first: false,
};

/// The rules of a country by its code: the European Union, EFTA, US, GB, CA, AU, SG, CN, JP, IN,
/// and a general fallback.
pub(super) fn rules(country: &str) -> Rules {
    let europe =
        |postcodes| Rules { postcode_required: true, postcodes, order: LineOrder::PostcodeCityRegion, ..GENERIC };
    match country {
        "AT" | "BE" | "BG" | "CH" | "CY" | "DK" | "HU" | "LI" | "LU" | "NO" | "SI" => europe(&["dddd"]),
        "DE" | "EE" | "ES" | "FI" | "FR" | "HR" | "IT" => europe(&["ddddd"]),
        "CZ" | "GR" | "SE" | "SK" => europe(&["ddd dd"]),
        "IS" => europe(&["ddd"]),
        "LT" => europe(&["LT-ddddd"]),
        "LV" => Rules { order: LineOrder::CityRegionPostcode, ..europe(&["LV-dddd"]) },
        "NL" => europe(&["dddd aa"]),
        "PL" => europe(&["dd-ddd"]),
        "PT" => europe(&["dddd-ddd"]),
        "RO" => europe(&["dddddd"]),
        "MT" => Rules { order: LineOrder::LineEach, ..europe(&["aaa dddd"]) },
        "IE" => Rules { postcode_required: false, order: LineOrder::LineEach, ..europe(&["axx xxxx"]) },
        "GB" => Rules {
            order: LineOrder::LineEach,
            ..europe(&["ad daa", "add daa", "ada daa", "aad daa", "aadd daa", "aada daa", "GIR daa"])
        },
        "US" => Rules {
            region_required: true,
            region_coded: true,
            postcode_required: true,
            postcodes: &["ddddd", "ddddd-dddd"],
            ..GENERIC
        },
        "CA" => Rules {
            region_required: true,
            region_coded: true,
            postcode_required: true,
            postcodes: &["ada dad"],
            ..GENERIC
        },
        "SG" => Rules {
            postcode_required: true,
            postcodes: &["dddddd"],
            order: LineOrder::CityPostcode,
            city: Some("Singapore"),
            ..GENERIC
        },
        "CN" => Rules {
            region_required: true,
            postcode_required: true,
            postcodes: &["dddddd"],
            order: LineOrder::PostcodeCityThenRegion,
            largest_first: true,
            ..GENERIC
        },
        "AU" => Rules {
            region_required: true,
            region_coded: true,
            postcode_required: true,
            postcodes: &["dddd"],
            ..GENERIC
        },
        // Prefectures and states are taken as written: in any script, and whatever their codes are this year.
        "JP" => Rules {
            region_required: true,
            postcode_required: true,
            postcodes: &["ddd-dddd"],
            largest_first: true,
            ..GENERIC
        },
        "IN" => Rules {
            region_required: true,
            postcode_required: true,
            postcodes: &["dddddd"],
            order: LineOrder::CityPostcodeThenRegion,
            ..GENERIC
        },
        _ => GENERIC,
    }
}

/// A postcode in its country's form, or `None` if it has another. Spaces, hyphens, letter case and a missing country
/// prefix (`1010` for `LV-1010`) are put right.
pub(super) fn normalise_postcode(text: &str, forms: &[&str]) -> Option<String> {
    let given: Vec<char> =
        text.chars().filter(|c| !matches!(c, ' ' | '-' | '\u{a0}')).map(|c| c.to_ascii_uppercase()).collect();
    forms.iter().find_map(|form| fill(form, &given).or_else(|| fill_without_prefix(form, &given)))
}

/// The form filled with the characters given, if they fit it exactly.
fn fill(form: &str, given: &[char]) -> Option<String> {
    let mut rest = given.iter();
    let mut filled = String::with_capacity(form.len());
    for slot in form.chars() {
        let c = match slot {
            ' ' | '-' => slot,
            _ => *rest.next()?,
        };
        let fits = match slot {
            'd' => c.is_ascii_digit(),
            'a' => c.is_ascii_uppercase(),
            'x' => c.is_ascii_uppercase() || c.is_ascii_digit(),
            literal => c == literal,
        };
        if !fits {
            return None;
        }
        filled.push(c);
    }
    rest.next().is_none().then_some(filled)
}

fn fill_without_prefix(form: &str, given: &[char]) -> Option<String> {
    let (prefix, body) = form.split_once('-').filter(|(prefix, _)| prefix.chars().all(|c| c.is_ascii_uppercase()))?;
    fill(body, given).map(|filled| format!("{prefix}-{filled}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_postcode_in_form_is_its_own_form(index in 0_usize..40, text in "[0-9A-Za-z -]{0,10}") {
            let countries = ["DE", "GB", "US", "CA", "SG", "CN", "JP", "AU", "IN", "CH", "NL", "LV", "IE", "PL", "SE", "MT"];
            let forms = rules(countries[index % countries.len()]).postcodes;
            if let Some(formed) = normalise_postcode(&text, forms) {
                prop_assert_eq!(normalise_postcode(&formed, forms), Some(formed.clone()));
                let bare: String = formed.chars().filter(char::is_ascii_alphanumeric).collect();
                prop_assert_eq!(normalise_postcode(&bare.to_lowercase(), forms), Some(formed));
            }
        }
    }

    #[test]
    fn postcodes_take_their_countrys_form() {
        for (country, text, form) in [
            ("DE", "10115", "10115"),
            ("GB", "sw1a1aa", "SW1A 1AA"),
            ("GB", "M1 1AE", "M1 1AE"),
            ("CA", "k1a0b1", "K1A 0B1"),
            ("NL", "1012AB", "1012 AB"),
            ("LV", "1010", "LV-1010"),
            ("LV", "lv 1010", "LV-1010"),
            ("PL", "00950", "00-950"),
            ("US", "627011234", "62701-1234"),
            ("IE", "d02 af30", "D02 AF30"),
            ("SE", "11455", "114 55"),
            ("JP", "1058001", "105-8001"),
            ("IN", "110 001", "110001"),
            ("AU", "2000", "2000"),
            ("CH", "8001", "8001"),
        ] {
            assert_eq!(normalise_postcode(text, rules(country).postcodes).as_deref(), Some(form), "{country} {text}");
        }
        for (country, text) in
            [("DE", "1011"), ("DE", "101155"), ("US", "6270A"), ("CA", "111 111"), ("SG", "５４６０８０")]
        {
            assert_eq!(normalise_postcode(text, rules(country).postcodes), None, "{country} {text}");
        }
    }
}
