//! The notices about notices.

use crate::identity::letters::{WHY_HOLDER, hello};
use crate::platform::mail::letter::{Letter, Letterhead};

/// After they were turned on or off.
pub fn switched(head: Letterhead, name: &str, when: &str, on: bool) -> Letter {
    let (subject, body) = if on {
        (
            format!("Security notices of {} also come by XMPP now", head.product),
            format!(
                "{when} it was set that security notices of your account also go to the XMPP address of your profile."
            ),
        )
    } else {
        (
            format!("Security notices of {} come by mail only", head.product),
            format!("{when} it was set that security notices of your account go by mail only, and no longer by XMPP."),
        )
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
