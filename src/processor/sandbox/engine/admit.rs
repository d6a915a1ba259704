//! From the request to accepted work: key, version, endpoint, limits, faults, parameters, idempotency. In that order.

use std::collections::BTreeMap;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use secrecy::ExposeSecret;
use subtle::ConstantTimeEq;
use tokio::sync::oneshot;

use super::super::errors::{ApiError, ErrorType};
use super::super::expand::Expansions;
use super::super::faults::{Fault, FaultKind, Moment, Target};
use super::super::form::{self, Branch, Node};
use super::super::idempotency::Use;
use super::super::ids;
use super::super::objects::event::API_VERSION;
use super::super::params::Params;
use super::super::routes::{self, Route};
use super::super::state::World;
use super::super::transaction::{Caller, Origin};
use super::{Core, Engine, Job, Late, Outcome, Reply, Served};

/// A request to the API.
#[derive(Debug, Clone, Default)]
pub struct Incoming {
    /// `GET`, `POST`, …
    pub method: String,
    /// Path without the query.
    pub path: String,
    /// Query, still encoded.
    pub query: Vec<u8>,
    /// Body, still encoded.
    pub body: Vec<u8>,
    /// `Content-Type`
    pub content_type: Option<String>,
    /// `Authorization`
    pub authorization: Option<String>,
    /// `Idempotency-Key`
    pub idempotency_key: Option<String>,
    /// `Stripe-Version`
    pub version: Option<String>,
}

impl Incoming {
    fn params(&self) -> Result<Branch, ApiError> {
        let mut params = form::decode(&self.query)?;
        if self.body.is_empty() {
            return Ok(params);
        }
        let kind = self.content_type.as_deref().unwrap_or("application/x-www-form-urlencoded");
        if !kind.starts_with("application/x-www-form-urlencoded") {
            let message = format!(
                "Invalid request (check that your POST content type is application/x-www-form-urlencoded). It is {kind}."
            );
            return Err(ApiError::new(400, ErrorType::InvalidRequest, message));
        }
        form::merge(&mut params, &self.body)?;
        Ok(params)
    }
}

impl Engine {
    /// Serves one request.
    pub fn serve(&self, incoming: &Incoming) -> Served {
        let request = ids::object_id(&self.chance, "req");
        let mut core = self.lock();
        let mut timer = None;
        let outcome = self.admit(&mut core, incoming, &request, &mut timer).unwrap_or_else(|error| {
            Outcome::Answer(Reply {
                status: error.status,
                body: pretty(&error.body()),
                request,
                idempotency_key: incoming.idempotency_key.clone(),
                original_request: None,
                retry_after: None,
            })
        });
        Served { outcome, seq: core.seq, timer }
    }

    fn admit(
        &self,
        core: &mut Core,
        incoming: &Incoming,
        request: &str,
        timer: &mut Option<(u64, u64)>,
    ) -> Result<Outcome, ApiError> {
        let caller = self.authenticate(incoming.authorization.as_deref())?;
        check_version(incoming.version.as_deref())?;
        let (route, path_ids) = routes::find(&incoming.method, &incoming.path)?;
        if caller == Caller::Browser && !route.browser {
            return Err(secret_key_required());
        }
        self.count(core, route)?;
        let tree = incoming.params()?;
        let notes = notes(&tree, &core.world, &path_ids);
        let target = Target { method: &incoming.method, path: &incoming.path, metadata: &notes };
        if let Some(fault) = core.faults.take(target, Moment::Arrival) {
            return match fault.kind {
                FaultKind::RateLimit429 => Ok(limited(request, &fault)),
                FaultKind::Hang => Ok(hang(core)),
                _ => Err(ApiError::internal()),
            };
        }
        let used = match &incoming.idempotency_key {
            Some(key) if incoming.method == "POST" => Some(Use::new(key, &incoming.method, &incoming.path, &tree)?),
            _ => None,
        };
        if let Some(used) = &used
            && let Some(stored) = core.running.check(used, &core.world, self.clock.now())?
        {
            return Ok(Outcome::Answer(Reply {
                status: stored.status,
                body: stored.body.clone(),
                request: request.to_owned(),
                idempotency_key: Some(stored.key.clone()),
                original_request: Some(stored.request.clone()),
                retry_after: None,
            }));
        }
        let idempotency_key = used.as_ref().map(|used| used.key.clone());
        let origin = Origin { request: Some(request.to_owned()), idempotency_key, caller };
        let job = read(route, &path_ids, tree, used, origin)?;
        let fault = core.faults.take(target, Moment::Work);
        Ok(match fault {
            Some(fault) if fault.kind == FaultKind::LateExecution => {
                *timer = fault.delay_ms.map(|delay| (core.late_count, delay));
                postpone(core, job, &fault, format!("{} {}", incoming.method, incoming.path))
            }
            Some(fault) if fault.kind == FaultKind::DropAfterCommit => {
                self.execute(core, job, false);
                Outcome::Close
            }
            fault => Outcome::Answer(self.execute(core, job, fault.is_some())),
        })
    }

    fn authenticate(&self, header: Option<&str>) -> Result<Caller, ApiError> {
        let refuse = |message: String| ApiError::new(401, ErrorType::InvalidRequest, message);
        let Some(key) = header.and_then(read_key) else {
            let message = "You did not provide an API key. You need to provide your API key in the Authorization header, using Bearer \
                           auth (e.g. 'Authorization: Bearer YOUR_SECRET_KEY').";
            return Err(refuse(message.to_owned()));
        };
        let is = |known: &str| bool::from(key.as_bytes().ct_eq(known.as_bytes()));
        if is(self.identity.secret_key.expose_secret()) {
            return Ok(Caller::Server);
        }
        if is(&self.identity.publishable_key) {
            return Ok(Caller::Browser);
        }
        Err(refuse(format!("Invalid API Key provided: {}", masked(&key))))
    }

    /// Counts the request against the limit of its endpoint, when one is set.
    fn count(&self, core: &mut Core, route: &'static Route) -> Result<(), ApiError> {
        let Some(limit) = core.world.settings.rate_limit else { return Ok(()) };
        let second = self.clock.wall();
        let window = core.windows.entry((route.method, route.path)).or_insert((second, 0));
        if window.0 != second {
            *window = (second, 0);
        }
        window.1 += 1;
        if window.1 > limit { Err(ApiError::rate_limited()) } else { Ok(()) }
    }
}

/// `Bearer KEY`, or `Basic` with the key as user name, as `curl -u KEY:` sends it.
fn read_key(header: &str) -> Option<String> {
    let (scheme, value) = header.split_once(' ')?;
    if scheme.eq_ignore_ascii_case("bearer") {
        return Some(value.trim().to_owned());
    }
    if scheme.eq_ignore_ascii_case("basic") {
        let text = String::from_utf8(STANDARD.decode(value.trim()).ok()?).ok()?;
        return text.split(':').next().map(str::to_owned);
    }
    None
}

/// Enough of a key to recognise it: `sk_test_****1234`.
fn masked(key: &str) -> String {
    let letters: Vec<char> = key.chars().collect();
    if letters.len() < 16 {
        return "****".to_owned();
    }
    let (head, tail) = (&letters[..8], &letters[letters.len() - 4..]);
    format!("{}****{}", head.iter().collect::<String>(), tail.iter().collect::<String>())
}

/// Releases of one name only add to each other, so a client of a later month is understood too.
fn check_version(given: Option<&str>) -> Result<(), ApiError> {
    let Some(version) = given else { return Ok(()) };
    let name = |text: &str| text.split_once('.').map(|(day, name)| (day.to_owned(), name.to_owned()));
    match (name(version), name(API_VERSION)) {
        (Some((day, name)), Some((first, own))) if name == own && day >= first => Ok(()),
        _ => {
            let message = format!("Invalid Stripe API version: {version}. The sandbox speaks {API_VERSION}.");
            Err(ApiError::new(400, ErrorType::InvalidRequest, message))
        }
    }
}

fn secret_key_required() -> ApiError {
    let message = "This API call cannot be made with a publishable API key. Please use a secret API key. You can find a list of your \
                   API keys at https://dashboard.stripe.com/account/apikeys.";
    ApiError::new(403, ErrorType::InvalidRequest, message).code("secret_key_required")
}

/// The notes that a fault may ask for: those in the request, and those on the objects in its path.
fn notes(tree: &Branch, world: &World, path_ids: &[String]) -> Vec<BTreeMap<String, String>> {
    let mut notes = Vec::new();
    if let Some(Node::Branch(given)) = tree.get("metadata") {
        let texts = given.iter().filter_map(|(name, node)| match node {
            Node::Text(text) => Some((name.clone(), text.clone())),
            Node::Branch(_) => None,
        });
        notes.push(texts.collect());
    }
    for id in path_ids {
        notes.extend(world.payment_intents.get(id).map(|row| row.metadata.clone()));
        notes.extend(world.setup_intents.get(id).map(|row| row.metadata.clone()));
        notes.extend(world.customers.get(id).map(|row| row.metadata.clone()));
    }
    notes
}

fn limited(request: &str, fault: &Fault) -> Outcome {
    let error = ApiError::rate_limited();
    Outcome::Answer(Reply {
        status: error.status,
        body: pretty(&error.body()),
        request: request.to_owned(),
        idempotency_key: None,
        original_request: None,
        retry_after: fault.retry_after,
    })
}

fn hang(core: &mut Core) -> Outcome {
    let (end, until) = oneshot::channel();
    core.hanging.push(end);
    Outcome::Hang(until)
}

/// Takes the parameters; what is wrong with them ends the request before anything was done.
fn read(route: &Route, path_ids: &[String], tree: Branch, used: Option<Use>, origin: Origin) -> Result<Job, ApiError> {
    let mut params = Params::new(tree);
    let expansions = Expansions::read(&mut params, route.returns, route.list)?;
    let work = (route.read)(path_ids, &mut params)?;
    params.finish()?;
    Ok(Job { work, expansions, used, origin })
}

fn postpone(core: &mut Core, job: Job, fault: &Fault, endpoint: String) -> Outcome {
    if let Some(used) = &job.used {
        core.running.begin(used);
    }
    let (end, until) = oneshot::channel();
    let id = core.late_count;
    core.late_count += 1;
    let open = fault.keep_open.then_some(end);
    core.late.push(Late { id, endpoint, job, _open: open });
    if fault.keep_open { Outcome::Hang(until) } else { Outcome::Close }
}

pub(super) fn pretty(value: &serde_json::Value) -> String {
    serde_json::to_string_pretty(value).expect("a JSON value always has a text")
}
