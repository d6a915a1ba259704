use super::*;
use crate::kernel::country::Country;

#[test]
fn a_message_is_said_in_each_language() {
    assert_eq!(Lang::En.say("sign-in"), "Sign in");
    assert_eq!(Lang::De.say("sign-in"), "Anmelden");
    assert_eq!(Lang::ZhHans.say("sign-in"), "登录");
    assert_eq!(Lang::De.fill("new-password-hint").with("min", 15_usize).text().matches("15").count(), 1);
}

#[test]
fn every_country_is_called_as_people_call_it() {
    for (lang, code, name) in [
        (Lang::En, "TW", "Taiwan"),
        (Lang::En, "KR", "South Korea"),
        (Lang::En, "GB", "United Kingdom"),
        (Lang::En, "HK", "Hong Kong"),
        (Lang::De, "HK", "Hongkong"),
        (Lang::ZhHans, "HK", "香港"),
        (Lang::De, "CI", "Côte d’Ivoire"),
    ] {
        assert_eq!(lang.country(Country::parse(code).expect("a code")), name);
    }
    for country in Country::all() {
        for lang in [Lang::En, Lang::De, Lang::ZhHans] {
            let name = lang.country(country);
            assert_ne!(name, country.as_str());
            assert!(!name.ends_with(')') || lang == Lang::ZhHans, "{name}");
            assert_eq!(lang.tell(Lang::En.country(country)), name, "a choice list tells the English name");
        }
    }
}

#[test]
fn what_is_missing_is_said_in_english_or_by_its_id() {
    assert_eq!(Lang::De.say("no-such-message"), "no-such-message");
    assert_eq!(Lang::De.fill("new-password-hint").text(), "new-password-hint", "its variable is missing");
    assert_eq!(Lang::De.tell("A sentence that nobody wrote down."), "A sentence that nobody wrote down.");
}

#[test]
fn an_english_sentence_finds_its_message_and_keeps_its_values() {
    assert_eq!(Lang::De.tell("Enter the city or town."), "Geben Sie den Ort ein.");
    assert_eq!(Lang::En.tell("Enter the city or town."), "Enter the city or town.");
    let told = Lang::De.tell("Too many tries. Wait 42 seconds. Setting a new password by mail works at once.");
    assert!(told.starts_with("Zu viele Versuche. Warten Sie 42 Sekunden. Ein neues"), "{told}");
    assert_eq!(Lang::ZhHans.tell("Choose 1 to 250 seats."), "请选择 1 到 250 个席位。");
}

#[test]
fn values_never_become_markup() {
    let html = Lang::De.rich("check-mail-confirm").with("email", "<a>\"&'</a><script>").to_string();
    assert!(html.contains("<strong>&#60;a&#62;&#34;&#38;&#39;") && !html.contains("<script"), "{html}");
    let html = Lang::En.rich("sign-in-new").link("/x\"><script>").to_string();
    assert!(html.contains("href=\"/x&#34;&#62;&#60;script&#62;\"") && html.ends_with("</a>."), "{html}");
}

#[test]
fn sentences_hold_values_and_other_sentences() {
    let told = Lang::De.tell("It was paid with the Visa ending in 4242.");
    assert_eq!(told, "Sie wurde mit Visa (Endziffern 4242) bezahlt.");
    let told =
        Lang::ZhHans.tell("The link holds for 24 hours and works once. It opens a page with a button; press it there.");
    assert!(told.starts_with("链接有效期为 24 小时"), "{told}");
    assert_eq!(Lang::De.tell("Firefox on Linux"), "Firefox unter Linux");
    // The value of a person is never taken for a sentence of ours.
    assert_eq!(Lang::De.tell("Hello Password,"), "Guten Tag Password,");
}

#[test]
fn chinese_has_its_own_punctuation_and_no_space_behind_a_day() {
    let zh = Lang::ZhHans;
    assert_eq!(zh.and_then("Ada", zh.tell("3 agents, billed monthly")), "Ada，3 个席位，按月计费");
    assert_eq!(zh.with_more("+65 6123 4567", "发票"), "+65 6123 4567（发票）");
    assert_eq!(zh.listed(["a", "b"]), "a、b");
    assert_eq!(zh.tell("Basic, 3 agents, monthly"), "Basic，3 个席位，每月");
    assert_eq!(zh.fill("next-renews").with("day", "2026年3月7日").text(), "将于 2026年3月7日续订。");
    assert_eq!(zh.fill("next-renews").with("day", "2026-03-07").text(), "将于 2026-03-07 续订。");
    let moment = zh.fill("mail-moment").with("day", "2026年3月7日").with("time", "16:05").with("zone", "UTC").text();
    assert_eq!(
        zh.tell(&format!("the password of your account was changed {moment}. All other sessions have ended.")),
        "您账户的密码已于 2026年3月7日 16:05（UTC）更改，其他会话均已结束。"
    );
    assert_eq!(zh.say("error-prefix"), "错误：");
    assert_eq!(Lang::De.and_then("Ada", "Rolle"), "Ada, Rolle");
}

#[test]
fn people_are_told_nothing_of_headers_and_members() {
    use crate::platform::web::codes::{MALFORMED, METHOD_NOT_ALLOWED, NOT_FOUND};
    for lang in Lang::ALL {
        for code in [&NOT_FOUND, &METHOD_NOT_ALLOWED, &MALFORMED] {
            let (title, help) = lang.failure_for_people(code);
            assert!(!help.contains(['`', '/']) && !title.contains("method"), "{}: {title} {help}", code.name);
        }
        assert_ne!(lang.failure(&METHOD_NOT_ALLOWED).0, lang.failure_for_people(&METHOD_NOT_ALLOWED).0);
    }
}

#[test]
fn what_only_looks_like_a_sentence_is_left_alone() {
    for text in ["Ada", "Welcome to Steward", "23 November 2026 to 22 December 2026", "", " years", "{ $name }"] {
        assert_eq!(Lang::De.tell(text), text);
    }
}

proptest::proptest! {
    #[test]
    fn any_text_is_told_and_english_stays_as_it_is(text in "\\PC{0,60}") {
        proptest::prop_assert_eq!(Lang::En.tell(&text), text.as_str());
        let _ = Lang::De.tell(&text);
        let html = Lang::De.rich("check-mail-confirm").with("email", text.as_str()).to_string();
        proptest::prop_assert_eq!(html.matches('<').count(), 2, "{}", html);
    }
}
