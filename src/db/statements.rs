//! Statements that save round trips where many wait for one row.
//!
//! On PostgreSQL every statement is a round trip, and what happens between the lock of a row and the commit is what the
//! next in line waits for. Diesel prepares an UPDATE anew each time (a round trip of its own), has no `FOR … OF`, and
//! sends one statement at a time; these three close the gaps. On SQLite they are the plain statements.

use std::marker::PhantomData;

use diesel::backend::Backend;
use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::serialize::ToSql;
use diesel::sql_types::Text;
use diesel::sqlite::Sqlite;

use super::connection::DbConnection;
use super::error::DbError;

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

/// `UPDATE table SET … WHERE id = …`, prepared once for each connection. `Shape` is a type of the caller's that stands
/// for the columns, which must be the same each time.
pub struct UpdateById<'a, Shape, V> {
    table: &'static str,
    id: &'a str,
    values: V,
    shape: PhantomData<fn(Shape)>,
}

impl<'a, Shape, V> UpdateById<'a, Shape, V> {
    /// Sets `values` in the row with this id.
    pub fn new<S: AsChangeset<Changeset = V>>(table: &'static str, id: &'a str, values: S) -> Self {
        Self { table, id, values: values.as_changeset(), shape: PhantomData }
    }
}

impl<DB: Backend, Shape, V: QueryFragment<DB>> QueryFragment<DB> for UpdateById<'_, Shape, V>
where
    str: ToSql<Text, DB>,
    DB: diesel::sql_types::HasSqlType<Text>,
{
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        out.push_sql("UPDATE ");
        out.push_identifier(self.table)?;
        out.push_sql(" SET ");
        self.values.walk_ast(out.reborrow())?;
        out.push_sql(" WHERE ");
        out.push_identifier("id")?;
        out.push_sql(" = ");
        out.push_bind_param::<Text, str>(self.id)
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
