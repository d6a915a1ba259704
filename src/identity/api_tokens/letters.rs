//! The mail about API tokens.

use crate::identity::letters::{WHY_HOLDER, hello};
use crate::platform::mail::letter::{Letter, Letterhead};

/// After a token was made; `token` is what its owner calls it.
pub fn created(head: Letterhead, name: &str, when: &str, token: &str) -> Letter {
    Letter {
        subject: format!("An API token was made at {}", head.product),
        greeting: hello(name),
        body: vec![format!(
            "an API token called “{token}” was made for your account {when}. A program can act with it."
        )],
        action: Some(("See your API tokens".into(), head.link("/account/security/tokens"))),
        closing: vec![format!(
            "It was not you? Revoke it there, set a new password at {}, and write to us at {}.",
            head.link("/reset"),
            head.link("/contact")
        )],
        why: WHY_HOLDER.into(),
        head,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::lang::Lang;

    fn text(lang: Lang) -> String {
        let head = Letterhead { product: "Steward".into(), base_url: "http://localhost:8080".into(), lang };
        created(head, "Ada", "14:02", "nightly export").text().unwrap()
    }

    #[test]
    fn it_names_the_token_and_never_its_secret() {
        let text = text(Lang::En);
        assert!(text.contains("“nightly export”") && !text.contains("stw_"), "{text}");
    }

    #[test]
    fn it_speaks_the_language_of_its_reader() {
        for (lang, words) in [(Lang::De, "API-Token namens"), (Lang::ZhHans, "API 令牌")] {
            let text = text(lang);
            assert!(text.contains(words) && text.contains("nightly export"), "{text}");
            assert!(!text.contains("program") && !text.contains("Revoke") && !text.contains("See your"), "{text}");
        }
    }
}
