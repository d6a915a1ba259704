//! The corpus of the card guard, both ways. The numbers are the processors' published test numbers.

use proptest::prelude::*;
use proptest::sample::select;

use super::*;
use crate::kernel::ids::{Account, Id};
use crate::kernel::time::Timestamp;

const CARDS: &[&str] = &[
    "4242424242424242",
    "4000056655665556",
    "5555555555554444",
    "2223003122003222",
    "5200828282828210",
    "378282246310005",
    "371449635398431",
    "6011111111111117",
    "6011000990139424",
    "3056930009020004",
    "36227206271667",
    "30569309025904",
    "38520000023237",
    "3566002020360505",
    "6200000000000005",
    "6205500000000000004",
    "4000002500003155",
    "4111111111111111",
    "6759649826438453",
];

#[test]
fn every_issuers_number_is_found() {
    for card in CARDS {
        assert!(contains_card_number(card), "{card}");
        assert!(contains_card_number(&format!("my card is {card}, thanks")), "{card} in a sentence");
        assert!(contains_card_number(&format!("card={card};cvc=123")), "{card} in a field list");
        assert!(contains_card_number(&format!("no{card}x")), "{card} between letters");
    }
}

#[test]
fn grouping_and_script_do_not_hide_it() {
    for text in [
        "4242 4242 4242 4242",
        "4242-4242-4242-4242",
        "4242.4242.4242.4242",
        "4242\u{a0}4242\u{a0}4242\u{a0}4242",
        "4242\u{2009}4242\u{202f}4242\u{2003}4242",
        "4242\u{2013}4242\u{2014}4242\u{2212}4242",
        "4242 - 4242 - 4242 - 4242",
        "4242\t4242\t4242\t4242",
        "4242 4242\r\n4242 4242",
        "4242_4242_4242_4242",
        "4 2 4 2 4 2 4 2 4 2 4 2 4 2 4 2",
        "42424242 42424242",
        "3782 822463 10005",
        "4242\u{200b}4242\u{200b}4242\u{200b}4242",
        "4242\u{ad}424242424242",
        "４２４２４２４２４２４２４２４２",
        "٤٢٤٢ ٤٢٤٢ ٤٢٤٢ ٤٢٤٢",
        "४२४२४२४२४२४२४२४२",
        "𝟒𝟐𝟒𝟐𝟒𝟐𝟒𝟐𝟒𝟐𝟒𝟐𝟒𝟐𝟒𝟐",
        "④②④②④②④②④②④②④②④②",
        "4242 4242 4242 4242 12/29 123",
        "Order 17: 4242 4242 4242 4242",
        "2026-11-23 4242 4242 4242 4242",
        "+4242424242424242",
    ] {
        assert!(contains_card_number(text), "{text}");
    }
}

#[test]
fn harmless_numbers_pass() {
    for text in [
        "",
        "4242424242424241",
        "4242 4242 4242 424",
        "4222222222222",
        "1795444440123",
        "1795444440123456",
        "1795444440123456789",
        "20261123143512",
        "2026-11-23T14:35:12.123456Z",
        "2026-11-23 14:36:30.123456 2026-11-24 15:36:30.123456",
        "14:36:30.123456 2026-11-23",
        "30.11.2026 14.35.20",
        "23/11/2026 30/11/2026 30/12/2026",
        "+65 6123 4567",
        "+49 30 901820",
        "0800 123 4567 or 0800 765 4321",
        "00000000-0000-4000-8000-000000000000",
        "41111111-1111-4111-8111-111111111111",
        "acct_01932f4242424242424200000000000a",
        "inv_42424242424242424242424242424242",
        "4242424242424242424242424242424a",
        "DE123456789",
        "SE556703748501",
        "CHE-123.456.789 MWST",
        "DE89 3704 0044 0532 0130 00",
        "36.12.10.10 36.12.10.11 36.12.10.12",
        "matrix: @ada1815:example.org",
        "978-3-16-148410-0",
    ] {
        assert!(!contains_card_number(text), "{text}");
    }
}

/// A number of an issuer with a right check digit.
fn cards() -> impl Strategy<Value = Vec<u8>> {
    let issuers: Vec<(u32, usize)> =
        ISSUERS.iter().flat_map(|(low, _, lengths)| lengths.iter().map(|length| (*low, *length))).collect();
    (select(issuers), prop::collection::vec(0_u8..10, 19)).prop_map(|((prefix, length), random)| {
        let mut digits: Vec<u8> = prefix.to_string().bytes().map(|byte| byte - b'0').collect();
        digits.extend(&random);
        digits.truncate(length - 1);
        let check = (0..10).find(|check| luhn_holds(&[digits.as_slice(), &[*check]].concat())).expect("one of ten");
        digits.push(check);
        digits
    })
}

fn text_of(digits: &[u8]) -> String {
    digits.iter().map(|digit| char::from(b'0' + digit)).collect()
}

proptest! {
    #[test]
    fn any_card_is_found_however_it_is_grouped(
        digits in cards(),
        cuts in prop::collection::vec(prop::bool::weighted(0.3), 19),
        separator in select(vec![" ", "-", "\u{a0}", " - ", "\u{2011}", "\u{200b}"]),
    ) {
        let mut text = String::from("Card ");
        for (digit, cut) in digits.iter().zip(&cuts) {
            text.push(char::from(b'0' + digit));
            if *cut {
                text.push_str(separator);
            }
        }
        // A grouping can happen to read as a date; those are rare and cut out on purpose.
        let folded = fold(&text);
        let date_like = (0..folded.len()).any(|at| harmless_length(&folded[at..]) > 0);
        prop_assume!(!date_like);
        prop_assert!(contains_card_number(&text), "{}", text);
    }

    #[test]
    fn a_wrong_check_digit_is_no_card(digits in cards(), other in 1_u8..10) {
        let mut digits = digits;
        let last = digits.len() - 1;
        digits[last] = (digits[last] + other) % 10;
        prop_assert!(!contains_card_number(&text_of(&digits)));
    }

    #[test]
    fn our_ids_and_uuids_pass(random: [u8; 10], millis in 0_i64..4_000_000_000_000, bytes: [u8; 16]) {
        let id = Id::<Account>::new(Timestamp::from_micros(millis * 1_000).expect("in range"), random);
        prop_assert!(!contains_card_number(id.as_str()));
        prop_assert!(!contains_card_number(&uuid::Uuid::from_bytes(bytes).to_string()));
    }

    #[test]
    fn timestamps_pass(micros in 0_i64..4_000_000_000_000_000, other in 0_i64..4_000_000_000_000_000) {
        let at = |micros| Timestamp::from_micros(micros).expect("in range");
        let two = format!("{} {}", at(micros), at(other));
        prop_assert!(!contains_card_number(&two));
        prop_assert!(!contains_card_number(&at(micros).seconds().to_string()));
        prop_assert!(!contains_card_number(&at(micros).utc().format("%Y%m%d%H%M%S").to_string()));
    }

    #[test]
    fn any_text_is_answered(text in ".{0,200}", digits in "[0-9 ./_:-]{0,200}") {
        let _ = (contains_card_number(&text), contains_card_number(&digits));
    }
}
