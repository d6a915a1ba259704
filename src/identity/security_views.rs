//! The security pages of a holder: sessions, sign-ins, API tokens, and what the links of notices open.

use askama::Template;

use crate::identity::xmpp_notices::views::{XmppLine, XmppStanding};
use crate::platform::web::form::{Choice, Field, Toggle};
use crate::platform::web::page::{Badge, Page, Paging};

/// `GET /account/security`. Posts to `/account/security/password` (`current_password`, `password`),
/// `/account/security/sessions/{id}/end`, `/account/security/sessions/end-others` and `…/end-all`.
#[derive(Template)]
#[template(path = "identity/security.html")]
pub struct Security {
    /// The frame.
    pub page: Page,
    /// What this browser's session cookie says; `None` for a bearer session.
    pub cookie: Option<CookieContent>,
    /// The address in this browser's other cookie, if it has one.
    pub remembered: Option<String>,
    /// Live sessions.
    pub sessions: SessionList,
    /// Whether there are API tokens: they go on when sessions end and the password changes.
    pub has_tokens: bool,
    /// Least number of characters of a password.
    pub password_min: usize,
    /// When the password was last changed, in words.
    pub password_changed: String,
    /// Notices by XMPP, where they are offered.
    pub xmpp: Option<XmppLine>,
}

/// An opened session cookie.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CookieContent {
    /// The account's id.
    pub account: String,
    /// The time of signing in, in words.
    pub signed_in: String,
}

/// Live sessions, and where the forms that end them post to: `{at}/{id}/end`, `{at}/end-others`, `{at}/end-all`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionList {
    /// Path in front of them.
    pub at: &'static str,
    /// The one in use first.
    pub rows: Vec<SessionRow>,
}

/// One live session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionRow {
    /// Public id.
    pub id: String,
    /// Browser and system in words, from the user agent.
    pub device: String,
    /// The language that the browser asked for; empty when it asked for none.
    pub language: String,
    /// Network it began from: a /24 or /48.
    pub network: String,
    /// When it began, in words.
    pub signed_in: String,
    /// When it was last used, in words.
    pub last_seen: String,
    /// Whether it is the one that asks.
    pub current: bool,
    /// Kind of computer, e.g. `Own computer`.
    pub kind: Badge,
}

/// `GET /account/security/sign-ins`. Posts to `/account/security/sign-ins/{id}/report`.
#[derive(Template)]
#[template(path = "identity/security/sign_ins.html")]
pub struct SignIns {
    /// The frame.
    pub page: Page,
    /// The newest first.
    pub entries: Vec<SignInRow>,
    /// Links to the neighbours.
    pub paging: Paging,
}

/// A try to sign in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignInRow {
    /// Public id.
    pub id: String,
    /// In words.
    pub when: String,
    /// RFC 3339.
    pub when_iso: String,
    /// Browser and system in words.
    pub device: String,
    /// A /24 or /48.
    pub network: String,
    /// Whether no such device had signed in from that network before.
    pub is_new_device: bool,
    /// `with a password`
    pub method: String,
    /// What came of it.
    pub outcome: Badge,
    /// Whether "that wasn't me" is offered: whoever tried knew the password.
    pub may_report: bool,
}

/// `GET /account/security/tokens`. Posts to itself (`name`, `expires_in_days`, boxes `scope_…`, `password`) and to
/// `/account/security/tokens/{id}/revoke`.
#[derive(Template)]
#[template(path = "identity/security/tokens.html")]
pub struct ApiTokens {
    /// The frame.
    pub page: Page,
    /// The secret of a token that was just made: shown this once.
    pub made: Option<String>,
    /// The newest first.
    pub tokens: Vec<TokenRow>,
    /// As typed.
    pub name: String,
    /// The lifetimes offered.
    pub lifetimes: Vec<Choice>,
    /// The chosen one.
    pub days: String,
    /// The scopes offered.
    pub scopes: Vec<ScopeChoice>,
    /// Whether the password is asked for: it was not given lately.
    pub needs_password: bool,
}

/// An API token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TokenRow {
    /// Public id.
    pub id: String,
    /// What its owner calls it.
    pub name: String,
    /// What it may do, in words.
    pub may: String,
    /// The day it was made.
    pub created: String,
    /// The day it ends.
    pub expires: String,
    /// When it was last used, in words.
    pub last_used: Option<String>,
}

/// A box of the form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScopeChoice {
    /// Name of the input.
    pub name: String,
    /// What it allows, in words.
    pub label: String,
    /// The scope's name in the API.
    pub note: String,
    /// Whether it is ticked.
    pub chosen: bool,
}

/// `GET /report-sign-in?token=…` and `GET /close-session?token=…`: a button, since mail scanners follow links. Posts
/// `token` to the same address. Send `Referrer-Policy: no-referrer`.
#[derive(Template)]
#[template(path = "identity/security/notice_link.html")]
pub struct NoticeLink {
    /// The frame.
    pub page: Page,
    /// "That wasn't me", or ending a session.
    pub reports: bool,
    /// The token of the link, not checked yet.
    pub token: String,
    /// It is done.
    pub done: bool,
    /// The link is no good any more.
    pub spent: bool,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::platform::web::form::Errors;
    use crate::platform::web::page::check::{self, HOSTILE};
    use crate::platform::web::page::{Section, Tone};

    fn security(text: &str, others: usize) -> Security {
        let session = |current| SessionRow {
            id: text.into(),
            device: text.into(),
            language: text.into(),
            network: text.into(),
            signed_in: text.into(),
            last_seen: text.into(),
            current,
            kind: Badge::new(Tone::Quiet, text),
        };
        Security {
            page: check::holder("Security", Section::Security),
            cookie: Some(CookieContent { account: text.into(), signed_in: text.into() }),
            remembered: Some(text.into()),
            sessions: SessionList {
                at: "/account/security/sessions",
                rows: std::iter::once(session(true)).chain((0..others).map(|_| session(false))).collect(),
            },
            has_tokens: true,
            password_min: 15,
            password_changed: text.into(),
            xmpp: Some(XmppLine { address: text.into(), standing: XmppStanding::On(text.into()) }),
        }
    }

    fn sign_ins(text: &str) -> SignIns {
        let entry = |may_report| SignInRow {
            id: text.into(),
            when: text.into(),
            when_iso: text.into(),
            device: text.into(),
            network: text.into(),
            is_new_device: may_report,
            method: text.into(),
            outcome: Badge::new(Tone::Good, text),
            may_report,
        };
        let page = check::holder("Sign-ins", Section::Security);
        SignIns { page, entries: vec![entry(true), entry(false)], paging: Paging::default() }
    }

    fn tokens(text: &str, made: bool, needs_password: bool) -> ApiTokens {
        ApiTokens {
            page: check::holder("API tokens", Section::Security)
                .errors(Errors::default().on("name", "Give it a name.")),
            made: made.then(|| text.into()),
            tokens: vec![TokenRow {
                id: text.into(),
                name: text.into(),
                may: text.into(),
                created: text.into(),
                expires: text.into(),
                last_used: None,
            }],
            name: text.into(),
            lifetimes: vec![Choice::new("90", "90 days")],
            days: "90".into(),
            scopes: vec![ScopeChoice {
                name: "scope_billing_read".into(),
                label: text.into(),
                note: text.into(),
                chosen: true,
            }],
            needs_password,
        }
    }

    #[test]
    fn security_ends_each_other_session_all_others_and_all() {
        let html = check::page("security", &security("Firefox on Linux", 2));
        assert_eq!(html.matches("/end\"").count(), 2);
        assert!(html.contains("/end-others\"") && html.contains("/end-all\""));
        assert!(!check::page("security-alone", &security("Firefox on Linux", 0)).contains("end-others"));
        assert!(html.contains("Your session cookie says"));
    }

    #[test]
    fn only_who_knew_the_password_is_reported() {
        let html = check::page("sign-ins", &sign_ins("Firefox on Linux"));
        assert_eq!(html.matches("/report\"").count(), 1);
        let none = SignIns { entries: Vec::new(), ..sign_ins("x") };
        assert!(!check::page("sign-ins-none", &none).contains("<form method=\"post\" action=\"/account/security"));
    }

    #[test]
    fn a_token_is_shown_once_and_the_password_asked_when_needed() {
        let html = check::page("tokens", &tokens("nightly", false, true));
        assert!(html.contains("name=\"password\"") && !html.contains("Copy it now"));
        let html = check::page("tokens-made", &tokens("stw_secret", true, false));
        assert!(!html.contains("name=\"password\"") && html.contains("Copy it now"));
    }

    #[test]
    fn links_open_a_button_and_nothing_else_when_spent() {
        let view = |reports, done, spent| {
            let page = Page::new(&check::site(), "A link");
            check::page("notice-link", &NoticeLink { page, reports, token: "t0k".into(), done, spent })
        };
        assert!(view(true, false, false).contains("action=\"/report-sign-in\""));
        assert!(view(false, false, false).contains("action=\"/close-session\""));
        for html in [view(true, false, true), view(false, true, false)] {
            assert!(!html.contains("value=\"t0k\""), "{html}");
        }
    }

    #[test]
    fn nothing_given_becomes_markup() {
        let link = |reports| {
            let page = Page::new(&check::site(), HOSTILE);
            NoticeLink { page, reports, token: HOSTILE.into(), done: false, spent: false }
        };
        for html in [
            check::page("hostile", &security(HOSTILE, 1)),
            check::page("hostile", &sign_ins(HOSTILE)),
            check::page("hostile", &tokens(HOSTILE, true, true)),
            check::page("hostile", &link(true)),
            check::page("hostile", &link(false)),
        ] {
            assert!(!html.contains("<script") && !html.contains("\" onload="), "{html}");
        }
    }
}
