//! The mails of identity, in English; they are told in their reader's language on the way out. Lifetimes arrive in words,
//! moments in the reader's form; links carry their token already.

use crate::platform::mail::letter::{Letter, Letterhead};

const WHY_SIGN_UP: &str = "You get this mail because somebody entered this address to open an account.";
pub(super) const WHY_HOLDER: &str = "You get this message because it concerns the security of your account.";

/// Without a name where the writer must not know whom it speaks to.
pub fn hello(name: &str) -> String {
    if name.is_empty() { "Hello,".to_owned() } else { format!("Hello {name},") }
}

/// To a new address: confirm it.
pub fn verification(head: Letterhead, name: &str, link: String, lifetime: &str) -> Letter {
    Letter {
        subject: format!("Confirm your address for {}", head.product),
        greeting: hello(name),
        body: vec![
            format!("you are one step from your account at {}: confirm that this address is yours.", head.product),
            format!("The link holds for {lifetime} and works once. It opens a page with a button; press it there."),
        ],
        action: Some(("Confirm the address".into(), link)),
        closing: vec![
            "You did not ask for this? Then do nothing: what was entered is deleted after seven days.".into(),
        ],
        why: WHY_SIGN_UP.into(),
        head,
    }
}

/// To an address that has an account already: nothing was changed, here is the way in.
pub fn already_registered(head: Letterhead, name: &str) -> Letter {
    Letter {
        subject: format!("You have an account at {} already", head.product),
        greeting: hello(name),
        body: vec![
            "somebody, perhaps you, tried to open an account with this address. It has one already, so nothing was \
             changed and no second one was made."
                .into(),
            format!("If it was you: sign in, or choose a new password at {}.", head.link("/reset")),
        ],
        action: Some(("Sign in".into(), head.link("/sign-in"))),
        closing: vec!["If it was not you, there is nothing to do: whoever tried has learnt nothing.".into()],
        why: WHY_SIGN_UP.into(),
        head,
    }
}

/// To a new member of staff, who knows of nothing yet: an account is there, and how to get into it.
pub fn staff_welcome(head: Letterhead, name: &str, link: String, (lifetime, role): (&str, &str)) -> Letter {
    Letter {
        subject: format!("An account for your work at {}", head.product),
        greeting: hello(name),
        body: vec![
            format!("the operator of {} has made an account for you, as a member of its staff.", head.product),
            format!("Your role is {role}. It decides what you may see and do."),
            format!(
                "Choose your password with this link. It holds for {lifetime} and works once; at {} you get another.",
                head.link("/reset")
            ),
        ],
        action: Some(("Choose a password".into(), link)),
        closing: vec![format!(
            "To sign in you also need the code of the authenticator app that the operator gives you: {}.",
            head.link("/staff/sign-in")
        )],
        why: "You get this mail because the operator has entered this address for a member of its staff.".into(),
        head,
    }
}

/// After "forgotten password": choose a new one.
pub fn password_reset(head: Letterhead, name: &str, link: String, lifetime: &str) -> Letter {
    Letter {
        subject: format!("A new password for {}", head.product),
        greeting: hello(name),
        body: vec![
            "here is the link with which you choose a new password.".into(),
            format!("It holds for {lifetime} and works once. Setting the password ends every session of the account."),
        ],
        action: Some(("Choose a new password".into(), link)),
        closing: vec!["You did not ask for this? Then do nothing: your password stays as it is.".into()],
        why: WHY_HOLDER.into(),
        head,
    }
}

/// After a password was changed or reset.
/// `has_tokens`: what programs hold is not ended by it, and is spoken of.
pub fn password_changed(head: Letterhead, name: &str, when: &str, has_tokens: bool) -> Letter {
    let tokens = has_tokens.then(|| {
        let list = head.link("/account/security/tokens");
        format!(
            "Your API tokens go on working, so that programs do not stop. Revoke those that you do not know: {list}"
        )
    });
    let what = format!("the password of your account was changed {when}. All other sessions have ended.");
    Letter {
        subject: format!("Your password at {} was changed", head.product),
        greeting: hello(name),
        body: std::iter::once(what).chain(tokens).collect(),
        action: None,
        closing: vec![format!(
            "It was not you? Set a new password at once at {}, and write to us at {}.",
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
    use crate::identity::email_changes::letters as email_changes;
    use crate::identity::freezing::letters as freezing;
    use crate::identity::freezing::model::{Cause, Lifted};
    use crate::identity::freezing::store::FreezeRow;
    use crate::identity::sign_ins::letters as sign_ins;
    use crate::identity::xmpp_notices::letters as xmpp_notices;
    use crate::identity::xmpp_notices::model::Switch;
    use crate::kernel::lang::Lang;

    fn head() -> Letterhead {
        Letterhead { product: "Steward".into(), base_url: "http://localhost:8080".into(), lang: Lang::En }
    }

    #[test]
    fn links_with_tokens_stand_in_mails_that_need_one_and_in_no_other() {
        let link = || "http://localhost:8080/verify?token=t0k".to_owned();
        for letter in
            [verification(head(), "Ada", link(), "24 hours"), password_reset(head(), "Ada", link(), "30 minutes")]
        {
            assert!(letter.text().unwrap().contains("token=t0k") && letter.html().unwrap().contains("token=t0k"));
        }
        for letter in [already_registered(head(), "Ada"), password_changed(head(), "Ada", "today at 14:02", true)] {
            assert!(!letter.text().unwrap().contains("token="));
        }
    }

    fn arrival(close: Option<&str>) -> sign_ins::Arrival {
        sign_ins::Arrival {
            device: "A program that does not say its name".into(),
            network: "192.0.2.0/24".into(),
            report: "r3p".into(),
            close: close.map(str::to_owned),
        }
    }

    fn frozen() -> FreezeRow {
        FreezeRow {
            id: crate::kernel::ids::Id::from_uuid(uuid::Uuid::nil()),
            cause: "staff".into(),
            reason: None,
            started_at: crate::kernel::time::Timestamp::new(chrono::DateTime::UNIX_EPOCH),
            ended_at: None,
            ended_by: None,
            ended_reason: None,
        }
    }

    #[test]
    fn every_mail_speaks_the_language_of_its_head() {
        let link = || "http://localhost:8080/verify?token=t0k".to_owned();
        for (lang, hello, why) in
            [(Lang::De, "Guten Tag Ada,", "Sie erhalten"), (Lang::ZhHans, "Ada，您好：", "您收到")]
        {
            let head = || head().in_language(lang);
            for letter in [
                verification(head(), "Ada", link(), "24 hours"),
                already_registered(head(), "Ada"),
                password_reset(head(), "Ada", link(), "30 minutes"),
                password_changed(head(), "Ada", "14:02", true),
                freezing::frozen(head(), "Ada", "14:02", &Cause::Holder),
                freezing::frozen(head(), "Ada", "14:02", &Cause::Link),
                freezing::frozen(head(), "Ada", "14:02", &Cause::EmailUndo),
                freezing::frozen(head(), "Ada", "14:02", &Cause::Staff("42".into())),
                freezing::unfrozen(head(), "Ada", "14:02", &Lifted::Holder),
                freezing::unfrozen(head(), "Ada", "14:02", &Lifted::EmailUndo),
                freezing::unfrozen(head(), "Ada", "14:02", &Lifted::Staff("42".into())),
                freezing::lift(head(), "Ada", (&frozen(), "14:02"), (link(), "30 minutes")),
                freezing::no_lift(head(), "Ada", Some(&frozen())),
                freezing::no_lift(head(), "Ada", None),
                freezing::no_reset(head(), "Ada", true),
                freezing::no_reset(head(), "Ada", false),
                email_changes::requested(head(), "Ada", "14:02"),
                email_changes::switched(head(), "Ada", "14:02", (link(), "7 days")),
                email_changes::undone(head(), "Ada", "14:02"),
                sign_ins::signed_in(head(), "Ada", "14:02", &arrival(None)),
                sign_ins::signed_in(head(), "Ada", "14:02", &arrival(Some("cl0"))),
                sign_ins::reported(head(), "Ada", "14:02"),
                xmpp_notices::switched(head(), "Ada", "14:02", Switch::On),
                xmpp_notices::switched(head(), "Ada", "14:02", Switch::Off),
                xmpp_notices::switched(head(), "Ada", "14:02", Switch::Elsewhere),
            ] {
                let (text, html) = (letter.text().unwrap(), letter.html().unwrap());
                assert!(text.starts_with(hello) && text.contains(why), "{text}");
                assert!(html.contains(&format!("<html lang=\"{}\"", lang.as_str())) && html.contains(why), "{html}");
                // Addresses of pages are the same in every language.
                let words: Vec<&str> = text.split_whitespace().filter(|word| !word.contains("http://")).collect();
                let words = words.join(" ");
                for english in
                    ["account", "address", "hours", "minutes", "days", "password", "freeze ", "Write", "for "]
                {
                    assert!(!words.contains(english), "{english}: {text}");
                }
            }
        }
    }

    #[test]
    fn a_code_for_an_xmpp_address_names_nobody() {
        for (lang, hello, how) in [
            (Lang::En, "Hello,", "within 15 minutes"),
            (Lang::De, "Guten Tag,", "innerhalb von 15 Minuten"),
            (Lang::ZhHans, "您好", "15 分钟"),
        ] {
            let letter = xmpp_notices::code(head().in_language(lang), "1234 5678", "15 minutes");
            let text = letter.text().unwrap();
            assert!(text.starts_with(hello) && text.contains(how) && text.contains("1234 5678"), "{text}");
            assert!(!letter.subject().contains("1234") && !text.contains("token"), "{text}");
            assert!(lang == Lang::En || !text.contains("address"), "{text}");
        }
    }

    #[test]
    fn subjects_name_no_person() {
        for letter in [already_registered(head(), "Ada"), password_changed(head(), "Ada", "today", true)] {
            assert!(!letter.subject.contains("Ada") && letter.greeting.contains("Ada"));
        }
    }
}
