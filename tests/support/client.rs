//! A client: cookies like a browser, a bearer token like a program, or neither.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use reqwest::header::{CONTENT_TYPE, COOKIE, ETAG, HeaderMap, SET_COOKIE};
use reqwest::{Method, RequestBuilder, redirect};
use serde_json::Value;

/// Names and values as the last answers set them.
pub type Jar = BTreeMap<String, String>;

/// Follows no redirects, so that a test sees each answer.
#[derive(Clone)]
pub struct Client {
    http: reqwest::Client,
    base: String,
    jar: Option<Arc<Mutex<Jar>>>,
    bearer: Option<String>,
}

impl Client {
    /// Without cookies or token: a visitor who declines cookies, or a program.
    pub fn new(base: &str) -> Self {
        let http = reqwest::Client::builder().redirect(redirect::Policy::none()).build().expect("a client");
        Self { http, base: base.trim_end_matches('/').to_owned(), jar: None, bearer: None }
    }

    /// Keeps cookies and sends the header by which browsers tell a request of the same site.
    pub fn browser(base: &str) -> Self {
        Self { jar: Some(Arc::default()), ..Self::new(base) }
    }

    /// Sends the token with every request.
    #[must_use]
    pub fn with_bearer(mut self, token: &str) -> Self {
        self.bearer = Some(token.to_owned());
        self
    }

    /// A second client with a copy of the cookies as they are now: what a thief would have.
    #[must_use]
    pub fn copy(&self) -> Self {
        let mut copy = self.clone();
        copy.jar = self.jar.as_ref().map(|jar| Arc::new(Mutex::new(jar.lock().expect("no panic inside").clone())));
        copy
    }

    /// The value of a cookie that is set now.
    pub fn cookie(&self, name: &str) -> Option<String> {
        self.jar.as_ref()?.lock().expect("no panic inside").get(name).cloned()
    }

    /// Puts a cookie in by hand, for forged ones.
    pub fn set_cookie(&self, name: &str, value: &str) {
        let jar = self.jar.as_ref().expect("a client that keeps cookies");
        jar.lock().expect("no panic inside").insert(name.to_owned(), value.to_owned());
    }

    pub fn get(&self, path: &str) -> Call {
        self.call(Method::GET, path)
    }

    pub fn post(&self, path: &str, body: &Value) -> Call {
        self.call(Method::POST, path).json(body)
    }

    pub fn put(&self, path: &str, body: &Value) -> Call {
        self.call(Method::PUT, path).json(body)
    }

    /// JSON Merge Patch (RFC 7396).
    pub fn patch(&self, path: &str, body: &Value) -> Call {
        self.call(Method::PATCH, path).body("application/merge-patch+json", body.to_string())
    }

    pub fn delete(&self, path: &str) -> Call {
        self.call(Method::DELETE, path)
    }

    /// A form, as a page's submit button sends it.
    pub fn submit(&self, path: &str, fields: &[(&str, &str)]) -> Call {
        let body = serde_urlencoded::to_string(fields).expect("a form");
        self.call(Method::POST, path).body("application/x-www-form-urlencoded", body)
    }

    /// Any request; `path` starts with `/`, or is a whole address.
    pub fn call(&self, method: Method, path: &str) -> Call {
        let url = if path.starts_with('/') { format!("{}{path}", self.base) } else { path.to_owned() };
        let name = format!("{method} {path}");
        let mut request = self.http.request(method, url);
        if let Some(token) = &self.bearer {
            request = request.bearer_auth(token);
        }
        if let Some(jar) = &self.jar {
            request = request.header("Sec-Fetch-Site", "same-origin");
            let jar = jar.lock().expect("no panic inside");
            if !jar.is_empty() {
                let line: Vec<String> = jar.iter().map(|(name, value)| format!("{name}={value}")).collect();
                request = request.header(COOKIE, line.join("; "));
            }
        }
        Call { request, jar: self.jar.clone(), name }
    }
}

/// A request being put together; `send` it.
pub struct Call {
    request: RequestBuilder,
    jar: Option<Arc<Mutex<Jar>>>,
    name: String,
}

impl Call {
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.request = self.request.header(name, value);
        self
    }

    pub fn if_match(self, etag: &str) -> Self {
        self.header("If-Match", etag)
    }

    pub fn idempotency_key(self, key: &str) -> Self {
        self.header("Idempotency-Key", key)
    }

    pub fn json(self, body: &Value) -> Self {
        self.body("application/json", body.to_string())
    }

    pub fn body(mut self, content_type: &str, body: impl Into<Vec<u8>>) -> Self {
        self.request = self.request.header(CONTENT_TYPE, content_type).body(body.into());
        self
    }

    /// Sends it and reads the whole answer.
    pub async fn send(self) -> Reply {
        self.try_send().await.expect("the product answers")
    }

    /// The same where the connection may break.
    pub async fn try_send(self) -> Result<Reply, reqwest::Error> {
        let answer = self.request.send().await?;
        let (status, headers) = (answer.status().as_u16(), answer.headers().clone());
        let text = String::from_utf8_lossy(&answer.bytes().await?).into_owned();
        if let Some(jar) = &self.jar {
            keep_cookies(&mut jar.lock().expect("no panic inside"), &headers);
        }
        Ok(Reply { status, headers, text, name: self.name })
    }

    /// Sends it and expects this status.
    #[track_caller]
    pub fn expect(self, status: u16) -> impl Future<Output = Reply> {
        let at = std::panic::Location::caller();
        async move {
            let reply = self.send().await;
            assert!(reply.status == status, "{at}: {status} expected, got {reply}");
            reply
        }
    }
}

fn keep_cookies(jar: &mut Jar, headers: &HeaderMap) {
    for line in headers.get_all(SET_COOKIE) {
        let line = line.to_str().expect("ASCII");
        let (pair, attributes) = line.split_once(';').unwrap_or((line, ""));
        let (name, value) = pair.split_once('=').expect("name=value");
        let attributes = attributes.to_lowercase();
        let ended = attributes.contains("max-age=0") || attributes.contains("1970");
        if ended {
            jar.remove(name)
        } else {
            jar.insert(name.to_owned(), value.to_owned())
        };
    }
}

/// An answer, read to its end.
#[derive(Debug, Clone)]
pub struct Reply {
    pub status: u16,
    pub headers: HeaderMap,
    pub text: String,
    name: String,
}

impl std::fmt::Display for Reply {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} to {}: {}", self.status, self.name, self.text)
    }
}

impl Reply {
    #[track_caller]
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|error| panic!("not JSON ({error}): {self}"))
    }

    /// A value of the body by JSON pointer.
    #[track_caller]
    pub fn at(&self, pointer: &str) -> Value {
        self.json().pointer(pointer).cloned().unwrap_or_else(|| panic!("nothing at {pointer}: {self}"))
    }

    /// A text of the body by JSON pointer.
    #[track_caller]
    pub fn text_at(&self, pointer: &str) -> String {
        self.at(pointer).as_str().unwrap_or_else(|| panic!("no text at {pointer}: {self}")).to_owned()
    }

    /// A header's text, empty when it is not there.
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap_or("not ASCII"))
    }

    #[track_caller]
    pub fn etag(&self) -> String {
        assert!(self.headers.contains_key(ETAG), "no ETag: {self}");
        self.header("etag").to_owned()
    }

    /// The problem's code: what its `type` ends in (docs/reference/errors.md).
    #[track_caller]
    pub fn code(&self) -> String {
        let kind = self.text_at("/type");
        kind.rsplit(['/', '#']).next().unwrap_or_default().to_owned()
    }

    /// JSON pointers of the fields that a problem names.
    pub fn fields(&self) -> Vec<String> {
        let errors = self.json().get("errors").and_then(Value::as_array).cloned().unwrap_or_default();
        errors.iter().filter_map(|error| error["pointer"].as_str().map(str::to_owned)).collect()
    }

    /// The body less what names this one request.
    pub fn without_instance(&self) -> String {
        let mut body = self.json();
        body.as_object_mut().expect("an object").remove("instance");
        body.to_string()
    }

    /// Names of the cookies that the answer sets or ends.
    pub fn cookie_names(&self) -> Vec<String> {
        let lines = self.headers.get_all(SET_COOKIE).iter().filter_map(|line| line.to_str().ok());
        lines.filter_map(|line| line.split_once('=')).map(|(name, _)| name.to_owned()).collect()
    }

    /// The whole `Set-Cookie` line of a cookie.
    pub fn set_cookie(&self, name: &str) -> Option<String> {
        let mut lines = self.headers.get_all(SET_COOKIE).iter().filter_map(|line| line.to_str().ok());
        lines.find(|line| line.starts_with(&format!("{name}="))).map(str::to_owned)
    }
}
