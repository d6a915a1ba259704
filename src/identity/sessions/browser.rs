//! What signing in and out leave on a computer (policy clause 1.2.1).

use actix_web::http::header::{HeaderName, HeaderValue, SET_COOKIE};
use actix_web::{HttpRequest, HttpResponse, cookie::Cookie};

use super::actions::begin::Begun;
use super::model::{Choice, SessionKind};
use crate::env::Env;
use crate::kernel::email_address::EmailAddress;
use crate::kernel::secret_token::TokenDigest;
use crate::platform::web::cookies;
use crate::platform::web::request::Claim;

const CLEAR_SITE_DATA: HeaderName = HeaderName::from_static("clear-site-data");

/// The pre-fill cookie's digest, where it names this very address: a device that its owner has signed in from.
#[must_use]
pub fn known_device(env: &Env, request: &HttpRequest, email: &EmailAddress) -> Option<TokenDigest> {
    let (remembered, digest) = cookies::remembered_email(&env.keys, request)?;
    (EmailAddress::parse(&remembered).ok()?.key() == email.key()).then_some(digest)
}

/// After a right sign-in by cookie: sets the session's cookie, remembers or forgets the address.
pub fn welcome(env: &Env, request: &HttpRequest, response: &mut HttpResponse, begun: &Begun) {
    // Only who wished to stay signed in finds the cookie again after closing the browser.
    let kept_for = (begun.kind == SessionKind::Kept).then(|| (begun.expires_at - begun.signed_in_at).num_seconds());
    set(response, &cookies::session_cookie(begun.secret.clone(), kept_for));
    if begun.wish.choice.remembers_email() {
        set(response, &cookies::remember(&env.keys, begun.wish.email.as_str()));
    } else {
        forget_email(request, response);
    }
}

/// After a failed sign-in: a public computer forgets the address all the same.
pub fn turn_away(request: &HttpRequest, response: &mut HttpResponse, choice: Choice) {
    if choice.is_public() {
        forget_email(request, response);
    }
}

/// Deletes the remembered address, where there is one.
pub fn forget_email(request: &HttpRequest, response: &mut HttpResponse) {
    if request.cookie(cookies::REMEMBERED_EMAIL).is_some() {
        set(response, &cookies::expired(cookies::REMEMBERED_EMAIL));
    }
}

/// After signing out: the session's cookie goes by name; `"cookies"` would take the remembered address along, which
/// only a public computer wants.
pub fn farewell(response: &mut HttpResponse, claim: &Claim, kind: Option<SessionKind>) {
    if !matches!(claim, Claim::Bearer(_) | Claim::ApiToken(..)) {
        set(response, &cookies::expired(cookies::SESSION));
    }
    let what = match kind {
        Some(SessionKind::Public) => "\"cache\", \"storage\", \"cookies\"",
        _ => "\"cache\", \"storage\"",
    };
    response.headers_mut().insert(CLEAR_SITE_DATA, HeaderValue::from_static(what));
}

fn set(response: &mut HttpResponse, cookie: &Cookie<'_>) {
    if let Ok(value) = HeaderValue::from_str(&cookie.encoded().to_string()) {
        response.headers_mut().append(SET_COOKIE, value);
    }
}
