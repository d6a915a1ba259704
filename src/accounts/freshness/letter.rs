//! The mail that lists what is kept.

use super::model::{LINK_HOLDS_IN_WORDS, Reason};
use crate::identity::letters::hello;
use crate::platform::mail::letter::{Letter, Letterhead};

/// All that is kept in a profile: name and value of each field, `None` where nothing was given.
pub(super) type Lines = Vec<(&'static str, Option<String>)>;

/// Asks whether all is still right; `link` confirms it.
pub(super) fn check(head: Letterhead, name: &str, reason: Reason, (lines, link): (Lines, String)) -> Letter {
    let why_now = match reason {
        Reason::Year => {
            "nobody has looked for a year at what we keep about you. Here is all of your profile. Is it still right?"
        }
        Reason::Bounce => {
            "mail to this address came back to us a while ago. If you read this, it works again. Here is all of your \
             profile. Is it still right?"
        }
        Reason::Asked => "here is all of your profile, as you asked. Is it still right?",
    };
    let why = match reason {
        Reason::Year | Reason::Bounce => {
            "You get this mail once a year, or when mail to you came back, because we promise to keep your data right."
        }
        Reason::Asked => "You get this mail because you asked us for it in your account.",
    };
    let (lang, mut body) = (head.lang, vec![why_now.to_owned()]);
    body.extend(lines.into_iter().map(|(label, value)| match value {
        Some(value) => lang.fill("mail-check-value").with("field", lang.tell(label)).with("value", value).text(),
        None => format!("{label}: nothing given"),
    }));
    body.push(
        "If all of it is right, one press is enough: open the link and press the button there. That also proves that \
         this address is still yours."
            .to_owned(),
    );
    let closing = vec![
        format!("The link holds for {LINK_HOLDS_IN_WORDS} and works once. It signs nobody in."),
        format!("Something is wrong? Correct it at {}: at once, and without asking us.", head.link("/account/edit")),
        format!(
            "What your use of the account leaves behind, such as sign-ins, agreements and invoices, is shown under {} \
             and {}; what each of it is for stands in {}.",
            head.link("/account/privacy"),
            head.link("/billing"),
            head.link("/privacy/data-map")
        ),
    ];
    Letter {
        subject: format!("Is what we keep about you at {} still right?", head.product),
        greeting: hello(name),
        body,
        action: Some(("All of this is right".into(), link)),
        closing,
        why: why.into(),
        head,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::lang::Lang;

    fn letter(lang: Lang, reason: Reason) -> Letter {
        let head = Letterhead { product: "Steward".into(), base_url: "http://localhost:8080".into(), lang };
        let lines = vec![("Name", Some("Ada".to_owned())), ("Telephone", None)];
        check(head, "Ada", reason, (lines, "http://localhost:8080/profile-check?token=t0k".to_owned()))
    }

    #[test]
    fn the_letter_lists_what_is_given_and_says_what_is_not() {
        for reason in [Reason::Year, Reason::Bounce, Reason::Asked] {
            let letter = letter(Lang::En, reason);
            let text = letter.text().expect("plain");
            for needed in
                ["Name: Ada", "Telephone: nothing given", "/profile-check?token=t0k", "/account/edit", "30 days"]
            {
                assert!(text.contains(needed), "{needed}: {text}");
            }
            assert!(!letter.subject.contains("Ada"));
        }
    }

    #[test]
    fn it_speaks_the_language_of_its_reader() {
        for (lang, needed) in [
            (Lang::De, ["Name: Ada", "Telefon: nichts angegeben", "30 Tage"]),
            (Lang::ZhHans, ["姓名：Ada", "电话：未填写", "30 天"]),
        ] {
            for reason in [Reason::Year, Reason::Bounce, Reason::Asked] {
                let text = letter(lang, reason).text().expect("plain");
                for needed in needed {
                    assert!(text.contains(needed), "{needed}: {text}");
                }
                for english in ["right", "given", "days", "Correct", "nobody", "works", "shown"] {
                    assert!(!text.contains(english), "{english}: {text}");
                }
            }
        }
    }
}
