//! The database: one connection type over SQLite and PostgreSQL, threads that own the connections, the only place that
//! opens transactions, and every difference between the two.

// Bundled libpq calls OpenSSL, which no Rust code mentions: without this line it is not linked.
#[cfg(feature = "bundled")]
use openssl_sys as _;

pub mod columns;
mod connection;
pub mod dialect;
mod error;
pub mod failpoint;
pub mod migrations;
pub mod schema;
pub mod statements;
mod threads;
mod tx;

pub use connection::{Backend, DbConnection, Role};
pub use error::{DbError, INTERNAL, UNAVAILABLE};
pub use threads::{Db, PoolSize};
pub use tx::{TxError, nested, snapshot, write};
