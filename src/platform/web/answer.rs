//! The way out: problems become documents or pages, answers get their headers, and the log its line.

use actix_web::body::BoxBody;
use actix_web::dev::ServiceResponse;
use actix_web::http::header::{
    self, CACHE_CONTROL, CONTENT_LANGUAGE, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue, LOCATION, RETRY_AFTER,
    VARY,
};
use actix_web::http::{Method, StatusCode};
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;

use super::audience::Reader;
use super::codes::{MALFORMED, METHOD_NOT_ALLOWED, NOT_FOUND, STEP_UP_REQUIRED, TOO_LARGE, UNSUPPORTED_MEDIA_TYPE};
use super::page::{Page, Site, SiteMode};
use super::problem::{PROBLEM_JSON, Problem};
use super::reply::html_answer;
use super::request::RequestInfo;
use super::views::{ErrorPage, Link};
use crate::config::Mode;
use crate::db::INTERNAL;
use crate::env::Env;
use crate::kernel::date_format::Dates;
use crate::kernel::public_error::Code;
use crate::kernel::time::Timestamp;

const API_POLICY: &str = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'";
const PAGE_POLICY: &str = "default-src 'none'; style-src 'self'; img-src 'self' data:; font-src 'self'; \
     form-action 'self'; frame-ancestors 'none'; base-uri 'none'";
/// For the few pages with a script of ours (passkeys): it may run, and ask this server.
pub(super) const SCRIPT_POLICY: &str = "default-src 'none'; style-src 'self'; img-src 'self' data:; font-src 'self'; \
     script-src 'self'; connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'";

/// What a refused try tells of its limit.
const RATE_LIMIT: HeaderName = HeaderName::from_static("ratelimit");
const RATE_LIMIT_POLICY: HeaderName = HeaderName::from_static("ratelimit-policy");

/// Whether an address belongs to machines: they get JSON, people get pages.
#[must_use]
pub fn is_api(path: &str) -> bool {
    path.starts_with("/v1/") || matches!(path, "/v1" | "/openapi.json" | "/healthz" | "/readyz" | "/metrics")
}

/// How pages name the installation.
#[must_use]
pub fn site(env: &Env) -> Site {
    let mode = match env.mode() {
        Mode::Demo => SiteMode::Demo,
        Mode::Test => SiteMode::Test,
        Mode::Live => SiteMode::Live,
    };
    Site { product: env.settings.product.name.clone(), lang: env.settings.product.language(), mode }
}

/// The installation, the request, and who is signed in, where an error page is drawn for them.
type Around<'a> = (&'a Env, &'a RequestInfo, Option<&'a Reader>);

/// Whether an answer becomes an error page that could say who is signed in. Where the database may be what failed, it is
/// not asked again.
pub(super) fn draws_error_page(response: &ServiceResponse<BoxBody>) -> bool {
    let known = |problem: &Problem| problem.code.status < 500 && problem.code.status != 401;
    !is_api(response.request().path()) && problem_of(response).as_ref().is_some_and(known)
}

/// Finishes an answer.
#[must_use]
pub fn finish(
    response: ServiceResponse<BoxBody>,
    around @ (env, info, _): Around<'_>,
    started: Timestamp,
) -> ServiceResponse<BoxBody> {
    let template = response.request().match_pattern().unwrap_or_else(|| "(none)".to_owned());
    let method = response.request().method().clone();
    let problem = problem_of(&response);
    if let Some(internal) = problem.as_ref().and_then(Problem::internal) {
        tracing::error!(request = %info.id, route = %template, error = %internal, "unexpected failure");
    }
    let refused = problem.as_ref().map_or("", |problem| problem.code.name);
    let mut response = match problem {
        Some(problem) => {
            let (request, old) = response.into_parts();
            let drawn = draw(&request, &problem, around, old.headers());
            ServiceResponse::new(request, drawn)
        }
        None => response,
    };
    let path = response.request().path().to_owned();
    add_headers(response.headers_mut(), &path, env, info);
    let status = response.status().as_u16();
    let millis = (env.now() - started).num_microseconds().unwrap_or(0);
    metrics::counter!("steward_http_requests_total", "route" => template.clone(), "status" => status.to_string())
        .increment(1);
    // No address, agent or raw URL here: the access log of clause 1.3 is another thing with its own retention.
    tracing::info!(request = %info.id, %method, route = %template, status, refused, micros = millis, "request");
    response
}

/// The problem of an answer: the handler's own, or one for what actix answered by itself.
fn problem_of(response: &ServiceResponse<BoxBody>) -> Option<Problem> {
    if let Some(problem) = response.response().extensions().get::<Problem>() {
        return Some(problem.clone());
    }
    let own_body = response.headers().contains_key(CONTENT_TYPE) && response.response().error().is_none();
    let code: &'static Code = match response.status() {
        StatusCode::NOT_FOUND => &NOT_FOUND,
        StatusCode::METHOD_NOT_ALLOWED => &METHOD_NOT_ALLOWED,
        StatusCode::PAYLOAD_TOO_LARGE => &TOO_LARGE,
        StatusCode::UNSUPPORTED_MEDIA_TYPE => &UNSUPPORTED_MEDIA_TYPE,
        status if status.is_client_error() => &MALFORMED,
        status if status.is_server_error() => &INTERNAL,
        _ => return None,
    };
    (!own_body).then(|| Problem::new(code))
}

fn draw(
    request: &HttpRequest,
    problem: &Problem,
    around @ (env, info, _): Around<'_>,
    old: &HeaderMap,
) -> HttpResponse {
    let status = StatusCode::from_u16(problem.code.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let mut answer = if is_api(request.path()) {
        // Clients that ask for nothing get what they always got.
        let lang = info.asked.unwrap_or_default();
        let document = problem.document(lang, &env.settings.base_url(), &info.id);
        let mut answer = HttpResponse::build(status);
        answer.insert_header((CONTENT_TYPE, PROBLEM_JSON)).insert_header((CONTENT_LANGUAGE, lang.as_str()));
        answer.body(document.to_string())
    } else if status == StatusCode::UNAUTHORIZED && request.method() == Method::GET {
        let next: String = url::form_urlencoded::byte_serialize(request.uri().to_string().as_bytes()).collect();
        let to = format!("{}?next={next}", sign_in(request.path()));
        HttpResponse::SeeOther().insert_header((LOCATION, to)).finish()
    } else if problem.code.name == STEP_UP_REQUIRED.name {
        HttpResponse::SeeOther().insert_header((LOCATION, prove(request))).finish()
    } else {
        page(request.path(), problem, status, around)
    };
    for name in [RETRY_AFTER, header::ALLOW, header::SET_COOKIE, RATE_LIMIT, RATE_LIMIT_POLICY] {
        for value in old.get_all(&name) {
            answer.headers_mut().append(name.clone(), value.clone());
        }
    }
    if status == StatusCode::UNAUTHORIZED && is_api(request.path()) {
        answer.headers_mut().insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer realm=\"steward\""));
    }
    answer
}

/// Where somebody proves again that it is them, to come back to the page they were at.
fn prove(request: &HttpRequest) -> String {
    let own = request.uri().to_string();
    let referer = request.headers().get(header::REFERER).and_then(|value| value.to_str().ok());
    let back = match referer.and_then(|text| url::Url::parse(text).ok()) {
        _ if request.method() == Method::GET => own,
        Some(page) => page.path().to_owned(),
        None => return "/account/security/prove".to_owned(),
    };
    let back: String = url::form_urlencoded::byte_serialize(back.as_bytes()).collect();
    format!("/account/security/prove?next={back}")
}

/// Where whoever may see a page signs in: staff have an entrance of their own.
fn sign_in(path: &str) -> &'static str {
    if path == "/staff" || path.starts_with("/staff/") { "/staff/sign-in" } else { "/sign-in" }
}

/// The profile comes before the browser here as on every page. A reader of pages is told nothing of headers and members.
fn page(path: &str, problem: &Problem, status: StatusCode, (env, info, reader): Around<'_>) -> HttpResponse {
    let asked = Dates::UTC.in_language(info.asked.unwrap_or(env.settings.product.language()));
    let dates = reader.map_or(asked, |reader| reader.dates);
    let lang = dates.lang;
    let (title, help) = lang.failure_for_people(problem.code);
    let told = |text: &String| lang.tell(text).into_owned();
    let mut text =
        problem.detail.as_ref().filter(|detail| !is_for_programs(detail)).map_or_else(|| help.to_owned(), told);
    for error in problem.errors.iter().filter(|error| !is_for_programs(&error.message)) {
        text = [text, told(&error.message)].join(lang.say("sentence-between"));
    }
    let frame = Page::new(&site(env), title).for_reader(dates);
    let frame = match reader {
        Some(reader) => frame.signed_in(reader.viewer.clone(), reader.token.clone()),
        None => frame,
    };
    let way_out = (status == StatusCode::UNAUTHORIZED)
        .then(|| Link { href: sign_in(path).to_owned(), label: lang.say("sign-in").to_owned() });
    let view = ErrorPage {
        page: frame,
        status: status.as_u16(),
        title: title.to_owned(),
        text,
        request_id: info.id.clone(),
        way_out,
    };
    html_answer(status, view.render().unwrap_or_else(|_| title.to_owned()))
}

fn is_for_programs(text: &str) -> bool {
    text.contains('`') || text.contains("/v1/") || text.contains(" header ")
}

fn add_headers(headers: &mut HeaderMap, path: &str, env: &Env, info: &RequestInfo) {
    let mut set = |name: &'static str, value: &'static str| {
        let name = HeaderName::from_static(name);
        if !headers.contains_key(&name) {
            headers.insert(name, HeaderValue::from_static(value));
        }
    };
    set("content-security-policy", if is_api(path) { API_POLICY } else { PAGE_POLICY });
    set("x-content-type-options", "nosniff");
    set("referrer-policy", "same-origin");
    set("cross-origin-opener-policy", "same-origin");
    set("cross-origin-resource-policy", "same-origin");
    set("permissions-policy", "camera=(), geolocation=(), microphone=(), payment=()");
    if env.settings.base_url().starts_with("https://") {
        set("strict-transport-security", "max-age=63072000; includeSubDomains");
    }
    if !headers.contains_key(CACHE_CONTROL) {
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store, no-transform"));
    }
    if headers.contains_key(CONTENT_LANGUAGE) {
        headers.append(VARY, HeaderValue::from_static("accept-language"));
    }
    if let Ok(id) = HeaderValue::from_str(&info.id) {
        headers.insert(HeaderName::from_static("x-request-id"), id);
    }
}
