//! `/v1/staff/corrections` and `/v1/staff/ripples`.

use actix_web::http::Method;
use actix_web::{HttpResponse, web};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::actions;
use crate::accounts::corrections::actions::{self as corrections, Waiting};
use crate::accounts::corrections::api::CorrectionView;
use crate::accounts::corrections::deciding::{ACCEPT, Decision, REFUSE};
use crate::accounts::corrections::model::Event;
use crate::accounts::ripples::actions::{self as ripples, DONE, Task};
use crate::db::{DbConnection, DbError};
use crate::identity::actors::{DecideCorrections, Staff};
use crate::kernel::ids::{Correction, Id, RippleTask};
use crate::kernel::permission::Permission;
use crate::platform::web::call::Call;
use crate::platform::web::cursor::PageQuery;
use crate::platform::web::json::Json;
use crate::platform::web::posted::Query;
use crate::platform::web::problem::Problem;
use crate::platform::web::registry::{Access, List, Operation};
use crate::platform::web::reply;
use crate::staff::error::StaffError;
use crate::staff::query::LookQuery;

const MAY: Access = Access::Staff(Permission::DecideCorrections);
const LIST: &str = "list_staff_corrections";
const LIST_PATH: &str = "/v1/staff/corrections";
const TASKS: &str = "list_staff_ripples";
const TASKS_PATH: &str = "/v1/staff/ripples";

/// The operations.
#[must_use]
pub fn operations() -> Vec<Operation> {
    vec![
        Operation::new(LIST, Method::GET, LIST_PATH, || web::get().to(list))
            .summary("Corrections that wait for a decision, the first due first; names nobody")
            .access(MAY)
            .query(PageQuery::DOCUMENTED)
            .reply::<List<WaitingView>>(200),
        Operation::new("get_staff_correction", Method::GET, "/v1/staff/corrections/{id}", || web::get().to(open))
            .summary(
                "A correction with both values and the evidence; recorded with its purpose, which the holder can read",
            )
            .access(MAY)
            .look()
            .query(&[
                ("purpose", "billing_question, payment_problem, dispute, fraud_check or data_request"),
                ("case", "Number of the case, if there is one"),
            ])
            .reply::<CorrectionView>(200),
        Operation::new("accept_staff_correction", Method::POST, "/v1/staff/corrections/{id}/accept", || {
            web::post().to(accept)
        })
        .summary("Accept: a value of the profile holds from now on, and whoever got the old one is told")
        .access(MAY)
        .audit(ACCEPT)
        .json::<CorrectionDecision>()
        .reply::<CorrectionView>(200),
        Operation::new("refuse_staff_correction", Method::POST, "/v1/staff/corrections/{id}/refuse", || {
            web::post().to(refuse)
        })
        .summary("Refuse with a reason that the holder reads; the request stays beside the value")
        .access(MAY)
        .audit(REFUSE)
        .json::<CorrectionDecision>()
        .reply::<CorrectionView>(200),
        Operation::new(TASKS, Method::GET, TASKS_PATH, || web::get().to(tasks))
            .summary("Recipients of an old value that a person has to tell, oldest first; names nobody")
            .access(MAY)
            .query(PageQuery::DOCUMENTED)
            .reply::<List<TaskView>>(200),
        Operation::new("complete_staff_ripple", Method::POST, "/v1/staff/ripples/{id}/done", || web::post().to(told))
            .summary("The recipient was told in person")
            .access(MAY)
            .audit(DONE)
            .empty(204),
    ]
}

/// A correction that waits.
#[derive(Debug, Serialize, ToSchema)]
pub struct WaitingView {
    /// `cor_…`
    id: String,
    /// `profile`, `inv_…` or `other`.
    subject: String,
    /// The field.
    field: String,
    /// `open` or `refused`.
    state: &'static str,
    /// RFC 3339.
    opened_at: String,
    /// Until when it must be decided; RFC 3339.
    due_at: String,
}

impl From<Waiting> for WaitingView {
    fn from(waiting: Waiting) -> Self {
        let (subject, field) = waiting.subject.stored();
        Self {
            subject: subject.to_owned(),
            field: field.to_owned(),
            state: waiting.state.as_str(),
            id: waiting.id.as_str().to_owned(),
            opened_at: waiting.opened_at.to_string(),
            due_at: waiting.due_at.to_string(),
        }
    }
}

/// A recipient that a person has to tell.
#[derive(Serialize, ToSchema)]
pub struct TaskView {
    /// `rip_…`
    id: String,
    /// `acct_…`
    account_id: String,
    /// Key of the recipient.
    recipient: String,
    /// The field that has changed.
    field: String,
    /// `no_interface`, `no_consent` or `refused`.
    why: Option<&'static str>,
    /// When the value changed; RFC 3339.
    opened_at: String,
}

impl From<Task> for TaskView {
    fn from(task: Task) -> Self {
        Self {
            id: task.id.as_str().to_owned(),
            account_id: task.account_id.as_str().to_owned(),
            recipient: task.recipient,
            field: task.field,
            why: task.why.map(|why| why.as_str()),
            opened_at: task.opened_at.to_string(),
        }
    }
}

/// Why it is decided so.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CorrectionDecision {
    /// A sentence of 10 to 500 characters; the holder reads it.
    reason: String,
}

async fn list(call: Call<Staff<DecideCorrections>>, Query(query): Query<PageQuery>) -> Result<HttpResponse, Problem> {
    let keys = &call.env.keys;
    let (after, window) = query.open::<Id<Correction>>(keys, LIST)?;
    let read = move |conn: &mut DbConnection, _: &_| corrections::waiting(conn, after.as_ref(), window.rows());
    let found = call.read::<_, DbError, _>(read).await?;
    let (page, next) = window.cut(keys, found, |last| last.id.clone());
    Ok(reply::list(LIST_PATH, window.limit, &List { data: page.into_iter().map(WaitingView::from).collect(), next }))
}

async fn open(
    call: Call<Staff<DecideCorrections>>,
    path: web::Path<String>,
    query: Query<LookQuery>,
) -> Result<HttpResponse, Problem> {
    let (purpose, case) = query.0.reason();
    let id: Id<Correction> = path.parse().map_err(|_| StaffError::NotFound)?;
    let request = call
        .write::<_, StaffError, _>(move |conn, context| {
            actions::open(conn, &context.env, &context.actor.member, (&id, purpose, case.clone()))
        })
        .await?;
    Ok(reply::json(200, &CorrectionView::from(request)))
}

async fn accept(
    call: Call<Staff<DecideCorrections>>,
    path: web::Path<String>,
    body: Json<CorrectionDecision>,
) -> Result<HttpResponse, Problem> {
    decide(&call, &path, Decision { event: Event::Accept, reason: body.0.reason }).await
}

async fn refuse(
    call: Call<Staff<DecideCorrections>>,
    path: web::Path<String>,
    body: Json<CorrectionDecision>,
) -> Result<HttpResponse, Problem> {
    decide(&call, &path, Decision { event: Event::Refuse, reason: body.0.reason }).await
}

async fn decide(
    call: &Call<Staff<DecideCorrections>>,
    path: &str,
    decision: Decision,
) -> Result<HttpResponse, Problem> {
    let id: Id<Correction> = path.parse().map_err(|_| StaffError::NotFound)?;
    let decided = call
        .write::<_, StaffError, _>(move |conn, context| {
            actions::decide(conn, &context.env, &context.actor.member, (&id, &decision))
        })
        .await?;
    Ok(reply::json(200, &CorrectionView::from(decided)))
}

async fn tasks(call: Call<Staff<DecideCorrections>>, Query(query): Query<PageQuery>) -> Result<HttpResponse, Problem> {
    let keys = &call.env.keys;
    let (after, window) = query.open::<Id<RippleTask>>(keys, TASKS)?;
    let read = move |conn: &mut DbConnection, _: &_| ripples::waiting(conn, after.as_ref(), window.rows());
    let found = call.read::<_, DbError, _>(read).await?;
    let (page, next) = window.cut(keys, found, |last| last.id.clone());
    Ok(reply::list(TASKS_PATH, window.limit, &List { data: page.into_iter().map(TaskView::from).collect(), next }))
}

async fn told(call: Call<Staff<DecideCorrections>>, path: web::Path<String>) -> Result<HttpResponse, Problem> {
    let task = path.parse().map_err(|_| StaffError::NotFound)?;
    call.write::<_, StaffError, _>(move |conn, context| {
        actions::told(conn, &context.env, &context.actor.member, &task)
    })
    .await?;
    Ok(HttpResponse::NoContent().finish())
}
