//! The mails about an order. Each carries the link that freezes the account (`notices`).

use crate::identity::letters::{WHY_HOLDER, hello};
use crate::platform::mail::letter::{Letter, Letterhead};

/// It was ordered, and takes effect later.
pub fn ordered(head: Letterhead, name: &str, when: &str, due: &str) -> Letter {
    let subject = format!("Your second factors at {} are about to be removed", head.product);
    let body = vec![
        format!("we were asked {when} to remove every second factor of your account, because they are lost."),
        format!("This happens {due}, and until then nothing changes. After that, your password alone signs you in."),
        format!(
            "You have not lost them, or did not ask? Then sign in with one of them: that stops it. So does the button at {}.",
            head.link("/account/security/factors")
        ),
    ];
    letter(head, name, subject, body)
}

/// It was stopped.
pub fn stopped(head: Letterhead, name: &str, when: &str) -> Letter {
    let subject = format!("Your second factors at {} stay", head.product);
    let body = vec![format!("the removal of your second factors was stopped {when}. They are as they were.")];
    letter(head, name, subject, body)
}

/// It took effect.
pub fn done(head: Letterhead, name: &str, when: &str) -> Letter {
    let subject = format!("Your second factors at {} were removed", head.product);
    let body = vec![
        format!(
            "every second factor and every recovery code of your account was removed {when}, and every session has ended."
        ),
        format!(
            "Your password alone signs you in now. Add an authenticator app or a passkey soon, at {}.",
            head.link("/account/security/factors")
        ),
    ];
    letter(head, name, subject, body)
}

fn letter(head: Letterhead, name: &str, subject: String, body: Vec<String>) -> Letter {
    let contact = format!("Questions? Write to us at {}.", head.link("/contact"));
    Letter { subject, greeting: hello(name), body, action: None, closing: vec![contact], why: WHY_HOLDER.into(), head }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::lang::Lang;

    #[test]
    fn each_says_what_happens_and_speaks_the_language_of_its_head() {
        let head = |lang| Letterhead { product: "Steward".into(), base_url: "http://localhost:8080".into(), lang };
        let all = |lang| {
            [ordered(head(lang), "Ada", "1", "2"), stopped(head(lang), "Ada", "1"), done(head(lang), "Ada", "1")]
        };
        for letter in all(Lang::En) {
            let text = letter.text().expect("a letter");
            assert!(text.contains("second factor") && text.contains("/contact") && !letter.subject.contains("Ada"));
        }
        for (lang, word) in [(Lang::De, "zweite"), (Lang::ZhHans, "验证方式")] {
            for letter in all(lang) {
                let text = letter.text().expect("a letter");
                assert!(text.contains(word), "{text}");
                for english in ["factor ", "Questions", "your", "sign in", "removed"] {
                    assert!(!text.contains(english), "{english}: {text}");
                }
            }
        }
    }
}
