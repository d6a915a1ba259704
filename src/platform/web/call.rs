//! From a request to one closure on a database thread. `Call<A>` opens the cookie or token without touching the
//! database; the closure then resolves the session and acts, so a request costs one hop. The closure's actor type is the
//! permission: an authorisation check cannot be forgotten.

use std::marker::PhantomData;
use std::sync::Arc;

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpMessage, HttpRequest, web};
use std::future::{Ready, ready};

use super::problem::Problem;
use super::registry::Access;
use super::request::{Claim, RequestInfo};
use crate::db::{DbConnection, DbError, INTERNAL, TxError};
use crate::env::Env;
use crate::kernel::deed::Deed;
use crate::kernel::public_error::PublicError;

/// A later write that an authentication asks for, such as the minute's note of use of a session.
pub type Afterwards = Box<dyn Fn(&mut DbConnection) -> Result<(), DbError> + Send>;

/// Someone who may act. Implemented by `identity` for visitors, holders and staff of one permission.
pub trait Authenticate: Sized + Send + Sync + 'static {
    /// Who this is, for the route registry.
    const ACCESS: Access;

    /// Resolves a claim. Runs in the closure, before the action.
    ///
    /// # Errors
    /// The problem to answer: 401, or 403 for a session of another kind.
    fn authenticate(conn: &mut DbConnection, env: &Env, claim: &Claim) -> Result<Self, Problem>;

    /// Whether the state of the account allows what the route does. Whoever acts on no account is let through.
    ///
    /// # Errors
    /// The problem to answer: 403, with what still works.
    fn admit(&self, deed: Deed) -> Result<(), Problem>;

    /// What to write once the answer is out.
    fn afterwards(&self, _env: &Env) -> Option<Afterwards> {
        None
    }
}

/// What a closure gets besides the connection.
pub struct Context<A> {
    /// Clocks, keys, configuration.
    pub env: Env,
    /// Who acts.
    pub actor: A,
    /// Where the request comes from.
    pub info: Arc<RequestInfo>,
}

/// Extractor: a request of an `A`.
pub struct Call<A> {
    /// Clocks, keys, configuration.
    pub env: Env,
    /// Where the request comes from.
    pub info: Arc<RequestInfo>,
    /// What it claims to be.
    pub claim: Claim,
    deed: Deed,
    actor: PhantomData<fn() -> A>,
}

impl<A: Authenticate> FromRequest for Call<A> {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let env = request.app_data::<web::Data<Env>>().map(|env| env.get_ref().clone());
        let info = request.extensions().get::<Arc<RequestInfo>>().cloned();
        ready(match (env, info) {
            (Some(env), Some(info)) => {
                let claim = Claim::of(request, &env.keys);
                // Routing left it; what came another way is held to the most that a plain route does.
                let deed = request.extensions().get::<Deed>().copied().unwrap_or(Deed::Change);
                Ok(Self { env, info, claim, deed, actor: PhantomData })
            }
            _ => Err(Problem::new(&INTERNAL)),
        })
    }
}

impl<A: Authenticate> Call<A> {
    /// The same request for another actor: what a page shows may need less than what was posted to it.
    #[must_use]
    pub fn acting<B: Authenticate>(&self) -> Call<B> {
        let (env, info, claim) = (self.env.clone(), self.info.clone(), self.claim.clone());
        Call { env, info, claim, deed: self.deed, actor: PhantomData }
    }

    /// Authenticates and reads, in one closure on a database thread.
    ///
    /// # Errors
    /// 401, 403, 503, or what the action answered.
    pub async fn read<T, E, F>(&self, work: F) -> Result<T, Problem>
    where
        T: Send + 'static,
        E: PublicError + Send + 'static,
        F: FnOnce(&mut DbConnection, &Context<A>) -> Result<T, E> + Send + 'static,
    {
        let (env, info, claim, deed) = (self.env.clone(), self.info.clone(), self.claim.clone(), self.deed);
        let outcome: Result<_, Failure> = self
            .env
            .db
            .read(move |conn| {
                let actor = A::authenticate(conn, &env, &claim).map_err(Failure::from_problem)?;
                actor.admit(deed).map_err(Failure::from_problem)?;
                let afterwards = actor.afterwards(&env);
                let context = Context { env, actor, info };
                work(conn, &context)
                    .map(|value| (value, afterwards))
                    .map_err(|error| Failure::from_problem(error.into()))
            })
            .await;
        let (value, afterwards) = outcome.map_err(|failure| failure.problem)?;
        if let Some(note) = afterwards {
            let db = self.env.db.clone();
            // Nobody waits for the note; if it fails, the next request of the session writes it.
            actix_web::rt::spawn(async move {
                let _ = db.write::<(), DbError, _>(note).await;
            });
        }
        Ok(value)
    }

    /// Authenticates and acts, in one write transaction on a database thread.
    ///
    /// # Errors
    /// 401, 403, 503, or what the action answered; nothing is stored then.
    pub async fn write<T, E, F>(&self, work: F) -> Result<T, Problem>
    where
        T: Send + 'static,
        E: PublicError + TxError + Send + 'static,
        F: Fn(&mut DbConnection, &Context<A>) -> Result<T, E> + Send + 'static,
    {
        let (env, info, claim, deed) = (self.env.clone(), self.info.clone(), self.claim.clone(), self.deed);
        let outcome: Result<T, Failure> = self
            .env
            .db
            .write(move |conn| {
                let actor = A::authenticate(conn, &env, &claim).map_err(Failure::from_problem)?;
                actor.admit(deed).map_err(Failure::from_problem)?;
                if let Some(note) = actor.afterwards(&env) {
                    note(conn)?;
                }
                let context = Context { env: env.clone(), actor, info: info.clone() };
                work(conn, &context).map_err(|error| {
                    let contention = error.is_contention();
                    Failure { problem: error.into(), contention }
                })
            })
            .await;
        outcome.map_err(|failure| failure.problem)
    }
}

/// A problem on its way through the database thread, which wants to know whether to run the transaction again.
struct Failure {
    problem: Problem,
    contention: bool,
}

impl Failure {
    fn from_problem(problem: Problem) -> Self {
        Self { problem, contention: false }
    }
}

impl From<DbError> for Failure {
    fn from(error: DbError) -> Self {
        let contention = error.is_contention();
        Self { problem: error.into(), contention }
    }
}

impl TxError for Failure {
    fn is_contention(&self) -> bool {
        self.contention
    }
}
