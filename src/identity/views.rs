//! The pages of identity: what each needs, as strings that are ready to show. No rules here.
//!
//! Each struct says which form it sends where. Complaints go into `page.errors` under the input's name.

use askama::Template;

use crate::platform::web::contact_fields::ContactFields;
use crate::platform::web::form::{Field, Toggle};
use crate::platform::web::page::Page;

/// `GET /sign-up`. Posts to `/sign-up`: `name`, `email`, `password`, `policy_version`, `accept_policy` = `yes`, and
/// the inputs of [`ContactFields`].
#[derive(Template)]
#[template(path = "identity/sign_up.html")]
pub struct SignUp {
    /// The frame.
    pub page: Page,
    /// As typed.
    pub name: String,
    /// As typed.
    pub email: String,
    /// Least number of characters of a password.
    pub password_min: usize,
    /// Version of the policy that is shown and accepted.
    pub policy_version: String,
    /// The day that version came into force, in words.
    pub policy_date: String,
    /// The optional fields.
    pub contact: ContactFields,
    /// Whether the optional part starts open: something in it is filled in or wrong.
    pub contact_open: bool,
}

/// After `POST /sign-up` and `POST /verify/resend`, whether or not the address is known.
#[derive(Template)]
#[template(path = "identity/check_mail.html")]
pub struct CheckMail {
    /// The frame.
    pub page: Page,
    /// The address as typed.
    pub email: String,
    /// How long the link holds, in words, e.g. `24 hours`.
    pub link_lifetime: String,
    /// Whether the mail is about a password and not about a new account.
    pub for_password: bool,
}

/// `GET /verify?token=…`. Posts `token` to `/verify`, since mail scanners follow links.
/// Send `Referrer-Policy: no-referrer`.
#[derive(Template)]
#[template(path = "identity/verify.html")]
pub struct Verify {
    /// The frame.
    pub page: Page,
    /// The token of the link, not checked yet.
    pub token: String,
    /// Whether the address has signed up more than once: then the password says which sign-up is meant.
    pub contested: bool,
}

/// `GET /verify/resend`, and what an expired or spent link shows (with a notice). Posts `email` to `/verify/resend`.
#[derive(Template)]
#[template(path = "identity/resend.html")]
pub struct Resend {
    /// The frame.
    pub page: Page,
    /// As typed.
    pub email: String,
}

/// `GET /reset`. Posts `email` to `/reset`.
#[derive(Template)]
#[template(path = "identity/forgot.html")]
pub struct Forgot {
    /// The frame.
    pub page: Page,
    /// As typed.
    pub email: String,
}

/// `GET /reset?token=…`. Posts `token` and `password` to `/reset/password`. Send `Referrer-Policy: no-referrer`.
#[derive(Template)]
#[template(path = "identity/reset.html")]
pub struct Reset {
    /// The frame.
    pub page: Page,
    /// The token of the link.
    pub token: String,
    /// Least number of characters of a password.
    pub password_min: usize,
}

/// `GET /sign-in`. Posts to `/sign-in`: `email`, `password`, `computer` (`own-remember`, `own`, `public`),
/// `keep_signed_in` = `yes`, `next`. "Not you?" posts to `/sign-in/forget`, the passkey's button to `/sign-in/passkey`.
#[derive(Template)]
#[template(path = "identity/sign_in.html")]
pub struct SignIn {
    /// The frame.
    pub page: Page,
    /// As typed; empty when `remembered` is there.
    pub email: String,
    /// The remembered address, masked, e.g. `a…@example.org`. The form then sends no `email`.
    pub remembered: Option<String>,
    /// The chosen radio: `own-remember`, `own` (the default) or `public`.
    pub computer: String,
    /// Whether the box is ticked; never by default.
    pub keep_signed_in: bool,
    /// Own path to go to afterwards; empty for the profile.
    pub next: String,
    /// Whether a password was just set for an account whose API tokens go on.
    pub has_tokens: bool,
}

/// `GET /signed-out`.
#[derive(Template)]
#[template(path = "identity/signed_out.html")]
pub struct SignedOut {
    /// The frame.
    pub page: Page,
    /// Whether somebody is signed in all the same: nothing else is said then.
    pub signed_in: bool,
    /// Whether the e-mail address stays remembered on this computer.
    pub remembered: bool,
    /// Whether it was a public computer.
    pub public: bool,
    /// Whether the session ended by itself.
    pub expired: bool,
    /// Cookies of ours that the browser sent with this very request.
    pub sent: Vec<String>,
}

/// What sign-in shows to a browser that sends no cookie back.
#[derive(Template)]
#[template(path = "identity/cookies_declined.html")]
pub struct CookiesDeclined {
    /// The frame.
    pub page: Page,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::platform::web::contact_fields::ImRow;
    use crate::platform::web::form::{Choice, Errors};
    use crate::platform::web::page::check::{self, HOSTILE};
    use crate::platform::web::page::{Section, Tone};

    fn visitor(title: &str) -> Page {
        Page::new(&check::site(), title)
    }

    fn contact(text: &str) -> ContactFields {
        ContactFields {
            phone: text.into(),
            line1: text.into(),
            website: text.into(),
            im_ids: vec![ImRow { network: "xmpp".into(), handle: text.into() }, ImRow::default()],
            countries: vec![Choice::new("", "Choose a country"), Choice::new("SG", "Singapore")],
            networks: vec![Choice::new("", "Choose"), Choice::new("xmpp", "XMPP (Jabber)")],
            ..ContactFields::default()
        }
    }

    fn sign_up(page: Page, text: &str, contact_open: bool) -> SignUp {
        SignUp {
            page: page.section(Section::SignUp),
            name: text.into(),
            email: text.into(),
            password_min: 15,
            policy_version: "1".into(),
            policy_date: "1 November 2026".into(),
            contact: contact(text),
            contact_open,
        }
    }

    fn sign_in(page: Page, remembered: Option<String>) -> SignIn {
        SignIn {
            page: page.section(Section::SignIn),
            email: String::new(),
            remembered,
            computer: "own".into(),
            keep_signed_in: false,
            next: String::new(),
            has_tokens: true,
        }
    }

    #[test]
    fn sign_up_asks_only_three_things_and_ticks_nothing() {
        let html = check::page("sign-up", &sign_up(visitor("Sign up"), "", false));
        assert_eq!(html.matches(" required").count(), 4, "three fields and the policy: {html}");
        assert!(!html.contains("checked"));
        assert!(html.contains("name=\"policy_version\" value=\"1\""));
    }

    #[test]
    fn sign_up_shows_what_is_wrong_where_it_is_wrong() {
        let errors = Errors::default()
            .on("password", "Use at least 15 characters; a few words in a row are good.")
            .on("accept_policy", "Please read the policy and tick the box to go on.")
            .on("im_handle-1", "An XMPP address looks like name@server.");
        let html = check::page("sign-up-errors", &sign_up(visitor("Sign up").errors(errors), "ada@example.org", true));
        for target in ["password", "accept_policy", "im_handle-1"] {
            assert!(
                html.contains(&format!("href=\"#{target}\"")) && html.contains(&format!(" id=\"{target}\"")),
                "{target}"
            );
        }
        assert!(html.contains("<title>Error: Sign up"));
    }

    #[test]
    fn sign_in_offers_exactly_three_computers_and_remembers_by_choice_only() {
        let html = check::page("sign-in", &sign_in(visitor("Sign in"), None));
        assert_eq!(html.matches("type=\"radio\"").count(), 3);
        assert!(html.contains("value=\"own\" checked"));
        assert!(!html.contains("name=\"factor\""));
        let html = check::page("sign-in-remembered", &sign_in(visitor("Sign in"), Some("a…@example.org".into())));
        assert!(!html.contains("name=\"email\"") && html.contains("formaction=\"/sign-in/forget\""));
    }

    #[test]
    fn the_short_pages_hold() {
        let mail = |for_password| CheckMail {
            page: visitor("Check your mail"),
            email: "ada@example.org".into(),
            link_lifetime: "24 hours".into(),
            for_password,
        };
        check::page("check-mail", &mail(false));
        check::page("check-mail-password", &mail(true));
        check::page("verify", &Verify { page: visitor("Confirm your address"), token: "t0k".into(), contested: true });
        let expired = visitor("Send the mail again").notice(Tone::Bad, "This link has expired or was used before.");
        check::page("resend", &Resend { page: expired, email: String::new() });
        check::page("forgot", &Forgot { page: visitor("Forgotten password"), email: String::new() });
        check::page("reset", &Reset { page: visitor("New password"), token: "t0k".into(), password_min: 15 });
        let signed_out = |signed_in, remembered, public, expired| {
            let (page, sent) = (visitor("Signed out"), Vec::new());
            let signed_out = SignedOut { page, signed_in, remembered, public, expired, sent };
            let html = check::page("signed-out", &signed_out);
            assert_eq!(html.contains("Nothing of you is left"), public && !signed_in, "{html}");
        };
        signed_out(false, true, false, false);
        signed_out(false, false, true, false);
        signed_out(false, false, true, true);
        signed_out(true, false, true, true);
        check::page("cookies-declined", &CookiesDeclined { page: visitor("Signing in needs a cookie") });
    }

    #[test]
    fn nothing_given_becomes_markup() {
        let page = || visitor(HOSTILE);
        let mail =
            CheckMail { page: page(), email: HOSTILE.into(), link_lifetime: HOSTILE.into(), for_password: false };
        let mut pages = vec![
            check::page("hostile", &sign_up(page(), HOSTILE, true)),
            check::page("hostile", &sign_in(page(), Some(HOSTILE.into()))),
            check::page("hostile", &mail),
        ];
        pages.push(check::page("hostile", &Verify { page: page(), token: HOSTILE.into(), contested: true }));
        pages.push(check::page("hostile", &Resend { page: page(), email: HOSTILE.into() }));
        pages.push(check::page("hostile", &Forgot { page: page(), email: HOSTILE.into() }));
        pages.push(check::page("hostile", &Reset { page: page(), token: HOSTILE.into(), password_min: 15 }));
        for html in pages {
            assert!(!html.contains("<script>") && !html.contains("\" onload="), "{html}");
        }
    }
}
