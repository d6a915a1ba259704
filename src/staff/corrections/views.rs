//! The pages of corrections for staff. No rules here.

use askama::Template;

use crate::platform::web::form::Field;
use crate::platform::web::page::{Badge, Page, Paging};

/// `GET /staff/corrections`: what waits. Names nobody.
#[derive(Template)]
#[template(path = "staff/corrections.html")]
pub struct Waiting {
    /// The frame.
    pub page: Page,
    /// Corrections, the first due first.
    pub rows: Vec<WaitingRow>,
    /// Their neighbours.
    pub paging: Paging,
    /// Recipients that a person has to tell.
    pub tasks: Vec<TaskRow>,
    /// Their neighbours.
    pub tasks_paging: Paging,
}

/// A correction that waits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WaitingRow {
    /// `cor_…`
    pub id: String,
    /// What it is about, in words.
    pub what: String,
    /// When it was asked, in words.
    pub opened: String,
    /// Until when it must be decided.
    pub due: Badge,
}

/// A recipient that a person has to tell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TaskRow {
    /// `rip_…`
    pub id: String,
    /// `acct_…`
    pub account: String,
    /// Name of the recipient.
    pub recipient: String,
    /// The field, in words.
    pub field: String,
    /// Why a person has to, in words.
    pub why: String,
    /// When the value changed, in words.
    pub opened: String,
}

/// `GET /staff/corrections/{id}?purpose=…`. Posts `reason` to `…/accept` or `…/refuse`.
#[derive(Template)]
#[template(path = "staff/correction.html")]
pub struct Opened {
    /// The frame.
    pub page: Page,
    /// `cor_…`
    pub id: String,
    /// `acct_…`
    pub account: String,
    /// The purpose of this look, in words.
    pub purpose: String,
    /// What it is about, in words.
    pub what: String,
    /// How it stands.
    pub state: Badge,
    /// What stood there; empty for nothing.
    pub held: String,
    /// What should stand there; empty for nothing.
    pub wanted: String,
    /// Why, in the holder's words.
    pub evidence: String,
    /// Why it was decided so; empty while it is open.
    pub reason: String,
    /// Until when it must be decided, in words.
    pub due: String,
    /// Whether it waits for a decision.
    pub is_open: bool,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::platform::web::page::Tone;
    use crate::platform::web::page::check::{self, HOSTILE};

    fn opened(text: &str, is_open: bool) -> Opened {
        Opened {
            page: check::staff("Correction"),
            id: "cor_1".into(),
            account: "acct_1".into(),
            purpose: text.into(),
            what: text.into(),
            state: Badge::new(Tone::Warn, "Being decided"),
            held: text.into(),
            wanted: String::new(),
            evidence: text.into(),
            reason: if is_open { String::new() } else { text.into() },
            due: "23 December 2026".into(),
            is_open,
        }
    }

    #[test]
    fn what_waits_leads_to_a_purpose_and_what_is_decided_has_no_form() {
        let row = WaitingRow {
            id: "cor_1".into(),
            what: HOSTILE.into(),
            opened: "23 November 2026".into(),
            due: Badge::new(Tone::Bad, "Overdue"),
        };
        let task = TaskRow {
            id: "rip_1".into(),
            account: "acct_1".into(),
            recipient: HOSTILE.into(),
            field: "Name".into(),
            why: HOSTILE.into(),
            opened: "23 November 2026".into(),
        };
        let paging = |next: &str| Paging { first: None, next: Some(format!("/staff/corrections?{next}")) };
        let view = |rows, tasks| Waiting {
            page: check::staff("Corrections"),
            rows,
            paging: paging("after=x"),
            tasks,
            tasks_paging: paging("tasks_after=x"),
        };
        let html = check::page("staff-corrections", &view(vec![row], vec![task]));
        assert!(html.contains("href=\"/staff/corrections/cor_1\"") && html.contains("/staff/ripples/rip_1/done"));
        assert!(html.contains("href=\"/staff/corrections?after=x\"") && html.contains("?tasks_after=x\""));
        assert!(!html.contains("<script"));
        assert_eq!(
            check::page("staff-corrections-none", &view(vec![], vec![])).matches("class=\"soft none\"").count(),
            2
        );
        assert!(check::page("staff-correction", &opened("Ada B.", true)).contains("/staff/corrections/cor_1/accept"));
        let decided = check::page("staff-correction-decided", &opened(HOSTILE, false));
        assert!(!decided.contains("/accept") && !decided.contains("<script"));
    }
}
