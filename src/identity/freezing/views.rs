//! The pages about freezes. No rules here.

use askama::Template;

use crate::platform::web::form::Field;
use crate::platform::web::page::{Badge, Page};

/// `GET /account/freeze`. Posts to the same address.
#[derive(Template)]
#[template(path = "identity/freeze.html")]
pub(super) struct FreezeOwn {
    pub page: Page,
    pub rows: Vec<Line>,
}

/// One freeze, in words.
pub(super) struct Line {
    pub when: String,
    pub how: String,
    pub ended: String,
    pub state: Badge,
}

/// `GET /freeze?token=…`. Posts `token` to `/freeze`. Send `Referrer-Policy: no-referrer`.
#[derive(Template)]
#[template(path = "identity/freeze_link.html")]
pub(super) struct FreezeLink {
    pub page: Page,
    pub token: String,
}

/// What a freeze leads to.
#[derive(Template)]
#[template(path = "identity/freeze_done.html")]
pub(super) struct FreezeDone {
    pub page: Page,
}

/// `GET /unfreeze`. Posts `email` to `/unfreeze`.
#[derive(Template)]
#[template(path = "identity/freeze_lift_ask.html")]
pub(super) struct LiftAsk {
    pub page: Page,
    pub email: String,
    /// Whether the mail is on its way, as far as anybody is told.
    pub sent: bool,
}

/// `GET /unfreeze/confirm?token=…`. Posts `token`, `password` and `new_password` there.
#[derive(Template)]
#[template(path = "identity/freeze_lift.html")]
pub(super) struct Lift {
    pub page: Page,
    pub token: String,
    /// Since when it is frozen and whose doing that was, for whoever has the link.
    pub frozen: Option<String>,
    pub password_min: usize,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::platform::web::page::Tone;
    use crate::platform::web::page::check::{self, HOSTILE};

    #[test]
    fn the_pages_hold_and_say_what_is_frozen() {
        let visitor = || Page::new(&check::site(), "Freeze the account");
        let line = |text: &str| Line {
            when: text.into(),
            how: text.into(),
            ended: text.into(),
            state: Badge::new(Tone::Warn, "Frozen"),
        };
        let own = FreezeOwn {
            page: check::holder("Freeze", crate::platform::web::page::Section::Security),
            rows: vec![line(HOSTILE)],
        };
        let pages = [
            check::page("freeze", &own),
            check::page("freeze-link", &FreezeLink { page: visitor(), token: HOSTILE.into() }),
            check::page("freeze-done", &FreezeDone { page: visitor() }),
        ];
        for html in &pages {
            assert!(html.contains("renews as agreed") && !html.contains("<script"), "{html}");
        }
        let ask = |sent| LiftAsk { page: visitor(), email: HOSTILE.into(), sent };
        for html in [
            check::page("unfreeze", &ask(false)),
            check::page("unfreeze-sent", &ask(true)),
            check::page(
                "unfreeze-link",
                &Lift { page: visitor(), token: HOSTILE.into(), frozen: Some(HOSTILE.into()), password_min: 15 },
            ),
        ] {
            assert!(!html.contains("<script>"), "{html}");
        }
    }
}
