//! The mails about corrections. They name the field, never its values.

use super::model::Subject;
use super::words;
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
pub(super) fn decided(head: Letterhead, name: &str, subject: &Subject, (decision, reason): (Decision, &str)) -> Letter {
    let what = words::subject(subject);
    let (news, then) = match decision {
        Decision::Accepted => {
            let news = format!("we have decided about the correction that you asked for: {what}. It is accepted.");
            (news, vec![afterwards(subject).to_owned()])
        }
        Decision::Refused => {
            let news = format!("we have decided about the correction that you asked for: {what}. It is refused.");
            let stays = match subject {
                Subject::Profile(_) => {
                    "What you said stays beside the value, so that whoever reads the one reads the other."
                }
                Subject::Invoice(..) => {
                    "What you said stays beside the invoice, so that whoever reads the one reads the other."
                }
                Subject::Other => "What you said stays with your account, and our staff see it there.",
            };
            let further = format!(
                "If you do not agree, write to us at {}; you can also complain to your data protection authority.",
                head.link("/contact")
            );
            (news, vec![stays.to_owned(), further])
        }
    };
    Letter {
        subject: format!("Your correction at {}", head.product),
        greeting: hello(name),
        body: vec![news, format!("The reason: {reason}")],
        action: Some(("See your corrections".into(), head.link("/account/corrections"))),
        closing: then,
        why: WHY.into(),
        head,
    }
}

/// What follows from a correction that is accepted.
fn afterwards(subject: &Subject) -> &'static str {
    match subject {
        Subject::Profile(_) => {
            "Whoever got the old value from us in the last twelve months is told the new one; your history shows who and \
             when."
        }
        Subject::Invoice(..) => {
            "An invoice stays as it was issued. That it is to be read as you said stands beside it from now on, for you and \
             for our staff."
        }
        Subject::Other => "Our staff put it right where it is kept.",
    }
}

/// We are late.
pub(super) fn late(head: Letterhead, name: &str, subject: &Subject) -> Letter {
    let what = words::subject(subject);
    let meanwhile = match subject {
        Subject::Profile(_) => {
            "We are sorry. The value stays restricted until it is decided: it goes to nobody who would keep it."
        }
        Subject::Invoice(..) | Subject::Other => "We are sorry. Until it is decided, what you said stands beside it.",
    };
    Letter {
        subject: format!("Your correction at {} is late", head.product),
        greeting: hello(name),
        body: vec![
            format!(
                "you asked us to correct something: {what}. We promised a decision within 30 days and have not made it."
            ),
            meanwhile.into(),
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
    use crate::accounts::model::Field;
    use crate::kernel::lang::Lang;

    fn letters(lang: Lang, subject: &Subject) -> [Letter; 3] {
        let head = || Letterhead { product: "Steward".into(), base_url: "http://localhost:8080".into(), lang };
        let reason = "The passport shows it.";
        [
            decided(head(), "Ada", subject, (Decision::Accepted, reason)),
            decided(head(), "Ada", subject, (Decision::Refused, reason)),
            late(head(), "Ada", subject),
        ]
    }

    #[test]
    fn each_letter_says_what_and_what_next() {
        for (letter, needed) in
            letters(Lang::En, &Subject::Profile(Field::Website)).iter().zip(["accepted", "/contact", "30 days"])
        {
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
        let invoice = Subject::Invoice(crate::kernel::ids::Id::from_uuid(uuid::Uuid::from_bytes([7; 16])), Field::Name);
        for (lang, what) in [(Lang::De, "der Name auf einer Rechnung"), (Lang::ZhHans, "发票上的姓名")] {
            for letter in letters(lang, &invoice) {
                assert!(letter.text().expect("plain").contains(what));
            }
            for subject in [&invoice, &Subject::Profile(Field::Name), &Subject::Other] {
                for letter in letters(lang, subject) {
                    let text = letter.text().expect("plain");
                    for english in
                        ["asked", "decided", "The reason", "Write", "value", "days", "See your", "stay", "right"]
                    {
                        assert!(!text.contains(english), "{english}: {text}");
                    }
                }
            }
        }
    }

    #[test]
    fn nothing_is_promised_of_an_invoice_that_holds_for_a_profile_only() {
        let invoice = Subject::Invoice(crate::kernel::ids::Id::from_uuid(uuid::Uuid::from_bytes([7; 16])), Field::Name);
        for subject in [invoice, Subject::Other] {
            for letter in letters(Lang::En, &subject) {
                let text = letter.text().expect("plain").replace('\n', " ");
                for promise in ["is told the new one", "your history shows", "restricted", "beside the value"] {
                    assert!(!text.contains(promise), "{promise}: {text}");
                }
            }
        }
    }
}
