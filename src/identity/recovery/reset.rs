//! Asking for a link and setting the password with it, for the API and for the pages.

use std::sync::Arc;

use super::actions;
use crate::env::Env;
use crate::identity::credentials::choosing;
use crate::identity::credentials::model::NewPassword;
use crate::identity::ports::HolderFacts;
use crate::identity::registrations::error::RegistrationError;
use crate::identity::registrations::sign_up::{MailWish, mail_allowed, rules};
use crate::identity::throttle::actions as throttle;
use crate::identity::throttle::model::TOKEN_BY_IP;
use crate::kernel::email_address::EmailAddress;
use crate::kernel::public_error::FieldError;
use crate::kernel::secret_token::SecretToken;
use crate::platform::web::request::RequestInfo;

/// Asks for a link.
///
/// # Errors
/// See [`RegistrationError`].
pub async fn request(env: &Env, info: &RequestInfo, email: &str) -> Result<(), RegistrationError> {
    let email = EmailAddress::parse(email)
        .map_err(|error| RegistrationError::Fields(vec![FieldError::new("/email", error)]))?;
    let (own, from) = (env.clone(), info.address_group().to_string());
    env.db
        .write::<_, RegistrationError, _>(move |conn| {
            if let Err(limited) = mail_allowed(conn, &own, &from, (MailWish::Reset, email.key()))? {
                return Ok(Err(RegistrationError::Limited(limited)));
            }
            actions::request(conn, &own, email.key())?;
            Ok(Ok(()))
        })
        .await?
}

/// Sets a new password; answers whether API tokens of the account go on. A password that is refused leaves the link as it
/// is.
///
/// # Errors
/// See [`RegistrationError`].
pub async fn complete(
    env: &Env,
    info: &RequestInfo,
    facts: Arc<dyn HolderFacts>,
    token: &str,
    password: &str,
) -> Result<bool, RegistrationError> {
    let parsed = SecretToken::parse("", token);
    let (own, from) = (env.clone(), info.address_group().to_string());
    let counted =
        env.db.write::<_, RegistrationError, _>(move |conn| Ok(throttle::take(conn, &own, &TOKEN_BY_IP, &from)?));
    counted.await?.map_err(RegistrationError::Limited)?;
    let token = parsed.ok_or(RegistrationError::LinkSpent)?;
    let (own, link) = (env.clone(), token.clone());
    let words = env.db.read(move |conn| actions::personal_words(conn, &own, &*facts, &link)).await?;
    let mut rules = rules(env);
    rules.personal.extend(words);
    let password =
        NewPassword::parse(password, &rules).map_err(|error| RegistrationError::Fields(vec![error.field()]))?;
    choosing::look_up(env, &password).await?;
    let (own, link) = (env.clone(), token.clone());
    let prepared = env.db.write(move |conn| actions::present_hash(conn, &own, &link)).await?;
    let (reservation, stored) = prepared.map_err(RegistrationError::Limited)?;
    choosing::differs_from_hash(env, &password, stored.clone()).await?;
    let (own, phc) = (env.clone(), choosing::hash(env, &password).await?);
    env.db.write(move |conn| actions::complete(conn, &own, &token, (&stored, &phc), &reservation)).await
}
