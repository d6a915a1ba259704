//! The mails about corrections. They name the field, never its values.

use crate::identity::letters::hello;
use crate::platform::mail::letter::{Letter, Letterhead};

const WHY: &str = "You get this mail because you asked us to correct something that we keep about you.";

/// How it was decided.
pub(super) enum Decision {
    /// As asked.
    Accepted,
    /// Not as asked.
    Refused,
}

/// The decision with its reason.
pub(super) fn decided(head: Letterhead, name: &str, what: &str, (decision, reason): (Decision, &str)) -> Letter {
    let (news, then) = match decision {
        Decision::Accepted => (
            format!("we have decided about the correction that you asked for: {what}. It is accepted."),
            "Whoever got the old value from us in the last twelve months is told the new one; your history shows who and \
             when."
                .to_owned(),
        ),
        Decision::Refused => (
            format!("we have decided about the correction that you asked for: {what}. It is refused."),
            format!(
                "What you said stays beside the value, so that whoever reads the one reads the other. If you do not \
                 agree, write to us at {}; you can also complain to your data protection authority.",
                head.link("/contact")
            ),
        ),
    };
    Letter {
        subject: format!("Your correction at {}", head.product),
        greeting: hello(name),
        body: vec![news, format!("The reason: {reason}")],
        action: Some(("See your corrections".into(), head.link("/account/corrections"))),
        closing: vec![then],
        why: WHY.into(),
        head,
    }
}

/// We are late.
pub(super) fn late(head: Letterhead, name: &str, what: &str) -> Letter {
    Letter {
        subject: format!("Your correction at {} is late", head.product),
        greeting: hello(name),
        body: vec![
            format!(
                "you asked us to correct something: {what}. We promised a decision within 30 days and have not made it."
            ),
            "We are sorry. The value stays restricted until it is decided: it goes to nobody who would keep it.".into(),
        ],
        action: Some(("See your corrections".into(), head.link("/account/corrections"))),
        closing: vec![format!(
            "Write to us at {} to hurry it along. You can also complain to your data protection authority.",
            head.link("/contact")
        )],
        why: WHY.into(),
        head,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::lang::Lang;

    fn letters(lang: Lang, what: &str) -> [Letter; 3] {
        let head = || Letterhead { product: "Steward".into(), base_url: "http://localhost:8080".into(), lang };
        let reason = "The passport shows it.";
        [
            decided(head(), "Ada", what, (Decision::Accepted, reason)),
            decided(head(), "Ada", what, (Decision::Refused, reason)),
            late(head(), "Ada", what),
        ]
    }

    #[test]
    fn each_letter_says_what_and_what_next() {
        for (letter, needed) in letters(Lang::En, "Website").iter().zip(["accepted", "/contact", "30 days"]) {
            let text = letter.text().expect("plain");
            assert!(
                text.contains(needed) && text.contains("Website") && text.contains("/account/corrections"),
                "{text}"
            );
            assert!(!letter.subject.contains("Ada"));
        }
    }

    #[test]
    fn each_speaks_the_language_of_its_reader() {
        for (lang, what) in [(Lang::De, "der Name auf einer Rechnung"), (Lang::ZhHans, "发票上的姓名")] {
            for letter in letters(lang, "the name on an invoice") {
                let text = letter.text().expect("plain");
                assert!(text.contains(what), "{text}");
                for english in ["asked", "decided", "The reason", "Write", "value", "days", "See your"] {
                    assert!(!text.contains(english), "{english}: {text}");
                }
            }
        }
    }
}
