//! Confirmations, for the API and for the pages: their refusals are committed.

use super::error::FactorError;
use crate::db::{DbConnection, DbError};
use crate::identity::actors::Proved;
use crate::platform::web::call::{Call, Context};
use crate::platform::web::problem::Problem;

/// Runs a confirmation whose refusal is committed: a try stays counted, a challenge stays spent.
///
/// # Errors
/// 401, 403, 503; what the action refuses is inside.
pub async fn settle<T, F>(call: &Call<Proved>, work: F) -> Result<Result<T, FactorError>, Problem>
where
    T: Send + 'static,
    F: Fn(&mut DbConnection, &Context<Proved>) -> Result<T, FactorError> + Send + 'static,
{
    call.write::<_, DbError, _>(move |conn, context| match work(conn, context) {
        Err(FactorError::Db(error)) => Err(error),
        settled => Ok(settled),
    })
    .await
}
