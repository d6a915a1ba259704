//! Recovery codes: made, kept as keyed hashes, used up.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use zeroize::Zeroizing;

use super::model::{self, CODES, shown};
use super::store::codes as store;
use crate::db::{DbConnection, DbError};
use crate::env::{Env, Purpose, random};
use crate::identity::principals::model::PrincipalId;

/// Makes ten codes in the place of all earlier ones; answers them as they are shown, this once.
///
/// # Errors
/// The database failed.
pub fn renew(conn: &mut DbConnection, env: &Env, owner: &PrincipalId) -> Result<Vec<Zeroizing<String>>, DbError> {
    let codes: Vec<_> = (0..CODES).map(|_| model::recovery_code(random::bytes())).collect();
    let digest = |code: &Zeroizing<String>| {
        URL_SAFE_NO_PAD.encode(env.keys.current_mac(Purpose::RecoveryCode, message(owner, code).as_bytes()))
    };
    store::replace(conn, owner, &codes.iter().map(digest).collect::<Vec<_>>(), env.now())?;
    Ok(codes.iter().map(|code| Zeroizing::new(shown(code))).collect())
}

/// Uses up a code, given bare; false when it is none, or used.
///
/// # Errors
/// The database failed.
pub fn spend(conn: &mut DbConnection, env: &Env, owner: &PrincipalId, code: &str) -> Result<bool, DbError> {
    let message = message(owner, code);
    let digests = env.keys.macs(Purpose::RecoveryCode, message.as_bytes()).map(|mac| URL_SAFE_NO_PAD.encode(mac));
    store::spend(conn, owner, &digests.collect::<Vec<_>>(), env.now())
}

fn message(owner: &PrincipalId, code: &str) -> Zeroizing<String> {
    Zeroizing::new(format!("{}\0{code}", owner.as_str()))
}
