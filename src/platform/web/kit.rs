//! What surrounds every request, in order: id, host, forwarding headers, the coarse limit, the cross-site check, the
//! handler; then problems become documents or pages, and every answer gets its headers and its line in the log.

use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;

use actix_web::body::BoxBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::Method;
use actix_web::http::header::{HOST, HeaderName};
use actix_web::middleware::Next;
use actix_web::{Error, HttpMessage, HttpRequest, web};

use super::codes::{CROSS_SITE, FORWARDED_REFUSED, MISDIRECTED, TOO_MANY_REQUESTS};
use super::csrf::{self, Decision};
use super::limits::RequestLimit;
use super::problem::Problem;
use super::real_ip::RealIp;
use super::request::{Claim, RequestInfo};
use super::{answer, audience, cookies};
use crate::env::{Env, random};

/// What the kit needs to know of the installation; one for each process.
pub struct Kit {
    /// Addresses that people use, as `Origin` writes them.
    pub origins: Vec<String>,
    /// `Host` values that this server answers for.
    pub hosts: Vec<String>,
    /// How to find the client's address.
    pub real_ip: RealIp,
    /// The coarse limit.
    pub limit: RequestLimit,
    /// Whether forwarding headers are refused: no proxy is configured.
    pub refuse_forwarded: bool,
}

/// In a request's extensions: the cross-site question that only the session's token can answer.
struct TokenNeeded;

impl Kit {
    /// From configuration. On loopback, `localhost` and `127.0.0.1` both name the server.
    #[must_use]
    pub fn new(env: &Env, port: u16) -> Self {
        let http = &env.settings.http;
        let base = env.settings.base_url();
        let mut origins = vec![base.clone()];
        if http.listen.ip().is_loopback() {
            for name in ["localhost", "127.0.0.1", "[::1]"] {
                origins.push(format!("http://{name}:{port}"));
            }
        }
        origins.dedup();
        let hosts =
            origins.iter().filter_map(|origin| origin.split_once("://")).map(|(_, host)| host.to_owned()).collect();
        let real_ip = RealIp::new(&http.real_ip_header, &http.trusted_proxies);
        let refuse_forwarded = !real_ip.behind_proxy();
        Self { origins, hosts, real_ip, limit: RequestLimit::new(&env.settings.limits), refuse_forwarded }
    }

    fn admit(&self, request: &HttpRequest, info: &RequestInfo) -> Result<(), Problem> {
        let headers = request.headers();
        let host = headers.get(HOST).and_then(|value| value.to_str().ok()).unwrap_or_default();
        if !self.hosts.iter().any(|own| own.eq_ignore_ascii_case(host)) {
            return Err(Problem::new(&MISDIRECTED));
        }
        let forwarded = |name: &HeaderName| name == "forwarded" || name.as_str().starts_with("x-forwarded-");
        if self.refuse_forwarded && headers.keys().any(forwarded) {
            return Err(Problem::new(&FORWARDED_REFUSED));
        }
        self.limit.take(info.ip).map_err(|seconds| Problem::new(&TOO_MANY_REQUESTS).retry_after(seconds))?;
        let cookie = request.cookie(cookies::SESSION).is_some();
        match csrf::decide(request.method(), headers, &self.origins, cookie) {
            Decision::Allow => Ok(()),
            Decision::Refuse => Err(Problem::new(&CROSS_SITE)),
            Decision::NeedsToken => {
                request.extensions_mut().insert(TokenNeeded);
                // Judged here: requests without a body reach no extractor that would look for the token.
                if headers.contains_key(csrf::HEADER) {
                    return check_header_token(request);
                }
                if has_form(request) { Ok(()) } else { refused() }
            }
        }
    }
}

fn has_form(request: &HttpRequest) -> bool {
    request.content_type().eq_ignore_ascii_case("application/x-www-form-urlencoded")
}

fn refused() -> Result<(), Problem> {
    Err(Problem::new(&CROSS_SITE)
        .detail("Send an Origin header with this site's address, or the page's token in X-CSRF-Token."))
}

/// Checks the token of a form, where the headers did not settle the question.
///
/// # Errors
/// 403 that says what to do.
pub fn check_form_token(request: &HttpRequest, token: Option<&str>) -> Result<(), Problem> {
    if request.extensions().get::<TokenNeeded>().is_none() {
        return Ok(());
    }
    let Some(env) = request.app_data::<web::Data<Env>>() else { return refused() };
    let claim = Claim::of(request, &env.keys);
    match (claim.digest(), token) {
        (Some(session), Some(token)) if csrf::token_matches(&env.keys, session, token) => Ok(()),
        _ => Err(Problem::new(&CROSS_SITE)
            .detail("This form is from another session or too old. Open the page again and repeat.")),
    }
}

/// Checks the token that a client with a cookie sends as a header.
///
/// # Errors
/// 403 that says what to do.
pub fn check_header_token(request: &HttpRequest) -> Result<(), Problem> {
    let token = request.headers().get(csrf::HEADER).and_then(|value| value.to_str().ok());
    check_form_token(request, token)
}

/// The middleware.
///
/// # Errors
/// None of its own: failures become answers.
pub async fn middleware(mut request: ServiceRequest, next: Next<BoxBody>) -> Result<ServiceResponse<BoxBody>, Error> {
    // HEAD is GET whose body the server cuts off: it remembers the method it read from the wire.
    if request.method() == Method::HEAD {
        request.head_mut().method = Method::GET;
    }
    let Some((env, kit)) =
        request.app_data::<web::Data<Env>>().cloned().zip(request.app_data::<web::Data<Kit>>().cloned())
    else {
        return next.call(request).await;
    };
    let started = env.now();
    let peer = request.peer_addr().map_or(IpAddr::V4(Ipv4Addr::LOCALHOST), |address| address.ip());
    let id = request_id();
    let info = Arc::new(RequestInfo::new(id, kit.real_ip.of(peer, request.headers()), request.headers()));
    request.extensions_mut().insert(info.clone());
    let (response, reader) = match kit.admit(request.request(), &info) {
        // The limit keeps its promise only if what it refuses costs no read.
        Err(problem) => (request.into_response(actix_web::ResponseError::error_response(&problem)), None),
        // Handlers and extractors answer by themselves; what comes back as an error here has lost its connection.
        Ok(()) => {
            let response = next.call(request).await?;
            let asks = answer::draws_error_page(&response);
            let reader = if asks { audience::find(response.request(), &env, &info).await } else { None };
            (response, reader)
        }
    };
    Ok(answer::finish(response, (&env, &info, reader.as_ref()), started))
}

fn request_id() -> String {
    let bytes: [u8; 8] = random::bytes();
    format!("req_{:016x}", u64::from_be_bytes(bytes))
}
