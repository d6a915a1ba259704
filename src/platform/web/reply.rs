//! Answers of success.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::http::header::{
    CACHE_CONTROL, CONTENT_LANGUAGE, CONTENT_SECURITY_POLICY, ETAG, HeaderValue, LINK, LOCATION, REFERRER_POLICY,
};
use askama::Template;
use serde::Serialize;
use utoipa::ToSchema;

use super::answer::SCRIPT_POLICY;
use super::etag::etag;
use super::problem::Problem;
use super::registry::List;
use crate::db::INTERNAL;

/// A JSON answer.
pub fn json<T: Serialize>(status: u16, body: &T) -> HttpResponse {
    HttpResponse::build(StatusCode::from_u16(status).unwrap_or(StatusCode::OK)).json(body)
}

/// A JSON answer with the row version as its ETag.
pub fn versioned<T: Serialize>(status: u16, body: &T, version: i64) -> HttpResponse {
    let mut response = json(status, body);
    if let Ok(tag) = HeaderValue::from_str(&etag(version)) {
        response.headers_mut().insert(ETAG, tag);
    }
    response
}

/// A change that is made, for a program that may not look at what is stored.
pub fn unread(version: Option<i64>) -> HttpResponse {
    let mut response = HttpResponse::NoContent().finish();
    if let Some(tag) = version.and_then(|version| HeaderValue::from_str(&etag(version)).ok()) {
        response.headers_mut().insert(ETAG, tag);
    }
    response
}

/// One page of the list at `path`, with a Link header to the next (RFC 8288). `path` may end in a query of filters.
/// Cursors and limits need no escaping.
pub fn list<T: Serialize + ToSchema>(path: &str, limit: usize, page: &List<T>) -> HttpResponse {
    let mut response = json(200, page);
    let join = if path.contains('?') { '&' } else { '?' };
    if let Some(next) = &page.next
        && let Ok(link) = HeaderValue::from_str(&format!("<{path}{join}limit={limit}&cursor={next}>; rel=\"next\""))
    {
        response.headers_mut().insert(LINK, link);
    }
    response
}

/// A page.
///
/// # Errors
/// 500 when the template fails, which no data can make it do.
pub fn page<T: Template>(view: &T) -> Result<HttpResponse, Problem> {
    page_with(200, view)
}

/// A page with another status, such as a form with complaints.
///
/// # Errors
/// 500 when the template fails, which no data can make it do.
pub fn page_with<T: Template>(status: u16, view: &T) -> Result<HttpResponse, Problem> {
    let html = view.render().map_err(|_| Problem::new(&INTERNAL))?;
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::OK);
    Ok(html_answer(status, html))
}

/// A drawn page; its header names the language that the document itself names.
pub(super) fn html_answer(status: StatusCode, html: String) -> HttpResponse {
    let lang = html.split_once("<html lang=\"").and_then(|(_, rest)| rest.split('"').next());
    let lang = lang.and_then(|lang| HeaderValue::from_str(lang).ok());
    let mut response = HttpResponse::build(status).content_type("text/html; charset=utf-8").body(html);
    if let Some(lang) = lang {
        response.headers_mut().insert(CONTENT_LANGUAGE, lang);
    }
    response
}

/// For the few pages with a script of ours: it may run there, and nowhere else.
#[must_use]
pub fn with_script(mut response: HttpResponse) -> HttpResponse {
    response.headers_mut().insert(CONTENT_SECURITY_POLICY, HeaderValue::from_static(SCRIPT_POLICY));
    response
}

/// After a form: the page that shows what came of it.
pub fn see_other(to: &str) -> HttpResponse {
    HttpResponse::SeeOther().insert_header((LOCATION, to)).finish()
}

/// For pages whose address holds a token: nothing of it reaches another site or a cache.
#[must_use]
pub fn secret_address(mut response: HttpResponse) -> HttpResponse {
    response.headers_mut().insert(REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}
