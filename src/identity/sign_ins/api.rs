//! `/v1/account/sign-ins`, and the links of notices.

use actix_web::http::Method;
use actix_web::{HttpResponse, web};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::actions::{self, Entry};
use super::error::ReportError;
use super::links::{self, LinkFor};
use crate::db::DbError;
use crate::identity::actors::{Holder, SignedIn, Visitor};
use crate::identity::principals::model::PrincipalId;
use crate::identity::refusal;
use crate::identity::sessions::actions::owner;
use crate::kernel::deed::Deed;
use crate::kernel::ids::{Id, Session, SignIn};
use crate::kernel::time::Timestamp;
use crate::platform::web::call::Call;
use crate::platform::web::codes::NOT_FOUND;
use crate::platform::web::cursor::PageQuery;
use crate::platform::web::json::Json;
use crate::platform::web::posted::Query;
use crate::platform::web::problem::Problem;
use crate::platform::web::registry::{Access, List, Operation};
use crate::platform::web::reply;

const ID: &str = "list_sign_ins";
const PATH: &str = "/v1/account/sign-ins";

/// The operations.
#[must_use]
pub fn operations() -> Vec<Operation> {
    vec![
        Operation::new(ID, Method::GET, PATH, || web::get().to(list))
            .summary("Who signed in to the account, or tried to, in the last 90 days; newest first.")
            .access(Access::Session)
            .needs(Deed::Session)
            .query(PageQuery::DOCUMENTED)
            .reply::<List<SignInEntry>>(200),
        Operation::new("report_sign_in", Method::POST, "/v1/account/sign-ins/{id}/report", || web::post().to(report))
            .summary("Say that it was not you: ends all sessions and API tokens; a new password must be set by mail.")
            .access(Access::Holder)
            .needs(Deed::Session)
            .audit(actions::REPORT)
            .empty(204),
        Operation::new("report_sign_in_by_link", Method::POST, "/v1/sign-in-reports", || {
            web::post().to(report_by_link)
        })
        .summary("The same with the link of a notice.")
        .audit(actions::REPORT)
        .json::<NoticeLink>()
        .empty(204),
        Operation::new("close_session_by_link", Method::POST, "/v1/session-closings", || web::post().to(close))
            .summary("End the session on a public computer with the link of the mail about it.")
            .audit(actions::CLOSE)
            .json::<NoticeLink>()
            .empty(204),
    ]
}

/// A try to sign in.
#[derive(Serialize, ToSchema)]
pub struct SignInEntry {
    /// `sgn_…`
    #[schema(value_type = String)]
    id: Id<SignIn>,
    /// When.
    #[schema(value_type = String)]
    at: Timestamp,
    /// `signed_in`, `wrong_password`, `factor_required`, `wrong_factor`, `too_many`, `frozen`, `reset_required` or
    /// `refused`.
    outcome: &'static str,
    /// `password`, `password_factor` or `passkey`.
    method: &'static str,
    /// Browser and system in words.
    device: String,
    /// From which network: a /24, or a /48 in IPv6.
    network: String,
    /// Whether that device had signed in from that network before.
    was_known: bool,
    /// The session that it began.
    #[schema(value_type = Option<String>)]
    session_id: Option<Id<Session>>,
    /// When you said that it was not you.
    #[schema(value_type = Option<String>)]
    reported_at: Option<Timestamp>,
}

impl From<Entry> for SignInEntry {
    fn from(entry: Entry) -> Self {
        Self {
            id: entry.id,
            at: entry.at,
            outcome: entry.outcome.as_str(),
            method: entry.method.as_str(),
            device: entry.device,
            network: entry.network,
            was_known: entry.was_known,
            session_id: entry.session_id,
            reported_at: entry.reported_at,
        }
    }
}

async fn list(call: Call<SignedIn>, Query(query): Query<PageQuery>) -> Result<HttpResponse, Problem> {
    let (after, window) = query.open::<Id<SignIn>>(&call.env.keys, ID)?;
    let entries = call
        .read::<_, DbError, _>(move |conn, context| {
            let owner = owner(&context.actor.session)?;
            actions::list(conn, &owner, after.as_ref(), window.rows())
        })
        .await?;
    let (entries, next) = window.cut(&call.env.keys, entries, |last| last.id.clone());
    Ok(reply::list(PATH, window.limit, &List { data: entries.into_iter().map(SignInEntry::from).collect(), next }))
}

async fn report(call: Call<Holder>, id: web::Path<String>) -> Result<HttpResponse, Problem> {
    let id: Id<SignIn> = id.parse().map_err(|_| Problem::new(&NOT_FOUND))?;
    call.write::<_, ReportError, _>(move |conn, context| {
        actions::report(conn, &context.env, &PrincipalId::Holder(context.actor.account.clone()), &id)
    })
    .await?;
    Ok(HttpResponse::NoContent().finish())
}

/// The link of a notice.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NoticeLink {
    /// The `token` of the mail's link.
    token: String,
}

async fn report_by_link(call: Call<Visitor>, body: Json<NoticeLink>) -> HttpResponse {
    follow(&call, LinkFor::Report, &body.0.token).await
}

async fn close(call: Call<Visitor>, body: Json<NoticeLink>) -> HttpResponse {
    follow(&call, LinkFor::Close, &body.0.token).await
}

async fn follow(call: &Call<Visitor>, what: LinkFor, token: &str) -> HttpResponse {
    match links::follow(&call.env, &call.info, what, token).await {
        Ok(()) => HttpResponse::NoContent().finish(),
        Err(error) => {
            let limited = if let ReportError::Limited(limited) = &error { Some(*limited) } else { None };
            refusal::answer(&Problem::from(error), limited.as_ref())
        }
    }
}
