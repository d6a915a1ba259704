//! The last steps of choosing a password, wherever it is chosen: looked up among the breached ones, then hashed. Only
//! this folder sees the text of a new password, so no way of choosing one gets around the list.

use super::error::{PasswordError, Refused};
use super::model::{NewPassword, normalise};
use crate::env::{Env, HashError, Verdict};

/// Refuses a password that stands in the operator's list of breached ones, where there is a list.
///
/// # Errors
/// [`PasswordError::Breached`]; the list cannot be read.
pub async fn look_up(env: &Env, password: &NewPassword) -> Result<(), Refused> {
    let Some(list) = env.breached.clone() else { return Ok(()) };
    let text = password.copy();
    let found = tokio::task::spawn_blocking(move || list.contains(&text)).await;
    match found {
        Ok(Ok(false)) => Ok(()),
        Ok(Ok(true)) => Err(PasswordError::Breached.into()),
        Ok(Err(error)) => {
            tracing::error!(target: "steward::identity", %error, "passwords.breached_list cannot be searched");
            Err(HashError::List.into())
        }
        Err(_) => Err(HashError::List.into()),
    }
}

/// Refuses a new password that is the present one, where that was given beside it and found right.
///
/// # Errors
/// [`PasswordError::Present`].
pub fn differs(password: &NewPassword, present: &str) -> Result<(), PasswordError> {
    let same = normalise(present).is_some_and(|present| present.as_str() == password.reveal());
    if same { Err(PasswordError::Present) } else { Ok(()) }
}

/// The same where nobody gave the present one: told from its hash, on the hashing threads.
///
/// # Errors
/// [`PasswordError::Present`]; the queue is full.
pub async fn differs_from_hash(env: &Env, password: &NewPassword, stored: String) -> Result<(), Refused> {
    match env.hasher.verify(password.reveal(), Some(stored)).await? {
        Verdict::Wrong => Ok(()),
        Verdict::Right | Verdict::RightButOld(_) => Err(PasswordError::Present.into()),
    }
}

/// Looks a new password up and hashes it.
///
/// # Errors
/// See [`look_up`]; the queue is full.
pub async fn hash(env: &Env, password: &NewPassword) -> Result<String, Refused> {
    look_up(env, password).await?;
    Ok(env.hasher.hash(password.reveal()).await?)
}
