//! The pages behind the link of a list. No rules here.

use askama::Template;

use crate::platform::web::page::Page;

/// `GET /profile-check?token=…`. Posts to `/profile-check`: `token`. Shows nothing of anybody: the mail does.
#[derive(Template)]
#[template(path = "accounts/check_link.html")]
pub struct CheckLink {
    /// The frame.
    pub page: Page,
    /// The link's token; empty when there is nothing to press.
    pub token: String,
}

/// What came of the press.
#[derive(Template)]
#[template(path = "accounts/check_done.html")]
pub struct CheckDone {
    /// The frame.
    pub page: Page,
    /// Whether all was confirmed, or only the address proved.
    pub is_confirmed: bool,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::platform::web::page::check::{self, HOSTILE};
    use crate::platform::web::page::{Page, Tone};

    #[test]
    fn a_link_that_is_over_has_no_button() {
        let page = || Page::new(&check::site(), "Is what we keep still right?");
        let html = check::page("profile-check", &CheckLink { page: page(), token: HOSTILE.into() });
        assert!(html.contains("action=\"/profile-check\"") && !html.contains("<script"));
        let over = CheckLink { page: page().notice(Tone::Bad, "Over."), token: String::new() };
        assert!(!check::page("profile-check-over", &over).contains("action=\"/profile-check\""));
        for is_confirmed in [true, false] {
            let html = check::page("profile-check-done", &CheckDone { page: page(), is_confirmed });
            assert!(html.contains("href=\"/account\""));
        }
    }
}
