//! The mails about sign-ins. Links carry their token; the times are in words.

use crate::identity::letters::{WHY_HOLDER, hello};
use crate::identity::tokens::model::Purpose;
use crate::platform::mail::letter::{Letter, Letterhead};

/// A sign-in that is news to the account's owner.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Arrival {
    /// Browser and system in words.
    pub device: String,
    /// A /24 or /48.
    pub network: String,
    /// Token of the link that says "that wasn't me".
    pub report: String,
    /// Token of the link that ends the session on a public computer; `None` on another.
    pub close: Option<String>,
}

/// After a sign-in with a device that was not known, or on a public computer.
pub fn signed_in(head: Letterhead, name: &str, when: &str, arrival: &Arrival) -> Letter {
    let report = head.link(&format!("/report-sign-in?token={}", arrival.report));
    match &arrival.close {
        Some(token) => {
            let close = head.link(&format!("/close-session?token={token}"));
            public_computer(head, name, (when, arrival), close, &report)
        }
        None => new_device(head, name, (when, arrival), report),
    }
}

fn new_device(head: Letterhead, name: &str, (when, arrival): (&str, &Arrival), report: String) -> Letter {
    Letter {
        subject: format!("A new device signed in at {}", head.product),
        greeting: hello(name),
        body: vec![
            format!(
                "somebody signed in to your account {when} with a device that we have not seen before: {}, from the \
                 network {}.",
                arrival.device, arrival.network
            ),
            "If it was you, there is nothing to do.".into(),
        ],
        action: Some(("That was not me".into(), report)),
        closing: vec![format!(
            "The link opens a page with a button. It ends every session and every API token, and nobody signs in until \
             you have set a new password. It works once, for {}.",
            Purpose::ReportSignIn.lifetime_in_words()
        )],
        why: WHY_HOLDER.into(),
        head,
    }
}

/// How to end it from elsewhere.
fn public_computer(
    head: Letterhead,
    name: &str,
    (when, arrival): (&str, &Arrival),
    close: String,
    report: &str,
) -> Letter {
    Letter {
        subject: format!("Signed in on a public computer at {}", head.product),
        greeting: hello(name),
        body: vec![
            format!(
                "you signed in {when} on a computer that you called public: {}, from the network {}.",
                arrival.device, arrival.network
            ),
            "If you left it without signing out, end that session with the link below, from wherever you are. By itself \
             it ends soon too: when nobody has used it for some minutes, and after an hour or so in any case."
                .into(),
        ],
        action: Some(("End that session".into(), close)),
        closing: vec![format!("It was not you? Then end everything, and set a new password: {report}")],
        why: WHY_HOLDER.into(),
        head,
    }
}

/// After "that wasn't me".
pub fn reported(head: Letterhead, name: &str, when: &str) -> Letter {
    Letter {
        subject: format!("Your account at {} is closed to everybody until you set a new password", head.product),
        greeting: hello(name),
        body: vec![
            format!(
                "{when} somebody said for your account that a sign-in was not yours. Every session and every API token \
                 has ended, and nobody can sign in until a new password is set."
            ),
            "A second mail has the link for it. Should its time run out, ask for another with the button below.".into(),
        ],
        action: Some(("Set a new password".into(), head.link("/reset"))),
        closing: vec!["Was the password in use elsewhere? Change it there too.".into()],
        why: WHY_HOLDER.into(),
        head,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::lang::Lang;

    #[test]
    fn each_link_stands_where_its_words_say() {
        let head =
            || Letterhead { product: "Steward".into(), base_url: "http://localhost:8080".into(), lang: Lang::En };
        let arrival = |close: Option<&str>| Arrival {
            device: "Firefox on Linux".into(),
            network: "192.0.2.0/24".into(),
            report: "r3p".into(),
            close: close.map(str::to_owned),
        };
        let new = signed_in(head(), "Ada", "today", &arrival(None)).text().unwrap();
        assert!(new.contains("That was not me:\nhttp://localhost:8080/report-sign-in?token=r3p"), "{new}");
        assert!(!new.contains("/close-session") && new.contains("192.0.2.0/24"), "{new}");
        let public = signed_in(head(), "Ada", "today", &arrival(Some("cl0"))).text().unwrap();
        assert!(public.contains("End that session:\nhttp://localhost:8080/close-session?token=cl0"), "{public}");
        assert!(public.contains("/report-sign-in?token=r3p"), "{public}");
        assert!(!reported(head(), "Ada", "Today").text().unwrap().contains("token="));
    }
}
