//! The API over HTTP: headers in, headers out, and connections that close without an answer when a fault says so.

use std::any::Any;
use std::net::{Shutdown, TcpStream};
use std::os::fd::AsFd;
use std::time::Duration;

use actix_web::dev::Extensions;
use actix_web::http::StatusCode;
use actix_web::http::header::HeaderName;
use actix_web::{HttpRequest, HttpResponse, HttpResponseBuilder, web};

use super::engine::{Engine, Incoming, Outcome, Reply, Served};
use super::objects::event::API_VERSION;

/// A second handle on a client's connection, to close it without an answer.
#[derive(Debug)]
pub struct Connection(TcpStream);

impl Connection {
    /// Keeps the handle with a new connection.
    pub fn remember(connection: &dyn Any, extensions: &mut Extensions) {
        let stream = connection.downcast_ref::<actix_web::rt::net::TcpStream>();
        if let Some(copy) = stream.and_then(|stream| stream.as_fd().try_clone_to_owned().ok()) {
            extensions.insert(Self(TcpStream::from(copy)));
        }
    }

    /// Closes the request's connection. What is answered afterwards reaches nobody.
    pub fn cut(request: &HttpRequest) -> HttpResponse {
        if let Some(Self(stream)) = request.conn_data::<Self>() {
            // Fails only when the client was faster.
            let _ = stream.shutdown(Shutdown::Both);
        }
        HttpResponse::ServiceUnavailable().force_close().finish()
    }
}

/// Serves a request to the API.
pub async fn handle(request: HttpRequest, body: web::Bytes, engine: web::Data<Engine>) -> HttpResponse {
    if request.method() == actix_web::http::Method::OPTIONS {
        return preflight();
    }
    let Served { outcome, seq, timer } = engine.serve(&incoming(&request, &body));
    if let Some((late, delay)) = timer {
        let engine = engine.clone().into_inner();
        tokio::spawn(async move {
            tokio::time::sleep(Duration::from_millis(delay)).await;
            engine.release_late(Some(late));
        });
    }
    if !engine.durable(seq).await {
        return Connection::cut(&request);
    }
    match outcome {
        Outcome::Answer(reply) => answer(reply),
        Outcome::Close => Connection::cut(&request),
        Outcome::Hang(until) => {
            let _ = until.await;
            Connection::cut(&request)
        }
    }
}

fn incoming(request: &HttpRequest, body: &web::Bytes) -> Incoming {
    let header = |name: &str| request.headers().get(name).and_then(|value| value.to_str().ok()).map(str::to_owned);
    Incoming {
        method: request.method().as_str().to_owned(),
        path: request.path().to_owned(),
        query: request.query_string().as_bytes().to_vec(),
        body: body.to_vec(),
        content_type: header("content-type"),
        authorization: header("authorization"),
        idempotency_key: header("idempotency-key"),
        version: header("stripe-version"),
    }
}

fn answer(reply: Reply) -> HttpResponse {
    let mut response =
        HttpResponse::build(StatusCode::from_u16(reply.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR));
    response.content_type("application/json");
    common(&mut response);
    response.insert_header((HeaderName::from_static("request-id"), reply.request));
    if let Some(key) = reply.idempotency_key {
        response.insert_header((HeaderName::from_static("idempotency-key"), key));
    }
    if let Some(original) = reply.original_request {
        response.insert_header((HeaderName::from_static("idempotent-replayed"), "true"));
        response.insert_header((HeaderName::from_static("original-request"), original));
    }
    if let Some(seconds) = reply.retry_after {
        response.insert_header((HeaderName::from_static("retry-after"), seconds.to_string()));
    }
    if reply.status == 429 {
        response.insert_header((HeaderName::from_static("stripe-rate-limited-reason"), "endpoint-rate"));
    }
    response.body(reply.body)
}

/// Browsers may call with the publishable key from any origin.
fn preflight() -> HttpResponse {
    let mut response = HttpResponse::NoContent();
    common(&mut response);
    response.insert_header((HeaderName::from_static("access-control-allow-methods"), "GET, POST, DELETE"));
    let allowed = "authorization, content-type, idempotency-key, stripe-version";
    response.insert_header((HeaderName::from_static("access-control-allow-headers"), allowed));
    response.insert_header((HeaderName::from_static("access-control-max-age"), "300"));
    response.finish()
}

fn common(response: &mut HttpResponseBuilder) {
    for (name, value) in [
        ("stripe-version", API_VERSION),
        ("cache-control", "no-cache, no-store"),
        ("access-control-allow-origin", "*"),
        ("access-control-expose-headers", "Request-Id, Idempotent-Replayed, Original-Request"),
        ("x-content-type-options", "nosniff"),
    ] {
        response.insert_header((HeaderName::from_static(name), value));
    }
}
