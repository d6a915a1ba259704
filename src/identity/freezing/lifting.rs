//! Freezing by link and lifting by its holder, for the API and for the pages: count, hash, finish. No transaction is open
//! while a password is hashed.

use std::sync::Arc;

use zeroize::Zeroizing;

use super::actions;
use super::error::FreezeError;
use super::model::Lifted;
use crate::db::{DbConnection, DbError};
use crate::env::{Env, Verdict};
use crate::identity::credentials::choosing;
use crate::identity::credentials::model::{NewPassword, normalise};
use crate::identity::factors::actions as factors;
use crate::identity::factors::model::Answer;
use crate::identity::ports::HolderFacts;
use crate::identity::principals::model::PrincipalId;
use crate::identity::principals::store as principals;
use crate::identity::recovery::actions::words_of;
use crate::identity::registrations::sign_up::{MailWish, mail_allowed, rules};
use crate::identity::throttle::actions::{self as throttle, Reservation};
use crate::identity::throttle::model::{PASSWORD_AGAIN, TOKEN_BY_IP};
use crate::identity::tokens::model::Purpose;
use crate::identity::tokens::store as tokens;
use crate::kernel::email_address::EmailAddress;
use crate::kernel::ids::{Account, Id};
use crate::kernel::public_error::FieldError;
use crate::kernel::secret_token::SecretToken;
use crate::platform::web::request::RequestInfo;

/// Counts a try at a link and reads it.
///
/// # Errors
/// [`FreezeError::Limited`]; [`FreezeError::LinkSpent`] for what is no token; the database failed.
pub async fn read_link(env: &Env, info: &RequestInfo, token: &str) -> Result<SecretToken, FreezeError> {
    let (own, from) = (env.clone(), info.address_group().to_string());
    let counted = env.db.write::<_, DbError, _>(move |conn| throttle::take(conn, &own, &TOKEN_BY_IP, &from)).await?;
    counted.map_err(FreezeError::Limited)?;
    SecretToken::parse("", token).ok_or(FreezeError::LinkSpent)
}

/// Freezes by the link of a notice; `false` when the account is frozen already.
///
/// # Errors
/// See [`FreezeError`].
pub async fn freeze(env: &Env, info: &RequestInfo, token: &str) -> Result<bool, FreezeError> {
    let (own, token) = (env.clone(), read_link(env, info, token).await?);
    env.db.write(move |conn| actions::freeze_by_link(conn, &own, &token)).await
}

/// Asks for the link that lifts a freeze. Whether the address is known makes no difference.
///
/// # Errors
/// See [`FreezeError`].
pub async fn ask(env: &Env, info: &RequestInfo, email: &str) -> Result<(), FreezeError> {
    let email = EmailAddress::parse(email).map_err(|error| FreezeError::Field(FieldError::new("/email", error)))?;
    let (own, from) = (env.clone(), info.address_group().to_string());
    env.db
        .write::<_, FreezeError, _>(move |conn| {
            if let Err(limited) = mail_allowed(conn, &own, &from, (MailWish::Unfreeze, email.key()))? {
                return Ok(Err(FreezeError::Limited(limited)));
            }
            Ok(Ok(actions::ask(conn, &own, email.key())?))
        })
        .await?
}

/// Whose freeze a link lifts.
struct Prepared {
    account: Id<Account>,
    reservation: Reservation,
    stored: String,
    words: Vec<String>,
}

/// What the reader of the mail gives besides its link.
pub struct Proof {
    /// The present password.
    pub present: Zeroizing<String>,
    /// The one to use from now on.
    pub new: Zeroizing<String>,
    /// What was given for a factor, where something was.
    pub factor: Option<Answer>,
}

/// Lifts a freeze with the mailed link, the present password and, where the account has one, a factor; sets a new
/// password.
///
/// # Errors
/// See [`FreezeError`]. A wrong password or factor leaves the link as it is.
pub async fn lift(
    env: &Env,
    info: &RequestInfo,
    facts: Arc<dyn HolderFacts>,
    token: &str,
    proof: Proof,
) -> Result<(), FreezeError> {
    let token = read_link(env, info, token).await?;
    let (own, link) = (env.clone(), token.clone());
    let prepared = env.db.write(move |conn| prepare(conn, &own, &*facts, &link)).await??;
    let mut rules = rules(env);
    rules.personal.extend(prepared.words.clone());
    let new = NewPassword::parse(&proof.new, &rules).map_err(FreezeError::NewPassword)?;
    choosing::look_up(env, &new).await?;
    let given = normalise(&proof.present).unwrap_or_default();
    if env.hasher.verify(&given, Some(prepared.stored.clone())).await? == Verdict::Wrong {
        return Err(FreezeError::WrongPassword);
    }
    choosing::differs(&new, &proof.present).map_err(FreezeError::NewPassword)?;
    let (own, phc) = (env.clone(), choosing::hash(env, &new).await?);
    env.db.write(move |conn| finish(conn, &own, &token, (&prepared, proof.factor.as_ref()), &phc)).await?
}

fn prepare(
    conn: &mut DbConnection,
    env: &Env,
    facts: &dyn HolderFacts,
    token: &SecretToken,
) -> Result<Result<Prepared, FreezeError>, FreezeError> {
    let subject = tokens::find_subject(conn, Purpose::UnfreezeAccount, token, env.now())?;
    let account: Id<Account> = subject.and_then(|text| text.parse().ok()).ok_or(FreezeError::LinkSpent)?;
    let mut reservation = Reservation::default();
    if let Err(limited) = throttle::reserve_own(conn, env, &PASSWORD_AGAIN, account.as_str(), &mut reservation)? {
        return Ok(Err(FreezeError::Limited(limited)));
    }
    let principal = principals::find(conn, &PrincipalId::Holder(account.clone()))?.ok_or(FreezeError::LinkSpent)?;
    let words = words_of(conn, facts, &principal)?;
    Ok(Ok(Prepared { account, reservation, stored: principal.password_phc, words }))
}

/// A refused factor is no error of the transaction: its try stays counted.
fn finish(
    conn: &mut DbConnection,
    env: &Env,
    token: &SecretToken,
    (prepared, factor): (&Prepared, Option<&Answer>),
    phc: &str,
) -> Result<Result<(), FreezeError>, FreezeError> {
    let Prepared { account, reservation, stored, .. } = prepared;
    let (id, mut reservation) = (PrincipalId::Holder(account.clone()), reservation.clone());
    principals::lock(conn, &id)?;
    if factors::required(conn, &id)? {
        let Some(answer) = factor else { return Ok(Err(FreezeError::FactorRequired)) };
        if let Err(refused) = factors::judge(conn, env, &id, answer, &mut reservation)? {
            return Ok(Err(refused.into()));
        }
    }
    tokens::spend(conn, Purpose::UnfreezeAccount, token, env.now())?.ok_or(FreezeError::LinkSpent)?;
    if principals::replace_password(conn, &id, stored, phc)?.is_none() {
        return Err(FreezeError::WrongPassword);
    }
    principals::choose_password(conn, &id, phc)?;
    throttle::refund(conn, &reservation)?;
    actions::lift(conn, env, account, &Lifted::Holder, &id.actor()).map(Ok)
}
