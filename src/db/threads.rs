//! Database threads: a fixed number, each with its own connection for life. A closure runs whole on one of them.
//!
//! Nothing can await in the middle, so there is no network inside a transaction and no half transaction when a client
//! goes away; and a request costs one hop, not one for every statement.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use crossbeam_channel::{Receiver, Sender};
use diesel::connection::SimpleConnection;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, oneshot};

use super::connection::{Backend, DbConnection, Role};
use super::error::DbError;
use super::tx::{self, TxError};

/// A request waits this long for a place in the queue, then is told to come back.
const WAIT_FOR_PLACE: Duration = Duration::from_secs(1);
/// Closures that may wait for each thread: enough to keep it busy, few enough to stay within the wait.
const PLACES_PER_THREAD: usize = 16;

type Work = Box<dyn FnOnce(Result<&mut DbConnection, DbError>) + Send>;

/// How many threads to keep.
#[derive(Debug, Clone, Copy)]
pub struct PoolSize {
    /// Threads that read; on PostgreSQL they also write.
    pub readers: usize,
}

/// The door to the database.
#[derive(Clone)]
pub struct Db {
    readers: Queue,
    writers: Queue,
    backend: Backend,
    url: Arc<str>,
}

#[derive(Clone)]
struct Queue {
    sender: Sender<Work>,
    places: Arc<Semaphore>,
}

impl Db {
    /// Starts the threads. Connections are opened when first used and again after they broke, so a database that is
    /// away for a while is no reason to restart.
    ///
    /// # Errors
    /// The URL names no known database, or a thread cannot be started.
    pub fn start(url: &str, size: PoolSize) -> Result<Self, DbError> {
        let backend = Backend::of_url(url).ok_or_else(|| DbError::Other("unknown database URL".to_owned()))?;
        let readers = size.readers.max(1);
        let (readers, writers) = match backend {
            Backend::Sqlite => (Queue::start(url, Role::Reader, readers)?, Queue::start(url, Role::Writer, 1)?),
            Backend::Postgresql => {
                let both = Queue::start(url, Role::Writer, readers)?;
                (both.clone(), both)
            }
        };
        Ok(Self { readers, writers, backend, url: url.into() })
    }

    /// Which database this is.
    #[must_use]
    pub fn backend(&self) -> Backend {
        self.backend
    }

    /// The URL, with credentials: for opening a connection of one's own on the command line, never for a log.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Runs queries.
    ///
    /// # Errors
    /// What `work` answered; [`DbError::Busy`] when no place came free; [`DbError::Unavailable`].
    pub async fn read<T, E, F>(&self, work: F) -> Result<T, E>
    where
        T: Send + 'static,
        E: TxError + Send + 'static,
        F: FnOnce(&mut DbConnection) -> Result<T, E> + Send + 'static,
    {
        self.readers.run(work).await
    }

    /// Runs `work` on a connection that may write, without opening a transaction: for work that opens its own, such as
    /// looking first and writing only when there is something to write.
    ///
    /// # Errors
    /// What `work` answered; [`DbError::Busy`] when no place came free; [`DbError::Unavailable`].
    pub async fn with_writer<T, E, F>(&self, work: F) -> Result<T, E>
    where
        T: Send + 'static,
        E: TxError + Send + 'static,
        F: FnOnce(&mut DbConnection) -> Result<T, E> + Send + 'static,
    {
        self.writers.run(work).await
    }

    /// Runs `work` in one write transaction (see [`tx::write`]).
    ///
    /// # Errors
    /// What `work` answered; [`DbError::Busy`] when no place came free; [`DbError::Unavailable`].
    pub async fn write<T, E, F>(&self, work: F) -> Result<T, E>
    where
        T: Send + 'static,
        E: TxError + Send + 'static,
        F: Fn(&mut DbConnection) -> Result<T, E> + Send + 'static,
    {
        self.writers.run(move |conn| tx::write(conn, work)).await
    }
}

impl Queue {
    fn start(url: &str, role: Role, threads: usize) -> Result<Self, DbError> {
        let (sender, receiver) = crossbeam_channel::unbounded::<Work>();
        let losses = Arc::new(AtomicU64::new(0));
        for number in 0..threads {
            let (url, receiver, losses) = (url.to_owned(), receiver.clone(), losses.clone());
            std::thread::Builder::new()
                .name(format!("db-{}-{number}", if role == Role::Reader { "read" } else { "write" }))
                .spawn(move || serve(&url, role, &receiver, &losses))
                .map_err(|error| DbError::Other(error.to_string()))?;
        }
        Ok(Self { sender, places: Arc::new(Semaphore::new(threads * PLACES_PER_THREAD)) })
    }

    async fn place(&self) -> Result<OwnedSemaphorePermit, DbError> {
        if let Ok(place) = self.places.clone().try_acquire_owned() {
            return Ok(place);
        }
        let waited = tokio::time::timeout(WAIT_FOR_PLACE, self.places.clone().acquire_owned()).await;
        waited.map_err(|_| DbError::Busy)?.map_err(|_| DbError::Unavailable)
    }

    async fn run<T, E, F>(&self, work: F) -> Result<T, E>
    where
        T: Send + 'static,
        E: TxError + Send + 'static,
        F: FnOnce(&mut DbConnection) -> Result<T, E> + Send + 'static,
    {
        let place = self.place().await.map_err(E::from)?;
        let (answer, answered) = oneshot::channel();
        let job: Work = Box::new(move |conn| {
            let outcome = conn.map_err(E::from).and_then(work);
            drop(place);
            let _ = answer.send(outcome);
        });
        self.sender.send(job).map_err(|_| E::from(DbError::Unavailable))?;
        // A closure that panicked drops its sender: the client gets an error, the thread lives on.
        answered.await.unwrap_or_else(|_| Err(E::from(DbError::Other("a database closure panicked".to_owned()))))
    }
}

/// One thread: opens its connection when needed, replaces it when it broke, runs closures until the queue is gone.
///
/// `losses` counts connections that any thread has lost or could not get. Whoever sees it changed asks its own connection first: one
/// restart of the database must not cost one failed request for each thread.
fn serve(url: &str, role: Role, queue: &Receiver<Work>, losses: &Arc<AtomicU64>) {
    let mut kept: Option<(DbConnection, Arc<AtomicBool>)> = None;
    let mut seen = 0;
    while let Ok(work) = queue.recv() {
        let lost = losses.load(Ordering::Relaxed);
        if lost != seen {
            seen = lost;
            kept = kept.and_then(|(mut conn, suspect)| is_alive(&mut conn).then_some((conn, suspect)));
        }
        let (mut conn, suspect) = match kept.take().map_or_else(|| open(url, role, losses), Ok) {
            Ok(opened) => opened,
            Err(error) => {
                // A server that ends connections does so one after the other: one that answered a moment ago may be gone.
                losses.fetch_add(1, Ordering::Relaxed);
                work(Err(error));
                continue;
            }
        };
        // A panic in a closure must not take the thread along; its transaction dies with the connection.
        let panicked = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| work(Ok(&mut conn)))).is_err();
        let broken = panicked || (suspect.swap(false, Ordering::Relaxed) && !is_alive(&mut conn));
        if broken {
            losses.fetch_add(1, Ordering::Relaxed);
        } else {
            kept = Some((conn, suspect));
        }
    }
}

fn is_alive(conn: &mut DbConnection) -> bool {
    conn.batch_execute("SELECT 1").is_ok()
}

fn open(url: &str, role: Role, losses: &Arc<AtomicU64>) -> Result<(DbConnection, Arc<AtomicBool>), DbError> {
    let mut conn = DbConnection::open(url, role).map_err(|error| {
        tracing::warn!(target: "steward::db", kind = connection_problem(&error), "database connection failed");
        DbError::Unavailable
    })?;
    let suspect = Arc::new(AtomicBool::new(false));
    conn.watch(suspect.clone(), losses.clone());
    Ok((conn, suspect))
}

/// A word for the log: the full text may hold the user name and host.
fn connection_problem(error: &diesel::ConnectionError) -> &'static str {
    match error {
        diesel::ConnectionError::BadConnection(_) => "unreachable",
        diesel::ConnectionError::InvalidConnectionUrl(_) => "bad URL",
        diesel::ConnectionError::CouldntSetupConfiguration(_) => "settings refused",
        _ => "other",
    }
}
