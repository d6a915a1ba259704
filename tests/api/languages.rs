//! Three languages: a page takes the profile's, then what the browser asks for; a mail its recipient's; a problem what
//! the client asks for. What programs rely on is the same in all of them.

use rstest::rstest;
use serde_json::json;
use steward::kernel::permission::Role;

use crate::support::billing::subscribe;
use crate::support::{Backend, Client, PASSWORD, Person, Reply, TestApp};

const DE: &str = "de-AT, en;q=0.5";
pub const ZH: &str = "zh-CN";
/// Names, codes and units that a Chinese page has as they are.
const KNOWN: &str = "Ada Lovelace Harbour Chat Pte Ltd Robin Moreau Cookie API Steward Visa USD EUR SGD UTC XMPP Basic Lite \
                     Advanced Premium Jabber Stripe PIN English";

async fn page(client: &Client, path: &str, accept: &str) -> Reply {
    client.get(path).header("accept-language", accept).expect(200).await
}

/// The page is in this language, and says so to browsers and caches.
#[track_caller]
pub fn assert_language(page: &Reply, lang: &str, words: &str) {
    assert!(page.text.contains(&format!("<html lang=\"{lang}\"")) && page.text.contains(words), "{words}: {page}");
    assert_eq!(page.header("content-language"), lang);
    assert!(page.header("vary").to_lowercase().contains("accept-language"), "{page}");
}

#[tokio::test]
async fn visitors_read_what_their_browser_asks_for() {
    let app = TestApp::start(Backend::Sqlite).await;
    let visitor = app.browser();
    for (path, en, de, zh) in [
        ("/", "kept in good order", "Konto", "账户"),
        ("/sign-in", "Sign in", "Anmelden", "登录"),
        ("/privacy/cookies", "Declining them", "Cookies ablehnen", "拒绝 Cookie"),
        ("/privacy/data-map", "Who you are", "Wer Sie sind", "您的身份"),
        ("/contact", "Who we are", "Wer wir sind", "我们是谁"),
        ("/unfreeze", "Lift a freeze", "Sperre aufheben", "解除冻结"),
    ] {
        assert_language(&page(&visitor, path, DE).await, "de", de);
        assert_language(&page(&visitor, path, ZH).await, "zh-Hans", zh);
        for other in ["fr-FR", "*", "tlh;q=1, x;q=0.1", "de;q=0", "", ";;q=,"] {
            assert_language(&page(&visitor, path, other).await, "en", en);
        }
    }
}

#[rstest]
#[tokio::test]
async fn the_profile_comes_before_the_browser(#[values(Backend::Sqlite, Backend::Postgresql)] backend: Backend) {
    let app = TestApp::start(backend).await;
    let ada = app.signed_in("Ada Lovelace").await;
    let speak = async |locale: &str| {
        ada.patch("/v1/account", &json!({ "locale": locale })).if_match("*").expect(200).await;
    };
    speak("de-CH").await;
    assert_language(&page(&ada, "/account", ZH).await, "de", "Ihr Profil");
    assert_language(&page(&ada, "/account/security", ZH).await, "de", "Sicherheit");
    assert_language(&page(&ada, "/privacy/cookies", ZH).await, "de", "Cookies ablehnen");
    // A language that we do not speak leaves the choice to the browser.
    speak("fr").await;
    assert_language(&page(&ada, "/account", ZH).await, "zh-Hans", "您的资料");
    assert_language(&page(&ada, "/account", "fr").await, "en", "Your profile");
}

#[tokio::test]
async fn a_problem_speaks_and_stays_the_same_to_programs() {
    let app = TestApp::start(Backend::Sqlite).await;
    let visitor = app.visitor();
    let body = json!({ "name": "", "email": "nobody", "password": "short", "policy_version": 1 });
    let refused =
        async |accept: &str| visitor.post("/v1/accounts", &body).header("accept-language", accept).expect(422).await;
    let (en, de, zh) = (refused("en").await, refused(DE).await, refused(ZH).await);
    for (problem, lang, title) in [
        (&en, "en", "Some fields need a correction"),
        (&de, "de", "Einige Angaben müssen berichtigt werden"),
        (&zh, "zh-Hans", "部分内容需要更正"),
    ] {
        assert_eq!((problem.code().as_str(), problem.header("content-language")), ("invalid", lang));
        assert_eq!(problem.text_at("/type"), en.text_at("/type"));
        assert_eq!(problem.fields(), en.fields());
        assert!(problem.header("vary").to_lowercase().contains("accept-language"));
        assert_eq!(problem.text_at("/title"), title);
    }
    for at in 0..en.fields().len() {
        let detail = |problem: &Reply| problem.text_at(&format!("/errors/{at}/detail"));
        assert!(detail(&en) != detail(&de) && detail(&de) != detail(&zh), "{} / {}", detail(&en), detail(&de));
        assert!(!detail(&zh).chars().take(3).all(|c| c.is_ascii()), "{}", detail(&zh));
    }
    // Whoever asks for nothing gets what clients always got.
    assert_eq!(visitor.get("/v1/nothing").expect(404).await.text_at("/title"), "There is nothing here");
}

#[rstest]
#[tokio::test]
async fn mails_speak_the_language_of_their_account(#[values(Backend::Sqlite, Backend::Postgresql)] backend: Backend) {
    let app = TestApp::start(backend).await;
    for (locale, subject, hello, reset) in [
        ("de-DE", "Bestätigen Sie Ihre E-Mail-Adresse für", "Guten Tag Ada Lovelace,", "Ein neues Passwort für"),
        ("zh-Hans", "请确认您用于", "Ada Lovelace，您好：", "设置"),
        ("fr", "Confirm your address for", "Hello Ada Lovelace,", "A new password for"),
    ] {
        let ada = Person::new("Ada Lovelace");
        let mut body = app.sign_up_body(&ada);
        body["locale"] = json!(locale);
        app.visitor().post("/v1/accounts", &body).expect(202).await;
        let mail = app.mails().next(&ada.email, 0).await;
        assert!(
            mail.subject.contains(subject) && mail.text.contains(hello),
            "{locale}: {} {}",
            mail.subject,
            mail.text
        );
        app.verify(&ada).await;
        let wanted = json!({ "email": ada.email });
        app.visitor().post("/v1/password-resets", &wanted).header("accept-language", ZH).expect(202).await;
        let mail = app.mails().next(&ada.email, 1).await;
        assert!(mail.subject.contains(reset), "{locale}: {}", mail.subject);
        let new = json!({ "token": mail.token(), "password": "violet tram under Tuesday rain" });
        app.visitor().put("/v1/password-resets", &new).expect(204).await;
        let notice = app.mails().next(&ada.email, 2).await;
        let english = ["account", "password", "sessions"].iter().filter(|word| notice.text.contains(*word)).count();
        assert_eq!(english > 0, locale == "fr", "{locale}: {}", notice.text);
    }
}

#[tokio::test]
async fn an_account_begins_in_the_language_that_its_client_asks_for() {
    let app = TestApp::start(Backend::Sqlite).await;
    for (asked, named, locale) in [
        (Some("de-AT, en;q=0.5"), None, "de-AT"),
        (Some("fr, zh-Hans;q=0.5"), None, "zh-Hans"),
        (Some("de"), Some("en-SG"), "en-SG"),
        (Some("*"), None, "en"),
        (Some("-;;,"), None, "en"),
        (None, None, "en"),
    ] {
        let person = Person::new("Ada Lovelace");
        let mut body = app.sign_up_body(&person);
        if let Some(named) = named {
            body["locale"] = json!(named);
        }
        let visitor = app.visitor();
        let request = visitor.post("/v1/accounts", &body);
        let request = if let Some(asked) = asked { request.header("accept-language", asked) } else { request };
        request.expect(202).await;
        app.verify(&person).await;
        let ada = app.sign_in(&person).await;
        assert_eq!(ada.get("/v1/account").expect(200).await.text_at("/locale"), locale, "{asked:?} {named:?}");
    }
}

#[tokio::test]
async fn a_consent_keeps_the_words_that_were_read() {
    let app = TestApp::start(Backend::Sqlite).await;
    let ada = app.signed_in("Ada Lovelace").await;
    for (asked, begins) in [(DE, "Ich willige ein"), (ZH, "我同意"), ("en", "I agree that")] {
        let agreed = json!({ "consent": true });
        let given =
            ada.put("/v1/account/consents/card-payments", &agreed).header("accept-language", asked).expect(200).await;
        assert!(given.text_at("/wording").starts_with(begins), "{asked}: {}", given.text_at("/wording"));
        let stored = given.text_at("/wording").replace('\'', "&#39;");
        let shown = page(&ada, "/account/privacy", DE).await;
        assert!(shown.text.contains(&stored), "{stored}: {shown}");
    }
}

#[tokio::test]
async fn amounts_and_days_have_the_form_of_their_reader() {
    let app = TestApp::start(Backend::Sqlite).await;
    app.offer_plans();
    let ada = app.signed_in("Ada Lovelace").await;
    ada.patch("/v1/account", &json!({ "locale": "de" })).if_match("*").expect(200).await;
    let choice = [("plan", "basic"), ("interval", "month"), ("currency", "EUR"), ("quantity", "3")];
    let preview = ada.submit("/billing/preview", &choice).expect(200).await;
    assert_language(&preview, "de", "57,00 EUR");
    assert!(!preview.text.contains("57.00") && preview.text.contains("3 Plätze, monatlich abgerechnet"), "{preview}");
    ada.patch("/v1/account", &json!({ "locale": "zh-Hans" })).if_match("*").expect(200).await;
    let preview = ada.submit("/billing/preview", &choice).expect(200).await;
    assert!(preview.text.contains("€57.00 EUR") && preview.text.contains("3 个席位，按月计费"), "{preview}");
    assert!(preview.text.contains("年") && preview.text.contains("月"), "{preview}");
}

/// What a reader sees, without names of fields and choices that are proper names, and without what says that it is
/// English.
fn visible(html: &str) -> String {
    let mut text = html.to_owned();
    for (open, close) in [
        ("<option", "</option>"),
        ("<code", "</code>"),
        ("<span class=\"id\"", "</span>"),
        ("<address", "</address>"),
        ("<div lang=\"en\"", "</div>"),
    ] {
        text = without(&text, open, close);
    }
    without(&text, "<", ">")
}

fn without(text: &str, open: &str, close: &str) -> String {
    let mut parts = text.split(open);
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |left, part| left + "\n" + part.split_once(close).map_or("", |(_, after)| after))
}

/// English words, also single ones. Names, codes and units stay as they are in every language.
fn english(text: &str) -> Vec<String> {
    let known: Vec<&str> = KNOWN.split_whitespace().collect();
    let parts = text.split(|c: char| c.is_whitespace() || !c.is_ascii() || "(),;?!·".contains(c));
    let is_word = |word: &&str| word.len() > 2 && word.bytes().all(|byte| byte.is_ascii_alphabetic());
    let words = parts.map(|part| part.trim_matches(['.', ':', '"', '\''])).filter(is_word);
    words.filter(|word| !known.contains(word)).map(str::to_owned).collect()
}

#[test]
fn what_is_left_in_english_would_be_seen() {
    let page = "<p>您好 <b>Own computer</b></p><code>GET all of it</code><p>Ada Lovelace, Europe/Berlin</p>";
    assert_eq!(english(&visible(page)), ["Own", "computer"]);
}

#[tokio::test]
async fn no_page_of_a_customer_is_left_half_in_english() {
    let app = TestApp::start(Backend::Sqlite).await;
    app.offer_plans();
    let ada = app.signed_in("Ada Lovelace").await;
    ada.patch("/v1/account", &json!({ "locale": "zh-Hans", "phone": "+6561234567" })).if_match("*").expect(200).await;
    let card = app.add_card(&ada, "pm_card_visa").await;
    assert!(card["id"].is_string());
    let mut left = Vec::new();
    for path in [
        "/account",
        "/account/edit",
        "/account/history",
        "/account/corrections",
        "/account/security",
        "/account/security/factors",
        "/account/security/sign-ins",
        "/account/security/tokens",
        "/account/freeze",
        "/account/email",
        "/account/privacy",
        "/billing",
        "/billing/subscribe",
        "/billing/cards/new",
        "/privacy",
        "/privacy/cookies",
        "/privacy/data-map",
        "/privacy/places",
        "/contact",
        "/",
    ] {
        let page = page(&ada, path, "en").await;
        assert_language(&page, "zh-Hans", "账户");
        left.extend(english(&visible(&page.text)).into_iter().map(|words| format!("{path}: {words}")));
    }
    let visitor = app.browser();
    for path in [
        "/",
        "/sign-in",
        "/sign-up",
        "/reset",
        "/verify?token=x",
        "/verify/resend",
        "/freeze?token=x",
        "/unfreeze",
        "/profile-check?token=x",
        "/report-sign-in?token=x",
        "/close-session?token=x",
    ] {
        let page = page(&visitor, path, ZH).await;
        left.extend(english(&visible(&page.text)).into_iter().map(|words| format!("{path}: {words}")));
    }
    assert_eq!(left, Vec::<String>::new());
}

/// The pages of staff about what Ada did: address, status, and words in German and in Chinese.
async fn staff_pages(app: &TestApp) -> Vec<(String, u16, &'static str, &'static str)> {
    app.offer_plans();
    let ada = app.signed_in("Ada Lovelace").await;
    app.add_card(&ada, "pm_card_visa").await;
    let price = app.price("basic", "month", "EUR").await;
    let made = subscribe(&ada, &json!({ "price": price, "quantity": 3 }), "order").await;
    let wrong = json!({ "wanted": { "name": "Ada" }, "evidence": "我的护照上写的是这个名字。" });
    let correction = ada.post("/v1/account/corrections", &wrong).expect(201).await.text_at("/id");
    let account = ada.get("/v1/session").expect(200).await.text_at("/account_id");
    let look = "Dieser Einblick wird festgehalten: Eine Frage zur Abrechnung";
    let invoice = made.text_at("/invoice");
    vec![
        ("/staff/subscriptions".to_owned(), 200, "3 Plätze, monatlich", "3 个席位，按月"),
        ("/staff/subscriptions?status=expired".to_owned(), 200, "Nichts gefunden", "没有符合条件的内容"),
        ("/staff/settings".to_owned(), 200, "Was Sie hier wählen, gilt an jedem Computer", "在任何电脑上都有效"),
        ("/staff/corrections".to_owned(), 200, "Was nach Angabe der Betroffenen", "须在 30 天内决定"),
        (format!("/staff/accounts/{account}"), 403, "Zu welchem Zweck?", "出于什么目的？"),
        (format!("/staff/accounts/{account}?purpose=billing_question"), 200, look, "此次查看已被记录：账单咨询"),
        (format!("/staff/invoices/{invoice}"), 403, "die Rechnung inv_", "发票 inv_"),
        (format!("/staff/corrections/{correction}"), 403, "den Berichtigungsantrag cor_", "更正请求 cor_"),
        (format!("/staff/corrections/{correction}?purpose=data_request"), 200, "Berichtigung: Name", "更正请求：姓名"),
    ]
}

#[rstest]
#[tokio::test]
async fn staff_read_what_their_browser_asks_for(#[values(Backend::Sqlite, Backend::Postgresql)] backend: Backend) {
    let app = TestApp::start(backend).await;
    let pages = staff_pages(&app).await;
    let staff = app.staff(Role::Admin).await;
    let mut left = Vec::new();
    for (path, status, de, zh) in &pages {
        let shown = async |accept: &str| staff.get(path).header("accept-language", accept).expect(*status).await;
        assert_language(&shown(DE).await, "de", de);
        let page = shown(ZH).await;
        assert_language(&page, "zh-Hans", zh);
        left.extend(english(&visible(&page.text)).into_iter().map(|words| format!("{path}: {words}")));
    }
    assert_eq!(left, Vec::<String>::new());
    let list = page(&staff, "/staff/subscriptions", "fr").await;
    assert_language(&list, "en", "3 agents, monthly");
    assert_language(&page(&staff, "/staff/subscriptions", DE).await, "de", "57,00 EUR");
    assert_language(&page(&staff, "/account/security/factors", DE).await, "de", "Verwaltung");
}

#[rstest]
#[tokio::test]
async fn staff_choose_a_language_of_their_own(#[values(Backend::Sqlite, Backend::Postgresql)] backend: Backend) {
    let app = TestApp::start(backend).await;
    let email = app.staff_member(Role::Counsel).await;
    let staff = app.browser();
    let body = json!({ "email": email, "password": PASSWORD, "factor": app.staff_code() });
    staff.post("/v1/sessions", &body).expect(201).await;
    let own = staff.get("/v1/staff/me").expect(200).await;
    assert_eq!(
        (own.at("/language"), own.text_at("/role"), own.header("etag")),
        (json!(null), "counsel".into(), "\"1\"")
    );
    // A mail goes by the installation, which speaks English here, until they choose.
    let reset = async |number: usize| {
        app.visitor().post("/v1/password-resets", &json!({ "email": email })).expect(202).await;
        app.mails().next(&email, number).await
    };
    assert!(reset(0).await.text.contains("Hello Robin Moreau,"));
    let choose = |language, etag: &str| staff.patch("/v1/staff/me", &json!({ "language": language })).if_match(etag);
    assert_eq!(choose(json!("de"), "\"1\"").expect(200).await.header("etag"), "\"2\"");
    assert_language(&page(&staff, "/staff/settings", ZH).await, "de", "Einstellungen");
    assert_language(&page(&staff, "/privacy", ZH).await, "de", "Ziffer");
    assert!(reset(1).await.text.contains("Guten Tag Robin Moreau,"));
    // Nothing is lost between two windows, and nonsense is named.
    let stale = choose(json!("zh-Hans"), "\"1\"").expect(412).await;
    assert_eq!((stale.text_at("/differs/0/current"), stale.text_at("/etag")), ("de".to_owned(), "\"2\"".to_owned()));
    for (nonsense, etag, status) in
        [(json!("fr"), "\"2\"", 422), (json!(7), "\"2\"", 422), (json!("de-AT"), "\"2\"", 422), (json!("en"), "*", 400)]
    {
        let refused = choose(nonsense, etag).expect(status).await;
        assert_eq!(refused.fields(), if status == 422 { vec!["/language"] } else { vec![] });
    }
    let old = staff.submit("/staff/settings", &[("language", "en"), ("version", "1")]).expect(412).await;
    assert!(old.text.contains("in einem anderen Fenster") && old.text.contains("value=\"2\""), "{old}");
    let wrong = staff.submit("/staff/settings", &[("language", "fr"), ("version", "2")]).expect(422).await;
    assert!(wrong.text.contains("id=\"language-error\""), "{wrong}");
    staff.submit("/staff/settings", &[("language", ""), ("version", "2")]).expect(303).await;
    assert_eq!(staff.get("/v1/staff/me").expect(200).await.at("/language"), json!(null));
    assert_language(&page(&staff, "/staff/settings", ZH).await, "zh-Hans", "设置");
}

#[rstest]
#[tokio::test]
async fn the_policy_is_read_in_ones_language_beside_the_text_that_binds(
    #[values(Backend::Sqlite, Backend::Postgresql)] backend: Backend,
) {
    let app = TestApp::start(backend).await;
    let visitor = app.browser();
    let policy = visitor.get("/v1/policy").expect(200).await;
    assert_eq!((policy.at("/languages"), policy.at("/translation")), (json!(["de", "zh-Hans"]), json!(null)));
    let english = page(&visitor, "/privacy", "fr").await;
    assert!(!english.text.contains("<details") && english.text.contains("<article class=\"prose\" lang=\"en\">"));
    // Every clause but for the two that are mere headings.
    let clauses = policy.at("/clauses").as_array().expect("a list").len() - 2;
    for (tag, accept, binds) in
        [("de", DE, "Verbindlich ist der englische Text"), ("zh-Hans", ZH, "具有约束力的是英文原文")]
    {
        let asked = visitor.get(&format!("/v1/policy?language={tag}")).expect(200).await;
        assert_eq!(
            (asked.text_at("/translation/language"), asked.at("/translation/revision")),
            (tag.to_owned(), json!(1))
        );
        assert!(asked.text_at("/translation/markdown").contains("{#1.2.1}"));
        let read = page(&visitor, "/privacy", accept).await;
        assert_language(&read, tag, binds);
        assert!(read.text.contains(&format!("<article class=\"prose\" lang=\"{tag}\">")));
        assert_eq!(
            read.text.matches("<div lang=\"en\">").count(),
            clauses + 1,
            "the introduction and each clause have their original"
        );
        assert!(read.text.contains("Two different people have to approve"), "{read}");
    }
    for tag in ["en", "fr", "de-AT", ""] {
        let refused = visitor.get(&format!("/v1/policy?language={tag}")).expect(400).await;
        assert_eq!(refused.fields(), ["/language"], "{tag}");
    }
}
