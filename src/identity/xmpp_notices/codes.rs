//! Codes that prove an XMPP address: sent there, kept as a keyed hash, given once.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use zeroize::Zeroizing;

use super::actions::{self, marks};
use super::error::{ProofError, Spent};
use super::model::{self, HOLDS, HOLDS_IN_WORDS, State, Switch, TRIES, shown};
use super::{letters, store};
use crate::db::{DbConnection, DbError};
use crate::env::{Env, Purpose, random};
use crate::identity::actors::Holder;
use crate::identity::frame::language;
use crate::identity::post;
use crate::identity::principals::model::PrincipalId;
use crate::identity::throttle::actions as throttle;
use crate::identity::throttle::model::{XMPP_CODES, XMPP_CODES_BY_ACCOUNT};
use crate::kernel::ids::{Account, Id};
use crate::kernel::im_id::ImId;
use crate::kernel::time::Timestamp;
use crate::platform::audit;
use crate::platform::im::{self, Outgoing};
use crate::platform::trust::ShareError;

/// The audit action of a code that was sent.
pub const SEND: &str = "xmpp_proof.create";
/// The audit action of an address that was proved.
pub const CONFIRM: &str = "xmpp_proof.confirm";
/// The kind of the message.
const KIND: &str = "xmpp_code";

/// Sends a code to the address of the profile. It replaces the one before, which is given up where it still waits to leave.
///
/// # Errors
/// See [`ProofError`]; but for a failure of the database the caller may commit: a refusal leaves no more than its count.
pub fn send(conn: &mut DbConnection, env: &Env, holder: &Holder) -> Result<(), ProofError> {
    let account = &holder.account;
    let (address, state) = ready(conn, env, account)?;
    if matches!(state, State::On(_)) {
        return Err(ProofError::Proved);
    }
    for (policy, what) in [(&XMPP_CODES_BY_ACCOUNT, account.as_str()), (&XMPP_CODES, address.as_str())] {
        throttle::take(conn, env, policy, what)?.map_err(ProofError::Limited)?;
    }
    let to = im::share_address(conn, env, account, KIND, address.clone()).map_err(|error| match error {
        ShareError::Db(error) => ProofError::Db(error),
        ShareError::Restricted(_) => ProofError::Restricted,
        ShareError::NoConsent(_) | ShareError::NotAllowed(_) => ProofError::NotAgreed,
    })?;
    let (code, now) = (model::code(random::bytes()), env.now());
    let digest =
        URL_SAFE_NO_PAD.encode(env.keys.current_mac(Purpose::XmppProof, message(account, &address, &code).as_bytes()));
    let row = store::NewCode {
        account_id: account,
        address_digest: &actions::mark(env, account, &address),
        code_digest: &digest,
        tries: 0,
        sent_at: now,
        expires_at: now + HOLDS,
    };
    store::replace(conn, &row).map_err(|error| match error {
        // Asked for twice at one moment: the later one looks again and replaces.
        DbError::Duplicate(_) => DbError::Busy,
        other => other,
    })?;
    let lang = language(conn, env, &PrincipalId::Holder(account.clone()))?;
    let letter = letters::code(post::letterhead(env).in_language(lang), &shown(&code), HOLDS_IN_WORDS);
    im::recall(conn, account, Some(KIND))?;
    im::enqueue(conn, env, &Outgoing { to, account, kind: KIND, letter: &letter })?;
    Ok(note(conn, env, holder, SEND)?)
}

/// Proves the address of the profile by the code that was sent there: of any number at once one does it. A refusal is an
/// answer within the answer, so that the caller commits the try that it has cost.
///
/// # Errors
/// The database failed.
pub fn confirm(
    conn: &mut DbConnection,
    env: &Env,
    holder: &Holder,
    code: &str,
) -> Result<Result<(), ProofError>, DbError> {
    match judge(conn, env, holder, code) {
        Err(ProofError::Db(error)) => Err(error),
        judged => Ok(judged),
    }
}

fn judge(conn: &mut DbConnection, env: &Env, holder: &Holder, code: &str) -> Result<(), ProofError> {
    let (account, now) = (&holder.account, env.now());
    let code = model::read(code).ok_or(ProofError::Unreadable)?;
    let (address, _) = ready(conn, env, account)?;
    let marks = marks(env, account, &address);
    let Some((digest, tries)) = store::reserve(conn, account, &marks, now)? else {
        return Err(why_not(conn, account, &marks, now)?);
    };
    let given = message(account, &address, &code);
    let mut live = env.keys.macs(Purpose::XmppProof, given.as_bytes()).map(|mac| URL_SAFE_NO_PAD.encode(mac));
    if !live.any(|mac| mac == digest) {
        return Err(ProofError::Wrong(TRIES - tries));
    }
    if !store::prove(conn, account, &digest, now)? {
        return Err(ProofError::Spent(Spent::Gone));
    }
    note(conn, env, holder, CONFIRM)?;
    Ok(actions::tell_change(conn, env, account, Switch::On)?)
}

/// Why no code can be tried.
fn why_not(
    conn: &mut DbConnection,
    account: &Id<Account>,
    marks: &[String],
    now: Timestamp,
) -> Result<ProofError, DbError> {
    Ok(match store::find(conn, account, marks)? {
        Some(proof) if proof.proved_at.is_some() => ProofError::Proved,
        Some(proof) if proof.expires_at <= now => ProofError::Spent(Spent::Expired),
        Some(proof) if proof.tries >= TRIES => ProofError::Spent(Spent::UsedUp),
        _ => ProofError::Spent(Spent::Gone),
    })
}

/// The address, where notices are offered and agreed to.
fn ready(conn: &mut DbConnection, env: &Env, account: &Id<Account>) -> Result<(ImId, State), ProofError> {
    let standing = actions::standing(conn, env, account)?.ok_or(ProofError::NotOffered)?;
    let address = standing.address.ok_or(ProofError::NoAddress)?;
    if standing.state == State::Off { Err(ProofError::NotAgreed) } else { Ok((address, standing.state)) }
}

/// What a code is kept as a hash of: it counts for this account and this address alone.
fn message(account: &Id<Account>, address: &ImId, code: &str) -> Zeroizing<String> {
    Zeroizing::new(format!("code\0{account}\0{}\0{code}", address.as_str()))
}

fn note(conn: &mut DbConnection, env: &Env, holder: &Holder, action: &'static str) -> Result<(), DbError> {
    let event = audit::Event {
        actor: &holder.actor(),
        action,
        subject: holder.account.as_str(),
        fields: &["im_ids"],
        refs: &[holder.through()],
        commits_to: b"",
    };
    audit::record(conn, env, &event)
}
