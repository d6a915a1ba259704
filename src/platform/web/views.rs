//! Pages that belong to no feature: what went wrong, and the step off-site.

use askama::Template;

use super::page::Page;

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
        assert!(!check::page("off-site-hostile", &view).contains(HOSTILE));
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
