//! The pages about changes of the address. No rules here.

use askama::Template;

use crate::platform::web::form::Field;
use crate::platform::web::page::Page;

/// `GET /account/email`. Posts `email` and `password` there.
#[derive(Template)]
#[template(path = "identity/email_change.html")]
pub(super) struct EmailChange {
    pub page: Page,
    pub present: String,
    pub email: String,
    /// Whether the password is asked for: who has a factor has given that.
    pub needs_password: bool,
    /// The address that waits to be confirmed.
    pub wanted: Option<String>,
    /// Until when, in words.
    pub until: String,
}

/// `GET /account/email/confirm?token=…`. Posts `token` there. Send `Referrer-Policy: no-referrer`.
#[derive(Template)]
#[template(path = "identity/email_change_confirm.html")]
pub(super) struct Confirm {
    pub page: Page,
    pub token: String,
}

/// `GET /email/undo?token=…`. Posts `token` there, then `token` and `password` or `recovery_code` to `/email/undo/password`.
#[derive(Template)]
#[template(path = "identity/email_change_undo.html")]
pub(super) struct Undo {
    pub page: Page,
    pub token: String,
    pub frozen: bool,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::platform::web::page::Section;
    use crate::platform::web::page::check::{self, HOSTILE};

    #[test]
    fn the_pages_hold() {
        let holder = || check::holder("E-mail address", Section::Profile);
        let change = |wanted: Option<String>| EmailChange {
            page: holder(),
            present: HOSTILE.into(),
            email: HOSTILE.into(),
            needs_password: wanted.is_none(),
            wanted,
            until: "tomorrow".into(),
        };
        let undo = |frozen| Undo { page: Page::new(&check::site(), "Undo"), token: HOSTILE.into(), frozen };
        for html in [
            check::page("email-change", &change(None)),
            check::page("email-change-waits", &change(Some(HOSTILE.into()))),
            check::page("email-change-confirm", &Confirm { page: holder(), token: HOSTILE.into() }),
            check::page("email-change-undo", &undo(false)),
            check::page("email-change-undo-frozen", &undo(true)),
        ] {
            assert!(!html.contains("<script"), "{html}");
        }
    }
}
