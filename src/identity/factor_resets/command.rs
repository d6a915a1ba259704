//! What `steward account` does.

use super::actions::{self, COMMAND_LINE};
use super::error::ResetError;
use super::model::{Case, End};
use super::store::Waiting;
use crate::env::Env;
use crate::kernel::email_address::EmailAddress;

/// Orders it; answers when it takes effect.
///
/// # Errors
/// See [`ResetError`].
pub async fn order(env: &Env, email: &EmailAddress, case: &Case) -> Result<Waiting, ResetError> {
    let (own, email, case) = (env.clone(), email.clone(), case.clone());
    env.db.write(move |conn| actions::order(conn, &own, &email, &case)).await
}

/// Takes it back.
///
/// # Errors
/// [`ResetError::NotWaiting`]; see [`ResetError`].
pub async fn take_back(env: &Env, email: &EmailAddress) -> Result<(), ResetError> {
    let (own, email) = (env.clone(), email.clone());
    env.db
        .write(move |conn| {
            let account = actions::account_of(conn, &email)?;
            let stopped = actions::stop(conn, &own, &account, End::Operator, &COMMAND_LINE)?;
            if stopped { Ok(()) } else { Err(ResetError::NotWaiting) }
        })
        .await
}
