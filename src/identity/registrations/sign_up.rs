//! Signing up and proving the address, for the API and for the pages: count, hash, store.

use std::sync::Arc;

use super::actions;
use super::error::RegistrationError;
use super::model::{SignUp, SignUpInput};
use crate::db::{DbConnection, DbError};
use crate::env::Env;
use crate::identity::credentials::choosing;
use crate::identity::credentials::model::Rules;
use crate::identity::ports::AccountOpening;
use crate::identity::throttle::actions as throttle;
use crate::identity::throttle::model::{Limited, MAIL_BY_IP, MAIL_WISHES, SIGN_UP, TOKEN_BY_IP};
use crate::kernel::email_address::EmailAddress;
use crate::kernel::ids::{Account, Id};
use crate::kernel::lang::Lang;
use crate::kernel::locale_tag::LocaleTag;
use crate::kernel::public_error::FieldError;
use crate::kernel::secret_token::SecretToken;
use crate::platform::web::request::RequestInfo;

/// Length, and what must not make up a password whoever chooses it.
#[must_use]
pub fn rules(env: &Env) -> Rules {
    let product = &env.settings.product;
    Rules {
        min_length: env.settings.passwords.min_length,
        personal: vec![product.name.clone(), product.operator.clone()],
    }
}

/// What the client's Accept-Language asks for, as the profile keeps it: its first language with the region if we speak
/// that, else the one of its languages that we speak. A wish that we cannot read is no mistake of the person.
fn wished_locale(info: &RequestInfo) -> Option<String> {
    let wish = match info.asked {
        Some(lang) if Lang::of_tag(&info.language) != Some(lang) => lang.as_str(),
        _ => &info.language,
    };
    wish.parse().ok().map(|tag: LocaleTag| tag.as_str().to_owned())
}

/// Signs up, in the language that the input names or the client asks for. Whether the address is known makes no difference.
///
/// # Errors
/// See [`RegistrationError`].
pub async fn sign_up(env: &Env, info: &RequestInfo, mut input: SignUpInput) -> Result<(), RegistrationError> {
    input.locale = input.locale.or_else(|| wished_locale(info));
    let sign_up = SignUp::parse(&input, rules(env)).map_err(RegistrationError::Fields)?;
    let (own, from, accepted) = (env.clone(), info.address_group().to_string(), sign_up.policy_version);
    let admitted = env
        .db
        .write::<_, RegistrationError, _>(move |conn| {
            let counted = throttle::take(conn, &own, &SIGN_UP, &from)?;
            Ok(counted.map_err(RegistrationError::Limited).and_then(|()| actions::check_policy(conn, accepted)))
        })
        .await?;
    admitted?;
    let phc = choosing::hash(env, &sign_up.password).await?;
    let own = env.clone();
    Ok(env.db.write(move |conn| actions::register(conn, &own, &sign_up, &phc)).await?)
}

/// Counts a visitor's wish for a mail to an address.
///
/// # Errors
/// The database failed.
pub fn mail_allowed(
    conn: &mut DbConnection,
    env: &Env,
    from: &str,
    email_key: &str,
) -> Result<Result<(), Limited>, DbError> {
    for (policy, what) in [(&MAIL_BY_IP, from), (&MAIL_WISHES, email_key)] {
        if let Err(limited) = throttle::take(conn, env, policy, what)? {
            return Ok(Err(limited));
        }
    }
    Ok(Ok(()))
}

/// Asks for the mail once more.
///
/// # Errors
/// See [`RegistrationError`].
pub async fn resend(env: &Env, info: &RequestInfo, email: &str) -> Result<(), RegistrationError> {
    let email = EmailAddress::parse(email)
        .map_err(|error| RegistrationError::Fields(vec![FieldError::new("/email", error)]))?;
    let (own, from) = (env.clone(), info.address_group().to_string());
    env.db
        .write::<_, RegistrationError, _>(move |conn| {
            if let Err(limited) = mail_allowed(conn, &own, &from, email.key())? {
                return Ok(Err(RegistrationError::Limited(limited)));
            }
            actions::resend(conn, &own, email.key())?;
            Ok(Ok(()))
        })
        .await?
}

/// Proves an address, for the API and for the page.
///
/// # Errors
/// See [`RegistrationError`].
pub async fn prove(
    env: &Env,
    info: &RequestInfo,
    opening: Arc<dyn AccountOpening>,
    token: &str,
) -> Result<Id<Account>, RegistrationError> {
    let token = SecretToken::parse("", token);
    let (own, from) = (env.clone(), info.address_group().to_string());
    let counted =
        env.db.write::<_, RegistrationError, _>(move |conn| Ok(throttle::take(conn, &own, &TOKEN_BY_IP, &from)?));
    counted.await?.map_err(RegistrationError::Limited)?;
    let (own, token) = (env.clone(), token.ok_or(RegistrationError::LinkSpent)?);
    env.db.write(move |conn| actions::verify(conn, &own, &*opening, &token)).await
}
