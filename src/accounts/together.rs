//! Updates of one account that wait for each other, made together. Alone each would wait for the lock of the row and for a
//! commit of its own, and hold a database thread meanwhile; so whoever comes first makes the updates of all that came
//! since, in one transaction. Nothing of this outlives the process or is needed for what is right: an update is answered
//! when it is committed, and another process waits for the row as ever.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::oneshot;

use super::actions::{Update, update_all};
use super::author::Author;
use super::error::AccountError;
use super::store::{Account, Mailbox};
use crate::db::{self, DbConnection, DbError};
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
    /// Whether the account is left already: then it may be another's.
    is_done: bool,
}

impl Lead {
    async fn run(mut self) {
        loop {
            let wishes = self.waiting.take(&self.account);
            if wishes.is_empty() {
                self.is_done = true;
                return;
            }
            // Whoever gets no answer is told that nothing was stored; a closure that never ran has stored nothing.
            let _ = self.make(wishes).await;
        }
    }

    /// Makes them and answers, both on the database's thread: if this task ends meanwhile, what was committed is said.
    async fn make(&self, wishes: Vec<Wish>) -> Result<(), DbError> {
        let (env, account) = (self.env.clone(), self.account.clone());
        let work = move |conn: &mut DbConnection| {
            let updates: Vec<_> = wishes.iter().map(|wish| (&wish.author, &wish.update)).collect();
            let outcomes = db::write(conn, |conn| update_all(conn, &env, &account, &updates))
                .unwrap_or_else(|error| wishes.iter().map(|_| Err(AccountError::Db(error.clone()))).collect());
            for (wish, outcome) in wishes.into_iter().zip(outcomes) {
                // Who has gone away needs no answer; the change is made all the same, as ever.
                let _ = wish.answer.send(outcome);
            }
            Ok(())
        };
        self.env.db.with_writer(work).await
    }
}

impl Drop for Lead {
    fn drop(&mut self) {
        if !self.is_done {
            self.waiting.all().remove(&self.account);
        }
    }
}

/// [`super::actions::update`] in a transaction that it shares with whoever changes the same account at the same moment.
///
/// # Errors
/// As [`super::actions::update`]; [`DbError::Busy`] when the process ends.
pub async fn update_together(env: &Env, author: Author, update: Update) -> Result<(Account, Mailbox), AccountError> {
    let waiting = env.state.get::<Waiting>();
    let (answer, answered) = oneshot::channel();
    let account = author.account.clone();
    if waiting.join(Wish { author, update, answer }) {
        // A task of its own: a client that goes away must not take the others' updates along.
        tokio::spawn(Lead { env: env.clone(), waiting, account, is_done: false }.run());
    }
    answered.await.unwrap_or(Err(AccountError::Db(DbError::Busy)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::accounts::actions::{get, history};
    use crate::accounts::patch::ProfilePatch;
    use crate::accounts::testing::{author, open};
    use crate::env::testing::on_each_database_async;
    use crate::platform::web::etag::IfMatch;
    use serde_json::json;

    fn name(seen: IfMatch, name: &str) -> Update {
        let patch = json!({ "name": name });
        Update::new(seen, ProfilePatch::parse(patch.as_object().expect("an object")).expect("a patch"))
    }

    #[test]
    fn none_of_many_updates_at_once_is_lost_and_each_has_its_own_answer() {
        on_each_database_async(|mut bench| async move {
            let (holder, env) = (open(&mut bench, "N"), bench.env.clone());
            let tasks: Vec<_> = (0..80)
                .map(|number| {
                    // Every fifth has seen an old version.
                    let seen = if number % 5 == 4 { IfMatch::Version(99) } else { IfMatch::Any };
                    let (env, by, wish) = (env.clone(), author(&holder), name(seen, &format!("N{number}")));
                    tokio::spawn(async move { (number, update_together(&env, by, wish).await) })
                })
                .collect();
            let mut versions = Vec::new();
            for task in tasks {
                match task.await.expect("not panicked") {
                    (number, Ok((account, _))) => {
                        assert_eq!(account.profile.name.reveal(), &format!("N{number}"));
                        versions.push(account.version);
                    }
                    (number, Err(AccountError::Stale(_))) => assert_eq!(number % 5, 4),
                    (number, Err(error)) => panic!("{number}: {error:?}"),
                }
            }
            versions.sort_unstable();
            assert_eq!(versions, (2..66).collect::<Vec<_>>());
            let mut rows = history(&mut bench.conn, &env, &holder, None, 101).expect("readable");
            rows.sort_by_key(|one| one.version);
            assert_eq!(rows.iter().map(|one| one.version).collect::<Vec<_>>(), versions);
            assert!(rows.windows(2).all(|pair| pair[0].after == pair[1].before));
            assert_eq!(get(&mut bench.conn, &env, &holder.account).expect("the row").0.version, 65);
            // The last are answered a moment before the one who made them looks for more and leaves.
            let left = async {
                while !env.state.get::<Waiting>().all().is_empty() {
                    tokio::task::yield_now().await;
                }
            };
            tokio::time::timeout(std::time::Duration::from_secs(10), left).await.expect("nothing is kept");
        });
    }

    #[test]
    fn who_waits_for_one_that_was_dropped_is_told_and_the_next_begins_anew() {
        on_each_database_async(|mut bench| async move {
            let (holder, env) = (open(&mut bench, "N"), bench.env.clone());
            let waiting = env.state.get::<Waiting>();
            let (answer, answered) = oneshot::channel();
            let wish = Wish { author: author(&holder), update: name(IfMatch::Any, "Ada"), answer };
            assert!(waiting.join(wish));
            let account = holder.account.clone();
            drop(Lead { env: env.clone(), waiting: waiting.clone(), account, is_done: false });
            assert!(answered.await.is_err());
            let (account, _) =
                update_together(&env, author(&holder), name(IfMatch::Any, "Eve")).await.expect("a new one leads");
            assert_eq!((account.version, account.profile.name.reveal().as_str()), (2, "Eve"));
        });
    }

    #[test]
    fn an_update_under_way_is_answered_though_the_task_behind_it_ends() {
        on_each_database_async(|mut bench| async move {
            let (holder, env) = (open(&mut bench, "N"), bench.env.clone());
            let waiting = env.state.get::<Waiting>();
            let (answer, answered) = oneshot::channel();
            assert!(waiting.join(Wish { author: author(&holder), update: name(IfMatch::Any, "Ada"), answer }));
            let account = holder.account.clone();
            let lead = tokio::spawn(Lead { env: env.clone(), waiting, account, is_done: false }.run());
            tokio::task::yield_now().await;
            lead.abort();
            let (account, _) = answered.await.expect("an answer").expect("stored");
            assert_eq!((account.version, account.profile.name.reveal().as_str()), (2, "Ada"));
            assert_eq!(get(&mut bench.conn, &env, &holder.account).expect("the row").0, account);
        });
    }

    #[test]
    fn an_account_that_is_left_belongs_to_whoever_comes_first() {
        on_each_database_async(|mut bench| async move {
            let (holder, env) = (open(&mut bench, "N"), bench.env.clone());
            let waiting = env.state.get::<Waiting>();
            let wish = |answer| Wish { author: author(&holder), update: name(IfMatch::Any, "Ada"), answer };
            let (answer, _first) = oneshot::channel();
            assert!(waiting.join(wish(answer)));
            assert_eq!(waiting.take(&holder.account).len(), 1);
            assert!(waiting.take(&holder.account).is_empty(), "left");
            let (answer, second) = oneshot::channel();
            assert!(waiting.join(wish(answer)), "whoever comes next leads");
            let account = holder.account.clone();
            drop(Lead { env, waiting: waiting.clone(), account, is_done: true });
            assert_eq!(waiting.take(&holder.account).len(), 1, "the one who was done took nothing along");
            drop(second);
        });
    }
}
