//! The properties of `fuzz/`, in every run: on what people and programs really send, on that with bytes changed, and on
//! noise. The fuzz targets look further (docs/TESTING.md).

use proptest::prelude::*;
use rstest::rstest;

#[path = "../../fuzz/properties.rs"]
mod properties;

/// What stands at the start of a search.
const PATCHES: &[&str] = &[
    r#"{"name":"Ada Lovelace","phone":"+65 6123 4567","website":"https://ada.example"}"#,
    r#"{"address":{"line1":"1 Road","city":"Singapore","postcode":"018956","country":"SG"},"locale":"de"}"#,
    r#"{"address":{"postcode":null},"phone":null,"time_zone":"Asia/Singapore"}"#,
    r#"{"im_ids":[{"network":"xmpp","handle":"ada@example.org"},{"network":"icq","handle":"123456"}]}"#,
    r#"{"preferences":{"date_format":"iso"},"name":"\u0041\u030a","unknown":1}"#,
];
const PHONES: &[&str] = &["+65 6123 4567", "+49 (0) 30 901820", "+1-202-555-0143", "+\u{a0}65", "+80012345678"];
const IM_IDS: &[&str] = &[
    "xmpp\nAda@Example.ORG",
    "matrix\n@ada:example.org",
    "signal\nada.01",
    "telegram\n@ada_l",
    "skype\nlive:ada",
    "icq\n123-456",
    "msn\nada@example.org",
    "irc\nada`",
    "zephyr\nada",
];
const TAGS: &[&str] = &["*", "\"1\"", "W/\"7\"", "\"3-gzip\"", "\"-1\"", "\"1\", \"2\"", "\"9223372036854775808\""];

const WISHES: &[&str] = &["de-AT, en;q=0.5", "zh-TW, zh;q=0.9, *;q=0.1", "fr;q=1.0,DE_ch;Q=0.3", "en;q=0, de;q=0.001"];

/// A seed with a few bytes changed, dropped or added.
fn near(seeds: &'static [&'static str]) -> impl Strategy<Value = Vec<u8>> {
    let changes = prop::collection::vec((any::<prop::sample::Index>(), any::<u8>(), 0..3_u8), 0..4);
    (prop::sample::select(seeds), changes).prop_map(|(seed, changes)| {
        let mut bytes = seed.as_bytes().to_vec();
        for (place, byte, how) in changes {
            let place = place.index(bytes.len().max(1));
            match how {
                0 if place < bytes.len() => bytes[place] = byte,
                1 if place < bytes.len() => drop(bytes.remove(place)),
                _ => bytes.insert(place.min(bytes.len()), byte),
            }
        }
        bytes
    })
}

fn noise() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![prop::collection::vec(any::<u8>(), 0..80), ".{0,60}".prop_map(String::into_bytes)]
}

#[rstest]
#[case(properties::merge_patch, PATCHES)]
#[case(properties::phone, PHONES)]
#[case(properties::im_id, IM_IDS)]
#[case(properties::if_match, TAGS)]
#[case(properties::cookie, TAGS)]
#[case(properties::accept_language, WISHES)]
fn whatever_strangers_send(#[case] holds: fn(&[u8]), #[case] seeds: &'static [&'static str]) {
    for seed in seeds {
        holds(seed.as_bytes());
    }
    let mut runner = proptest::test_runner::TestRunner::default();
    let found = runner.run(&prop_oneof![near(seeds), noise()], |data| {
        holds(&data);
        Ok(())
    });
    if let Err(error) = found {
        panic!("{error}");
    }
}
