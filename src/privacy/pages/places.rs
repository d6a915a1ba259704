//! `GET /privacy/places`: where data is processed, and on what ground it may be there (policy clause 2.1).

use actix_web::http::Method;
use actix_web::{HttpResponse, web};

use super::super::anyone::PublicReader;
use super::super::places::{name, purpose, transfer};
use super::super::views::{PlaceRow, Places};
use crate::db::INTERNAL;
use crate::identity::actors::Anyone;
use crate::kernel::lang::Lang;
use crate::platform::trust::places::{self, Place, THIS_SERVER};
use crate::platform::web::call::Call;
use crate::platform::web::problem::Problem;
use crate::platform::web::registry::{Access, PageRoute};
use crate::platform::web::reply;

pub(super) fn route() -> PageRoute {
    PageRoute::new(Method::GET, "/privacy/places", Access::Visitor, || web::get().to(handle))
}

async fn handle(call: Call<Anyone>) -> Result<HttpResponse, Problem> {
    let reader = call.read(PublicReader::find).await?;
    // The process started with them, so they are good.
    let places = places::list(&call.env.settings).map_err(|_| Problem::new(&INTERNAL))?;
    let page = reader.page(&call.env, &call.claim, "Where your data is");
    reply::page(&Places { page, places: places.iter().map(row).collect() })
}

fn row(place: &Place) -> PlaceRow {
    let country = match place.country {
        Some(country) => Lang::En.country(country),
        None if place.key == THIS_SERVER => "not set on this installation",
        None => "the same as this server",
    };
    PlaceRow {
        name: name(place),
        purpose: purpose(place).to_owned(),
        receives: place.recipient.map(|recipient| recipient.receives.to_vec()).unwrap_or_default(),
        country: country.to_owned(),
        transfer: transfer(place).to_owned(),
    }
}
