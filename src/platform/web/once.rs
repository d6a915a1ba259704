//! Handlers of requests that carry an `Idempotency-Key`: [`begin`] claims the key or answers what was answered before;
//! the handler binds what it makes with [`crate::platform::idempotency::bind`] in the transaction that makes it;
//! [`finish`] keeps the answer. [`let_go`] gives the key back when the request was refused before it made anything.

use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::http::StatusCode;
use actix_web::{FromRequest, HttpRequest, HttpResponse};
use serde::Serialize;
use serde_json::json;

use super::call::{Authenticate, Call};
use super::codes::{IDEMPOTENCY_KEY_REQUIRED, IDEMPOTENCY_MISMATCH, MALFORMED, REQUEST_RUNNING};
use super::problem::Problem;
use crate::db::{DbError, INTERNAL};
use crate::env::Env;
use crate::kernel::actor::Actor;
use crate::platform::idempotency::{self, Answer, Claim, Claimed, Key, Request};

const HEADER: &str = "idempotency-key";

/// Extractor: the key of the header, if one was sent.
pub struct IdempotencyKey(pub Option<Key>);

impl FromRequest for IdempotencyKey {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let sent = request.headers().get(HEADER);
        let key = sent.map(|value| value.to_str().ok().and_then(|text| Key::parse(text).ok()).ok_or(()));
        ready(key.transpose().map(Self).map_err(|()| {
            Problem::new(&MALFORMED).detail("Idempotency-Key must be 1 to 255 visible ASCII characters.")
        }))
    }
}

impl IdempotencyKey {
    /// The key of an operation that does not go without.
    ///
    /// # Errors
    /// 400 when none was sent.
    pub fn required(self) -> Result<Key, Problem> {
        self.0.ok_or_else(|| Problem::new(&IDEMPOTENCY_KEY_REQUIRED))
    }
}

/// A request with its key.
#[derive(Debug, Clone)]
pub struct Asked {
    key: Key,
    operation: &'static str,
    payload: Vec<u8>,
}

impl Asked {
    /// `operation` is its id; `payload` is everything that tells one request from another, parsed.
    ///
    /// # Errors
    /// 500 when the payload cannot be written as JSON, which no request can bring about.
    pub fn new<T: Serialize>(key: Key, operation: &'static str, payload: &T) -> Result<Self, Problem> {
        let payload = serde_json::to_vec(payload).map_err(|_| Problem::new(&INTERNAL))?;
        Ok(Self { key, operation, payload })
    }
}

/// How a request goes on.
pub enum Turn {
    /// Carry it out. `bound` is what an earlier try made before it died: go on with that, make no other.
    Act {
        /// The right to do so.
        claim: Claim,
        /// Its id.
        bound: Option<String>,
    },
    /// It was carried out before; this is its answer.
    Answered(Answer),
}

/// Claims the key for whoever calls, and commits that before anything else happens.
///
/// # Errors
/// 409 while the same request runs, 422 when the key belongs to another one, 401, 403, 503.
pub async fn begin<A: Authenticate>(call: &Call<A>, actor: fn(&A) -> Actor, asked: Asked) -> Result<Turn, Problem> {
    let claimed = call
        .write::<_, DbError, _>(move |conn, context| {
            let actor = actor(&context.actor);
            let Asked { key, operation, payload } = &asked;
            idempotency::claim(conn, &context.env, &Request { actor: &actor, key, operation, payload })
        })
        .await?;
    match claimed {
        Claimed::Fresh(claim) => Ok(Turn::Act { claim, bound: None }),
        Claimed::Resume { claim, resource_id } => Ok(Turn::Act { claim, bound: Some(resource_id) }),
        Claimed::Replay(answer) => Ok(Turn::Answered(answer)),
        Claimed::Running => Err(Problem::new(&REQUEST_RUNNING).retry_after(1)),
        Claimed::Mismatch => Err(Problem::new(&IDEMPOTENCY_MISMATCH)),
    }
}

/// The kept answer again; where it held a secret, only the id of what was made.
#[must_use]
pub fn replay(answer: Answer) -> HttpResponse {
    let body = answer.body.unwrap_or_else(|| json!({ "id": answer.resource_id }).to_string());
    respond(answer.status, body)
}

/// Keeps the answer and gives it.
///
/// # Errors
/// 500 when it cannot be written as JSON, which no data can bring about.
pub async fn finish<T: Serialize>(env: &Env, claim: &Claim, status: u16, answer: &T) -> Result<HttpResponse, Problem> {
    let body = serde_json::to_string(answer).map_err(|_| Problem::new(&INTERNAL))?;
    keep(env, claim, status, Some(body.clone())).await;
    Ok(respond(status, body))
}

/// The same for an answer with a secret, of which only status and id are kept.
///
/// # Errors
/// See [`finish`].
pub async fn finish_secret<T: Serialize>(
    env: &Env,
    claim: &Claim,
    status: u16,
    answer: &T,
) -> Result<HttpResponse, Problem> {
    let body = serde_json::to_string(answer).map_err(|_| Problem::new(&INTERNAL))?;
    keep(env, claim, status, None).await;
    Ok(respond(status, body))
}

/// The change is committed, so a lost note does not take the answer back: the next try finds what is bound.
async fn keep(env: &Env, claim: &Claim, status: u16, body: Option<String>) {
    let (own, held) = (env.clone(), claim.clone());
    let kept = env
        .db
        .write::<_, DbError, _>(move |conn| idempotency::complete(conn, &own, &held, status, body.as_deref()))
        .await;
    if let Err(error) = kept {
        tracing::warn!(target: "steward::web", %error, "the answer to an idempotent request is not kept");
    }
}

/// Gives the key of a refused request back, so that it may be sent again corrected. What is bound stays.
pub async fn let_go(env: &Env, claim: &Claim) {
    let held = claim.clone();
    // If this fails, the claim runs out by itself.
    let _ = env.db.write::<_, DbError, _>(move |conn| idempotency::abandon(conn, &held)).await;
}

fn respond(status: u16, body: String) -> HttpResponse {
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::OK);
    HttpResponse::build(status).content_type("application/json").body(body)
}
