//! `GET` and `POST /v1/account/terms/{version}`

use actix_web::http::Method;
use actix_web::{HttpResponse, web};
use serde::Serialize;
use utoipa::ToSchema;

use super::super::actions;
use super::super::error::PrivacyError;
use crate::identity::actors::Holder;
use crate::platform::trust::policy;
use crate::platform::web::call::Call;
use crate::platform::web::problem::Problem;
use crate::platform::web::registry::{Access, Operation};
use crate::platform::web::reply;

const PATH: &str = "/v1/account/terms/{version}";

pub(super) fn operations() -> Vec<Operation> {
    vec![
        Operation::new("get_terms", Method::GET, PATH, || web::get().to(get))
            .summary("Whether a policy version is in force for the holder")
            .access(Access::Holder)
            .reply::<Terms>(200),
        Operation::new("accept_terms", Method::POST, PATH, || web::post().to(accept))
            .summary("Accepts the newest policy version")
            .access(Access::Holder)
            .audit(actions::ACCEPT)
            .reply::<Terms>(200),
    ]
}

/// A policy version and the holder.
#[derive(Serialize, ToSchema)]
struct Terms {
    /// The version asked about.
    version: i32,
    /// The newest version that the holder has accepted: the one in force for them.
    in_force: Option<i32>,
    /// When that was accepted; RFC 3339.
    accepted_at: Option<String>,
}

async fn get(call: Call<Holder>, version: web::Path<String>) -> Result<HttpResponse, Problem> {
    let (version, accepted) = call
        .read(move |conn, context| {
            let version = parse(&version)?;
            if version < 1 || version > policy::current_number(conn)? {
                return Err(PrivacyError::NoSuchVersion);
            }
            Ok((version, actions::accepted(conn, &context.actor)?))
        })
        .await?;
    Ok(reply::json(
        200,
        &Terms {
            version,
            in_force: accepted.map(|(number, _)| number),
            accepted_at: accepted.map(|(_, at)| at.to_string()),
        },
    ))
}

async fn accept(call: Call<Holder>, version: web::Path<String>) -> Result<HttpResponse, Problem> {
    let (version, at) = call
        .write(move |conn, context| {
            let version = parse(&version)?;
            Ok::<_, PrivacyError>((version, actions::accept(conn, &context.env, &context.actor, version)?))
        })
        .await?;
    Ok(reply::json(200, &Terms { version, in_force: Some(version), accepted_at: Some(at.to_string()) }))
}

fn parse(version: &str) -> Result<i32, PrivacyError> {
    version.parse().map_err(|_| PrivacyError::NoSuchVersion)
}
