//! Postcodes as people type them, put into their country's form.

use unicode_normalization::UnicodeNormalization;

use super::Rules;

/// A postcode in its country's form, or `None` if it has another. Spaces, dashes, full stops, letter case, digits of
/// other scripts, and a prefix that names the country or the postcode, missing or added, are put right.
pub(in crate::kernel) fn normalise_postcode(text: &str, rules: &Rules) -> Option<String> {
    let given: String = text.nfkc().filter_map(plain).collect();
    let bare = prefixes(rules.country).filter_map(|prefix| given.strip_prefix(prefix));
    let typed: Vec<Vec<char>> = [given.as_str()].into_iter().chain(bare).map(|text| text.chars().collect()).collect();
    typed.iter().find_map(|chars| rules.forms().find_map(|form| fill(form, chars).or_else(|| fill_bare(form, chars))))
}

/// What the form decides about: letters large, digits European; `None` for what only divides them.
fn plain(c: char) -> Option<char> {
    let divides = c.is_whitespace()
        || matches!(c, '-' | '.' | '_' | '~' | '〒' | '\u{ad}' | '\u{2010}'..='\u{2015}' | '\u{2212}' | '\u{30fc}')
        || super::super::text::is_unprintable(c);
    (!divides).then(|| european_digit(c).unwrap_or(c).to_ascii_uppercase())
}

/// The digit that a decimal digit of a script in postal use stands for.
fn european_digit(c: char) -> Option<char> {
    const ZEROS: [u32; 16] = [
        0x660, 0x6f0, 0x966, 0x9e6, 0xa66, 0xae6, 0xb66, 0xbe6, 0xc66, 0xce6, 0xd66, 0xe50, 0xed0, 0xf20, 0x1040,
        0x17e0,
    ];
    let value = ZEROS.iter().find_map(|zero| u32::from(c).checked_sub(*zero).filter(|value| *value < 10))?;
    char::from_digit(value, 10)
}

/// What people write before a postcode of the country: its code, the sign that its cars bear, the word for a postcode.
fn prefixes(country: &'static str) -> impl Iterator<Item = &'static str> {
    let own: &[&str] = match country {
        "AT" => &["A"],
        "BE" => &["B"],
        "BR" => &["CEP"],
        "DE" => &["D", "PLZ"],
        "ES" => &["E"],
        "FI" => &["FIN", "SF"],
        "FR" => &["F"],
        "HU" => &["H"],
        "IN" => &["PIN"],
        "IT" => &["I"],
        "LI" => &["FL"],
        "LU" => &["L"],
        "MX" => &["CP"],
        "NO" => &["N"],
        "PT" => &["P"],
        "RS" => &["SRB"],
        "SE" => &["S"],
        "SI" => &["SLO"],
        "VA" | "SM" => &["IT", "I", "V"],
        _ => &[],
    };
    [country].into_iter().filter(|code| !code.is_empty()).chain(own.iter().copied())
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

/// The form filled with what stands behind its letters: `1010` for `LV-1010`.
fn fill_bare(form: &str, given: &[char]) -> Option<String> {
    let digits = form.find('d').filter(|at| form[..*at].contains(|c: char| c.is_ascii_uppercase()))?;
    let (prefix, body) = form.split_at(digits);
    (body.chars().all(|slot| slot == 'd')).then(|| fill(body, given).map(|filled| format!("{prefix}{filled}")))?
}

#[cfg(test)]
mod tests {
    use super::super::{rules, table};
    use super::*;
    use proptest::prelude::*;

    fn formed(country: &str, text: &str) -> Option<String> {
        normalise_postcode(text, &rules(country))
    }

    proptest! {
        #[test]
        fn a_postcode_in_form_is_its_own_form(index in 0..table::TABLE.len(), text in "[0-9A-Za-z -]{0,10}") {
            let country = table::TABLE[index].0;
            if let Some(form) = formed(country, &text) {
                prop_assert_eq!(formed(country, &form), Some(form.clone()));
                let bare: String = form.chars().filter(char::is_ascii_alphanumeric).collect();
                prop_assert_eq!(formed(country, &bare.to_lowercase()), Some(form));
            }
        }
    }

    #[test]
    fn every_example_is_in_form_however_it_is_typed() {
        for (country, .., example) in table::TABLE.iter().filter(|row| !row.4.is_empty()) {
            let wide: String = example
                .chars()
                .map(|c| {
                    if c.is_ascii_graphic() { char::from_u32(u32::from(c) + 0xfee0).expect("in the plane") } else { c }
                })
                .collect();
            let dashed = example.replace('-', "\u{2013}").replace(' ', "\u{a0}");
            let coded = format!("{country}-{}", example.to_lowercase());
            for typed in [*example, &wide, &dashed, &coded] {
                assert_eq!(formed(country, typed).as_deref(), Some(*example), "{country} {typed}");
            }
        }
    }

    #[test]
    fn postcodes_take_their_countrys_form() {
        for (country, text, form) in [
            ("DE", "10115", "10115"),
            ("DE", "D-10115", "10115"),
            ("CH", "ch 8001", "8001"),
            ("AT", "A-1010", "1010"),
            ("FR", "F-75001", "75001"),
            ("LI", "FL-9490", "9490"),
            ("GB", "sw1a1aa", "SW1A 1AA"),
            ("GB", "M1 1AE", "M1 1AE"),
            ("GB", "bfpo 61", "BFPO 61"),
            ("CA", "k1a0b1", "K1A 0B1"),
            ("NL", "1012AB", "1012 AB"),
            ("NL", "NL-1012 AB", "1012 AB"),
            ("LV", "1010", "LV-1010"),
            ("LV", "lv 1010", "LV-1010"),
            ("AZ", "1000", "AZ 1000"),
            ("PL", "00950", "00-950"),
            ("US", "627011234", "62701-1234"),
            ("US", "62701–1234", "62701-1234"),
            ("IE", "d02 af30", "D02 AF30"),
            ("SE", "11455", "114 55"),
            ("JP", "1058001", "105-8001"),
            ("JP", "〒１０５−８００１", "105-8001"),
            ("JP", "１０５ー８００１", "105-8001"),
            ("BR", "01.310-100", "01310-100"),
            ("IN", "110 001", "110001"),
            ("IN", "११०००१", "110001"),
            ("IR", "۱۱۹۳۶-۱۲۳۴۵", "11936-12345"),
            ("SG", "５４６０８０", "546080"),
            ("AU", "2000", "2000"),
            ("CH", "8001", "8001"),
            ("MX", "C.P. 06000", "06000"),
        ] {
            assert_eq!(formed(country, text).as_deref(), Some(form), "{country} {text}");
        }
        for (country, text) in [
            ("DE", "1011"),
            ("DE", "101155"),
            ("DE", "F-10115"),
            ("US", "6270A"),
            ("CA", "111 111"),
            ("BR", "ABC"),
            ("UA", "zzz"),
            ("TR", "zzz"),
            ("JP", "12345"),
            ("LV", "EE-1010"),
        ] {
            assert_eq!(formed(country, text), None, "{country} {text}");
        }
    }
}
