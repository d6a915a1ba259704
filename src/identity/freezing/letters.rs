//! The mails about freezes.

use super::model::{Cause, Lifted};
use super::store::FreezeRow;
use crate::identity::letters::{WHY_HOLDER, hello};
use crate::platform::mail::letter::{Letter, Letterhead};

/// Whose doing a freeze was, by the words stored, and staff's reason.
fn by(cause: &str, reason: Option<&str>) -> String {
    match (cause, reason) {
        ("holder", _) => "It was done from the account itself, by somebody signed in to it.".into(),
        ("link", _) => "It was done with the link of a security notice.".into(),
        ("email_undo", _) => "It was done with the link that went to the earlier e-mail address.".into(),
        (_, Some(reason)) => format!("Our staff did it, for this reason: {reason}"),
        (_, None) => "Our staff did it.".into(),
    }
}

/// After an account was frozen.
pub fn frozen(head: Letterhead, name: &str, when: &str, cause: &Cause) -> Letter {
    Letter {
        subject: format!("Your account at {} is frozen", head.product),
        greeting: hello(name),
        body: vec![
            format!("your account was frozen {when}. Every session and every API token has ended, and nobody signs in."),
            by(cause.as_str(), cause.reason()),
            "Nothing is ordered and nothing is changed until the freeze is lifted. What you pay for goes on, and renews \
             as agreed."
                .into(),
        ],
        action: Some(("How to lift the freeze".into(), head.link("/unfreeze"))),
        closing: vec![format!(
            "To lift it you need this mailbox and your password. Without the password, write to us: {}.",
            head.link("/contact")
        )],
        why: WHY_HOLDER.into(),
        head,
    }
}

/// After a freeze was lifted.
pub fn unfrozen(head: Letterhead, name: &str, when: &str, how: &Lifted) -> Letter {
    let by = match how {
        Lifted::Holder => "It was done with a link to your mailbox and your password.".to_owned(),
        Lifted::EmailUndo => "It was done by taking the change of the e-mail address back.".to_owned(),
        Lifted::Staff(reason) => format!("Our staff did it, for this reason: {reason}"),
    };
    Letter {
        subject: format!("Your account at {} is no longer frozen", head.product),
        greeting: hello(name),
        body: vec![format!("the freeze of your account was lifted {when}. You can sign in again."), by],
        action: None,
        closing: vec![],
        why: WHY_HOLDER.into(),
        head,
    }
}

/// The link that lifts a freeze, together with the password.
pub fn lift(
    head: Letterhead,
    name: &str,
    (frozen, when): (&FreezeRow, &str),
    (link, lifetime): (String, &str),
) -> Letter {
    Letter {
        subject: format!("Lift the freeze of your account at {}", head.product),
        greeting: hello(name),
        body: vec![
            "here is the link with which you lift the freeze of your account. It asks for your present password and for a \
             new one."
                .into(),
            format!("It holds for {lifetime} and works once."),
            format!("The account was frozen {when}."),
            by(&frozen.cause, frozen.reason.as_deref()),
        ],
        action: Some(("Lift the freeze".into(), link)),
        closing: vec!["You did not ask for this? Then do nothing: the account stays frozen.".into()],
        why: WHY_HOLDER.into(),
        head,
    }
}

/// Instead of a link, where the mailbox itself is in doubt or the account is not frozen.
pub fn no_lift(head: Letterhead, name: &str, frozen: Option<&FreezeRow>) -> Letter {
    let why = if frozen.is_some() {
        "your account is frozen, and its e-mail address was changed within the last seven days. Until they are over, the \
         freeze is lifted with the link that went to the earlier address, or by us."
    } else {
        "somebody, perhaps you, asked how to lift the freeze of your account. It is not frozen: just sign in."
    };
    Letter {
        subject: format!("About the freeze of your account at {}", head.product),
        greeting: hello(name),
        body: std::iter::once(why.into()).chain(frozen.map(|row| by(&row.cause, row.reason.as_deref()))).collect(),
        action: Some(("Write to us".into(), head.link("/contact"))),
        closing: vec![],
        why: WHY_HOLDER.into(),
        head,
    }
}

/// Instead of a link that sets a password.
pub fn no_reset(head: Letterhead, name: &str, frozen: bool) -> Letter {
    let why = if frozen {
        "somebody, perhaps you, asked for a new password. Your account is frozen, and no password is set by mail \
         meanwhile."
    } else {
        "somebody, perhaps you, asked for a new password. The e-mail address of your account was changed within the last \
         seven days, and no password is set by mail until they are over."
    };
    Letter {
        subject: format!("No new password for {} by mail now", head.product),
        greeting: hello(name),
        body: vec![why.into()],
        action: frozen.then(|| ("How to lift the freeze".into(), head.link("/unfreeze"))),
        closing: vec![format!("If you cannot get in otherwise, write to us: {}.", head.link("/contact"))],
        why: WHY_HOLDER.into(),
        head,
    }
}
