//! `GET /v1/account/history`

use actix_web::http::Method;
use actix_web::{HttpResponse, web};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::super::actions::{self, Task};
use super::super::ripples::model::Why;
use crate::db::DbError;
use crate::identity::actors::Holder;
use crate::kernel::ids::{Change, Id};
use crate::platform::changes::{Past, Recorded};
use crate::platform::web::call::Call;
use crate::platform::web::cursor::PageQuery;
use crate::platform::web::posted::Query;
use crate::platform::web::problem::Problem;
use crate::platform::web::registry::{Access, List, Operation};
use crate::platform::web::reply;

const ID: &str = "list_history";

pub(super) fn operation() -> Operation {
    Operation::new(ID, Method::GET, "/v1/account/history", || web::get().to(handle))
        .summary("Every change of the profile, newest first: before, after, who, when, where from")
        .access(Access::Holder)
        .query(PageQuery::DOCUMENTED)
        .reply::<List<HistoryEntry>>(200)
}

/// One change of one field.
#[derive(Serialize, ToSchema)]
pub struct HistoryEntry {
    /// `chg_…`
    id: String,
    /// The field's name in the profile.
    field: String,
    /// Value before, as the profile showed it; null for none.
    before: Option<Value>,
    /// Value after; null for none.
    after: Option<Value>,
    /// `holder`, `staff` or `system`.
    actor: String,
    /// Whether the client overwrote without saying which version it had seen (`If-Match: *`).
    overwrite: bool,
    /// Version of the account after the change.
    version: i64,
    /// Public id of the session it was made in; null for others than the holder.
    session: Option<String>,
    /// Prefix of the network it was made from, e.g. `192.0.2.0/24`.
    network: Option<String>,
    /// The change whose value it brought back, if it did.
    restores: Option<String>,
    /// Who had the value before and keeps it, and whether they have been told.
    passed_on: Vec<PassedOn>,
    /// RFC 3339.
    at: String,
}

/// A recipient of a value that has changed.
#[derive(Serialize, ToSchema)]
pub struct PassedOn {
    /// Key of the recipient, as in `GET /v1/account/shared-with`.
    recipient: String,
    /// `open`: it will be told by itself; `by_person`: somebody of ours has to tell it; `done`.
    state: &'static str,
    /// Why a person has to: `no_interface`, `no_consent` or `refused`.
    why: Option<&'static str>,
    /// When it was told; RFC 3339.
    settled_at: Option<String>,
}

impl From<&Task> for PassedOn {
    fn from(task: &Task) -> Self {
        Self {
            recipient: task.recipient.clone(),
            state: task.state.as_str(),
            why: task.why.as_ref().map(Why::as_str),
            settled_at: task.settled_at.map(|at| at.to_string()),
        }
    }
}

async fn handle(call: Call<Holder>, Query(query): Query<PageQuery>) -> Result<HttpResponse, Problem> {
    let (after, window) = query.open::<Id<Change>>(&call.env.keys, ID)?;
    let (changes, tasks) = call
        .read(move |conn, context| {
            let changes = actions::history(conn, &context.env, &context.actor, after.as_ref(), window.rows())?;
            let tasks = actions::passed_on(conn, &changes)?;
            Ok::<_, DbError>((changes, tasks))
        })
        .await?;
    let (changes, next) = window.cut(&call.env.keys, changes, |last| last.id.clone());
    let data = changes.into_iter().map(|change| entry(change, &tasks)).collect();
    Ok(reply::list("/v1/account/history", window.limit, &List { data, next }))
}

fn entry(change: Recorded, tasks: &[Task]) -> HistoryEntry {
    HistoryEntry {
        passed_on: tasks.iter().filter(|task| task.change_id == change.id).map(PassedOn::from).collect(),
        id: change.id.as_str().to_owned(),
        field: change.field,
        before: value(change.before),
        after: value(change.after),
        actor: change.actor_kind,
        overwrite: change.overwrite,
        version: change.version,
        session: change.place.session,
        network: change.place.network,
        restores: change.restores.map(|id| id.as_str().to_owned()),
        at: change.at.to_string(),
    }
}

/// The history keeps values as JSON.
fn value(past: Past) -> Option<Value> {
    match past {
        Past::Empty | Past::Erased => None,
        Past::Value(text) => serde_json::from_str(text.reveal()).ok(),
    }
}
