//! RFC 9457 problem documents. A handler answers `Err(anything that is a PublicError)`; the kit turns it into JSON for
//! the API and into a page for people.

use actix_web::http::StatusCode;
use actix_web::http::header::{CONTENT_TYPE, HeaderValue, RETRY_AFTER};
use actix_web::{HttpResponse, ResponseError};
use serde_json::{Map, Value, json};

use crate::kernel::lang::Lang;
use crate::kernel::public_error::{Code, FieldError, PublicError};

/// The media type of a problem document.
pub const PROBLEM_JSON: HeaderValue = HeaderValue::from_static("application/problem+json");

/// A failure on its way out.
#[derive(Debug, Clone)]
pub struct Problem {
    /// The documented kind.
    pub code: &'static Code,
    /// What is particular about this occurrence.
    pub detail: Option<String>,
    /// The fields at fault.
    pub errors: Vec<FieldError>,
    /// Seconds after which to try again.
    pub retry_after: Option<u32>,
    /// Further members.
    pub members: Vec<(&'static str, Value)>,
    /// For the log only: what an internal failure was.
    internal: Option<String>,
}

impl Problem {
    /// A problem without particulars.
    #[must_use]
    pub fn new(code: &'static Code) -> Self {
        Self { code, detail: None, errors: Vec::new(), retry_after: None, members: Vec::new(), internal: None }
    }

    /// The same complaint under another code.
    #[must_use]
    pub fn code(mut self, code: &'static Code) -> Self {
        self.code = code;
        self
    }

    /// Says what is particular about this occurrence.
    #[must_use]
    pub fn detail(mut self, text: impl Into<String>) -> Self {
        self.detail = Some(text.into());
        self
    }

    /// Names fields at fault.
    #[must_use]
    pub fn fields(mut self, errors: Vec<FieldError>) -> Self {
        self.errors = errors;
        self
    }

    /// Tells when to try again.
    #[must_use]
    pub fn retry_after(mut self, seconds: u32) -> Self {
        self.retry_after = Some(seconds);
        self
    }

    /// The text for people: the particular one, or the title.
    #[must_use]
    pub fn text(&self) -> &str {
        self.detail.as_deref().unwrap_or(self.code.title)
    }

    /// What the log says about an unexpected failure.
    #[must_use]
    pub fn internal(&self) -> Option<&str> {
        self.internal.as_deref()
    }

    /// The document; `base` is the address people use, `instance` the request's id.
    #[must_use]
    pub fn document(&self, lang: Lang, base: &str, instance: &str) -> Value {
        let mut map = Map::new();
        map.insert("type".into(), json!(format!("{base}/docs/errors#{}", self.code.name)));
        map.insert("title".into(), json!(lang.failure(self.code).0));
        map.insert("status".into(), json!(self.code.status));
        map.insert("code".into(), json!(self.code.name));
        if let Some(detail) = &self.detail {
            map.insert("detail".into(), json!(lang.tell(detail)));
        }
        map.insert("instance".into(), json!(instance));
        if !self.errors.is_empty() {
            let errors: Vec<Value> =
                self.errors.iter().map(|e| json!({ "pointer": e.pointer, "detail": lang.tell(&e.message) })).collect();
            map.insert("errors".into(), Value::Array(errors));
        }
        for (name, value) in &self.members {
            map.insert((*name).into(), value.clone());
        }
        Value::Object(map)
    }
}

impl<E: PublicError> From<E> for Problem {
    fn from(error: E) -> Self {
        let code = error.code();
        Self {
            code,
            detail: error.detail(),
            errors: error.fields(),
            retry_after: error.retry_after(),
            members: error.members(),
            internal: (code.status >= 500).then(|| format!("{error:?}")),
        }
    }
}

impl std::fmt::Display for Problem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.text())
    }
}

impl ResponseError for Problem {
    fn status_code(&self) -> StatusCode {
        StatusCode::from_u16(self.code.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }

    /// The bare answer; the kit, which knows the request, fills in the document or draws the page.
    fn error_response(&self) -> HttpResponse {
        let mut response = HttpResponse::build(self.status_code()).insert_header((CONTENT_TYPE, PROBLEM_JSON)).finish();
        if let Some(seconds) = self.retry_after {
            response.headers_mut().insert(RETRY_AFTER, HeaderValue::from(seconds));
        }
        response.extensions_mut().insert(self.clone());
        response
    }
}
