//! JSON bodies: read strictly, guarded against card numbers, refused with a pointer to the field.

use std::future::Future;
use std::pin::Pin;

use actix_web::dev::Payload;
use actix_web::http::header::{CONTENT_LENGTH, CONTENT_TYPE, TRANSFER_ENCODING};
use actix_web::{FromRequest, HttpMessage, HttpRequest, web};
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::codes::{INVALID, MALFORMED, TOO_LARGE, UNSUPPORTED_MEDIA_TYPE};
use super::guard;
use super::kit::check_header_token;
use super::problem::Problem;
use crate::kernel::public_error::FieldError;

/// Seconds that a client may take to send a body.
const BODY_SECONDS: u64 = 10;

/// A body of `application/json`.
pub struct Json<T>(pub T);

/// A body of `application/json`, or none at all.
pub struct JsonOrEmpty<T>(pub T);

/// A body of `application/merge-patch+json` (RFC 7396); plain `application/json` is taken as well.
pub struct MergePatch<T>(pub T);

impl<T: DeserializeOwned + 'static> FromRequest for Json<T> {
    type Error = Problem;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Problem>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let value = value(request, payload, &["application/json"]);
        Box::pin(async move { typed(value.await?).map(Self) })
    }
}

impl<T: DeserializeOwned + Default + 'static> FromRequest for JsonOrEmpty<T> {
    type Error = Problem;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Problem>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let headers = request.headers();
        let none = match headers.get(CONTENT_LENGTH) {
            Some(length) => length == "0",
            None => !headers.contains_key(TRANSFER_ENCODING) && !headers.contains_key(CONTENT_TYPE),
        };
        if none {
            let token = check_header_token(request);
            return Box::pin(async move { token.map(|()| Self(T::default())) });
        }
        let value = value(request, payload, &["application/json"]);
        Box::pin(async move { typed(value.await?).map(Self) })
    }
}

impl<T: DeserializeOwned + 'static> FromRequest for MergePatch<T> {
    type Error = Problem;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Problem>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let value = value(request, payload, &["application/merge-patch+json", "application/json"]);
        Box::pin(async move { typed(value.await?).map(Self) })
    }
}

fn value(
    request: &HttpRequest,
    payload: &mut Payload,
    kinds: &'static [&'static str],
) -> impl Future<Output = Result<Value, Problem>> + 'static {
    let wrong_kind = !kinds.contains(&request.content_type().to_ascii_lowercase().as_str());
    let token = check_header_token(request);
    let has_type = request.headers().contains_key(CONTENT_TYPE);
    let body = body(request, payload);
    async move {
        if wrong_kind {
            let hint = if has_type { "" } else { "Content-Type is missing. " };
            let text = format!("{hint}Send {}.", kinds.join(" or "));
            return Err(Problem::new(&UNSUPPORTED_MEDIA_TYPE).detail(text));
        }
        token?;
        parse(&body.await?)
    }
}

/// The whole body, within the cap and the time.
pub fn body(
    request: &HttpRequest,
    payload: &mut Payload,
) -> impl Future<Output = Result<web::Bytes, Problem>> + 'static {
    let bytes = web::Bytes::from_request(request, payload);
    async move {
        match tokio::time::timeout(std::time::Duration::from_secs(BODY_SECONDS), bytes).await {
            Ok(Ok(bytes)) => Ok(bytes),
            Ok(Err(error)) if error.as_response_error().status_code().as_u16() == 413 => Err(Problem::new(&TOO_LARGE)),
            Ok(Err(_)) => Err(Problem::new(&MALFORMED).detail("The body did not arrive whole.")),
            Err(_) => Err(Problem::new(&MALFORMED).detail("The body did not arrive in time.")),
        }
    }
}

fn parse(bytes: &[u8]) -> Result<Value, Problem> {
    let mut reader = serde_json::Deserializer::from_slice(bytes);
    let value: Value = serde_path_to_error::deserialize(&mut reader)
        .map_err(|error| unreadable(error.inner(), &pointer_of(error.path())))?;
    reader.end().map_err(|error| unreadable(&error, ""))?;
    guard::json(&value)?;
    Ok(value)
}

/// Where the body cannot be read, by line and, as far as it was read, by field.
fn unreadable(error: &serde_json::Error, pointer: &str) -> Problem {
    let place = format!("line {}, column {}", error.line(), error.column());
    let problem = Problem::new(&MALFORMED).detail(format!("The body is no JSON that can be read: see {place}."));
    // A name in the body may be anything, and is not repeated if it may not come in at all.
    if pointer.is_empty() || guard::text(pointer, "").is_err() {
        return problem;
    }
    let way_out = format!("Cannot be read: see {place}. Numbers may be too large, texts no UTF-8, or a quote missing.");
    problem.fields(vec![FieldError::new(pointer, way_out)])
}

fn typed<T: DeserializeOwned>(value: Value) -> Result<T, Problem> {
    serde_path_to_error::deserialize(value).map_err(|error| {
        let text = error.inner().to_string();
        let mut pointer = pointer_of(error.path());
        // The complaint about a member that is not known, or not there, comes from the object around it.
        if let Some(member) = member(&text).map(escaped)
            && !pointer.ends_with(&format!("/{member}"))
        {
            pointer = format!("{pointer}/{member}");
        }
        Problem::new(&INVALID).fields(vec![FieldError::new(pointer, without_value(&text))])
    })
}

/// The member that a complaint is about by name.
pub(super) fn member(text: &str) -> Option<&str> {
    let complaints = ["unknown field `", "missing field `", "duplicate field `"];
    let rest = complaints.iter().find_map(|complaint| text.strip_prefix(complaint))?;
    rest.split_once('`').map(|(name, _)| name)
}

pub(super) fn escaped(name: &str) -> String {
    name.replace('~', "~0").replace('/', "~1")
}

pub(super) fn pointer_of(path: &serde_path_to_error::Path) -> String {
    use serde_path_to_error::Segment;
    path.iter().fold(String::new(), |pointer, segment| match segment {
        Segment::Seq { index } => format!("{pointer}/{index}"),
        Segment::Map { key } => format!("{pointer}/{}", escaped(key)),
        Segment::Enum { variant } => format!("{pointer}/{variant}"),
        Segment::Unknown => pointer,
    })
}

/// What serde says, in sentences of ours and less the value that it repeats.
pub(super) fn without_value(text: &str) -> String {
    let is = |complaint: &str| text.starts_with(complaint);
    let expected = text.split_once(", expected ").map(|(_, expected)| expected);
    match expected {
        _ if is("missing field") => "This is missing, and it is needed.".to_owned(),
        _ if is("duplicate field") => "This stands here twice. Leave one of them out.".to_owned(),
        Some(names) if is("unknown field") => format!("There is no such field here, only {}.", listed(names)),
        None if is("unknown field") => "There are no fields here. Leave it out.".to_owned(),
        Some(names) if is("unknown variant") => format!("Expected one of {}.", listed(names)),
        Some(kind) if ["invalid type", "invalid value", "invalid length"].iter().any(|start| is(start)) => fits(kind),
        // A value type of ours said it, in a sentence.
        _ if text.ends_with(['.', '?', '!']) => text.to_owned(),
        _ => format!("{text}."),
    }
}

/// `one of `a`, `b`` and `` `a` or `b` `` as names with commas.
fn listed(expected: &str) -> String {
    let names: Vec<&str> = expected.split('`').skip(1).step_by(2).collect();
    names.join(", ")
}

/// The kind of value that fits. The names of our types mean nothing to people.
fn fits(kind: &str) -> String {
    let below = |most: u64| format!("Expected a whole number from 0 to {most}.");
    match kind {
        "u8" => below(u8::MAX.into()),
        "u16" => below(u16::MAX.into()),
        "u32" => below(u32::MAX.into()),
        "u64" | "usize" => "Expected a whole number from 0.".to_owned(),
        "i32" | "i64" => "Expected a whole number.".to_owned(),
        "a string" | "a borrowed string" | "string" => "Expected a text.".to_owned(),
        "a boolean" => "Expected true or false.".to_owned(),
        "a sequence" => "Expected a list.".to_owned(),
        "a map" => "Expected an object.".to_owned(),
        other if other.starts_with("struct ") => "Expected an object.".to_owned(),
        other if other.contains('`') => format!("Expected one of {}.", listed(other)),
        _ => "This kind of value does not fit here.".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(serde::Deserialize, Debug)]
    #[serde(deny_unknown_fields)]
    #[allow(dead_code)]
    struct Body {
        name: String,
        im_ids: Vec<Inner>,
    }
    #[derive(serde::Deserialize, Debug)]
    #[serde(deny_unknown_fields)]
    #[allow(dead_code)]
    struct Inner {
        count: u8,
    }

    fn complaint(text: &str) -> (String, String) {
        let problem = parse(text.as_bytes()).and_then(typed::<Body>).expect_err("nonsense");
        problem
            .errors
            .first()
            .map_or((String::new(), problem.text().to_owned()), |e| (e.pointer.clone(), e.message.clone()))
    }

    #[test]
    fn complaints_point_and_never_repeat_the_value() {
        assert_eq!(
            complaint("{\"name\":\"x\",\"im_ids\":[{\"count\":1},{\"count\":\"canary\"}]}").0,
            "/im_ids/1/count"
        );
        assert!(!complaint("{\"name\":{\"canary\":1},\"im_ids\":[]}").1.contains("canary"));
        assert!(!complaint("{\"name\":\"x\",\"im_ids\":\"canary\"}").1.contains("canary"));
        assert!(
            complaint("{\"name\":\"x\",\"im_ids\":[],\"extra\":1}")
                .1
                .contains("no such field here, only name, im_ids.")
        );
        assert!(complaint("{\"name\":").1.contains("line 1"));
        for beyond in ["1e400", "-1e400", "\"\\ud800\""] {
            let (pointer, text) = complaint(&format!("{{\"name\":\"x\",\"im_ids\":[{{\"count\":{beyond}}}]}}"));
            assert_eq!(pointer, "/im_ids/0/count", "{text}");
        }
        assert_eq!(
            complaint("{\"name\":\"x\",\"im_ids\":[{\"count\":-1}]}").1,
            "Expected a whole number from 0 to 255."
        );
        assert_eq!(complaint("{\"4242424242424242\":").0, "", "what must not come in is not repeated");
        assert_eq!(complaint("{} {}").0, "");
        assert_eq!(complaint("{\"im_ids\":[]}").1, "This is missing, and it is needed.");
        assert_eq!(complaint("{\"im_ids\":[]}").0, "/name");
        assert_eq!(complaint("{\"name\":\"x\",\"im_ids\":[],\"ex/tra\":1}").0, "/ex~1tra");
        assert_eq!(complaint("{\"name\":\"x\",\"im_ids\":[{\"count\":1,\"more\":2}]}").0, "/im_ids/0/more");
    }
}
