//! Taking turns.

use chrono::Duration;

use super::model::{BATCH_AHEAD, Lane, Place, place};
use super::store;
use crate::billing::payments::gateway::{NoTurn, Pace, Turn};
use crate::db::{DbConnection, DbError};
use crate::env::Env;
use crate::kernel::time::Timestamp;

/// The lane that every call needs.
const ALL: &str = "all";

/// Who waits for a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Urgency {
    /// A person.
    Person,
    /// Nobody: renewals, clean-up, polls.
    Batch,
}

/// Turns of this installation, for calls of one urgency.
pub struct DatabasePace {
    env: Env,
    urgency: Urgency,
}

impl DatabasePace {
    /// For the rates of the configuration.
    #[must_use]
    pub fn new(env: Env, urgency: Urgency) -> Self {
        Self { env, urgency }
    }

    async fn wait(&self, endpoint: &str, within: Duration) -> Result<(), NoTurn> {
        let deadline = self.env.now() + within;
        loop {
            let now = self.env.now();
            match self.ask(endpoint, now, deadline - now).await? {
                Place::At(leaves) => {
                    sleep(leaves - now).await;
                    return Ok(());
                }
                Place::Later(leaves) if leaves > deadline => return Err(NoTurn::Full(leaves - now)),
                Place::Later(leaves) => sleep(leaves - BATCH_AHEAD - now).await,
            }
        }
    }

    async fn ask(&self, endpoint: &str, now: Timestamp, left: Duration) -> Result<Place, NoTurn> {
        let ahead = match self.urgency {
            Urgency::Person => left,
            Urgency::Batch => left.min(BATCH_AHEAD),
        };
        let stripe = &self.env.settings.stripe;
        // Always in this order, so that two transactions never wait for each other.
        let lanes = [
            (ALL.to_owned(), stripe.rate_per_second),
            (format!("endpoint:{endpoint}"), stripe.endpoint_rate_per_second),
        ];
        let taken = self.env.db.write::<_, DbError, _>(move |conn| take(conn, &lanes, now, ahead)).await;
        taken.map_err(|error| {
            tracing::warn!(target: "steward::payments", %error, "no turn could be taken");
            NoTurn::Unavailable
        })
    }
}

impl Pace for DatabasePace {
    fn turn<'a>(&'a self, endpoint: &'a str, within: std::time::Duration) -> Turn<'a> {
        let within = Duration::from_std(within).unwrap_or(Duration::MAX);
        Box::pin(self.wait(endpoint, within))
    }
}

/// Takes a place in all lanes, or in none.
fn take(conn: &mut DbConnection, rates: &[(String, u32)], now: Timestamp, ahead: Duration) -> Result<Place, DbError> {
    let claimed: Vec<Lane> = rates
        .iter()
        .map(|(lane, rate)| Ok(Lane::new(store::claim(conn, lane, now)?, *rate)))
        .collect::<Result<_, DbError>>()?;
    let found = place(&claimed, now, ahead);
    if let Place::At(_) = found {
        for ((name, _), lane) in rates.iter().zip(&claimed) {
            store::update_next(conn, name, lane.after_one(now))?;
        }
    }
    Ok(found)
}

async fn sleep(time: Duration) {
    if let Ok(time) = time.to_std() {
        tokio::time::sleep(time).await;
    }
}
