//! What API and pages share when factors change: refusals that are committed, and the other sessions.

use super::error::FactorError;
use crate::db::{DbConnection, DbError};
use crate::identity::actors::Proved;
use crate::identity::sessions::actions as sessions;
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

/// Ends every other session of somebody whose factors or recovery codes have just changed, unless they are to go on: a
/// thief's may be among them. In the transaction of the change.
///
/// # Errors
/// The database failed.
pub fn end_others(conn: &mut DbConnection, context: &Context<Proved>, wanted: bool) -> Result<(), DbError> {
    if wanted {
        sessions::end_others(conn, &context.env, &context.actor.session)?;
    }
    Ok(())
}
