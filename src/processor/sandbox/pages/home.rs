//! `/`: what this server is, for somebody who came here by chance.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use askama::Template;

use super::super::cards::{CARDS, TestCard};
use super::super::objects::event::API_VERSION;
use super::page;

#[derive(Template)]
#[template(path = "sandbox/home.html")]
struct Home {
    version: &'static str,
    cards: &'static [TestCard],
}

pub(super) async fn show() -> HttpResponse {
    page(StatusCode::OK, &Home { version: API_VERSION, cards: CARDS }, &[])
}
