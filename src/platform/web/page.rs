//! What every page has beside its own content: the frame that `templates/layouts/` draws.
//!
//! A page's view struct has a field `page: Page`; its template extends a layout and fills `main`. A handler makes
//! the page with [`Page::new`] and the builder methods, fills the view, and renders it with askama.

use std::borrow::Cow;
use std::fmt;

use askama::Template;
use askama::filters::HtmlSafe;

use super::assets;
use super::form::Errors;
use crate::kernel::date_format::Dates;
use crate::kernel::lang::Lang;
use crate::kernel::permission::{Permission, Role};
use crate::platform::words::{Rich, Saying};

/// What is the same on every page of an installation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Site {
    /// The name in the masthead, from configuration.
    pub product: String,
    /// What it speaks to readers of whom nothing is known.
    pub lang: Lang,
    /// Whether this is the real thing.
    pub mode: SiteMode,
}

/// The strip above the masthead: none in live mode.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SiteMode {
    /// Real customers and money: no strip.
    Live,
    /// Test data and a test processor.
    Test,
    /// Everything embedded; the strip links the local mailbox.
    Demo,
}

/// Who looks at the page, as far as the masthead shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Viewer {
    /// Nobody signed in.
    Visitor,
    /// A customer.
    Holder {
        /// Display name.
        name: String,
    },
    /// A member of staff.
    Staff {
        /// Display name.
        name: String,
        /// Role, in words.
        role: String,
    },
}

/// The entry of the navigation that is the current one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Section {
    /// None of them.
    None,
    /// `/sign-in`
    SignIn,
    /// `/sign-up`
    SignUp,
    /// `/account`
    Profile,
    /// `/account/security`
    Security,
    /// `/account/privacy`
    Privacy,
    /// `/account/history`
    History,
    /// `/billing`
    Billing,
    /// `/staff/subscriptions`
    StaffSubscriptions,
    /// `/staff/corrections`
    StaffCorrections,
    /// `/staff/settings`
    StaffSettings,
}

/// How a badge or a notice is meant; never by colour alone, the words carry it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tone {
    /// Done, active, paid.
    Good,
    /// Needs a look: payment pending, ends soon.
    Warn,
    /// Failed, refused.
    Bad,
    /// Neutral news.
    Info,
    /// Over, inactive.
    Quiet,
}

/// One message on top of a page, about what has just happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    /// How it is meant.
    pub tone: Tone,
    /// One or two sentences.
    pub text: String,
}

/// The frame of one page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    /// Names the page in the tab and in the history, without the product's name.
    pub title: String,
    /// The language that it is drawn in.
    pub lang: Lang,
    /// How its reader wants days and times, in that language.
    pub dates: Dates,
    /// The installation.
    pub site: Site,
    /// Who looks at it.
    pub viewer: Viewer,
    /// The current entry of the navigation.
    pub section: Section,
    /// Session-bound token that every form of the page carries as `csrf`; `None` on visitors' pages.
    pub csrf: Option<String>,
    /// Key that forms which create something carry as `idempotency_key`.
    pub idempotency_key: Option<String>,
    /// What has just happened.
    pub notice: Option<Notice>,
    /// What is wrong with the submitted form: drawn as a summary on top and beside each field.
    pub errors: Errors,
}

impl Page {
    /// A visitor's page without notice or errors, in the installation's language. The title is a message's id, its
    /// English sentence, or text that is the same in every language.
    pub fn new(site: &Site, title: &str) -> Self {
        Self {
            title: title.to_owned(),
            lang: site.lang,
            dates: Dates::UTC.in_language(site.lang),
            site: site.clone(),
            viewer: Viewer::Visitor,
            section: Section::None,
            csrf: None,
            idempotency_key: None,
            notice: None,
            errors: Errors::default(),
        }
    }

    /// Draws it in the reader's language.
    #[must_use]
    pub fn in_language(mut self, lang: Lang) -> Self {
        self.lang = lang;
        self.dates = self.dates.in_language(lang);
        self
    }

    /// Draws it in the reader's language, with days and times as they want them.
    #[must_use]
    pub fn for_reader(mut self, dates: Dates) -> Self {
        self.lang = dates.lang;
        self.dates = dates;
        self
    }

    /// A message: `{{ page.say("sign-in") }}`.
    pub fn say(&self, id: &'static str) -> &'static str {
        self.lang.say(id)
    }

    /// A message with variables: `{{ page.fill("invoice-title").with("number", number) }}`.
    pub fn fill(&self, id: &'static str) -> Saying {
        self.lang.fill(id)
    }

    /// A message with links or emphasis: `{{ page.rich("sign-in-new").link("/sign-up") }}`.
    pub fn rich(&self, id: &'static str) -> Rich {
        self.lang.rich(id)
    }

    /// What one of our English sentences means: `{{ page.tell(badge.label) }}`. Other text stays as it is.
    pub fn tell<'a>(&self, english: &'a str) -> Cow<'a, str> {
        self.lang.tell(english)
    }

    /// The same for a list, with commas between.
    pub fn told(&self, english: &[impl AsRef<str>]) -> String {
        self.lang.listed(english.iter().map(|text| self.tell(text.as_ref())))
    }

    /// Which clause of the policy a part of the page keeps: `{{ page.clause("1.2.1") }}` links into `/privacy`.
    pub fn clause<'a>(&self, id: &'a str) -> Clause<'a> {
        Clause(id, self.lang)
    }

    /// Shows who is signed in; `csrf` is the session-bound token for the page's forms.
    #[must_use]
    pub fn signed_in(mut self, viewer: Viewer, csrf: String) -> Self {
        self.viewer = viewer;
        self.csrf = Some(csrf);
        self
    }

    /// Marks the current entry of the navigation.
    #[must_use]
    pub fn section(mut self, section: Section) -> Self {
        self.section = section;
        self
    }

    /// Gives the page's creating forms their hidden idempotency key.
    #[must_use]
    pub fn idempotency_key(mut self, key: String) -> Self {
        self.idempotency_key = Some(key);
        self
    }

    /// Puts a message on top of the page: its id, its English sentence, or a text in the reader's language.
    #[must_use]
    pub fn notice(mut self, tone: Tone, text: impl Into<String>) -> Self {
        self.notice = Some(Notice { tone, text: text.into() });
        self
    }

    /// Tells what is wrong with the form just submitted.
    #[must_use]
    pub fn errors(mut self, errors: Errors) -> Self {
        self.errors = errors;
        self
    }

    /// The content-versioned address of an asset.
    pub fn asset(&self, path: &str) -> String {
        assets::url(path)
    }

    /// The hidden inputs of a form that changes something.
    pub fn hidden(&self) -> Hidden<'_> {
        Hidden { csrf: self.csrf.as_deref(), idempotency_key: None }
    }

    /// The hidden inputs of a form that creates something: [`Page::hidden`] and the idempotency key.
    pub fn hidden_once(&self) -> Hidden<'_> {
        Hidden { csrf: self.csrf.as_deref(), idempotency_key: self.idempotency_key.as_deref() }
    }

    /// Mode strip, wordmark and navigation.
    pub fn masthead(&self) -> Masthead<'_> {
        Masthead { page: self }
    }

    /// The error summary and the notice.
    pub fn messages(&self) -> Messages<'_> {
        Messages { page: self }
    }

    /// Whether the member of staff who looks decides corrections.
    pub fn decides_corrections(&self) -> bool {
        let Viewer::Staff { role, .. } = &self.viewer else { return false };
        role.parse().is_ok_and(|role: Role| role.may(Permission::DecideCorrections))
    }

    /// `aria-current` for the navigation entry of `section`.
    pub fn current(&self, section: &str) -> Current {
        let own = match self.section {
            Section::None => "",
            Section::SignIn => "sign-in",
            Section::SignUp => "sign-up",
            Section::Profile => "profile",
            Section::Security => "security",
            Section::Privacy => "privacy",
            Section::History => "history",
            Section::Billing => "billing",
            Section::StaffSubscriptions => "staff-subscriptions",
            Section::StaffCorrections => "staff-corrections",
            Section::StaffSettings => "staff-settings",
        };
        Current(own == section)
    }
}

/// See [`Page::hidden`].
#[derive(Template)]
#[template(
    source = r#"{% if let Some(token) = csrf %}<input type="hidden" name="csrf" value="{{ token }}">{% endif %}{% if let Some(key) = idempotency_key %}<input type="hidden" name="idempotency_key" value="{{ key }}">{% endif %}"#,
    ext = "html"
)]
pub struct Hidden<'a> {
    csrf: Option<&'a str>,
    idempotency_key: Option<&'a str>,
}
impl HtmlSafe for Hidden<'_> {}

/// See [`Page::masthead`].
#[derive(Template)]
#[template(path = "layouts/masthead.html")]
pub struct Masthead<'a> {
    page: &'a Page,
}
impl HtmlSafe for Masthead<'_> {}

/// See [`Page::messages`].
#[derive(Template)]
#[template(path = "components/messages.html")]
pub struct Messages<'a> {
    page: &'a Page,
}
impl HtmlSafe for Messages<'_> {}

/// See [`Page::current`].
pub struct Current(bool);
impl fmt::Display for Current {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.0 { " aria-current=\"page\"" } else { "" })
    }
}
impl HtmlSafe for Current {}

impl fmt::Display for Tone {
    /// The suffix of its CSS class.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Tone::Good => "good",
            Tone::Warn => "warn",
            Tone::Bad => "bad",
            Tone::Info => "info",
            Tone::Quiet => "quiet",
        })
    }
}

/// A status in a coloured pill: `{{ subscription.status.told(page) }}`.
#[derive(Debug, Clone, PartialEq, Eq, Template)]
#[template(source = r#"<span class="badge badge--{{ tone }}">{{ text }}</span>"#, ext = "html")]
pub struct Badge {
    /// How it is meant.
    pub tone: Tone,
    /// The status in words, e.g. `Active`.
    pub text: String,
}
impl HtmlSafe for Badge {}

impl Badge {
    /// A badge.
    pub fn new(tone: Tone, text: impl Into<String>) -> Self {
        Self { tone, text: text.into() }
    }

    /// The same in the language of a page.
    #[must_use]
    pub fn told(&self, page: &Page) -> Self {
        Self::new(self.tone, page.tell(&self.text))
    }
}

/// See [`Page::clause`].
pub struct Clause<'a>(&'a str, Lang);
impl fmt::Display for Clause<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let id = self.0;
        write!(
            f,
            "<a class=\"clause\" href=\"/privacy#clause-{id}\"><span aria-hidden=\"true\">§</span>\
             <span class=\"unseen\">{}</span> {id}</a>",
            self.1.say("clause")
        )
    }
}
impl HtmlSafe for Clause<'_> {}

/// Links to the neighbours of a keyset page; each is a whole address, `None` where there is none.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Paging {
    /// Back to the first page.
    pub first: Option<String>,
    /// On to the next page.
    pub next: Option<String>,
}

impl Paging {
    /// Draws the links.
    pub fn draw<'a>(&'a self, page: &'a Page) -> DrawnPaging<'a> {
        DrawnPaging { page, first: self.first.as_deref(), next: self.next.as_deref() }
    }
}

/// See [`Paging::draw`].
#[derive(Template)]
#[template(path = "components/paging.html")]
pub struct DrawnPaging<'a> {
    page: &'a Page,
    first: Option<&'a str>,
    next: Option<&'a str>,
}
impl HtmlSafe for DrawnPaging<'_> {}

#[cfg(test)]
pub(crate) mod check {
    //! What every page must keep, and the pages on disk for a look at them.

    use super::*;

    /// A string that must never reach a page as markup.
    pub const HOSTILE: &str = "<script>alert('x')</script>\" onload=\"x";

    /// An installation called Steward in demo mode.
    pub fn site() -> Site {
        Site { product: "Steward".into(), lang: Lang::En, mode: SiteMode::Demo }
    }

    /// A customer's page.
    pub fn holder(title: &str, section: Section) -> Page {
        let viewer = Viewer::Holder { name: "Ada Lindqvist".into() };
        Page::new(&site(), title).signed_in(viewer, "csrf-token".into()).section(section).idempotency_key("key".into())
    }

    /// A page for staff.
    pub fn staff(title: &str) -> Page {
        let viewer = Viewer::Staff { name: "Ines Moreau".into(), role: "Billing".into() };
        Page::new(&site(), title).signed_in(viewer, "csrf-token".into()).section(Section::StaffSubscriptions)
    }

    /// Renders, checks what every page keeps, and with `STEWARD_PAGES_DIR` writes the page there as `name`.html.
    pub fn page(name: &str, view: &impl Template) -> String {
        let html = view.render().unwrap();
        for needle in ["href=\"/privacy\"", "href=\"/contact\"", "<html lang=", "<h1", "<main id=\"main\"", "<title>"] {
            assert!(html.contains(needle), "{name}: lacks {needle}");
        }
        assert_eq!(html.matches("<h1").count(), 1, "{name}: one first-level heading");
        for tag in html.split('<').skip(1).filter_map(|rest| rest.split('>').next()) {
            // A script is a file of ours, and the page works without it.
            let own_file = tag.starts_with("script src=\"/assets/") && tag.ends_with("\" defer");
            assert!(own_file || !tag.starts_with("script"), "{name}: <{tag}>");
            assert!(!tag.starts_with("style"), "{name}: <{tag}>");
            for attribute in tag.split('"').step_by(2).flat_map(str::split_whitespace).skip(1) {
                assert!(!attribute.starts_with("style") && !attribute.starts_with("on"), "{name}: <{tag}>");
            }
        }
        ids_are_unique_and_labels_meet(name, &html);
        if let Some(folder) = std::env::var_os("STEWARD_PAGES_DIR") {
            std::fs::write(std::path::Path::new(&folder).join(format!("{name}.html")), &html).unwrap();
        }
        html
    }

    fn values<'a>(html: &'a str, attribute: &str) -> Vec<&'a str> {
        html.split(&format!(" {attribute}=\"")).skip(1).filter_map(|rest| rest.split('"').next()).collect()
    }

    fn ids_are_unique_and_labels_meet(name: &str, html: &str) {
        let ids = values(html, "id");
        for id in &ids {
            assert_eq!(ids.iter().filter(|other| *other == id).count(), 1, "{name}: id {id} twice");
        }
        for target in values(html, "for")
            .into_iter()
            .chain(values(html, "aria-describedby").iter().flat_map(|ids| ids.split(' ')))
        {
            assert!(ids.contains(&target), "{name}: nothing has the id {target}");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::form::{Choice, Field, Toggle};
    use super::*;

    #[test]
    fn a_clause_links_into_the_policy() {
        assert!(Clause("1.2.1", Lang::De).to_string().contains("href=\"/privacy#clause-1.2.1\""));
    }

    #[test]
    fn components_escape_what_they_are_given() {
        let page = check::holder(check::HOSTILE, Section::None).errors(Errors::default().on("a", check::HOSTILE));
        let options = [Choice::new(check::HOSTILE, check::HOSTILE)];
        let drawn = [
            Field::text("a", check::HOSTILE, check::HOSTILE).hint(check::HOSTILE).with(&page).to_string(),
            Field::area("a", "A", check::HOSTILE).to_string(),
            Field::select("a", "A", "", &options).to_string(),
            Toggle::radio("a", check::HOSTILE, check::HOSTILE, "").note(check::HOSTILE).with(&page).to_string(),
            Badge::new(Tone::Good, check::HOSTILE).to_string(),
            page.messages().to_string(),
            page.clone().notice(Tone::Info, check::HOSTILE).messages().to_string(),
        ];
        for html in drawn {
            assert!(!html.contains("<script") && !html.contains("\" onload="), "{html}");
        }
    }

    #[test]
    fn a_field_says_its_error_and_hint_to_a_screen_reader() {
        let page = Page::new(&check::site(), "T").errors(Errors::default().on("email", "Enter an address."));
        let html = Field::email("email", "E-mail", "a@b").hint("Why").required().with(&page).to_string();
        assert!(html.contains("aria-describedby=\"email-hint email-error\""), "{html}");
        assert!(html.contains("aria-invalid=\"true\" required autocomplete=\"email\""), "{html}");
        assert!(!html.contains("optional"), "{html}");
    }

    #[test]
    fn a_password_is_never_given_back() {
        assert!(!Field::password("password", "Password", "new-password").to_string().contains(" value="));
    }

    #[test]
    fn hidden_inputs_carry_the_key_only_where_asked() {
        let page = check::holder("T", Section::None);
        assert!(!page.hidden().to_string().contains("idempotency_key"));
        assert!(page.hidden_once().to_string().contains("name=\"idempotency_key\" value=\"key\""));
        assert_eq!(Page::new(&check::site(), "T").hidden_once().to_string(), "");
    }

    #[test]
    fn the_current_entry_of_the_navigation_is_marked() {
        let html = check::holder("T", Section::Billing).masthead().to_string();
        assert!(html.contains("href=\"/billing\" aria-current=\"page\""), "{html}");
        assert_eq!(html.matches("aria-current").count(), 1);
    }
}
