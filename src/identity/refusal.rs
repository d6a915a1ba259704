//! Answers to refused tries: the problem, with the fields that tell a client how long to wait
//! (draft-ietf-httpapi-ratelimit-headers).

use actix_web::http::header::{HeaderName, HeaderValue};
use actix_web::{HttpResponse, ResponseError};

use super::throttle::model::Limited;
use crate::platform::web::problem::Problem;

const POLICY: HeaderName = HeaderName::from_static("ratelimit-policy");
const STATE: HeaderName = HeaderName::from_static("ratelimit");

/// The answer to a refused try.
#[must_use]
pub fn answer(problem: &Problem, limited: Option<&Limited>) -> HttpResponse {
    let mut response = problem.error_response();
    if let Some(limited) = limited {
        add_fields(&mut response, limited);
    }
    response
}

/// Adds the fields of a limit that is reached.
pub fn add_fields(response: &mut HttpResponse, limited: &Limited) {
    let policy = limited.policy;
    let fields = [
        (POLICY, format!("\"{}\";q={};w={}", policy.name, policy.limit, policy.window.num_seconds())),
        (STATE, format!("\"{}\";r=0;t={}", policy.name, limited.seconds())),
    ];
    for (name, value) in fields {
        if let Ok(value) = HeaderValue::from_str(&value) {
            response.headers_mut().insert(name, value);
        }
    }
}
