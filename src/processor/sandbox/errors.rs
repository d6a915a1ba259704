//! Errors in the shape that Stripe's client libraries map to exceptions.

use serde_json::{Map, Value, json};

/// Stripe's `error.type`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ErrorType {
    /// The request cannot be carried out as it is.
    InvalidRequest,
    /// The card was refused.
    Card,
    /// A key was used twice for different things.
    Idempotency,
    /// Our fault.
    Api,
}

impl ErrorType {
    fn as_str(self) -> &'static str {
        match self {
            Self::InvalidRequest => "invalid_request_error",
            Self::Card => "card_error",
            Self::Idempotency => "idempotency_error",
            Self::Api => "api_error",
        }
    }
}

/// An error reply: HTTP status and the fields of its `error` object.
#[derive(Debug, Clone, PartialEq)]
pub struct ApiError {
    /// HTTP status.
    pub status: u16,
    fields: Map<String, Value>,
}

impl ApiError {
    /// An error of that type with its message.
    #[must_use]
    pub fn new(status: u16, kind: ErrorType, message: impl Into<String>) -> Self {
        let mut fields = Map::new();
        fields.insert("message".to_owned(), message.into().into());
        fields.insert("type".to_owned(), kind.as_str().into());
        Self { status, fields }
    }

    /// 400 `invalid_request_error` about one parameter.
    #[must_use]
    pub fn invalid(param: &str, message: impl Into<String>) -> Self {
        Self::new(400, ErrorType::InvalidRequest, message).with("param", param)
    }

    /// 404 with Stripe's wording, or 400 where the id came in a parameter, as Stripe answers.
    #[must_use]
    pub fn missing(label: &str, id: &str, param: &str) -> Self {
        let status = if param == "id" || param == "intent" { 404 } else { 400 };
        Self::new(status, ErrorType::InvalidRequest, format!("No such {label}: '{id}'"))
            .with("param", param)
            .code("resource_missing")
    }

    /// 500 without details.
    #[must_use]
    pub fn internal() -> Self {
        Self::new(500, ErrorType::Api, "An unknown error occurred. The sandbox was told to answer so.")
    }

    /// 429 of an endpoint that is asked too often.
    #[must_use]
    pub fn rate_limited() -> Self {
        Self::new(
            429,
            ErrorType::InvalidRequest,
            "Request rate limit exceeded. You can learn more about rate limits here https://stripe.com/docs/rate-limits.",
        )
        .code("rate_limit")
    }

    /// With a machine-readable code and the page that explains it.
    #[must_use]
    pub fn code(self, code: &str) -> Self {
        let page = format!("https://stripe.com/docs/error-codes/{}", code.replace('_', "-"));
        self.with("code", code).with("doc_url", page)
    }

    /// With one more field of the `error` object.
    #[must_use]
    pub fn with(mut self, field: &str, value: impl Into<Value>) -> Self {
        self.fields.insert(field.to_owned(), value.into());
        self
    }

    /// The fields of the `error` object, as intents keep them in `last_payment_error`.
    #[must_use]
    pub fn fields(&self) -> Value {
        Value::Object(self.fields.clone())
    }

    /// The whole body of the reply.
    #[must_use]
    pub fn body(&self) -> Value {
        json!({ "error": self.fields })
    }

    /// The code.
    #[cfg(test)]
    #[must_use]
    pub fn code_text(&self) -> Option<&str> {
        self.fields.get("code").and_then(Value::as_str)
    }

    /// The message, for people.
    #[must_use]
    pub fn message(&self) -> &str {
        self.fields.get("message").and_then(Value::as_str).unwrap_or_default()
    }
}
