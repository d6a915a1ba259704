//! What the two databases say differently. Everything else in the product is one code for both.

/// Runs one statement on the concrete connection, for what diesel's multi connection lacks: batch inserts above all.
///
/// `each_backend!(conn, |inner| diesel::insert_into(table).values(&rows).execute(inner))`
#[macro_export]
macro_rules! each_backend {
    ($conn:expr, |$inner:ident| $run:expr) => {
        match $conn {
            $crate::db::DbConnection::Postgresql($inner) => $run,
            $crate::db::DbConnection::Sqlite($inner) => $run,
        }
    };
}
