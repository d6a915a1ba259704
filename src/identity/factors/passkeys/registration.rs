//! Adding a passkey: a challenge, then the authenticator's answer.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use webauthn_rs::prelude::{Passkey, PasskeyRegistration, RegisterPublicKeyCredential};

use super::{Asked, Challenge, keep, opened, relying_party, text_of, unreadable};
use crate::db::{self, DbConnection, DbError};
use crate::env::Env;
use crate::identity::factors::error::FactorError;
use crate::identity::factors::model::FactorKind;
use crate::identity::factors::store::{self, NewFactor, challenges};
use crate::identity::notices::name_of;
use crate::identity::principals::store::Principal;
use crate::kernel::ids::{Factor, Id};
use crate::kernel::secret_token::SecretToken;

const NOT_CONFIRMED: FactorError = FactorError::NotConfirmed("/credential");

/// Asks for a new passkey of this principal.
///
/// # Errors
/// [`FactorError::NoPasskeys`]; the database failed.
pub fn begin(conn: &mut DbConnection, env: &Env, owner: &Principal, name: &str) -> Result<Challenge, FactorError> {
    let party = relying_party(env)?;
    let known = store::list(conn, &owner.id)?;
    let known = known.iter().filter_map(|row| row.credential_id.as_deref());
    let known = known.filter_map(|text| URL_SAFE_NO_PAD.decode(text).ok()).collect();
    let shown = name_of(conn, &owner.id)?;
    let (options, state) = party
        .start_passkey_registration(owner.id.uuid(), owner.email.reveal(), &shown, Some(known))
        .map_err(|error| FactorError::Db(unreadable(error)))?;
    // One that stays on the device signs in without an address being typed; one that has no room for it is as welcome.
    let mut options = serde_json::to_value(&options.public_key).map_err(unreadable)?;
    options["authenticatorSelection"]["residentKey"] = "preferred".into();
    let asked = Asked { purpose: "register", owner: Some(&owner.id), name };
    Ok(keep(conn, env, asked, &state, &options)?)
}

/// Takes the answer and stores the passkey; the challenge is spent whatever comes of it.
///
/// # Errors
/// [`FactorError::NotConfirmed`], [`FactorError::Known`]; the database failed.
pub fn finish(
    conn: &mut DbConnection,
    env: &Env,
    owner: &Principal,
    challenge: &str,
    credential: &RegisterPublicKeyCredential,
) -> Result<Id<Factor>, FactorError> {
    let token = SecretToken::parse("", challenge).ok_or(NOT_CONFIRMED)?;
    let spent = challenges::spend(conn, &token.digest(), env.now())?.ok_or(NOT_CONFIRMED)?;
    if spent.purpose != "register" || spent.principal_id.as_ref() != Some(&owner.id) {
        return Err(NOT_CONFIRMED);
    }
    let state: PasskeyRegistration = opened(env, &token.digest(), &spent.state)?;
    let passkey = relying_party(env)?.finish_passkey_registration(credential, &state).map_err(|_| NOT_CONFIRMED)?;
    let (id, now) = (env.id(), env.now());
    let new = NewFactor {
        id: &id,
        principal_id: &owner.id,
        kind: FactorKind::Passkey,
        name: &spent.name,
        sealed: &seal(env, &id, &passkey)?,
        credential_id: Some(&text_of(passkey.cred_id())),
        counter: 0,
        created_at: now,
        confirmed_at: Some(now),
    };
    match db::nested(conn, |conn| store::insert(conn, &new)) {
        Err(DbError::Duplicate(_)) => Err(FactorError::Known),
        other => Ok(other.map(|()| id)?),
    }
}

/// The form in which a passkey is stored.
///
/// # Errors
/// It cannot be written as JSON, which no passkey cannot.
pub fn seal(env: &Env, factor: &Id<Factor>, passkey: &Passkey) -> Result<String, DbError> {
    let text = serde_json::to_vec(passkey).map_err(unreadable)?;
    Ok(env.keys.columns().seal(&text, &format!("factors.sealed|{factor}")))
}

/// A stored passkey.
///
/// # Errors
/// It was not sealed for this factor.
pub fn open(env: &Env, factor: &Id<Factor>, sealed: &str) -> Result<Passkey, DbError> {
    let text = env.keys.columns().open(sealed, &format!("factors.sealed|{factor}"));
    let text = text.ok_or_else(|| unreadable("sealed under no key"))?;
    serde_json::from_slice(&text).map_err(unreadable)
}
