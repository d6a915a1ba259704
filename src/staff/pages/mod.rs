//! Pages of the back office.

mod invoice;
mod sign_in;

use actix_web::http::Method;
use actix_web::{HttpResponse, web};
use serde::Deserialize;

use super::actions::{self, Opened};
use super::corrections;
use super::error::StaffError;
use super::freezing;
use super::query::LookQuery;
use super::store::{self, Filter};
use super::views::{AccountView, PurposeGate, Subscriptions};
use super::words;
use crate::accounts::corrections::model::State;
use crate::accounts::corrections::words::subject as contested_subject;
use crate::accounts::words::address_line;
use crate::billing::pages::words::brand as card_brand;
use crate::db::DbError;
use crate::identity::actors::{ReviewSubscriptions, Staff};
use crate::identity::frame;
use crate::kernel::ids::{Id, Subscription};
use crate::kernel::permission::{Permission, Role};
use crate::kernel::postal_address::PostalAddressInput;
use crate::platform::web::call::Call;
use crate::platform::web::cursor::Window;
use crate::platform::web::form::Choice;
use crate::platform::web::page::{Badge, Page, Paging, Section, Tone};
use crate::platform::web::posted::Query;
use crate::platform::web::problem::Problem;
use crate::platform::web::registry::{Access, PageRoute};
use crate::platform::web::reply;
use crate::privacy::looks::model::PURPOSES;

const LIST: &str = "page_staff_subscriptions";
const REVIEW: Access = Access::Staff(Permission::ReviewSubscriptions);
const STATUSES: [(&str, &str); 5] = [
    ("active", "Active"),
    ("incomplete", "Incomplete"),
    ("past_due", "Past due"),
    ("canceled", "Canceled"),
    ("expired", "Expired"),
];

/// The routes.
#[must_use]
pub fn pages() -> Vec<PageRoute> {
    let mut all = sign_in::routes();
    all.extend(invoice::routes());
    all.extend(freezing::routes());
    all.extend(corrections::routes());
    all.extend([
        PageRoute::new(Method::GET, "/staff", Access::Visitor, || {
            web::get().to(|| async { reply::see_other("/staff/subscriptions") })
        }),
        PageRoute::new(Method::GET, "/staff/subscriptions", REVIEW, || web::get().to(list)),
        PageRoute::new(Method::GET, "/staff/accounts/{id}", REVIEW, || web::get().to(open)),
    ]);
    all
}

#[derive(Deserialize)]
struct ListQuery {
    #[serde(default)]
    status: String,
    #[serde(default)]
    plan: String,
    after: Option<String>,
}

async fn list(call: Call<Staff<ReviewSubscriptions>>, query: Query<ListQuery>) -> Result<HttpResponse, Problem> {
    let page = frame::page(&call, "Subscriptions", Section::StaffSubscriptions).await?;
    let query = query.0;
    let (before, window) = Window::page::<Id<Subscription>>(&call.env.keys, LIST, query.after.as_deref())?;
    let some = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    let filter = Filter { status: some(&query.status), plan: some(&query.plan), account: None };
    let (rows, known) = call
        .read::<_, DbError, _>(move |conn, _| {
            let rows = actions::review(conn, &filter, before.as_ref(), window.rows())?;
            Ok((rows, store::list_plans(conn)?))
        })
        .await?;
    let address = |after: Option<String>| {
        let mut pairs = vec![("status", query.status.clone()), ("plan", query.plan.clone())];
        pairs.extend(after.map(|after| ("after", after)));
        format!("/staff/subscriptions?{}", serde_html_form::to_string(&pairs).unwrap_or_default())
    };
    let (rows, next) = window.cut(&call.env.keys, rows, |(row, _)| row.id.clone());
    let any = || Choice::new("", "Any");
    let dates = page.dates;
    let view = Subscriptions {
        page,
        statuses: std::iter::once(any()).chain(STATUSES.map(|(value, label)| Choice::new(value, label))).collect(),
        plans: std::iter::once(any()).chain(known.into_iter().map(|(code, name)| Choice::new(code, name))).collect(),
        rows: rows.iter().map(|row| words::subscription_row(row, dates)).collect(),
        paging: Paging {
            first: query.after.as_ref().map(|_| address(None)),
            next: next.map(|next| address(Some(next))),
        },
        status: query.status,
        plan: query.plan,
    };
    reply::page(&view)
}

async fn open(
    call: Call<Staff<ReviewSubscriptions>>,
    path: web::Path<String>,
    query: Query<LookQuery>,
) -> Result<HttpResponse, Problem> {
    let page = query.0.asked(frame::page(&call, "Account", Section::StaffSubscriptions).await?);
    let look = query.0.at(&path)?;
    let Some(purpose) = look.purpose else { return gate(page, ("accounts", &path)) };
    let case = look.case.clone();
    let opened = call
        .write::<_, StaffError, _>(move |conn, context| {
            let opened = actions::open_account(conn, &context.env, &context.actor.member, &look)?;
            Ok((opened, context.actor.member.role))
        })
        .await?;
    let mut pairs = vec![("purpose", purpose.as_str().to_owned())];
    pairs.extend(case.map(|case| ("case", case)));
    let query = serde_html_form::to_string(&pairs).unwrap_or_default();
    reply::page(&account(page, opened, purpose.words().to_owned(), query))
}

/// Asks for the purpose of a look at `/staff/{folder}/{id}`.
pub(super) fn gate(page: Page, (folder, id): (&str, &str)) -> Result<HttpResponse, Problem> {
    let what = match folder {
        "accounts" => page.fill("staff-the-account"),
        "invoices" => page.fill("staff-the-invoice"),
        _ => page.fill("staff-the-correction"),
    };
    let view = PurposeGate {
        page,
        what: what.with("id", id).text(),
        action: format!("/staff/{folder}/{id}"),
        purposes: PURPOSES.iter().map(|purpose| Choice::new(purpose.as_str(), purpose.words())).collect(),
        purpose: String::new(),
        case: String::new(),
    };
    reply::page_with(403, &view)
}

fn account(page: Page, (opened, opened_by): (Opened, Role), purpose: String, purpose_query: String) -> AccountView {
    let Opened { person, email, subscriptions, invoices, cards, contested } = opened;
    let (lang, dates) = (page.lang, page.dates);
    let mut facts = vec![("E-mail address".to_owned(), email)];
    let address = person.address.and_then(|json| serde_json::from_str::<PostalAddressInput>(json.reveal()).ok());
    if let Some(address) = address {
        facts.push(("Postal address".to_owned(), address_line(&address, lang)));
    }
    facts.push(("Customer since".to_owned(), dates.day(person.created_at)));
    if !contested.is_empty() {
        let words = contested.iter().map(|one| {
            let id = if one.state == State::Open { "staff-contested-open" } else { "staff-contested-refused" };
            let what = contested_subject(&one.subject);
            lang.fill(id).with("what", lang.tell(&what)).with("id", one.id.to_string()).text()
        });
        facts.push(("Contested by the holder".to_owned(), page.told(&words.collect::<Vec<_>>())));
    }
    let status = match person.status.as_str() {
        "active" => Badge::new(Tone::Good, "Active"),
        "frozen" => Badge::new(Tone::Warn, "Frozen"),
        other => Badge::new(Tone::Quiet, other),
    };
    AccountView {
        page,
        may_freeze: opened_by.may(Permission::FreezeAccounts)
            && matches!(person.status.as_str(), "active" | "closing" | "frozen"),
        frozen: person.status == "frozen",
        id: person.id.to_string(),
        name: person.name.into_revealed(),
        status,
        facts,
        purpose,
        purpose_query,
        subscriptions: subscriptions.iter().map(|row| words::subscription_row(row, dates)).collect(),
        invoices: invoices.iter().map(|invoice| words::invoice_row(invoice, dates)).collect(),
        cards: cards
            .iter()
            .map(|(brand, last4, month, year)| {
                let card = lang.fill("staff-card").with("brand", card_brand(brand)).with("last4", last4);
                card.with("expiry", format!("{month:02}/{year}")).text()
            })
            .collect(),
    }
}
