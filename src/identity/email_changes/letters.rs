//! The mails about changes of the address.

use crate::identity::letters::{WHY_HOLDER, hello};
use crate::platform::mail::letter::{Letter, Letterhead};

/// To the present address: a change was asked for.
pub fn requested(head: Letterhead, name: &str, when: &str) -> Letter {
    Letter {
        subject: format!("Another e-mail address for your account at {}", head.product),
        greeting: hello(name),
        body: vec![
            format!("{when} somebody signed in to your account asked to change its e-mail address."),
            "Nothing has changed yet: the new address has to be confirmed first. We write to you here again when that is \
             done."
                .into(),
        ],
        action: None,
        closing: vec![],
        why: WHY_HOLDER.into(),
        head,
    }
}

/// To the new address: confirm it. Names nobody: the address may be a slip of the keyboard.
pub fn confirm(head: Letterhead, link: String, lifetime: &str) -> Letter {
    Letter {
        subject: format!("Confirm your new address for {}", head.product),
        greeting: hello(""),
        body: vec![
            format!("this address is to become the one of an account at {}.", head.product),
            format!(
                "Open the link and press the button while you are signed in. It holds for {lifetime} and works once."
            ),
        ],
        action: Some(("Confirm the new address".into(), link)),
        closing: vec!["You did not ask for this? Then do nothing, and nothing changes.".into()],
        why: "You get this mail because somebody entered this address as the new one of an account.".into(),
        head,
    }
}

/// To the owner of an address that somebody wants for another account.
pub fn in_use(head: Letterhead) -> Letter {
    Letter {
        subject: format!("Your address at {}", head.product),
        greeting: hello(""),
        body: vec![
            "somebody, perhaps you, tried to make this address the one of another account. It signs in to yours, so \
             nothing was changed."
                .into(),
        ],
        action: None,
        closing: vec!["If it was not you, there is nothing to do: whoever tried has learnt nothing.".into()],
        why: WHY_HOLDER.into(),
        head,
    }
}

/// To an address that an account has left and can return to: somebody wanted it for another one.
pub fn held(head: Letterhead, until: &str, undo: String) -> Letter {
    Letter {
        subject: format!("Your earlier address at {}", head.product),
        greeting: hello(""),
        body: vec![
            "somebody, perhaps you, tried to use this address for an account. An account has left it a few days ago and can \
             still return to it, so no other one can have it for now."
                .into(),
            "You did not change the address of your account? The link below freezes the account at once, and takes the \
             change back when you give the password that you had, or a recovery code."
                .into(),
            format!("You changed it yourself, and want another account with this address? Try again {until}, or later."),
        ],
        action: Some(("Freeze the account and undo the change".into(), undo)),
        closing: vec![format!("If you cannot get in otherwise, write to us: {}.", head.link("/contact"))],
        why: WHY_HOLDER.into(),
        head,
    }
}

/// To the old address: the change is made, and this is how to take it back.
pub fn switched(head: Letterhead, name: &str, when: &str, undo: (String, &str)) -> Letter {
    Letter {
        subject: format!("The e-mail address of your account at {} was changed", head.product),
        greeting: hello(name),
        body: vec![
            format!("{when} your account got another e-mail address. We write to this one for the last time."),
            format!(
                "It was not you? The link below freezes the account at once, and takes the change back when you give the \
                 password that you had, or a recovery code. It holds for {}; so long nobody can set a new password by mail.",
                undo.1
            ),
        ],
        action: Some(("Freeze the account and undo the change".into(), undo.0)),
        closing: vec![format!("If you cannot get in otherwise, write to us: {}.", head.link("/contact"))],
        why: WHY_HOLDER.into(),
        head,
    }
}

/// To the address that is the account's again.
pub fn undone(head: Letterhead, name: &str, when: &str) -> Letter {
    Letter {
        subject: format!("Your e-mail address at {} is back", head.product),
        greeting: hello(name),
        body: vec![
            format!("{when} the change of your e-mail address was taken back. Every session of the account has ended."),
            "Passwords, second factors and recovery codes that were set since the change was asked for count no more."
                .to_owned(),
            format!("Whoever changed it had got into your account. Set a new password now: {}.", head.link("/reset")),
        ],
        action: None,
        closing: vec![],
        why: WHY_HOLDER.into(),
        head,
    }
}
