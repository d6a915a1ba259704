//! What happens by the clock: schedules, once for all processes, and chores, once in each.

use std::sync::Arc;
use std::time::Duration;

use tokio::task::JoinSet;
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;

use super::handlers::{Handlers, Schedule};
use super::model::NewJob;
use super::store;
use crate::db::DbError;
use crate::env::Env;

/// How often schedules are looked at: no period can be shorter.
const LOOK_EVERY: Duration = Duration::from_secs(1);

/// The tasks beside the queue.
pub(super) struct Aside(JoinSet<()>);

impl Aside {
    /// Waits until all have ended; they do so when the worker is told to stop.
    pub(super) async fn finish(mut self) {
        while self.0.join_next().await.is_some() {}
    }
}

pub(super) fn start(handlers: &Arc<Handlers>, env: &Env, stop: &CancellationToken) -> Aside {
    let mut tasks = JoinSet::new();
    for number in 0..handlers.chores.len() {
        let (handlers, env, stop) = (handlers.clone(), env.clone(), stop.clone());
        tasks.spawn(async move {
            let period = handlers.chores[number].period;
            while wait(&stop, period).await {
                look(&handlers, number, &env).await;
            }
        });
    }
    let (handlers, env, stop) = (handlers.clone(), env.clone(), stop.clone());
    tasks.spawn(async move {
        while wait(&stop, LOOK_EVERY).await {
            if let Err(error) = enqueue_due(&handlers, &env).await {
                tracing::warn!(target: "steward::jobs", %error, "schedules could not be looked at");
            }
        }
    });
    Aside(tasks)
}

/// False when it is time to stop.
async fn wait(stop: &CancellationToken, period: Duration) -> bool {
    tokio::select! {
        () = stop.cancelled() => false,
        () = sleep(period) => true,
    }
}

async fn look(handlers: &Handlers, number: usize, env: &Env) {
    let chore = &handlers.chores[number];
    if let Err(error) = (chore.look)(env.clone()).await {
        tracing::warn!(target: "steward::jobs", chore = chore.name, %error, "chore failed");
    }
}

/// One turn of every chore.
pub(super) async fn look_once(handlers: &Handlers, env: &Env) {
    for number in 0..handlers.chores.len() {
        look(handlers, number, env).await;
    }
}

/// Enqueues what each schedule owes for the current period. A period in which no process ran is not made up for.
pub(super) async fn enqueue_due(handlers: &Handlers, env: &Env) -> Result<(), DbError> {
    for Schedule { kind, seconds } in &handlers.schedules {
        let (kind, tick, env_there) = (*kind, env.now().seconds().div_euclid(*seconds), env.clone());
        let last = env.db.read(move |conn| store::last_tick(conn, kind.name())).await?;
        if last.is_none_or(|last| last < tick) {
            env.db
                .write(move |conn| {
                    if store::take_tick(conn, kind.name(), tick)? {
                        super::enqueue(conn, &env_there, NewJob::new(kind, &()).unique("tick"))?;
                    }
                    Ok::<(), DbError>(())
                })
                .await?;
        }
    }
    Ok(())
}
