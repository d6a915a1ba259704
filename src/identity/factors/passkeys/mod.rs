//! Passkeys (WebAuthn level 3). The library's state of a ceremony stays in our database, sealed, for one answer within
//! five minutes; the client gets a token to name it. Verification by the authenticator itself is always required.

pub mod assertion;
pub mod registration;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use url::Url;
use webauthn_rs::{Webauthn, WebauthnBuilder};

use super::error::FactorError;
use super::model::CHALLENGE;
use super::store::challenges::{self as store, NewChallenge};
use crate::db::{DbConnection, DbError};
use crate::env::{Env, random};
use crate::identity::principals::model::PrincipalId;
use crate::kernel::secret_token::TokenDigest;
use crate::kernel::time::Timestamp;

/// A challenge on its way to an authenticator.
pub struct Challenge {
    /// What the answer is to name.
    pub token: String,
    /// When it holds no more.
    pub expires_at: Timestamp,
    /// The options for the browser (`PublicKeyCredential.parse…OptionsFromJSON`).
    pub public_key: Value,
}

/// What a challenge is for.
#[derive(Clone, Copy)]
struct Asked<'a> {
    purpose: &'static str,
    owner: Option<&'a PrincipalId>,
    name: &'a str,
}

/// We, as authenticators know us: the host name of the address that people use.
fn relying_party(env: &Env) -> Result<Webauthn, FactorError> {
    let origin = Url::parse(&env.settings.base_url()).map_err(|_| FactorError::NoPasskeys)?;
    let id = origin.domain().ok_or(FactorError::NoPasskeys)?;
    WebauthnBuilder::new(id, &origin)
        .and_then(|builder| {
            let wait = CHALLENGE.to_std().unwrap_or_default();
            builder.rp_name(&env.settings.product.name).timeout(wait).build()
        })
        .map_err(|_| FactorError::NoPasskeys)
}

/// Whether browsers make passkeys for this installation's address.
#[must_use]
pub fn work_here(env: &Env) -> bool {
    relying_party(env).is_ok()
}

fn keep<S: Serialize, O: Serialize>(
    conn: &mut DbConnection,
    env: &Env,
    asked: Asked<'_>,
    state: &S,
    options: &O,
) -> Result<Challenge, DbError> {
    let (token, expires_at) = (random::token(""), env.now() + CHALLENGE);
    let digest = token.digest();
    let state = serde_json::to_vec(state).map_err(unreadable)?;
    let new = NewChallenge {
        digest: digest.as_str(),
        purpose: asked.purpose,
        principal_id: asked.owner,
        name: asked.name,
        state: &env.keys.columns().seal(&state, &place(&digest)),
        expires_at,
    };
    store::insert(conn, &new)?;
    let public_key = serde_json::to_value(options).map_err(unreadable)?;
    Ok(Challenge { token: token.reveal().to_owned(), expires_at, public_key })
}

fn opened<S: DeserializeOwned>(env: &Env, digest: &TokenDigest, sealed: &str) -> Result<S, DbError> {
    let state = env.keys.columns().open(sealed, &place(digest)).ok_or_else(|| unreadable("sealed under no key"))?;
    serde_json::from_slice(&state).map_err(unreadable)
}

fn place(digest: &TokenDigest) -> String {
    format!("passkey_challenges.state|{}", digest.as_str())
}

/// A credential's id as it is stored.
fn text_of(credential_id: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(credential_id)
}

fn unreadable(what: impl std::fmt::Display) -> DbError {
    DbError::Other(format!("a passkey or its challenge cannot be read: {what}"))
}
