//! The pages of the back office. No rules here.

use askama::Template;

use crate::platform::web::form::{Choice, Field, Toggle};
use crate::platform::web::page::{Badge, Page, Paging};

/// `GET /staff/sign-in`. Posts to `/staff/sign-in`: `email`, `password`, `factor`, `next`.
#[derive(Template)]
#[template(path = "staff/sign_in.html")]
pub struct StaffSignIn {
    /// The frame.
    pub page: Page,
    /// As typed.
    pub email: String,
    /// Own path to go to afterwards; empty for the review list.
    pub next: String,
}

/// `GET /staff/subscriptions?status=…&plan=…&after=…`: the review list.
#[derive(Template)]
#[template(path = "staff/subscriptions.html")]
pub struct Subscriptions {
    /// The frame.
    pub page: Page,
    /// Chosen status; empty for any.
    pub status: String,
    /// Statuses to choose from, `Any` with an empty value first.
    pub statuses: Vec<Choice>,
    /// Chosen plan; empty for any.
    pub plan: String,
    /// Plans to choose from, `Any` with an empty value first.
    pub plans: Vec<Choice>,
    /// The rows.
    pub rows: Vec<SubscriptionRow>,
    /// Neighbouring pages, with the filters in their addresses.
    pub paging: Paging,
}

/// A subscription under review. No personal data: the account is opened with a purpose.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SubscriptionRow {
    /// `sub_…`
    pub id: String,
    /// `acct_…`: leads to the account.
    pub account_id: String,
    /// Status.
    pub status: Badge,
    /// The plan's name.
    pub plan: String,
    /// Quantity and interval in words.
    pub terms: String,
    /// Amount a period, with currency.
    pub amount: String,
    /// Next renewal, in words; a dash when there is none.
    pub next_renewal: String,
    /// Last payment with its date.
    pub last_payment: Badge,
}

/// Stands before personal data when a look has no purpose yet (403). Sends `purpose` and `case` by GET to `action`.
#[derive(Template)]
#[template(path = "staff/purpose.html")]
pub struct PurposeGate {
    /// The frame.
    pub page: Page,
    /// What is about to be shown, e.g. `the account acct_…`.
    pub what: String,
    /// The address that was asked for, without query.
    pub action: String,
    /// Purposes to choose from.
    pub purposes: Vec<Choice>,
    /// The chosen one; none at first.
    pub purpose: String,
    /// Case number as typed.
    pub case: String,
}

/// `GET /staff/accounts/{id}?purpose=…`: name and billing data; no IM ids, no logs.
#[derive(Template)]
#[template(path = "staff/account.html")]
pub struct AccountView {
    /// The frame.
    pub page: Page,
    /// `acct_…`
    pub id: String,
    /// Name of the holder.
    pub name: String,
    /// Status of the account.
    pub status: Badge,
    /// Name and value of what billing may see: e-mail address, postal address, customer since.
    pub facts: Vec<(String, String)>,
    /// The purpose of this look, in words, as recorded.
    pub purpose: String,
    /// The same as a query for links that go on with it, e.g. `purpose=billing-question`.
    pub purpose_query: String,
    /// Subscriptions.
    pub subscriptions: Vec<SubscriptionRow>,
    /// Invoices: id, number, date, total and status.
    pub invoices: Vec<StaffInvoiceRow>,
    /// Whether this member of staff may freeze the account and lift that.
    pub may_freeze: bool,
    /// Whether it is frozen.
    pub frozen: bool,
    /// Cards in words, e.g. `Visa ending in 4242, expires 08/2028`.
    pub cards: Vec<String>,
}

/// `POST /staff/accounts/{id}/freeze` and `…/unfreeze`, when the reason is refused: the form again, and nothing of the
/// person, since this is no look.
#[derive(Template)]
#[template(path = "staff/freeze_again.html")]
pub struct FreezeAgain {
    /// The frame, with the complaint.
    pub page: Page,
    /// `acct_…`
    pub id: String,
    /// Whether a freeze was to be lifted.
    pub frozen: bool,
    /// The reason as typed.
    pub reason: String,
}

impl FreezeAgain {
    /// Where the account is.
    fn address(&self) -> String {
        format!("/staff/accounts/{}", self.id)
    }
}

/// An invoice of the account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StaffInvoiceRow {
    /// `inv_…`
    pub id: String,
    /// Number.
    pub number: String,
    /// Issue date, in words.
    pub date: String,
    /// Total with currency.
    pub total: String,
    /// Status.
    pub status: Badge,
    /// The day it was settled, in words; a dash while it is open.
    pub settled: String,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::platform::web::form::Errors;
    use crate::platform::web::page::Tone;
    use crate::platform::web::page::check::{self, HOSTILE};

    fn row(text: &str, tone: Tone, status: &str) -> SubscriptionRow {
        SubscriptionRow {
            id: "sub_01jd9f3k2m".into(),
            account_id: "acct_01jd9f3k2m7q8r9s0t".into(),
            status: Badge::new(tone, status),
            plan: text.into(),
            terms: "3 agents, monthly".into(),
            amount: "USD 57.00".into(),
            next_renewal: "23 Dec 2026".into(),
            last_payment: Badge::new(tone, "Paid 23 Nov"),
        }
    }

    fn rows(text: &str) -> Vec<SubscriptionRow> {
        vec![
            row(text, Tone::Good, "Active"),
            row(text, Tone::Bad, "Past due"),
            row(text, Tone::Warn, "Incomplete"),
            row(text, Tone::Quiet, "Canceled"),
        ]
    }

    fn list(text: &str, rows: Vec<SubscriptionRow>, status: &str) -> Subscriptions {
        Subscriptions {
            page: check::staff("Subscriptions"),
            status: status.into(),
            statuses: vec![Choice::new("", "Any"), Choice::new("active", "Active")],
            plan: String::new(),
            plans: vec![Choice::new("", "Any"), Choice::new(text, text)],
            paging: Paging { first: None, next: (!rows.is_empty()).then(|| "/staff/subscriptions?after=c".into()) },
            rows,
        }
    }

    fn gate(text: &str, errors: Errors) -> PurposeGate {
        PurposeGate {
            page: check::staff("For which purpose?").errors(errors),
            what: text.into(),
            action: "/staff/accounts/acct_1".into(),
            purposes: vec![Choice::new("billing-question", "A billing question"), Choice::new("dispute", "A dispute")],
            purpose: String::new(),
            case: text.into(),
        }
    }

    fn account(text: &str, full: bool) -> AccountView {
        let invoice = StaffInvoiceRow {
            id: "inv_1".into(),
            number: text.into(),
            date: "23 November 2026".into(),
            total: "USD 62.13".into(),
            status: Badge::new(Tone::Good, "Paid"),
            settled: text.into(),
        };
        AccountView {
            may_freeze: true,
            frozen: full,
            page: check::staff("Account"),
            id: "acct_01jd9f3k2m7q8r9s0t".into(),
            name: text.into(),
            status: Badge::new(Tone::Good, "Active"),
            facts: vec![("E-mail address".into(), text.into()), ("Customer since".into(), "1 March 2026".into())],
            purpose: text.into(),
            purpose_query: "purpose=billing-question".into(),
            subscriptions: if full { rows(text) } else { vec![] },
            invoices: if full { vec![invoice.clone(), invoice] } else { vec![] },
            cards: if full { vec!["Visa ending in 4242, expires 08/2028".into()] } else { vec![] },
        }
    }

    fn sign_in(text: &str, errors: Errors) -> StaffSignIn {
        let page = Page::new(&check::site(), "Staff sign-in").errors(errors);
        StaffSignIn { page, email: text.into(), next: text.into() }
    }

    #[test]
    fn staff_sign_in_asks_for_the_code_at_once() {
        let html = check::page("staff-sign-in", &sign_in("", Errors::default()));
        assert!(html.contains("name=\"factor\""));
        check::page(
            "staff-sign-in-errors",
            &sign_in("a", Errors::default().whole("Address, password or code is wrong.")),
        );
    }

    #[test]
    fn the_review_list_names_no_person_and_leads_to_the_account() {
        let html = check::page("staff-subscriptions", &list("Basic", rows("Basic"), ""));
        assert!(html.contains("/staff/accounts/acct_01jd9f3k2m7q8r9s0t") && html.contains("rel=\"next\""));
        let html = check::page("staff-subscriptions-none", &list("Basic", vec![], "active"));
        assert!(html.contains("class=\"empty\"") && html.contains("value=\"active\" selected"));
        assert!(html.contains("href=\"/staff/subscriptions\">Show all"));
    }

    #[test]
    fn a_purpose_is_asked_and_never_preset() {
        let html = check::page("staff-purpose", &gate("the account acct_1", Errors::default()));
        assert!(html.contains("method=\"get\"") && !html.contains(" checked"));
        check::page("staff-purpose-errors", &gate("it", Errors::default().on("purpose", "Choose a purpose.")));
    }

    #[test]
    fn the_account_repeats_the_recorded_purpose() {
        let html = check::page("staff-account", &account("Ada Lindqvist", true));
        assert!(html.contains("recorded") && html.contains("/staff/invoices/inv_1?purpose=billing-question"));
        assert_eq!(
            check::page("staff-account-empty", &account("Ada", false)).matches("class=\"soft none\"").count(),
            3
        );
    }

    fn again(text: &str, frozen: bool) -> FreezeAgain {
        let page = check::staff("Freeze an account").errors(Errors::default().on("reason", "Say why."));
        FreezeAgain { page, id: "acct_1".into(), frozen, reason: text.into() }
    }

    #[test]
    fn a_refused_reason_comes_back_with_its_complaint() {
        let html = check::page("staff-freeze-again", &again("hm", false));
        assert!(html.contains("action=\"/staff/accounts/acct_1/freeze\"") && html.contains(">hm</textarea>"));
        assert!(html.contains("Say why.") && html.contains("href=\"#reason\""));
        assert!(check::page("staff-unfreeze-again", &again("hm", true)).contains("/staff/accounts/acct_1/unfreeze"));
    }

    #[test]
    fn nothing_given_becomes_markup() {
        let pages = [
            check::page("hostile", &again(HOSTILE, false)),
            check::page("hostile", &sign_in(HOSTILE, Errors::default().whole(HOSTILE))),
            check::page("hostile", &list(HOSTILE, rows(HOSTILE), HOSTILE)),
            check::page("hostile", &gate(HOSTILE, Errors::default())),
            check::page("hostile", &account(HOSTILE, true)),
        ];
        for html in pages {
            assert!(!html.contains("<script") && !html.contains("\" onload="), "{html}");
        }
    }
}
