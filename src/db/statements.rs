//! Statements that save round trips where many wait for one row.
//!
//! On PostgreSQL every statement is a round trip, and what happens between the lock of a row and the commit is what the
//! next in line waits for. Diesel prepares an UPDATE anew each time (a round trip of its own), has no `FOR … OF`, and
//! sends one statement at a time; these close the gaps. On SQLite they are the plain statements.

use std::marker::PhantomData;

use diesel::backend::Backend;
use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::serialize::ToSql;
use diesel::sql_types::{BigInt, Text};
use diesel::sqlite::Sqlite;

use super::connection::DbConnection;
use super::error::DbError;
use super::tx;

/// A statement that both databases take.
pub trait Statement: QueryFragment<Pg> + QueryFragment<Sqlite> + QueryId {}
impl<T: QueryFragment<Pg> + QueryFragment<Sqlite> + QueryId> Statement for T {}

/// Runs statements of which none reads what another writes. One round trip on PostgreSQL.
///
/// # Errors
/// The database failed or refused one of them.
pub fn run_together(
    conn: &mut DbConnection,
    first: impl Statement,
    second: impl Statement,
    third: impl Statement,
) -> Result<(), DbError> {
    match conn {
        DbConnection::Postgresql(inner) => {
            Together(first, second, third).execute(inner)?;
        }
        DbConnection::Sqlite(inner) => {
            inner.execute_returning_count(&first)?;
            inner.execute_returning_count(&second)?;
            inner.execute_returning_count(&third)?;
        }
    }
    Ok(())
}

/// The first two as data-modifying parts of a WITH before the third: PostgreSQL runs them all, in whatever order.
#[derive(QueryId)]
struct Together<A, B, C>(A, B, C);

impl<A: QueryFragment<Pg>, B: QueryFragment<Pg>, C: QueryFragment<Pg>> QueryFragment<Pg> for Together<A, B, C> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        out.push_sql("WITH one AS (");
        self.0.walk_ast(out.reborrow())?;
        out.push_sql("), two AS (");
        self.1.walk_ast(out.reborrow())?;
        out.push_sql(") ");
        self.2.walk_ast(out.reborrow())
    }
}

impl<A, B, C> RunQueryDsl<diesel::PgConnection> for Together<A, B, C> {}

/// Runs three statements outside a transaction, all or nothing; the first must find its row. One round trip on
/// PostgreSQL, in which nobody else waits for a client between lock and commit.
///
/// # Errors
/// [`DbError::Busy`] when the first found no row: it has moved on, look again. The database failed or refused one.
pub fn run_guarded(
    conn: &mut DbConnection,
    first: impl Statement,
    second: impl Statement,
    third: impl Statement,
) -> Result<(), DbError> {
    if let DbConnection::Postgresql(inner) = conn {
        Guarded(first, second, third).execute(inner)?;
        return Ok(());
    }
    tx::write(conn, |conn| {
        if crate::each_backend!(conn, |inner| inner.execute_returning_count(&first))? != 1 {
            return Err(DbError::Busy);
        }
        crate::each_backend!(conn, |inner| inner.execute_returning_count(&second))?;
        crate::each_backend!(conn, |inner| inner.execute_returning_count(&third))?;
        Ok(())
    })
}

/// All as data-modifying parts of a WITH; `must_hold` (migration 115) fails the whole statement like a lost
/// serialisation when the first changed nothing.
#[derive(QueryId)]
struct Guarded<A, B, C>(A, B, C);

impl<A: QueryFragment<Pg>, B: QueryFragment<Pg>, C: QueryFragment<Pg>> QueryFragment<Pg> for Guarded<A, B, C> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        out.push_sql("WITH one AS (");
        self.0.walk_ast(out.reborrow())?;
        out.push_sql(" RETURNING 1), two AS (");
        self.1.walk_ast(out.reborrow())?;
        out.push_sql("), three AS (");
        self.2.walk_ast(out.reborrow())?;
        out.push_sql(") SELECT must_hold(EXISTS (SELECT 1 FROM one))");
        Ok(())
    }
}

impl<A, B, C> RunQueryDsl<diesel::PgConnection> for Guarded<A, B, C> {}

/// `UPDATE table SET … WHERE id = …`, prepared once for each connection. `Shape` is a type of the caller's that stands
/// for the columns and for whether a version is asked for, which must be the same each time.
pub struct UpdateById<'a, Shape, V> {
    table: &'static str,
    id: &'a str,
    version: Option<i64>,
    values: V,
    shape: PhantomData<fn(Shape)>,
}

impl<'a, Shape, V> UpdateById<'a, Shape, V> {
    /// Sets `values` in the row with this id.
    pub fn new<S: AsChangeset<Changeset = V>>(table: &'static str, id: &'a str, values: S) -> Self {
        Self { table, id, version: None, values: values.as_changeset(), shape: PhantomData }
    }

    /// Only if the row is still at this version.
    #[must_use]
    pub fn at_version(self, version: i64) -> Self {
        Self { version: Some(version), ..self }
    }
}

impl<DB: Backend, Shape, V: QueryFragment<DB>> QueryFragment<DB> for UpdateById<'_, Shape, V>
where
    str: ToSql<Text, DB>,
    i64: ToSql<BigInt, DB>,
    DB: diesel::sql_types::HasSqlType<Text> + diesel::sql_types::HasSqlType<BigInt>,
{
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        out.push_sql("UPDATE ");
        out.push_identifier(self.table)?;
        out.push_sql(" SET ");
        self.values.walk_ast(out.reborrow())?;
        out.push_sql(" WHERE ");
        out.push_identifier("id")?;
        out.push_sql(" = ");
        out.push_bind_param::<Text, str>(self.id)?;
        if let Some(version) = &self.version {
            out.push_sql(" AND version = ");
            out.push_bind_param::<BigInt, i64>(version)?;
        }
        Ok(())
    }
}

impl<Shape: 'static, V> QueryId for UpdateById<'_, Shape, V> {
    type QueryId = Shape;
    const HAS_STATIC_QUERY_ID: bool = true;
}

/// A query whose rows of one table stay as they are until the transaction ends: `SELECT … FOR NO KEY UPDATE OF table`.
#[derive(QueryId)]
pub struct Locking<Q> {
    query: Q,
    #[diesel(skip)]
    table: &'static str,
}

impl<Q> Locking<Q> {
    /// Locks the rows that `query` reads of `table`.
    pub fn of(table: &'static str, query: Q) -> Self {
        Self { query, table }
    }
}

impl<Q: Query> Query for Locking<Q> {
    type SqlType = Q::SqlType;
}

impl<Q: QueryFragment<Pg>> QueryFragment<Pg> for Locking<Q> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        self.query.walk_ast(out.reborrow())?;
        out.push_sql(" FOR NO KEY UPDATE OF ");
        out.push_identifier(self.table)
    }
}

impl<Q> RunQueryDsl<diesel::PgConnection> for Locking<Q> {}

/// Loads a query inside a write transaction and keeps its rows of one table locked until the end: on PostgreSQL by
/// [`Locking`], on SQLite by the transaction itself, which is the only writer.
///
/// `load_locked!(conn, "accounts", accounts::table.filter(…).select(…))`
#[macro_export]
macro_rules! load_locked {
    ($conn:expr, $table:literal, $query:expr) => {
        match $conn {
            $crate::db::DbConnection::Postgresql(inner) => {
                $crate::db::statements::Locking::of($table, $query).load(inner)
            }
            $crate::db::DbConnection::Sqlite(inner) => $query.load(inner),
        }
    };
}
