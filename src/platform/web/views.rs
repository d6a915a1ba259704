//! Pages that belong to no feature: home, what went wrong, the step off-site, the mailbox of the demonstration.

use askama::Template;

use super::page::Page;

/// `GET /`.
#[derive(Template)]
#[template(path = "layouts/home.html")]
pub struct Home {
    /// The frame.
    pub page: Page,
    /// Plans on offer, cheapest first; empty leaves the section away.
    pub plans: Vec<HomePlan>,
    /// Where the second of the two ways in leads: sign-in for visitors, the profile for holders.
    pub signed_in: bool,
}

/// A plan as the home page shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HomePlan {
    /// Its name.
    pub name: String,
    /// Its price, e.g. `USD 19` or `Free`.
    pub price: String,
    /// What that price is for, e.g. `an agent and month, before tax`.
    pub terms: String,
    /// What it offers, in a sentence.
    pub summary: String,
}

/// `GET /demo/mail`: what went out, newest first. Not in live mode.
#[derive(Template)]
#[template(path = "mailbox/list.html")]
pub struct Mailbox {
    /// The frame.
    pub page: Page,
    /// The messages.
    pub mails: Vec<MailRow>,
    /// Where the files are.
    pub folder: String,
}

/// A message in the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MailRow {
    /// Its id in the address `/demo/mail/{id}`.
    pub id: String,
    /// Recipient.
    pub to: String,
    /// Subject.
    pub subject: String,
    /// When it was sent, in words.
    pub at: String,
}

/// `GET /demo/mail/{id}`.
#[derive(Template)]
#[template(path = "mailbox/mail.html")]
pub struct MailView {
    /// The frame.
    pub page: Page,
    /// The envelope.
    pub mail: MailRow,
    /// Sender.
    pub from: String,
    /// The text part.
    pub text: String,
    /// Addresses of this installation found in the text, to follow.
    pub links: Vec<String>,
}

/// Any error from 400 to 503, as a page.
#[derive(Template)]
#[template(path = "layouts/error.html")]
pub struct ErrorPage {
    /// The frame; its title is usually `title` too.
    pub page: Page,
    /// HTTP status code, e.g. `404`.
    pub status: u16,
    /// What happened, in a few words, e.g. `There is no such page`.
    pub title: String,
    /// What it means and what to do: one or two sentences.
    pub text: String,
    /// Under which id the log knows it.
    pub request_id: String,
    /// The most useful next step; without one the page leads home.
    pub way_out: Option<Link>,
}

/// An address and what it is called.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    /// Own path, or a whole address off-site.
    pub href: String,
    /// The link's words.
    pub label: String,
}

/// Leads on to another site (the processor's card page, 3-D Secure). Answer with `Refresh: 0; url=…` too: browsers
/// apply `form-action 'self'` to redirects after a POST, so this page stands between.
#[derive(Template)]
#[template(path = "layouts/off_site.html")]
pub struct OffSite {
    /// The frame.
    pub page: Page,
    /// Where to.
    pub url: String,
    /// Its host, as shown to the reader.
    pub host: String,
    /// Who that is, e.g. `Stripe`.
    pub name: String,
    /// What happens there, e.g. `enter your card`.
    pub purpose: String,
}

#[cfg(test)]
mod tests {
    use super::super::page::check::{self, HOSTILE};
    use super::*;

    fn error(status: u16, text: &str) -> ErrorPage {
        ErrorPage {
            page: Page::new(&check::site(), text),
            status,
            title: text.into(),
            text: text.into(),
            request_id: "req_01jd9f".into(),
            way_out: None,
        }
    }

    #[test]
    fn errors_name_the_request_and_a_way_out() {
        let mut view = error(404, "There is no such page");
        let html = check::page("error-404", &view);
        assert!(html.contains("req_01jd9f") && html.contains("href=\"/\""));
        view.way_out = Some(Link { href: "/sign-in".into(), label: "Sign in".into() });
        assert!(check::page("error-way-out", &view).contains("Sign in</a>"));
    }

    fn home(text: &str, plans: usize) -> Home {
        let plan = HomePlan {
            name: text.into(),
            price: "USD 19".into(),
            terms: "an agent and month, before tax".into(),
            summary: text.into(),
        };
        Home { page: Page::new(&check::site(), "Your account"), plans: vec![plan; plans], signed_in: false }
    }

    fn mailbox(text: &str, count: usize) -> Mailbox {
        let mail = row(text);
        let page = Page::new(&check::site(), "Mailbox");
        Mailbox { page, mails: vec![mail; count], folder: "steward-data/mail".into() }
    }

    fn row(text: &str) -> MailRow {
        MailRow { id: "0001".into(), to: "ada@example.org".into(), subject: text.into(), at: "14:02:11".into() }
    }

    fn mail(text: &str) -> MailView {
        MailView {
            page: Page::new(&check::site(), "Mail"),
            mail: row("Confirm your address"),
            from: "Steward <no-reply@localhost>".into(),
            text: text.into(),
            links: vec!["http://localhost:8080/verify?token=mJ2-x8".into()],
        }
    }

    #[test]
    fn home_leads_to_sign_up_and_shows_plans_if_there_are_any() {
        let html = check::page("home", &home("Basic", 4));
        assert!(html.contains("href=\"/sign-up\"") && html.contains("USD 19"));
        assert!(!check::page("home-no-plans", &home("", 0)).contains("class=\"plans\""));
    }

    #[test]
    fn the_mailbox_shows_mails_and_the_links_in_them() {
        assert!(check::page("mailbox", &mailbox("Confirm your address", 3)).contains("/demo/mail/0001"));
        assert!(check::page("mailbox-empty", &mailbox("", 0)).contains("class=\"empty\""));
        let html = check::page("mailbox-mail", &mail("Hello Ada,\n\nopen http://localhost:8080/verify?token=mJ2-x8"));
        assert!(html.contains("href=\"http://localhost:8080/verify?token=mJ2-x8\""));
    }

    #[test]
    fn nothing_given_becomes_markup() {
        let html = check::page("error-hostile", &error(500, HOSTILE));
        assert!(!html.contains(HOSTILE));
        let view = OffSite {
            page: Page::new(&check::site(), HOSTILE),
            url: HOSTILE.into(),
            host: HOSTILE.into(),
            name: HOSTILE.into(),
            purpose: HOSTILE.into(),
        };
        for html in [
            check::page("off-site-hostile", &view),
            check::page("hostile", &home(HOSTILE, 1)),
            check::page("hostile", &mailbox(HOSTILE, 1)),
            check::page("hostile", &mail(HOSTILE)),
        ] {
            assert!(!html.contains("<script") && !html.contains("\" onload="), "{html}");
        }
    }

    #[test]
    fn the_step_off_site_has_a_plain_link() {
        let view = OffSite {
            page: check::holder("Continue at Stripe", super::super::page::Section::Billing),
            url: "http://localhost:8081/c/pay/cs_test_1".into(),
            host: "localhost:8081".into(),
            name: "Stripe (sandbox)".into(),
            purpose: "choose a card".into(),
        };
        assert!(check::page("off-site", &view).contains("href=\"http://localhost:8081/c/pay/cs_test_1\""));
    }
}
