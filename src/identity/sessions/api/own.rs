//! `/v1/account/sessions`: where whoever asks is signed in, customer or staff.

use actix_web::http::Method;
use actix_web::{HttpResponse, web};
use serde::Serialize;
use utoipa::ToSchema;

use crate::db::DbError;
use crate::identity::actors::SignedIn;
use crate::identity::sessions::actions::OwnSession;
use crate::identity::sessions::device::describe;
use crate::identity::sessions::error::SignInError;
use crate::identity::sessions::{actions, browser};
use crate::identity::sign_ins::model::network;
use crate::kernel::deed::Deed;
use crate::kernel::ids::{Id, Session};
use crate::kernel::time::Timestamp;
use crate::platform::web::call::Call;
use crate::platform::web::codes::NOT_FOUND;
use crate::platform::web::problem::Problem;
use crate::platform::web::registry::{Access, List, Operation};
use crate::platform::web::reply;

pub(super) fn operations() -> Vec<Operation> {
    vec![
        Operation::new("list_sessions", Method::GET, "/v1/account/sessions", || web::get().to(list))
            .summary("Where you are signed in, this session first.")
            .access(Access::Session)
            .needs(Deed::Session)
            .reply::<List<SignedInPlace>>(200),
        Operation::new("end_session", Method::DELETE, "/v1/account/sessions/{id}", || web::delete().to(end))
            .summary("End one of your sessions.")
            .access(Access::Session)
            .needs(Deed::Session)
            .audit("session.end")
            .empty(204),
        Operation::new("end_other_sessions", Method::POST, "/v1/account/sessions/end-others", || {
            web::post().to(end_others)
        })
        .summary("End all of your sessions but this one.")
        .access(Access::Session)
        .needs(Deed::Session)
        .audit("session.end_others")
        .reply::<EndedSessions>(200),
        Operation::new("end_all_sessions", Method::POST, "/v1/account/sessions/end-all", || web::post().to(end_all))
            .summary("End all of your sessions, this one too.")
            .access(Access::Session)
            .needs(Deed::Session)
            .audit("session.end_all")
            .reply::<EndedSessions>(200),
    ]
}

/// A session of whoever asks.
#[derive(Serialize, ToSchema)]
pub struct SignedInPlace {
    /// Public id.
    #[schema(value_type = String)]
    id: Id<Session>,
    /// `own`, `kept`, `public` or `staff`.
    kind: String,
    /// `cookie` or `bearer`.
    transport: String,
    /// Whether it is the one that asks.
    current: bool,
    /// When it began.
    #[schema(value_type = String)]
    signed_in_at: Timestamp,
    /// When it was last noted as used, to the minute.
    #[schema(value_type = String)]
    last_seen_at: Timestamp,
    /// When it ends at the latest.
    #[schema(value_type = String)]
    expires_at: Timestamp,
    /// Network that it began from: a /24, or a /48 in IPv6; nothing else says where that is.
    network: Option<String>,
    /// Browser and system in words.
    device: String,
    /// The browser's own words.
    user_agent: String,
    /// The language it asked for.
    language: String,
}

impl SignedInPlace {
    fn new(row: OwnSession, current: &Id<Session>) -> Self {
        Self {
            current: row.id == *current,
            kind: row.kind.as_str().to_owned(),
            id: row.id,
            transport: row.transport,
            signed_in_at: row.signed_in_at,
            last_seen_at: row.last_seen_at,
            expires_at: row.expires_at,
            network: row.ip.and_then(|text| text.parse().ok()).map(network),
            device: describe(&row.user_agent),
            user_agent: row.user_agent,
            language: row.language,
        }
    }
}

async fn list(call: Call<SignedIn>) -> Result<HttpResponse, Problem> {
    let data = call
        .read::<_, DbError, _>(|conn, context| {
            let session = &context.actor.session;
            let rows = actions::list(conn, &context.env, session)?;
            Ok(rows.into_iter().map(|row| SignedInPlace::new(row, &session.id)).collect::<Vec<_>>())
        })
        .await?;
    Ok(reply::json(200, &List { data, next: None }))
}

async fn end(call: Call<SignedIn>, id: web::Path<String>) -> Result<HttpResponse, Problem> {
    let id: Id<Session> = id.parse().map_err(|_| Problem::new(&NOT_FOUND))?;
    let own = call
        .write::<_, SignInError, _>(move |conn, context| {
            let session = &context.actor.session;
            actions::end_one(conn, &context.env, session, &id)?;
            Ok((session.id == id).then_some(session.kind))
        })
        .await?;
    let mut response = HttpResponse::NoContent().finish();
    if own.is_some() {
        browser::farewell(&mut response, &call.claim, own);
    }
    Ok(response)
}

/// How many sessions ended.
#[derive(Serialize, ToSchema)]
pub struct EndedSessions {
    /// Their number.
    ended: usize,
}

async fn end_others(call: Call<SignedIn>) -> Result<HttpResponse, Problem> {
    let ended = call
        .write::<_, DbError, _>(|conn, context| actions::end_others(conn, &context.env, &context.actor.session))
        .await?;
    Ok(reply::json(200, &EndedSessions { ended }))
}

async fn end_all(call: Call<SignedIn>) -> Result<HttpResponse, Problem> {
    let (ended, kind) = call
        .write::<_, DbError, _>(|conn, context| {
            let session = &context.actor.session;
            Ok((actions::end_all(conn, &context.env, session)?, session.kind))
        })
        .await?;
    let mut response = reply::json(200, &EndedSessions { ended });
    browser::farewell(&mut response, &call.claim, Some(kind));
    Ok(response)
}
