//! Keeps card numbers out (3-rules "Card data", PCI DSS v4 SAQ A): answers whether a text holds one.
//!
//! A card number is a row of digits, grouped or not, that starts with an issuer's prefix, has that issuer's length and
//! a right Luhn digit. Numbers of 13 digits are left alone: they are milliseconds and article numbers far more often
//! than the oldest cards. Dates, times, IP addresses, UUIDs, digests and our own ids are cut out before the search; a
//! text that is a valid phone number as a whole is exempt. VAT ids of the EU, EFTA and the UK have at most 12 digits
//! and cannot hit.

use unicode_normalization::UnicodeNormalization;

use super::ids;
use super::phone::Phone;

/// The shortest and the longest card number that is looked for.
const LENGTHS: std::ops::RangeInclusive<usize> = 14..=19;

/// Marks a place that no number may cross.
const BREAK: char = '\u{0}';

/// True if the text holds a card number. The caller refuses the field (422) and neither stores nor logs the value.
#[must_use]
pub fn contains_card_number(text: &str) -> bool {
    if text.chars().filter(|c| digit_value(*c).is_some()).take(*LENGTHS.start()).count() < *LENGTHS.start() {
        return false;
    }
    if text.trim_start().starts_with('+') && Phone::parse(text).is_ok() {
        return false;
    }
    let mut folded = fold(text);
    cut_out_harmless(&mut folded);
    runs(&folded).iter().any(|groups| (0..groups.len()).any(|first| card_starts_at(&groups[first..])))
}

/// True if the first groups together, two or more of them or one alone, are a card number.
fn card_starts_at(groups: &[Vec<u8>]) -> bool {
    let mut digits: Vec<u8> = Vec::with_capacity(*LENGTHS.end());
    for group in groups {
        if digits.len() + group.len() > *LENGTHS.end() {
            return false;
        }
        digits.extend(group);
        if LENGTHS.contains(&digits.len()) && has_issuer(&digits) && luhn_holds(&digits) {
            return true;
        }
    }
    false
}

/// Issuers' prefixes (lowest and highest, same number of digits) with the lengths that they issue.
const ISSUERS: &[(u32, u32, &[usize])] = &[
    (4, 4, &[16, 19]),                       // Visa
    (51, 55, &[16]),                         // Mastercard
    (2221, 2720, &[16]),                     // Mastercard
    (34, 34, &[15]),                         // American Express
    (37, 37, &[15]),                         // American Express
    (300, 305, &[14, 16]),                   // Diners Club
    (3095, 3095, &[14, 16]),                 // Diners Club
    (36, 36, &[14, 16]),                     // Diners Club
    (38, 39, &[14, 16]),                     // Diners Club
    (6011, 6011, &[16, 19]),                 // Discover
    (644, 649, &[16, 19]),                   // Discover
    (60, 60, &[16]),                         // RuPay
    (65, 65, &[16, 19]),                     // Discover, RuPay
    (62, 62, &[16, 17, 18, 19]),             // UnionPay
    (81, 82, &[16, 17, 18, 19]),             // UnionPay, RuPay
    (3528, 3589, &[16, 17, 18, 19]),         // JCB
    (1800, 1800, &[15]),                     // JCB
    (2131, 2131, &[15]),                     // JCB
    (2200, 2204, &[16, 17, 18, 19]),         // Mir
    (2205, 2205, &[16]),                     // BORICA
    (5018, 5018, &[14, 15, 16, 17, 18, 19]), // Maestro
    (5019, 5019, &[16]),                     // Dankort
    (5020, 5020, &[14, 15, 16, 17, 18, 19]), // Maestro
    (5038, 5038, &[14, 15, 16, 17, 18, 19]), // Maestro
    (5060, 5067, &[16, 18, 19]),             // Verve, Elo
    (508, 509, &[16]),                       // RuPay, Elo
    (5893, 5893, &[14, 15, 16, 17, 18, 19]), // Maestro
    (6304, 6304, &[14, 15, 16, 17, 18, 19]), // Maestro
    (6362, 6363, &[16]),                     // Elo
    (636, 639, &[16, 17, 18, 19]),           // InterPayment, InstaPayment
    (6759, 6759, &[14, 15, 16, 17, 18, 19]), // Maestro
    (6761, 6763, &[14, 15, 16, 17, 18, 19]), // Maestro
    (9792, 9792, &[16]),                     // Troy
];

fn has_issuer(digits: &[u8]) -> bool {
    ISSUERS.iter().any(|(low, high, lengths)| {
        let width = low.to_string().len();
        let prefix = digits[..width].iter().fold(0_u32, |number, digit| number * 10 + u32::from(*digit));
        (*low..=*high).contains(&prefix) && lengths.contains(&digits.len())
    })
}

/// ISO/IEC 7812-1, annex B.
fn luhn_holds(digits: &[u8]) -> bool {
    let sum: u32 = digits
        .iter()
        .rev()
        .enumerate()
        .map(|(place, digit)| match (place % 2, u32::from(*digit) * 2) {
            (0, _) => u32::from(*digit),
            (_, doubled) => doubled / 10 + doubled % 10,
        })
        .sum();
    sum.is_multiple_of(10)
}

/// First digits (zero) of the scripts that have their own; compatibility forms are found by normalisation.
const ZEROS: &[u32] = &[
    0x660, 0x6f0, 0x7c0, 0x966, 0x9e6, 0xa66, 0xae6, 0xb66, 0xbe6, 0xc66, 0xce6, 0xd66, 0xde6, 0xe50, 0xed0, 0xf20,
    0x1040, 0x1090, 0x17e0, 0x1810, 0x1946, 0x19d0, 0x1a80, 0x1a90, 0x1b50, 0x1bb0, 0x1c40, 0x1c50, 0xa620, 0xa8d0,
    0xa900, 0xa9d0, 0xa9f0, 0xaa50, 0xabf0, 0x104a0, 0x10d30, 0x11066, 0x110f0, 0x11136, 0x111d0, 0x112f0, 0x11450,
    0x114d0, 0x11650, 0x116c0, 0x11730, 0x118e0, 0x11c50, 0x11d50, 0x11da0, 0x16a60, 0x16b50, 0x1e140, 0x1e2f0,
    0x1e950,
];

/// The value of a decimal digit of any script, also full-width, mathematical, circled or raised.
fn digit_value(c: char) -> Option<u8> {
    if c.is_ascii() {
        return c.to_digit(10).and_then(|value| u8::try_from(value).ok());
    }
    let code = u32::from(c);
    let own =
        ZEROS.iter().find(|zero| (**zero..**zero + 10).contains(&code)).and_then(|zero| u8::try_from(code - zero).ok());
    own.or_else(|| {
        let mut plain = std::iter::once(c).nfkc();
        plain
            .next()
            .filter(|_| plain.next().is_none())
            .and_then(|one| one.to_digit(10))
            .and_then(|v| u8::try_from(v).ok())
    })
}

/// The text with every digit as ASCII, every kind of space and dash as the plain one, and invisible characters gone.
fn fold(text: &str) -> Vec<char> {
    text.chars()
        .filter(|c| !matches!(c, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}'))
        .map(|c| match c {
            c if digit_value(c).is_some() => digit_value(c).map_or(c, |value| char::from(b'0' + value)),
            c if c.is_whitespace() => ' ',
            '\u{2010}'..='\u{2015}' | '\u{2212}' | '\u{fe58}' | '\u{fe63}' | '\u{ff0d}' | '\u{2043}' => '-',
            '\u{b7}' | '\u{2022}' | '\u{2024}' | '\u{3002}' | '\u{ff0e}' => '.',
            BREAK => '!',
            c => c,
        })
        .collect()
}

/// The rows of digit groups: one to three separators hold groups together, anything else parts them.
fn runs(folded: &[char]) -> Vec<Vec<Vec<u8>>> {
    let (mut runs, mut separators) = (vec![Vec::new()], usize::MAX);
    for c in folded {
        match c.to_digit(10).and_then(|value| u8::try_from(value).ok()) {
            Some(value) => {
                if separators > 3 {
                    runs.push(Vec::new());
                }
                let groups: &mut Vec<Vec<u8>> = runs.last_mut().expect("starts with one");
                if separators > 0 {
                    groups.push(Vec::new());
                }
                groups.last_mut().expect("just opened or still open").push(value);
                separators = 0;
            }
            None if matches!(c, ' ' | '-' | '.' | '_' | '/') => separators = separators.saturating_add(1),
            None => separators = usize::MAX,
        }
    }
    runs
}

/// Overwrites what only looks like digits of a card.
fn cut_out_harmless(text: &mut [char]) {
    let mut at = 0;
    while at < text.len() {
        let fresh = at == 0 || !text[at - 1].is_ascii_alphanumeric();
        let length = if fresh { harmless_length(&text[at..]) } else { 0 };
        // The last character stays a break too, so that what follows starts anew.
        text[at..at + length].fill(BREAK);
        at += length.max(1);
    }
}

/// How many characters at the start are a date, time, IP address, UUID, digest or id of ours; 0 for none.
fn harmless_length(text: &[char]) -> usize {
    let parted = |length: usize| text.get(length).is_none_or(|c| !c.is_ascii_digit());
    let shapes = ["dddd-dd-dd", "dd.dd.dddd", "dd/dd/dddd", "dddd/dd/dd", "dd-dd-dddd"];
    let dated = |shape: &&&str| fits(text, shape) && is_date(&text[..shape.len()]) && parted(shape.len());
    if let Some(shape) = shapes.iter().find(dated) {
        return shape.len();
    }
    if fits(text, "dd:dd") {
        return text.iter().position(|c| !(c.is_ascii_digit() || matches!(c, ':' | '.'))).unwrap_or(text.len());
    }
    if fits(text, "hhhhhhhh-hhhh-hhhh-hhhh-hhhhhhhhhhhh") && parted(36) {
        return 36;
    }
    let word = text.iter().position(|c| !(c.is_ascii_alphanumeric() || *c == '_')).unwrap_or(text.len());
    if is_own_id(&text[..word]) || is_digest(&text[..word]) { word } else { ip_length(text) }
}

/// `d` a digit, `h` a hexadecimal digit, anything else itself.
fn fits(text: &[char], shape: &str) -> bool {
    text.len() >= shape.len()
        && shape.chars().zip(text).all(|(slot, c)| match slot {
            'd' => c.is_ascii_digit(),
            'h' => c.is_ascii_hexdigit(),
            literal => *c == literal,
        })
}

/// Four digits of a year from 1900 to 2100, and two parts of which one can be a month and the other a day.
fn is_date(text: &[char]) -> bool {
    let parts: Vec<u32> = text
        .split(|c| !c.is_ascii_digit())
        .map(|part| part.iter().filter_map(|c| c.to_digit(10)).fold(0, |number, digit| number * 10 + digit))
        .collect();
    let mut small: Vec<u32> = parts.iter().copied().filter(|part| *part <= 31).collect();
    small.sort_unstable();
    parts.iter().any(|part| (1900..=2100).contains(part)) && small.len() == 2 && (1..=12).contains(&small[0])
}

fn is_own_id(word: &[char]) -> bool {
    let word: String = word.iter().collect();
    word.split_once('_').is_some_and(|(prefix, body)| {
        ids::PREFIXES.contains(&prefix) && body.len() == 32 && body.bytes().all(|byte| byte.is_ascii_hexdigit())
    })
}

/// Hexadecimal text of 32 characters or more that is not all digits.
fn is_digest(word: &[char]) -> bool {
    word.len() >= 32 && word.iter().all(char::is_ascii_hexdigit) && word.iter().any(char::is_ascii_alphabetic)
}

/// Length of an IPv4 address in dotted form that no further dotted number follows; 0 for none.
fn ip_length(text: &[char]) -> usize {
    let end = text.iter().position(|c| !(c.is_ascii_digit() || *c == '.')).unwrap_or(text.len());
    let dotted: String = text[..end].iter().collect();
    let dotted = dotted.trim_end_matches('.');
    let octets: Vec<&str> = dotted.split('.').collect();
    let is_address = octets.len() == 4 && octets.iter().all(|octet| octet.len() <= 3 && octet.parse::<u8>().is_ok());
    if is_address { dotted.len() } else { 0 }
}

#[cfg(test)]
#[path = "card_guard_tests.rs"]
mod tests;
