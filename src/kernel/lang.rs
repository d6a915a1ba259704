//! The languages that the product speaks, and how a reader's wishes choose among them.

/// A language with messages under `locales/`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub enum Lang {
    /// English: what is missing elsewhere is said in it.
    #[default]
    En,
    /// German.
    De,
    /// Chinese in simplified characters.
    ZhHans,
}

/// Wishes looked at in a header; browsers send fewer than ten.
const MOST_WISHES: usize = 32;

impl Lang {
    /// Every language.
    pub const ALL: [Self; 3] = [Self::En, Self::De, Self::ZhHans];

    /// The language tag (BCP 47).
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::En => "en",
            Self::De => "de",
            Self::ZhHans => "zh-Hans",
        }
    }

    /// The language's name for itself.
    #[must_use]
    pub fn own_name(self) -> &'static str {
        match self {
            Self::En => "English",
            Self::De => "Deutsch",
            Self::ZhHans => "简体中文",
        }
    }

    /// What we speak to somebody who prefers `tag`: `de-AT` is German. Readers of traditional characters get simplified
    /// ones, the closest there is.
    #[must_use]
    pub fn of_tag(tag: &str) -> Option<Self> {
        let language = tag.trim().split(['-', '_']).next().unwrap_or_default();
        let of = |code: &str| language.eq_ignore_ascii_case(code);
        match () {
            () if of("en") => Some(Self::En),
            () if of("de") => Some(Self::De),
            () if of("zh") => Some(Self::ZhHans),
            () => None,
        }
    }

    /// The choice by an `Accept-Language` header (RFC 9110): the most wanted language that we speak. Traditional Chinese
    /// comes after everything that fits exactly. `None` where nothing fits, or all is the same (`*`).
    #[must_use]
    pub fn of_header(header: &str) -> Option<Self> {
        let mut wishes: Vec<(bool, u16, Self)> = Vec::new();
        for wish in header.split(',').take(MOST_WISHES) {
            let mut parts = wish.split(';');
            let tag = parts.next().unwrap_or_default().trim();
            let weight = parts
                .find_map(|part| part.trim().strip_prefix(['q', 'Q'])?.strip_prefix('=').map(weight))
                .unwrap_or(Some(1_000));
            if let (Some(lang), Some(weight @ 1..)) = (Self::of_tag(tag), weight) {
                wishes.push((!is_traditional(tag), weight, lang));
            }
        }
        // Of equals the first: `max_by_key` would take the last.
        wishes.iter().rev().max_by_key(|(exact, weight, _)| (*exact, *weight)).map(|(_, _, lang)| *lang)
    }
}

impl std::str::FromStr for Lang {
    type Err = ();
    /// Exactly [`Lang::as_str`]; what people and browsers write is read by [`Lang::of_tag`].
    fn from_str(text: &str) -> Result<Self, ()> {
        Self::ALL.into_iter().find(|lang| lang.as_str() == text).ok_or(())
    }
}

fn is_traditional(tag: &str) -> bool {
    let has = |names: &[&str]| {
        tag.split(['-', '_']).skip(1).any(|part| names.iter().any(|name| part.eq_ignore_ascii_case(name)))
    };
    // What a tag says of its script counts before what its region would make likely.
    has(&["hant"]) || (!has(&["hans"]) && has(&["tw", "hk", "mo"]))
}

/// `0.8` in thousandths; `None` for what is no weight.
fn weight(text: &str) -> Option<u16> {
    let (whole, fraction) = text.trim().split_once('.').unwrap_or((text.trim(), ""));
    if fraction.len() > 3 || !fraction.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let thousandths: u16 = format!("{fraction:0<3}").parse().ok()?;
    match whole {
        "0" => Some(thousandths),
        "1" if thousandths == 0 => Some(1_000),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_most_wanted_language_that_we_speak_is_chosen() {
        for (header, lang) in [
            ("de", Some(Lang::De)),
            ("de-AT", Some(Lang::De)),
            ("DE_ch;q=0.3", Some(Lang::De)),
            ("fr, de;q=0.8, en;Q=0.9", Some(Lang::En)),
            ("en;q=0.5, zh-CN", Some(Lang::ZhHans)),
            ("zh-Hans-SG", Some(Lang::ZhHans)),
            ("zh-TW", Some(Lang::ZhHans)),
            ("zh-TW, en;q=0.1", Some(Lang::En)),
            ("zh-Hant-HK, zh;q=0.9, en;q=0.8", Some(Lang::ZhHans)),
            ("zh-Hans-HK, en;q=0.9", Some(Lang::ZhHans)),
            ("zh-HK, en;q=0.9", Some(Lang::En)),
            ("de, en", Some(Lang::De)),
            ("de;q=0, en;q=0.1", Some(Lang::En)),
            ("de;q=1.5, en;q=0.1", Some(Lang::En)),
            ("*", None),
            ("fr-FR, *;q=0.1", None),
            ("", None),
            (",;q=,;;=,q=1", None),
        ] {
            assert_eq!(Lang::of_header(header), lang, "{header}");
        }
    }

    #[test]
    fn a_huge_header_costs_no_more_than_a_long_one() {
        assert_eq!(Lang::of_header(&"fr,".repeat(3_500)), None);
        assert_eq!(Lang::of_header(&format!("de,{}", "x".repeat(10_000))), Some(Lang::De));
    }

    #[test]
    fn tags_read_back() {
        for lang in Lang::ALL {
            assert_eq!(Lang::of_tag(lang.as_str()), Some(lang));
            assert!(!lang.own_name().is_empty());
        }
        assert_eq!(Lang::of_tag("fr"), None);
    }

    proptest! {
        #[test]
        fn the_first_of_the_heaviest_wishes_wins_whatever_stands_between(
            wishes in prop::collection::vec((0_usize..3, 0_u16..=1_000), 0..8),
            noise in prop::collection::vec("[a-cf-y*=;. -]{0,12}", 8),
        ) {
            let heaviest = wishes.iter().map(|(_, weight)| *weight).max().unwrap_or_default();
            let first = wishes.iter().find(|(_, weight)| *weight == heaviest && heaviest > 0);
            let mut parts = Vec::new();
            for ((lang, weight), noise) in wishes.iter().zip(&noise) {
                parts.push(format!("x{noise}"));
                let tag = ["en-GB", "DE", "zh_Hans-SG"][*lang];
                parts.push(format!(" {tag} ; q={}.{:03}", weight / 1_000, weight % 1_000));
            }
            prop_assert_eq!(Lang::of_header(&parts.join(",")), first.map(|(lang, _)| Lang::ALL[*lang]));
        }

        #[test]
        fn any_header_is_answered(header in ".{0,200}", wish in "(en|de|zh|zh-TW|\\*|x)(;q=[0-9.]{0,6})?(,.{0,5})?") {
            let _ = Lang::of_header(&header);
            let _ = Lang::of_header(&format!("{wish},{header}"));
        }
    }
}
