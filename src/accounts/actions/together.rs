//! Updates of one account that wait for each other, made together. Alone each would wait for the lock of the row and for a
//! commit of its own, and hold a database thread meanwhile; so whoever comes first makes the updates of all that came
//! since, in one transaction. Nothing of this outlives the process or is needed for what is right: an update is answered
//! when it is committed, and another process waits for the row as ever.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::oneshot;

use super::{Outcomes, Update, update_all};
use crate::accounts::author::Author;
use crate::accounts::error::AccountError;
use crate::accounts::store::{Account, Mailbox};
use crate::db::DbError;
use crate::env::Env;
use crate::kernel::ids::{self, Id};

/// Most updates in one transaction: others want the database too.
const MOST: usize = 32;

/// An update that waits.
struct Wish {
    author: Author,
    update: Update,
    answer: oneshot::Sender<Result<(Account, Mailbox), AccountError>>,
}

/// Updates that wait, by account. An account that is in it has somebody who makes them.
#[derive(Default)]
struct Waiting(Mutex<HashMap<Id<ids::Account>, Vec<Wish>>>);

impl Waiting {
    fn all(&self) -> MutexGuard<'_, HashMap<Id<ids::Account>, Vec<Wish>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Adds a wish; whether the caller is the first and makes it.
    fn join(&self, wish: Wish) -> bool {
        let mut all = self.all();
        let is_first = !all.contains_key(&wish.author.account);
        all.entry(wish.author.account.clone()).or_default().push(wish);
        is_first
    }

    /// The next to be made; none when the account is left to whoever comes first.
    fn take(&self, account: &Id<ids::Account>) -> Vec<Wish> {
        let mut all = self.all();
        let Some(wishes) = all.get_mut(account) else { return Vec::new() };
        let next: Vec<_> = wishes.drain(..wishes.len().min(MOST)).collect();
        if next.is_empty() {
            all.remove(account);
        }
        next
    }
}

/// Makes the updates of an account until none waits. Dropped half-way, when the process ends, it leaves the account to
/// whoever comes first, and those who wait are told to come back.
struct Lead {
    env: Env,
    waiting: Arc<Waiting>,
    account: Id<ids::Account>,
}

impl Lead {
    async fn run(self) {
        loop {
            let wishes = self.waiting.take(&self.account);
            if wishes.is_empty() {
                return;
            }
            let (work, answers): (Vec<_>, Vec<_>) =
                wishes.into_iter().map(|wish| ((wish.author, wish.update), wish.answer)).unzip();
            let outcomes = self.make(work).await;
            let outcomes =
                outcomes.unwrap_or_else(|error| answers.iter().map(|_| Err(AccountError::Db(error.clone()))).collect());
            for (answer, outcome) in answers.into_iter().zip(outcomes) {
                // Who has gone away needs no answer; the change is made all the same, as ever.
                let _ = answer.send(outcome);
            }
        }
    }

    async fn make(&self, work: Vec<(Author, Update)>) -> Result<Outcomes, DbError> {
        let (env, account) = (self.env.clone(), self.account.clone());
        let updates = move |conn: &mut _| {
            let updates: Vec<_> = work.iter().map(|(author, update)| (author, update)).collect();
            update_all(conn, &env, &account, &updates)
        };
        self.env.db.write(updates).await
    }
}

impl Drop for Lead {
    fn drop(&mut self) {
        self.waiting.all().remove(&self.account);
    }
}

/// [`super::update`] in a transaction that it shares with whoever changes the same account at the same moment.
///
/// # Errors
/// As [`super::update`]; [`DbError::Busy`] when the process ends.
pub async fn update_together(env: &Env, author: Author, update: Update) -> Result<(Account, Mailbox), AccountError> {
    let waiting = env.state.get::<Waiting>();
    let (answer, answered) = oneshot::channel();
    let account = author.account.clone();
    if waiting.join(Wish { author, update, answer }) {
        // A task of its own: a client that goes away must not take the others' updates along.
        actix_web::rt::spawn(Lead { env: env.clone(), waiting, account }.run());
    }
    answered.await.unwrap_or(Err(AccountError::Db(DbError::Busy)))
}
