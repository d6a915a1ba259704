//! The only place that opens transactions.

use diesel::connection::{AnsiTransactionManager, TransactionManager};
use diesel::{Connection, QueryResult};

use super::connection::DbConnection;
use super::error::DbError;

type Manager = <DbConnection as Connection>::TransactionManager;

/// How often a transaction is run again after a deadlock or a serialisation failure.
const ATTEMPTS: u32 = 4;

/// Marker for errors that a transaction may end with: everything that a database error turns into.
pub trait TxError: From<DbError> {
    /// Whether the failure is only contention, so that running the transaction again may help.
    fn is_contention(&self) -> bool {
        false
    }
}

impl TxError for DbError {
    fn is_contention(&self) -> bool {
        matches!(self, Self::Busy)
    }
}

/// Runs `work` in one write transaction: committed when it answers `Ok`, rolled back otherwise.
///
/// On SQLite the write lock is taken at the start (`BEGIN IMMEDIATE`), so a transaction never fails half-way because
/// another one got in between. On PostgreSQL (READ COMMITTED) a deadlock runs the whole closure again; hence `Fn`.
///
/// # Errors
/// What `work` answered, or the failure to begin or commit.
pub fn write<T, E: TxError>(conn: &mut DbConnection, work: impl Fn(&mut DbConnection) -> Result<T, E>) -> Result<T, E> {
    let mut attempt = 1;
    loop {
        match once(conn, &work) {
            Err(error) if error.is_contention() && attempt < ATTEMPTS => attempt += 1,
            outcome => return outcome,
        }
    }
}

fn once<T, E: TxError>(conn: &mut DbConnection, work: impl Fn(&mut DbConnection) -> Result<T, E>) -> Result<T, E> {
    begin(conn).map_err(|error| E::from(DbError::from(error)))?;
    let outcome = work(conn);
    match outcome {
        Ok(value) => match Manager::commit_transaction(conn) {
            Ok(()) => Ok(value),
            Err(error) => Err(E::from(DbError::from(error))),
        },
        Err(error) => {
            // The cause counts; a rollback that fails leaves a broken connection, which its thread replaces.
            let _ = Manager::rollback_transaction(conn);
            Err(error)
        }
    }
}

fn begin(conn: &mut DbConnection) -> QueryResult<()> {
    match conn {
        DbConnection::Postgresql(inner) => AnsiTransactionManager::begin_transaction(inner),
        DbConnection::Sqlite(inner) => AnsiTransactionManager::begin_transaction_sql(inner, "BEGIN IMMEDIATE"),
    }
}

/// Runs `work` behind a savepoint of the open transaction, so that a unique violation in it can be answered by
/// reading the winner instead of losing the transaction.
///
/// # Errors
/// What `work` answered; everything `work` did is undone then.
pub fn nested<T>(
    conn: &mut DbConnection,
    work: impl FnOnce(&mut DbConnection) -> Result<T, DbError>,
) -> Result<T, DbError> {
    Manager::begin_transaction(conn)?;
    match work(conn) {
        Ok(value) => {
            Manager::commit_transaction(conn)?;
            Ok(value)
        }
        Err(error) => {
            Manager::rollback_transaction(conn)?;
            Err(error)
        }
    }
}

/// Runs read-only `work` on one consistent snapshot, for reports that must add up across statements.
///
/// # Errors
/// What `work` answered, or the failure to begin.
pub fn snapshot<T, E: TxError>(
    conn: &mut DbConnection,
    work: impl FnOnce(&mut DbConnection) -> Result<T, E>,
) -> Result<T, E> {
    let began = match conn {
        DbConnection::Postgresql(inner) => {
            AnsiTransactionManager::begin_transaction_sql(inner, "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
        }
        DbConnection::Sqlite(inner) => AnsiTransactionManager::begin_transaction_sql(inner, "BEGIN"),
    };
    began.map_err(|error| E::from(DbError::from(error)))?;
    let outcome = work(conn);
    let _ = Manager::rollback_transaction(conn);
    outcome
}
