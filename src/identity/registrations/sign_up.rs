//! Signing up and proving the address, for the API and for the pages: count, hash, store.

use std::sync::Arc;

use super::actions::{self, Choice};
use super::error::RegistrationError;
use super::model::{SignUp, SignUpInput};
use super::store;
use crate::db::{DbConnection, DbError};
use crate::env::{Env, Verdict};
use crate::identity::credentials::choosing;
use crate::identity::credentials::model::{Rules, normalise};
use crate::identity::ports::AccountOpening;
use crate::identity::throttle::actions::{self as throttle, Reservation};
use crate::identity::throttle::model::{Limited, MAIL_BY_IP, MAIL_WISHES, SIGN_UP, TOKEN_BY_IP};
use crate::kernel::email_address::EmailAddress;
use crate::kernel::ids::{Account, Id, Registration};
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

/// What a mail is wished for. Each has a count of its own: whoever uses up one keeps nobody from another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MailWish {
    /// The link of a sign-up once more.
    Verification,
    /// The link that sets a password.
    Reset,
    /// The link that lifts a freeze.
    Unfreeze,
    /// The link that proves another address.
    EmailChange,
    /// The list of what is held.
    Reminder,
}

/// Counts a visitor's wish for a mail to an address.
///
/// # Errors
/// The database failed.
pub fn mail_allowed(
    conn: &mut DbConnection,
    env: &Env,
    from: &str,
    (wish, email_key): (MailWish, &str),
) -> Result<Result<(), Limited>, DbError> {
    let wished = format!("{wish:?} {email_key}");
    for (policy, what) in [(&MAIL_BY_IP, from), (&MAIL_WISHES, wished.as_str())] {
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
            if let Err(limited) = mail_allowed(conn, &own, &from, (MailWish::Verification, email.key()))? {
                return Ok(Err(RegistrationError::Limited(limited)));
            }
            actions::resend(conn, &own, email.key())?;
            Ok(Ok(()))
        })
        .await?
}

/// Whether the address of a link has signed up more than once: then the password has to say which sign-up is meant, or a
/// stranger's could become the owner's account by a press on the wrong link.
///
/// # Errors
/// The database failed. A link that is no good is told when it is used.
pub async fn is_contested(env: &Env, token: &str) -> Result<bool, DbError> {
    let Some(token) = SecretToken::parse("", token) else { return Ok(false) };
    let own = env.clone();
    let contested = env.db.read(move |conn| {
        let link = actions::of_link(conn, &own, &token)?;
        Ok(store::list_waiting(conn, link.email_key.reveal(), own.now())?.len() > 1)
    });
    match contested.await {
        Err(RegistrationError::Db(error)) => Err(error),
        other => Ok(other.unwrap_or(false)),
    }
}

/// Proves an address, for the API and for the page. With a password it opens the sign-up of the link's address that was
/// made with it; without one the link's own.
///
/// # Errors
/// See [`RegistrationError`].
pub async fn prove(
    env: &Env,
    info: &RequestInfo,
    opening: Arc<dyn AccountOpening>,
    (token, password): (&str, Option<&str>),
) -> Result<Id<Account>, RegistrationError> {
    let token = SecretToken::parse("", token);
    let (own, from) = (env.clone(), info.address_group().to_string());
    let counted =
        env.db.write::<_, RegistrationError, _>(move |conn| Ok(throttle::take(conn, &own, &TOKEN_BY_IP, &from)?));
    counted.await?.map_err(RegistrationError::Limited)?;
    let token = token.ok_or(RegistrationError::LinkSpent)?;
    let (chosen, reservation) = match password {
        Some(password) => choose(env, &token, password).await?,
        None => (None, Reservation::default()),
    };
    let own = env.clone();
    let verified = env.db.write(move |conn| {
        let account = actions::verify(conn, &own, &*opening, (&token, chosen.as_ref()))?;
        throttle::refund(conn, &reservation)?;
        Ok(account)
    });
    verified.await
}

/// The sign-up of the link's address that was made with this password.
async fn choose(
    env: &Env,
    token: &SecretToken,
    password: &str,
) -> Result<(Option<Id<Registration>>, Reservation), RegistrationError> {
    let (own, link) = (env.clone(), token.clone());
    let prepared = env.db.write(move |conn| actions::prepare_choice(conn, &own, &link)).await?;
    let Choice { reservation, waiting } = prepared.map_err(RegistrationError::Limited)?;
    let given = normalise(password).unwrap_or_default();
    for (id, phc) in waiting {
        if env.hasher.verify(&given, Some(phc)).await? != Verdict::Wrong {
            return Ok((Some(id), reservation));
        }
    }
    let text = "No sign-up with this address was made with this password. Open the link of your own sign-up, or sign up again.";
    Err(RegistrationError::Fields(vec![FieldError::new("/password", text)]))
}
