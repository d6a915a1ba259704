//! The pages of factors: what each needs, as strings that are ready to show.

use askama::Template;

use super::qr::Qr;
use crate::platform::web::form::Field;
use crate::platform::web::page::{Page, Viewer};

/// `GET /account/security/factors`.
#[derive(Template)]
#[template(path = "identity/factors/list.html")]
pub struct Factors {
    /// The frame.
    pub page: Page,
    /// Those that count.
    pub factors: Vec<FactorLine>,
    /// Recovery codes that are left, in words.
    pub codes_left: String,
    /// Why nothing can be changed here and now.
    pub standing: Standing,
    /// Whether passkeys work at this address.
    pub passkeys: bool,
    /// What an operator has ordered for who lost them all.
    pub reset: Option<Reset>,
}

/// Factors that are about to be removed. A button posts to `/account/security/factor-reset/stop`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reset {
    /// When, in words.
    pub due: String,
    /// The operator's name of the case.
    pub case: String,
}

/// Whether factors can be changed in this session.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// Yes.
    Open,
    /// Not before a step-up.
    ToProve,
    /// Not at a public computer.
    Public,
}

/// A factor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FactorLine {
    /// Which.
    pub id: String,
    /// `Authenticator app` or `Passkey`.
    pub kind: String,
    /// What its owner calls it.
    pub name: String,
    /// When it was added, in words.
    pub added: String,
    /// When it was last used, in words.
    pub used: String,
}

impl FactorLine {
    /// Its name: the holder's own, or what it is in the reader's language.
    fn told_name(&self, page: &Page) -> String {
        if self.name == self.kind { page.tell(&self.kind).into_owned() } else { self.name.clone() }
    }
}

/// After `POST /account/security/factors/app`. Posts `id` and `code` to `/account/security/factors/app/confirm`.
#[derive(Template)]
#[template(path = "identity/factors/app.html")]
pub struct App {
    /// The frame.
    pub page: Page,
    /// Which factor it will be.
    pub id: String,
    /// The secret in groups of four.
    pub secret: String,
    /// The same as a picture.
    pub qr: Option<Qr>,
}

/// Recovery codes, shown this once.
#[derive(Template)]
#[template(path = "identity/factors/codes.html")]
pub struct Codes {
    /// The frame.
    pub page: Page,
    /// Each works once.
    pub codes: Vec<String>,
}

/// `GET /account/security/prove`. Posts `password` or `factor` and `next` to the same address.
#[derive(Template)]
#[template(path = "identity/factors/prove.html")]
pub struct Prove {
    /// The frame.
    pub page: Page,
    /// Own path to go back to.
    pub next: String,
    /// Whether codes may be given.
    pub code: bool,
    /// Whether a passkey may be used.
    pub passkey: bool,
}

/// After the right password. Posts `pending`, `factor` and `next` to `/sign-in/factor`.
#[derive(Template)]
#[template(path = "identity/factors/sign_in.html")]
pub struct SignInFactor {
    /// The frame.
    pub page: Page,
    /// The sign-in so far, sealed.
    pub pending: String,
    /// Own path to go to afterwards.
    pub next: String,
    /// Whether a passkey may be used.
    pub passkey: bool,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::identity::factors::qr;
    use crate::platform::web::page::Section;
    use crate::platform::web::page::check::{self, HOSTILE};

    fn page() -> Page {
        check::holder("Second factors", Section::Security)
    }

    fn list(text: &str, standing: Standing) -> Factors {
        let line =
            FactorLine { id: text.into(), kind: text.into(), name: text.into(), added: text.into(), used: text.into() };
        Factors { page: page(), factors: vec![line], codes_left: text.into(), standing, passkeys: true, reset: None }
    }

    #[test]
    fn what_cannot_be_changed_now_has_no_buttons() {
        let html = check::page("factors", &list("Phone", Standing::Open));
        assert!(html.contains("/account/security/factors/app\"") && html.contains("/remove\""), "{html}");
        for standing in [Standing::ToProve, Standing::Public] {
            let html = check::page("factors-closed", &list("Phone", standing));
            assert!(!html.contains("/account/security/factors/app\"") && !html.contains("/remove\""), "{html}");
        }
        assert!(check::page("factors-prove", &list("", Standing::ToProve)).contains("/account/security/prove"));
    }

    #[test]
    fn what_an_operator_ordered_is_told_with_its_button() {
        let reset = |text: &str| Some(Reset { due: text.into(), case: text.into() });
        let html = check::page("factors-reset", &Factors { reset: reset("#4711"), ..list("Phone", Standing::ToProve) });
        assert!(html.contains("#4711") && html.contains("/account/security/factor-reset/stop\""), "{html}");
        assert!(!check::page("factors", &list("Phone", Standing::Open)).contains("factor-reset"));
        let html = check::page("hostile", &Factors { reset: reset(HOSTILE), ..list(HOSTILE, Standing::Open) });
        assert!(!html.contains("<script>") && !html.contains("\" onload="), "{html}");
    }

    #[test]
    fn the_pages_hold_and_nothing_given_becomes_markup() {
        let url = "otpauth://totp/x?secret=GEZDGNBVGY3TQOJQ";
        let app = App { page: page(), id: HOSTILE.into(), secret: HOSTILE.into(), qr: qr::draw(url) };
        let pages = [
            check::page("factor-app", &app),
            check::page("factor-codes", &Codes { page: page(), codes: vec![HOSTILE.into()] }),
            check::page("factor-prove", &Prove { page: page(), next: HOSTILE.into(), code: true, passkey: true }),
            check::page(
                "factor-sign-in",
                &SignInFactor {
                    page: Page::new(&check::site(), "Second factor"),
                    pending: HOSTILE.into(),
                    next: HOSTILE.into(),
                    passkey: true,
                },
            ),
            check::page("factor-hostile", &list(HOSTILE, Standing::Open)),
        ];
        for html in pages {
            assert!(!html.contains("<script>") && !html.contains("\" onload="), "{html}");
        }
    }
}
