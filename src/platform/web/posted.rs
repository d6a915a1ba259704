//! Forms and queries: the same guards as JSON, read as pairs first so that repeated fields and complaints keep names.

use std::future::{Future, Ready, ready};
use std::pin::Pin;

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpMessage, HttpRequest};
use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::codes::{INVALID, MALFORMED, UNSUPPORTED_MEDIA_TYPE};
use super::csrf;
use super::guard;
use super::json::{body, escaped, member, pointer_of, without_value};
use super::kit::check_form_token;
use super::problem::Problem;
use crate::kernel::public_error::FieldError;

/// A posted form. Guards and the cross-site check are done; a complaint of the guard keeps the typed fields out of any
/// page, so nothing of a card number is shown again.
pub struct Posted<T>(pub T);

/// What a form without inputs of its own posts. It is read all the same: that is where the cross-site check is.
#[derive(Deserialize)]
pub struct Nothing {}

/// A query string.
pub struct Query<T>(pub T);

impl<T: DeserializeOwned + 'static> FromRequest for Posted<T> {
    type Error = Problem;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Problem>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let form = request.content_type().eq_ignore_ascii_case("application/x-www-form-urlencoded");
        let (request, body) = (request.clone(), body(request, payload));
        Box::pin(async move {
            if !form {
                let text = "Send application/x-www-form-urlencoded, as the page's form does.";
                return Err(Problem::new(&UNSUPPORTED_MEDIA_TYPE).detail(text));
            }
            let bytes = body.await?;
            let mut pairs = pairs(&bytes)?;
            let token = pairs.iter().find(|(name, _)| name == csrf::FIELD).map(|(_, value)| value.clone());
            check_form_token(&request, token.as_deref())?;
            pairs.retain(|(name, _)| name != csrf::FIELD);
            guard::pairs(&pairs)?;
            typed(&pairs).map(Self)
        })
    }
}

impl<T: DeserializeOwned + 'static> FromRequest for Query<T> {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(pairs(request.query_string().as_bytes()).and_then(|pairs| {
            guard::pairs(&pairs)?;
            typed(&pairs).map(Self).map_err(|problem| problem.code(&MALFORMED))
        }))
    }
}

fn pairs(bytes: &[u8]) -> Result<Vec<(String, String)>, Problem> {
    let pairs: Vec<(String, String)> = serde_html_form::from_bytes(bytes)
        .map_err(|_| Problem::new(&MALFORMED).detail("The fields are not form data in UTF-8."))?;
    // The decoder replaces what is no UTF-8; a replaced character would be stored as if it had been meant.
    if pairs.iter().any(|(_, value)| value.contains('\u{fffd}')) {
        return Err(Problem::new(&MALFORMED).detail("The fields are not UTF-8."));
    }
    Ok(pairs)
}

fn typed<T: DeserializeOwned>(pairs: &[(String, String)]) -> Result<T, Problem> {
    let text = serde_html_form::to_string(pairs).map_err(|_| Problem::new(&MALFORMED))?;
    serde_path_to_error::deserialize(serde_html_form::Deserializer::from_bytes(text.as_bytes())).map_err(|error| {
        let told = error.inner().to_string();
        let (pointer, complaint) = match member(&told) {
            Some(name) => (format!("/{}", escaped(name)), without_value(&told)),
            None => (pointer_of(error.path()), "This field cannot take that value.".to_owned()),
        };
        Problem::new(&INVALID).fields(vec![FieldError::new(pointer, complaint)])
    })
}
