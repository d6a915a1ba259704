//! The pages of privacy: the public ones and the holder's own. No rules here.

use askama::Template;

use crate::identity::xmpp_notices::views::{XmppOffer, XmppStanding};
use crate::kernel::lang::Lang;
use crate::platform::web::form::{Field, Toggle};
use crate::platform::web::page::{Badge, Page};
use crate::platform::web::views::Link;

/// `GET /privacy`.
#[derive(Template)]
#[template(path = "privacy/policy.html")]
pub struct Policy {
    /// The frame.
    pub page: Page,
    /// The language of the text below; what binds is English, and stands behind each clause where this is another.
    pub lang: Lang,
    /// Number of the version in force.
    pub version: String,
    /// The day it was last updated, in words.
    pub last_updated: String,
    /// The same, for machines (RFC 3339 date).
    pub last_updated_iso: String,
    /// What stands before the first clause, rendered from our own Markdown (see [`super::clauses`]).
    pub introduction: String,
    /// The introduction that binds, behind a translation.
    pub original: Option<String>,
    /// The clauses in order; their ids are stable over versions.
    pub clauses: Vec<PolicyClause>,
}

/// One clause.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PolicyClause {
    /// Its id, e.g. `1.2.1`; the page's anchor is `clause-1.2.1`.
    pub id: String,
    /// Its heading.
    pub title: String,
    /// Its text, rendered from our own Markdown (see [`super::clauses`]): with the introduction, the only HTML that any
    /// page takes unescaped.
    pub html: String,
    /// What it translates; `None` for what is the original itself.
    pub original: Option<Original>,
}

/// The text of a clause that binds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Original {
    /// Its heading.
    pub title: String,
    /// Its text, as [`PolicyClause::html`].
    pub html: String,
}

impl PolicyClause {
    /// Whether it belongs under the clause before it: `1.2` does, `1` does not.
    fn is_sub(&self) -> bool {
        self.id.contains('.')
    }
}

/// `GET /privacy/cookies`.
#[derive(Template)]
#[template(path = "privacy/cookies.html")]
pub struct Cookies {
    /// The frame.
    pub page: Page,
    /// The registry.
    pub cookies: Vec<CookieRow>,
}

/// A cookie of the registry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CookieRow {
    /// Its name.
    pub name: String,
    /// What it is for.
    pub purpose: String,
    /// What is in it.
    pub contents: String,
    /// How long it lasts.
    pub lifetime: String,
}

/// `GET /privacy/places`.
#[derive(Template)]
#[template(path = "privacy/places.html")]
pub struct Places {
    /// The frame.
    pub page: Page,
    /// This server first.
    pub places: Vec<PlaceRow>,
}

/// Where something is processed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlaceRow {
    /// What people call it.
    pub name: String,
    /// What is done there, as a sentence.
    pub purpose: String,
    /// What it gets, each in words; empty for a site of the operator's own.
    pub receives: Vec<&'static str>,
    /// In which country, in words.
    pub country: String,
    /// On what ground it may be there, in words.
    pub transfer: String,
}

/// `GET /privacy/data-map`.
#[derive(Template)]
#[template(path = "privacy/data_map.html")]
pub struct DataMap {
    /// The frame.
    pub page: Page,
    /// What is kept, by category.
    pub groups: Vec<DataGroup>,
}

/// A category of the data map.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DataGroup {
    /// In words, e.g. `How to reach you`.
    pub title: String,
    /// Its fields.
    pub rows: Vec<DataRow>,
}

/// A stored field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DataRow {
    /// `table.column`
    pub field: String,
    /// What it is used for, as a sentence.
    pub purpose: String,
    /// Why we may, in words.
    pub basis: String,
    /// How long, in words.
    pub retention: String,
    /// Where from, in words.
    pub source: String,
    /// Names of who may get it; empty for nobody.
    pub recipients: Vec<String>,
}

/// `GET /contact`. Posts to `/contact`: `message`, `email`, `website`. Works signed out and without cookies.
#[derive(Template)]
#[template(path = "privacy/contact.html")]
pub struct Contact {
    /// The frame; after sending, its notice says so.
    pub page: Page,
    /// Who answers, line by line: name and postal address of the operator.
    pub operator: Vec<String>,
    /// Address for mail; empty when there is none.
    pub mail: String,
    /// Whether the form is offered; without it the page holds the addresses only.
    pub has_form: bool,
    /// As typed.
    pub message: String,
    /// As typed, or the holder's own.
    pub email: String,
    /// As typed.
    pub website: String,
}

/// `GET /account/privacy`. Posts to `/account/privacy/consents/{purpose}/withdraw`, and what [`XmppOffer`] says.
#[derive(Template)]
#[template(path = "privacy/center.html")]
pub struct Center {
    /// The frame.
    pub page: Page,
    /// Version of the policy that the holder accepted.
    pub accepted_version: String,
    /// When, in words.
    pub accepted_on: String,
    /// Consents, live ones first.
    pub consents: Vec<ConsentRow>,
    /// Notices by XMPP, where they are offered.
    pub xmpp: Option<XmppOffer>,
    /// Sharings, newest first.
    pub shared: Vec<ShareRow>,
    /// Staff who looked, newest first.
    pub looks: Vec<LookRow>,
}

/// A consent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConsentRow {
    /// Code of the purpose, for the address.
    pub purpose: String,
    /// The purpose in words.
    pub title: String,
    /// The wording agreed to, untouched.
    pub wording: String,
    /// The language that it is in.
    pub lang: Lang,
    /// The same in the reader's language, where that is another one.
    pub translation: Option<String>,
    /// When it was given and, if so, withdrawn, in words.
    pub since: String,
    /// `Given` or `Withdrawn`.
    pub status: Badge,
    /// What withdrawing does, in a sentence; `None` when it is withdrawn already.
    pub withdraw: Option<String>,
}

/// A sharing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShareRow {
    /// When, in words.
    pub when: String,
    /// Who received it, and in which country.
    pub recipient: String,
    /// Which fields.
    pub fields: Vec<String>,
    /// The invoice it was about, if it was one.
    pub invoice: Option<Link>,
    /// On which ground, in words.
    pub ground: String,
}

/// A look of a member of staff at the holder's data.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LookRow {
    /// When, in words.
    pub when: String,
    /// In which role.
    pub role: String,
    /// For which purpose, in words.
    pub purpose: String,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::platform::web::form::Errors;
    use crate::platform::web::page::check::{self, HOSTILE};
    use crate::platform::web::page::{Section, Tone};

    fn policy(text: &str) -> Policy {
        let clause = |id: &str, title: &str| PolicyClause {
            id: id.into(),
            title: title.into(),
            html: "<p>We keep what you give us, and only for what it was given for.</p><ul><li>Your name</li></ul>"
                .into(),
            original: (id == "1.2").then(|| Original { title: text.into(), html: "<p>One.</p>".into() }),
        };
        Policy {
            page: Page::new(&check::site(), "Privacy policy"),
            lang: Lang::De,
            version: text.into(),
            last_updated: "1 November 2026".into(),
            last_updated_iso: "2026-11-01".into(),
            introduction: "<p>This is what we do with information about you.</p>".into(),
            original: None,
            clauses: vec![
                clause("1", "What we collect"),
                clause("1.1", "What you give us"),
                clause("1.2", "Cookies"),
                clause("1.2.1", "The cookies that sign you in"),
                clause("2", text),
            ],
        }
    }

    fn cookies(text: &str) -> Cookies {
        let row = |name: &str| CookieRow {
            name: name.into(),
            purpose: "Keeps you signed in from page to page".into(),
            contents: text.into(),
            lifetime: "Until you sign out, at most 12 hours".into(),
        };
        let cookies = vec![row("__Host-session"), row("__Host-remembered-email")];
        Cookies { page: Page::new(&check::site(), "Cookies"), cookies }
    }

    fn contact(text: &str, page: Page) -> Contact {
        Contact {
            page,
            operator: vec!["Harbour Chat Pte. Ltd.".into(), "1 Marina Boulevard".into(), "Singapore 018989".into()],
            mail: "privacy@example.org".into(),
            has_form: true,
            message: text.into(),
            email: text.into(),
            website: text.into(),
        }
    }

    fn center(text: &str, full: bool) -> Center {
        let consent = |status: Badge, withdraw| ConsentRow {
            purpose: "card-payment".into(),
            title: "Paying by card".into(),
            wording: text.into(),
            lang: Lang::En,
            translation: Some(text.into()),
            since: "Given 23 November 2026, 14:02".into(),
            status,
            withdraw,
        };
        let share = ShareRow {
            when: "23 November 2026, 14:02".into(),
            recipient: text.into(),
            fields: vec!["name".into(), "e-mail address".into()],
            invoice: full.then(|| Link { href: "/billing/invoices/inv_1".into(), label: "Invoice INV-000001".into() }),
            ground: "your consent".into(),
        };
        let look = LookRow { when: "24 November 2026, 09:10".into(), role: "Billing".into(), purpose: text.into() };
        let consents = vec![
            consent(Badge::new(Tone::Good, "Given"), Some("Your cards are removed here and there.".into())),
            consent(Badge::new(Tone::Quiet, "Withdrawn"), None),
        ];
        Center {
            page: check::holder("Privacy", Section::Privacy),
            accepted_version: "1".into(),
            accepted_on: "23 November 2026".into(),
            consents: if full { consents } else { vec![] },
            xmpp: full.then(|| XmppOffer {
                address: text.into(),
                wording: text.into(),
                standing: XmppStanding::Off,
                needs_password: false,
            }),
            shared: if full { vec![share.clone(), share] } else { vec![] },
            looks: if full { vec![look] } else { vec![] },
        }
    }

    #[test]
    fn every_clause_has_its_stable_anchor() {
        let html = check::page("policy", &policy("1"));
        assert!(html.contains("id=\"clause-1.2.1\"") && html.contains("href=\"#clause-1.2.1\""));
        assert!(html.contains("datetime=\"2026-11-01\""));
    }

    #[test]
    fn the_cookie_list_is_the_registry() {
        assert!(check::page("cookies", &cookies("Your account’s id and the sign-in time")).contains("__Host-session"));
    }

    #[test]
    fn the_data_map_says_who_gets_what_or_that_nobody_does() {
        let row = |recipients: &str| DataRow {
            field: "accounts.phone".into(),
            purpose: HOSTILE.into(),
            basis: "your choice".into(),
            retention: "as long as the account".into(),
            source: "you".into(),
            recipients: recipients.split_terminator(',').map(str::to_owned).collect(),
        };
        let groups = vec![DataGroup { title: "How to reach you".into(), rows: vec![row("Stripe"), row("")] }];
        let html = check::page("data-map", &DataMap { page: Page::new(&check::site(), "Data map"), groups });
        assert!(html.contains("Stripe") && html.contains("nobody") && !html.contains("<script"));
    }

    #[test]
    fn one_can_write_without_an_account() {
        let page = Page::new(&check::site(), "Contact");
        assert!(check::page("contact", &contact("", page.clone())).contains("action=\"/contact\""));
        let wrong = page.errors(Errors::default().on("message", "Write what it is about."));
        check::page("contact-errors", &contact("a", wrong));
    }

    #[test]
    fn a_live_consent_can_be_withdrawn_and_a_withdrawn_one_not_again() {
        let html = check::page("privacy-center", &center("Stripe, United States", true));
        assert_eq!(html.matches("action=\"/account/privacy/consents/card-payment/withdraw\"").count(), 1);
        let (_, form) = html.split_once("/consents/xmpp-notices/give\"").expect("the question");
        assert!(!form.split("</form>").next().is_some_and(|form| form.contains(" checked")), "never ticked");
        let html = check::page("privacy-center-empty", &center("", false));
        assert_eq!(html.matches("class=\"empty\"").count(), 3);
    }

    #[test]
    fn nothing_given_becomes_markup() {
        let page = Page::new(&check::site(), HOSTILE);
        let pages = [
            check::page("hostile", &policy(HOSTILE)),
            check::page("hostile", &cookies(HOSTILE)),
            check::page("hostile", &contact(HOSTILE, page)),
            check::page("hostile", &center(HOSTILE, true)),
        ];
        for html in pages {
            assert!(!html.contains("<script") && !html.contains("\" onload="), "{html}");
        }
    }
}
