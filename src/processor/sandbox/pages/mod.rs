//! The hosted pages: adding a card, and 3-D Secure. Plain HTML; no script; nowhere a field for a number.

pub mod authenticate;
mod checkout;
mod home;

use std::collections::BTreeSet;

use actix_web::http::StatusCode;
use actix_web::http::header::{CONTENT_SECURITY_POLICY, CONTENT_TYPE, LOCATION};
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;

use super::engine::Engine;
use super::service::Connection;

const STYLE: &str = include_str!("../../../../templates/sandbox/sandbox.css");

/// Adds the pages.
pub fn routes(config: &mut web::ServiceConfig) {
    config
        .route("/", web::get().to(home::show))
        .route("/sandbox.css", web::get().to(style))
        .route("/checkout/{session}", web::get().to(checkout::show))
        .route("/checkout/{session}", web::post().to(checkout::submit))
        .route("/authenticate/{intent}/{token}", web::get().to(authenticate::show))
        .route("/authenticate/{intent}/{token}", web::post().to(authenticate::submit));
}

async fn style() -> HttpResponse {
    HttpResponse::Ok()
        .content_type("text/css; charset=utf-8")
        .insert_header(("cache-control", "no-cache"))
        .insert_header(("x-content-type-options", "nosniff"))
        .body(STYLE)
}

/// A short message instead of the page that was asked for.
#[derive(Template)]
#[template(path = "sandbox/message.html")]
struct Message<'a> {
    title: &'a str,
    text: &'a str,
    back: Option<&'a str>,
}

fn message(status: StatusCode, title: &str, text: &str, back: Option<&str>) -> HttpResponse {
    page(status, &Message { title, text, back }, &[])
}

/// A page with its policy: own style only, and forms that may lead to the given addresses, where redirects end.
fn page(status: StatusCode, template: &impl Template, targets: &[&str]) -> HttpResponse {
    let Ok(body) = template.render() else { return HttpResponse::InternalServerError().finish() };
    let urls = targets.iter().filter_map(|target| url::Url::parse(target).ok());
    let origins: BTreeSet<String> = urls.map(|url| format!(" {}", url.origin().ascii_serialization())).collect();
    let origins: String = origins.into_iter().collect();
    let policy = format!(
        "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'{origins}; frame-ancestors 'none'; base-uri 'none'"
    );
    HttpResponse::build(status)
        .insert_header((CONTENT_TYPE, "text/html; charset=utf-8"))
        .insert_header((CONTENT_SECURITY_POLICY, policy))
        .insert_header(("cache-control", "no-store"))
        .insert_header(("referrer-policy", "no-referrer"))
        .insert_header(("x-content-type-options", "nosniff"))
        .body(body)
}

fn see_other(target: &str) -> HttpResponse {
    HttpResponse::SeeOther().insert_header((LOCATION, target)).insert_header(("cache-control", "no-store")).finish()
}

/// Gives the answer once the change is on disk.
async fn after(engine: &Engine, seq: u64, request: &HttpRequest, answer: HttpResponse) -> HttpResponse {
    if engine.durable(seq).await { answer } else { Connection::cut(request) }
}
