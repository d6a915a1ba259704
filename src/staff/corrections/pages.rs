//! `/staff/corrections` and `/staff/ripples`.

use actix_web::http::Method;
use actix_web::{HttpResponse, web};
use serde::{Deserialize, Serialize};

use super::actions;
use super::views::{Opened, TaskRow, Waiting, WaitingRow};
use crate::accounts::corrections::actions::{self as corrections, Correction as Request};
use crate::accounts::corrections::deciding::Decision;
use crate::accounts::corrections::model::{Event, State};
use crate::accounts::corrections::words;
use crate::accounts::ripples::actions::{self as ripples, Task};
use crate::accounts::ripples::model::Why;
use crate::accounts::words as profile_words;
use crate::db::DbError;
use crate::identity::actors::{DecideCorrections, Staff};
use crate::identity::frame;
use crate::kernel::date_format::Dates;
use crate::kernel::ids::{Correction, Id, RippleTask};
use crate::kernel::permission::Permission;
use crate::kernel::time::Timestamp;
use crate::platform::web::call::Call;
use crate::platform::web::cursor::Window;
use crate::platform::web::form::Errors;
use crate::platform::web::page::{Badge, Page, Paging, Section, Tone};
use crate::platform::web::posted::{Nothing, Posted, Query};
use crate::platform::web::problem::Problem;
use crate::platform::web::registry::{Access, PageRoute};
use crate::platform::web::reply;
use crate::privacy::looks::model::Purpose;
use crate::staff::error::StaffError;
use crate::staff::pages::gate;
use crate::staff::query::LookQuery;

const MAY: Access = Access::Staff(Permission::DecideCorrections);
const PATH: &str = "/staff/corrections";
const TASKS: &str = "page_staff_ripples";

/// The routes.
#[must_use]
pub fn routes() -> Vec<PageRoute> {
    vec![
        PageRoute::new(Method::GET, PATH, MAY, || web::get().to(list)),
        PageRoute::new(Method::GET, "/staff/corrections/{id}", MAY, || web::get().to(open)),
        PageRoute::new(Method::POST, "/staff/corrections/{id}/accept", MAY, || web::post().to(accept)),
        PageRoute::new(Method::POST, "/staff/corrections/{id}/refuse", MAY, || web::post().to(refuse)),
        PageRoute::new(Method::POST, "/staff/ripples/{id}/done", MAY, || web::post().to(told)),
    ]
}

/// Where each of the two lists goes on.
#[derive(Deserialize, Serialize)]
struct ListQuery {
    #[serde(skip_serializing_if = "Option::is_none")]
    after: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    tasks_after: Option<String>,
}

impl ListQuery {
    fn address(after: Option<&String>, tasks_after: Option<&String>) -> String {
        let query = Self { after: after.cloned(), tasks_after: tasks_after.cloned() };
        let query = serde_html_form::to_string(&query).unwrap_or_default();
        if query.is_empty() { PATH.to_owned() } else { format!("{PATH}?{query}") }
    }
}

async fn list(call: Call<Staff<DecideCorrections>>, query: Query<ListQuery>) -> Result<HttpResponse, Problem> {
    let page = frame::page(&call, "Corrections", Section::StaffCorrections).await?;
    let (keys, ListQuery { after, tasks_after }) = (&call.env.keys, query.0);
    let (behind, window) = Window::page::<Id<Correction>>(keys, PATH, after.as_deref())?;
    let (tasks_behind, tasks_window) = Window::page::<Id<RippleTask>>(keys, TASKS, tasks_after.as_deref())?;
    let (waiting, tasks) = call
        .read::<_, DbError, _>(move |conn, _| {
            let waiting = corrections::waiting(conn, behind.as_ref(), window.rows())?;
            Ok((waiting, ripples::waiting(conn, tasks_behind.as_ref(), tasks_window.rows())?))
        })
        .await?;
    let (waiting, next) = window.cut(keys, waiting, |last| last.id.clone());
    let (tasks, tasks_next) = tasks_window.cut(keys, tasks, |last| last.id.clone());
    let (now, dates) = (call.env.now(), page.dates);
    let rows = waiting.into_iter().map(|one| WaitingRow {
        what: words::subject(&one.subject),
        opened: dates.day(one.opened_at),
        due: due(one.due_at, now, dates),
        id: one.id.to_string(),
    });
    reply::page(&Waiting {
        page,
        rows: rows.collect(),
        paging: Paging {
            first: after.as_ref().map(|_| ListQuery::address(None, tasks_after.as_ref())),
            next: next.map(|next| ListQuery::address(Some(&next), tasks_after.as_ref())),
        },
        tasks: tasks.into_iter().map(|one| task(one, dates)).collect(),
        tasks_paging: Paging {
            first: tasks_after.as_ref().map(|_| ListQuery::address(after.as_ref(), None)),
            next: tasks_next.map(|next| ListQuery::address(after.as_ref(), Some(&next))),
        },
    })
}

fn due(at: Timestamp, now: Timestamp, dates: Dates) -> Badge {
    let days = (at - now).num_days();
    let by = |id| dates.lang.fill(id).with("day", dates.day(at)).text();
    match days {
        _ if at <= now => Badge::new(Tone::Bad, by("staff-overdue")),
        0..=7 => Badge::new(Tone::Warn, by("staff-by")),
        _ => Badge::new(Tone::Quiet, by("staff-by")),
    }
}

fn task(task: Task, dates: Dates) -> TaskRow {
    let why = match task.why {
        Some(Why::NoConsent) => "Consent was withdrawn: ask them to correct or delete it",
        Some(Why::Refused) => "It refused what our program told it",
        Some(Why::NoInterface) | None => "It cannot be told by a program",
    };
    TaskRow {
        id: task.id.to_string(),
        account: task.account_id.to_string(),
        recipient: profile_words::recipient(&task.recipient),
        field: task
            .field
            .parse()
            .map_or_else(|()| "E-mail address".to_owned(), |field| profile_words::label(field).to_owned()),
        why: why.to_owned(),
        opened: dates.day(task.opened_at),
    }
}

async fn open(
    call: Call<Staff<DecideCorrections>>,
    path: web::Path<String>,
    query: Query<LookQuery>,
) -> Result<HttpResponse, Problem> {
    let page = query.0.asked(frame::page(&call, "Correction", Section::StaffCorrections).await?);
    let (purpose, case) = query.0.reason();
    let id: Id<Correction> = path.parse().map_err(|_| StaffError::NotFound)?;
    let Some(purpose) = purpose else { return gate(page, ("corrections", &path)) };
    let request = call
        .write::<_, StaffError, _>(move |conn, context| {
            actions::open(conn, &context.env, &context.actor.member, (&id, Some(purpose), case.clone()))
        })
        .await?;
    reply::page(&view(page, request, purpose))
}

fn view(page: Page, request: Request, purpose: Purpose) -> Opened {
    let (subject, claim, dates) = (&request.subject, request.claim, page.dates);
    let (held, wanted, evidence) = claim.map_or_else(Default::default, |claim| {
        let wanted = claim.what.unwrap_or_else(|| words::value(subject, claim.wanted.as_ref(), page.lang));
        (words::value(subject, claim.held.as_ref(), page.lang), wanted, claim.evidence)
    });
    Opened {
        page,
        what: words::subject(subject),
        id: request.id.to_string(),
        account: request.account.to_string(),
        purpose: purpose.words().to_owned(),
        state: words::state(request.state),
        held,
        wanted,
        evidence,
        reason: request.reason.unwrap_or_default(),
        due: dates.day(request.due_at),
        is_open: request.state == State::Open,
    }
}

#[derive(Deserialize)]
struct Reason {
    #[serde(default)]
    reason: String,
}

async fn accept(
    call: Call<Staff<DecideCorrections>>,
    path: web::Path<String>,
    posted: Posted<Reason>,
) -> Result<HttpResponse, Problem> {
    decide(&call, &path, Decision { event: Event::Accept, reason: posted.0.reason }).await
}

async fn refuse(
    call: Call<Staff<DecideCorrections>>,
    path: web::Path<String>,
    posted: Posted<Reason>,
) -> Result<HttpResponse, Problem> {
    decide(&call, &path, Decision { event: Event::Refuse, reason: posted.0.reason }).await
}

async fn decide(
    call: &Call<Staff<DecideCorrections>>,
    path: &str,
    decision: Decision,
) -> Result<HttpResponse, Problem> {
    let text = path.to_owned();
    let decided = call
        .write::<_, StaffError, _>(move |conn, context| {
            let id = text.parse().map_err(|_| StaffError::NotFound)?;
            actions::decide(conn, &context.env, &context.actor.member, (&id, &decision))
        })
        .await;
    match decided {
        Ok(_) => Ok(reply::see_other(&format!("/staff/corrections/{path}?purpose=data_request"))),
        Err(problem) if [409, 422].contains(&problem.code.status) => again(call, path, &problem).await,
        Err(problem) => Err(problem),
    }
}

/// The request again, with what is wrong.
async fn again(call: &Call<Staff<DecideCorrections>>, path: &str, problem: &Problem) -> Result<HttpResponse, Problem> {
    let page = frame::page(call, "Correction", Section::StaffCorrections).await?;
    let id: Id<Correction> = path.parse().map_err(|_| StaffError::NotFound)?;
    let request = call
        .write::<_, StaffError, _>(move |conn, context| {
            actions::open(conn, &context.env, &context.actor.member, (&id, Some(Purpose::DataRequest), None))
        })
        .await?;
    let errors = match &problem.detail {
        Some(detail) if problem.errors.is_empty() => Errors::default().whole(detail.clone()),
        _ => Errors::of_problem(problem),
    };
    reply::page_with(problem.code.status, &view(page.errors(errors), request, Purpose::DataRequest))
}

async fn told(
    call: Call<Staff<DecideCorrections>>,
    path: web::Path<String>,
    _: Posted<Nothing>,
) -> Result<HttpResponse, Problem> {
    let task = path.parse().map_err(|_| StaffError::NotFound)?;
    call.write::<_, StaffError, _>(move |conn, context| {
        actions::told(conn, &context.env, &context.actor.member, &task)
    })
    .await?;
    Ok(reply::see_other(PATH))
}
