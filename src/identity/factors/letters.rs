//! The mails about factors and recovery codes.

use super::model::FactorKind;
use crate::identity::letters::{WHY_HOLDER, hello};
use crate::platform::mail::letter::{Letter, Letterhead};

/// A factor was added.
pub fn added(head: Letterhead, name: &str, kind: FactorKind, when: &str) -> Letter {
    let (factor, at_the_start) = named(kind);
    let subject = format!("{at_the_start} was added to your account at {}", head.product);
    let body = vec![
        format!("{factor} was added to your account {when}. Whoever has it can use it to sign in."),
        format!("All of them are listed at {}.", head.link("/account/security/factors")),
    ];
    letter(head, name, subject, body)
}

/// A factor was removed.
pub fn removed(head: Letterhead, name: &str, kind: FactorKind, when: &str) -> Letter {
    let (factor, at_the_start) = named(kind);
    let subject = format!("{at_the_start} was removed from your account at {}", head.product);
    let body = vec![
        format!("{factor} was removed from your account {when}. It opens nothing any more."),
        format!("What is left is listed at {}.", head.link("/account/security/factors")),
    ];
    letter(head, name, subject, body)
}

/// A recovery code was used.
pub fn code_used(head: Letterhead, name: &str, left: i64, when: &str) -> Letter {
    let subject = format!("A recovery code of your account at {} was used", head.product);
    let left = match left {
        0 => "It was the last one".to_owned(),
        1 => "One is left".to_owned(),
        many => format!("{many} are left"),
    };
    let body = vec![
        format!("one of your recovery codes was used {when}. It works no more."),
        format!("{left}. New ones can be made at {}.", head.link("/account/security/factors")),
    ];
    letter(head, name, subject, body)
}

/// There are new recovery codes.
pub fn codes_renewed(head: Letterhead, name: &str, when: &str) -> Letter {
    let subject = format!("Your account at {} has new recovery codes", head.product);
    let body = vec![format!("ten new recovery codes were made for your account {when}. The old ones work no more.")];
    letter(head, name, subject, body)
}

/// The operator has replaced every factor.
pub fn reset(head: Letterhead, name: &str, when: &str) -> Letter {
    let subject = format!("The second factors of your account at {} were replaced", head.product);
    let body = vec![format!(
        "the operator gave your account another authenticator app and other recovery codes {when}. Every factor that you \
         had opens nothing any more, and every session has ended."
    )];
    letter(head, name, subject, body)
}

fn letter(head: Letterhead, name: &str, subject: String, body: Vec<String>) -> Letter {
    Letter {
        subject,
        greeting: hello(name),
        body,
        action: None,
        closing: vec![format!(
            "It was not you? Set a new password at once at {}, remove what is not yours at {}, and write to us at {}.",
            head.link("/reset"),
            head.link("/account/security/factors"),
            head.link("/contact")
        )],
        why: WHY_HOLDER.into(),
        head,
    }
}

/// A factor within a sentence, and at its start.
fn named(kind: FactorKind) -> (&'static str, &'static str) {
    match kind {
        FactorKind::Totp => ("an authenticator app", "An authenticator app"),
        FactorKind::Passkey => ("a passkey", "A passkey"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::lang::Lang;

    #[test]
    fn each_says_what_happened_and_what_to_do_if_it_was_not_oneself() {
        let head =
            || Letterhead { product: "Steward".into(), base_url: "http://localhost:8080".into(), lang: Lang::En };
        for (letter, word) in [
            (added(head(), "Ada", FactorKind::Totp, "today"), "an authenticator app was added"),
            (removed(head(), "Ada", FactorKind::Passkey, "today"), "a passkey was removed"),
            (code_used(head(), "Ada", 1, "today"), "One is left"),
            (codes_renewed(head(), "Ada", "today"), "work no more"),
            (reset(head(), "Ada", "today"), "was not you"),
        ] {
            let text = letter.text().expect("a letter");
            assert!(text.contains(word) && text.contains("It was not you?"), "{text}");
            assert!(!letter.subject.contains("Ada") && !text.contains("token"), "{text}");
        }
    }
}
