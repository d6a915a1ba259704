//! Making, showing, revoking and accepting tokens.

use chrono::Duration;

use super::error::TokenError;
use super::model::{MAX_LIVE, Wanted, read_scopes};
use super::store;
use crate::db::{DbConnection, DbError};
use crate::env::{Env, random};
use crate::identity::actors::Holder;
use crate::identity::notices::{self, Notice};
use crate::identity::principals::model::PrincipalId;
use crate::identity::principals::store as principals;
use crate::identity::sessions::model::SessionKind;
use crate::identity::sessions::store::LiveSession;
use crate::kernel::deed::Deed;
use crate::kernel::ids::{Account, ApiToken, Id};
use crate::kernel::scope::{Scope, TokenNeed};
use crate::kernel::secret_token::{SecretToken, TokenDigest};
use crate::platform::audit;
use crate::platform::web::request::API_TOKEN;
pub use store::OwnToken;

/// The actions' names in the audit log.
pub const CREATE: &str = "api_token.create";
/// See [`CREATE`].
pub const REVOKE: &str = "api_token.revoke";

/// Makes a token and tells the holder by mail; the secret is shown this once.
///
/// # Errors
/// [`TokenError::TooMany`], [`TokenError::PublicComputer`]; the database failed.
pub fn create(
    conn: &mut DbConnection,
    env: &Env,
    holder: &Holder,
    wanted: &Wanted,
) -> Result<(OwnToken, SecretToken), TokenError> {
    // Who uses a public computer must not leave there what opens the account from elsewhere, as with factors.
    if holder.session.kind == SessionKind::Public {
        return Err(TokenError::PublicComputer);
    }
    let (owner, now) = (PrincipalId::Holder(holder.account.clone()), env.now());
    // The row of the principal is held until the commit, so that sixteen at once count one after the other.
    principals::lock(conn, &owner)?;
    if store::count(conn, &holder.account, now)? >= MAX_LIVE {
        return Err(TokenError::TooMany);
    }
    let (id, secret) = (env.id(), random::token(API_TOKEN));
    let (digest, scopes, expires_at) = (secret.digest(), wanted.scopes(), wanted.expires_at(now));
    let row = store::NewRow {
        id: &id,
        account_id: &holder.account,
        name: wanted.name(),
        scopes: &scopes,
        digest: digest.as_str(),
        created_at: now,
        expires_at,
    };
    store::insert(conn, &row)?;
    note(conn, env, holder, (CREATE, &id))?;
    let principal = principals::find(conn, &owner)?.ok_or(DbError::NotFound)?;
    notices::tell(conn, env, &principal, Notice::ApiTokenCreated(wanted.name()))?;
    let name = wanted.name().to_owned();
    Ok((OwnToken { id, name, scopes, created_at: now, expires_at, last_used_at: None }, secret))
}

/// The account's tokens that are good, the newest first.
///
/// # Errors
/// The database failed.
pub fn list(conn: &mut DbConnection, env: &Env, holder: &Holder) -> Result<Vec<OwnToken>, DbError> {
    store::list(conn, &holder.account, env.now())
}

/// Whether an account has tokens that are good.
///
/// # Errors
/// The database failed.
pub fn any(conn: &mut DbConnection, env: &Env, account: &Id<Account>) -> Result<bool, DbError> {
    Ok(store::count(conn, account, env.now())? > 0)
}

/// Revokes a token: the next request that it carries is refused.
///
/// # Errors
/// [`TokenError::NoSuchToken`]; the database failed.
pub fn revoke(conn: &mut DbConnection, env: &Env, holder: &Holder, id: &Id<ApiToken>) -> Result<(), TokenError> {
    if !store::delete(conn, &holder.account, id)? {
        return Err(TokenError::NoSuchToken);
    }
    Ok(note(conn, env, holder, (REVOKE, id))?)
}

/// Accepts a token for an operation that asks for `need`.
///
/// # Errors
/// [`TokenError::NotSignedIn`], [`TokenError::Lacks`], [`TokenError::Refused`]; the database failed.
pub fn authenticate(
    conn: &mut DbConnection,
    env: &Env,
    digest: &TokenDigest,
    need: TokenNeed,
) -> Result<LiveSession, TokenError> {
    let found = store::find(conn, digest.as_str(), env.now())?;
    let open = found.filter(|(_, _, status)| status.allows(Deed::Session));
    let (token, principal, status) = open.ok_or(TokenError::NotSignedIn)?;
    let TokenNeed::Scope(scope) = need else { return Err(TokenError::Refused) };
    let has = |wanted: Scope| read_scopes(&token.scopes).any(|own| own == wanted);
    if !has(scope) {
        return Err(TokenError::Lacks(scope));
    }
    let may_read = has(scope.to_read());
    let long_ago = token.created_at - Duration::days(1);
    Ok(LiveSession {
        principal,
        id: Id::from_uuid(token.id.uuid()),
        signed_in_at: token.created_at,
        kind: SessionKind::Own,
        stepped_up_at: long_ago,
        expires_at: token.expires_at,
        last_seen_at: token.last_used_at.unwrap_or(long_ago),
        status,
        token: Some(token.id),
        may_read,
    })
}

/// Deletes a batch of what has expired; answers how many.
///
/// # Errors
/// The database failed.
pub fn purge(conn: &mut DbConnection, env: &Env) -> Result<usize, DbError> {
    store::delete_expired(conn, env.now())
}

fn note(
    conn: &mut DbConnection,
    env: &Env,
    holder: &Holder,
    what: (&'static str, &Id<ApiToken>),
) -> Result<(), DbError> {
    let (actor, subject) = (holder.actor(), what.1.as_str());
    let refs = [("account", holder.account.as_str())];
    let event = audit::Event { actor: &actor, action: what.0, subject, fields: &[], refs: &refs, commits_to: b"" };
    audit::record(conn, env, &event)
}
