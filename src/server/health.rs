//! For machines that watch: alive, ready, metrics.

use std::sync::OnceLock;

use actix_web::http::Method;
use actix_web::http::header::AUTHORIZATION;
use actix_web::{HttpRequest, HttpResponse, web};
use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};
use secrecy::ExposeSecret;
use serde_json::json;
use subtle::ConstantTimeEq;

use crate::db::{DbError, migrations};
use crate::env::Env;
use crate::platform::web::codes::NOT_SIGNED_IN;
use crate::platform::web::problem::Problem;
use crate::platform::web::registry::{Access, Operation};

static METRICS: OnceLock<Option<PrometheusHandle>> = OnceLock::new();

/// Collects metrics from now on; once for each process.
pub fn install_metrics() {
    METRICS.get_or_init(|| PrometheusBuilder::new().install_recorder().ok());
}

/// `/healthz`, `/readyz`, `/metrics`.
pub(super) fn operations() -> Vec<Operation> {
    vec![
        Operation::new("get_health", Method::GET, "/healthz", || web::get().to(healthz))
            .summary("Whether the process is alive")
            .access(Access::Machine),
        Operation::new("get_readiness", Method::GET, "/readyz", || web::get().to(readyz))
            .summary("Whether the process can serve: database reachable, migrations applied")
            .access(Access::Machine),
        Operation::new("get_metrics", Method::GET, "/metrics", || web::get().to(metrics))
            .summary("Metrics in Prometheus' text format; needs the metrics token unless asked from loopback")
            .access(Access::Machine),
    ]
}

async fn healthz() -> HttpResponse {
    HttpResponse::Ok().json(json!({ "status": "alive" }))
}

async fn readyz(env: web::Data<Env>) -> Result<HttpResponse, Problem> {
    let pending: Result<bool, DbError> = env.db.read(migrations::pending).await;
    match pending? {
        false => Ok(HttpResponse::Ok().json(json!({ "status": "ready" }))),
        true => Ok(HttpResponse::ServiceUnavailable().json(json!({ "status": "migrations pending" }))),
    }
}

async fn metrics(request: HttpRequest, env: web::Data<Env>) -> Result<HttpResponse, Problem> {
    let token = env.settings.http.metrics_token.expose_secret();
    let allowed = if token.is_empty() {
        request.peer_addr().is_some_and(|peer| peer.ip().is_loopback()) && env.settings.http.trusted_proxies.is_empty()
    } else {
        let given = request.headers().get(AUTHORIZATION).and_then(|value| value.to_str().ok()).unwrap_or_default();
        bool::from(given.as_bytes().ct_eq(format!("Bearer {token}").as_bytes()))
    };
    if !allowed {
        return Err(
            Problem::new(&NOT_SIGNED_IN).detail("Send the metrics token (http.metrics_token) as a bearer token.")
        );
    }
    let text = METRICS.get().and_then(Option::as_ref).map(PrometheusHandle::render).unwrap_or_default();
    Ok(HttpResponse::Ok().content_type("text/plain; version=0.0.4; charset=utf-8").body(text))
}
