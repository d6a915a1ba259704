//! The code, and the notices about notices.

use super::model::Switch;
use crate::identity::letters::{WHY_HOLDER, hello};
use crate::platform::mail::letter::{Letter, Letterhead};

/// To an address of which nobody knows yet whose it is: it names no person and no account.
pub fn code(head: Letterhead, code: &str, lifetime: &str) -> Letter {
    Letter {
        subject: format!("A code for security notices of {}", head.product),
        greeting: hello(""),
        body: vec![
            format!(
                "somebody, perhaps you, wants {} to send the security notices of an account to this address as well.",
                head.product
            ),
            format!("The code that confirms the address: {code}"),
            format!(
                "Enter it within {lifetime} on the page “Privacy”, after signing in. It works once, and only the newest \
                 one counts."
            ),
        ],
        action: None,
        closing: vec![
            "You did not ask for this? Then do nothing, and give the code to nobody: without it nothing else comes here."
                .into(),
        ],
        why: "You get this message because somebody entered this address to receive security notices.".into(),
        head,
    }
}

/// After they were turned on or off, or their address was changed.
pub fn switched(head: Letterhead, name: &str, when: &str, switch: Switch) -> Letter {
    let on = format!("Security notices of {} also come by XMPP now", head.product);
    let off = format!("Security notices of {} come by mail only", head.product);
    let (subject, body) = match switch {
        Switch::On => (
            on,
            format!(
                "{when} it was set that security notices of your account also go to the XMPP address of your profile."
            ),
        ),
        Switch::Off => (
            off,
            format!("{when} it was set that security notices of your account go by mail only, and no longer by XMPP."),
        ),
        Switch::Elsewhere => (
            off,
            format!(
                "{when} the XMPP address in your profile was changed or removed. Until the new one is confirmed, security \
                 notices of your account go by mail only."
            ),
        ),
    };
    Letter {
        subject,
        greeting: hello(name),
        body: vec![body],
        action: None,
        closing: vec!["You change it on the page “Privacy”, after signing in.".into()],
        why: WHY_HOLDER.into(),
        head,
    }
}
