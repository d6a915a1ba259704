//! `GET /v1/places`

use actix_web::http::Method;
use actix_web::{HttpResponse, web};
use serde::Serialize;
use utoipa::ToSchema;

use super::super::places::{name, purpose};
use crate::db::INTERNAL;
use crate::env::Env;
use crate::platform::trust::places::{self, Place};
use crate::platform::web::problem::Problem;
use crate::platform::web::registry::{List, Operation};
use crate::platform::web::reply;

pub(super) fn operation() -> Operation {
    Operation::new("list_places", Method::GET, "/v1/places", || web::get().to(handle))
        .summary("Where personal data is processed, in which country, and on what ground it may be there")
        .reply::<List<PlaceBody>>(200)
}

/// A place.
#[derive(Serialize, ToSchema)]
#[schema(as = Place)]
struct PlaceBody {
    /// `this-server`, the name of a host, or the key of a recipient.
    key: String,
    /// What people call it.
    name: String,
    /// What is done there.
    purpose: &'static str,
    /// What it gets; empty for the operator's own sites, which hold what the data map lists.
    receives: &'static [&'static str],
    /// Two letters (ISO 3166); null where a trial installation does not say.
    country: Option<String>,
    /// `none` at home; abroad `adequacy`, `clauses` or `consent`.
    transfer: &'static str,
}

async fn handle(env: web::Data<Env>) -> Result<HttpResponse, Problem> {
    // The process started with them, so they are good.
    let places = places::list(&env.settings).map_err(|_| Problem::new(&INTERNAL))?;
    Ok(reply::json(200, &List { data: places.iter().map(body).collect::<Vec<_>>(), next: None }))
}

fn body(place: &Place) -> PlaceBody {
    PlaceBody {
        key: place.key.clone(),
        name: name(place),
        purpose: purpose(place),
        receives: place.recipient.map(|recipient| recipient.receives).unwrap_or_default(),
        country: place.country.map(|country| country.to_string()),
        transfer: place.transfer.as_str(),
    }
}
