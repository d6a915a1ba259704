//! Signing in, or proving oneself, with a passkey.

use webauthn_rs::prelude::{
    AuthenticationResult, DiscoverableAuthentication, Passkey, PasskeyAuthentication, PublicKeyCredential,
};

use super::registration::{open, seal};
use super::{Asked, Challenge, keep, opened, relying_party, text_of, unreadable};
use crate::db::{DbConnection, DbError};
use crate::env::Env;
use crate::identity::factors::error::FactorError;
use crate::identity::factors::model::FactorKind;
use crate::identity::factors::store::challenges::Spent;
use crate::identity::factors::store::{self, FactorRow, Use, challenges};
use crate::identity::principals::model::PrincipalId;
use crate::kernel::secret_token::{SecretToken, TokenDigest};

/// Asks for a passkey: of this principal, or of whoever has one on the device.
///
/// # Errors
/// [`FactorError::NoPasskeys`], [`FactorError::NoPasskey`]; the database failed.
pub fn ask(conn: &mut DbConnection, env: &Env, owner: Option<&PrincipalId>) -> Result<Challenge, FactorError> {
    let party = relying_party(env)?;
    let Some(owner) = owner else {
        let (options, state) =
            party.start_discoverable_authentication().map_err(|error| FactorError::Db(unreadable(error)))?;
        let asked = Asked { purpose: "discover", owner: None, name: "" };
        return Ok(keep(conn, env, asked, &state, &options.public_key)?);
    };
    let rows = store::list(conn, owner)?;
    let passkeys: Result<Vec<Passkey>, DbError> =
        rows.iter().filter(|row| row.kind == FactorKind::Passkey).map(|row| open(env, &row.id, &row.sealed)).collect();
    let passkeys = passkeys?;
    if passkeys.is_empty() {
        return Err(FactorError::NoPasskey);
    }
    let (options, state) =
        party.start_passkey_authentication(&passkeys).map_err(|error| FactorError::Db(unreadable(error)))?;
    let asked = Asked { purpose: "known", owner: Some(owner), name: "" };
    Ok(keep(conn, env, asked, &state, &options.public_key)?)
}

/// Judges an answer: the passkey that gave it, its counter moved on. The challenge is spent whatever comes of it. `None`
/// for every answer that is not right.
///
/// # Errors
/// The database failed.
pub fn judge(
    conn: &mut DbConnection,
    env: &Env,
    challenge: &str,
    credential: &PublicKeyCredential,
) -> Result<Option<FactorRow>, DbError> {
    let Some(token) = SecretToken::parse("", challenge) else { return Ok(None) };
    let Some(spent) = challenges::spend(conn, &token.digest(), env.now())? else { return Ok(None) };
    let Some(row) = store::find_credential(conn, &text_of(credential.get_credential_id()))? else { return Ok(None) };
    let mut passkey = open(env, &row.id, &row.sealed)?;
    let Some(result) = verify(env, (&token.digest(), &spent), (&row, &passkey), credential)? else { return Ok(None) };
    if !result.user_verified() || passkey.update_credential(&result).is_none() {
        return Ok(None);
    }
    let sealed = seal(env, &row.id, &passkey)?;
    let used = Use { counter: i64::from(result.counter()), sealed: &sealed, at: env.now() };
    let moved =
        if used.counter > 0 { store::advance(conn, &row.id, &used)? } else { store::touch(conn, &row.id, &used)? };
    Ok(moved.then_some(row))
}

/// Whether the authenticator signed this very challenge with this very key, for us, having verified its person.
fn verify(
    env: &Env,
    (digest, spent): (&TokenDigest, &Spent),
    (row, passkey): (&FactorRow, &Passkey),
    credential: &PublicKeyCredential,
) -> Result<Option<AuthenticationResult>, DbError> {
    let Ok(party) = relying_party(env) else { return Ok(None) };
    let outcome = match (spent.purpose.as_str(), &spent.principal_id) {
        ("known", Some(owner)) if *owner == row.principal_id => {
            let state: PasskeyAuthentication = opened(env, digest, &spent.state)?;
            party.finish_passkey_authentication(credential, &state)
        }
        ("discover", None) => {
            let state: DiscoverableAuthentication = opened(env, digest, &spent.state)?;
            match party.identify_discoverable_authentication(credential) {
                Ok((user, _)) if user == row.principal_id.uuid() => {
                    party.finish_discoverable_authentication_v2(credential, state, passkey)
                }
                _ => return Ok(None),
            }
        }
        _ => return Ok(None),
    };
    Ok(outcome.ok())
}
