//! What a holder decides about their data: consents and policy versions. Each decision is a row and an audit entry.

use std::collections::HashMap;

use super::error::PrivacyError;
use super::looks::store::list_looks;
use crate::billing::invoices;
use crate::billing::payments::{methods, setups};
use crate::billing::subscriptions;
use crate::db::{DbConnection, DbError};
use crate::env::Env;
use crate::identity::actors::Holder;
use crate::identity::sessions::actions::step_up::needs_factor;
use crate::identity::sessions::model::is_stepped_up;
use crate::identity::xmpp_notices::actions::{self as xmpp_notices, Standing};
use crate::identity::xmpp_notices::codes;
use crate::identity::xmpp_notices::error::ProofError;
use crate::kernel::ids::{self, Id};
use crate::kernel::lang::Lang;
use crate::kernel::time::Timestamp;
use crate::platform::audit::{self, Event};
use crate::platform::trust::consents::{self, Entry, Purpose};
use crate::platform::trust::{ShareRecord, list_shares, policy};

pub use super::looks::store::LookRow;

/// The audit action of a given consent.
pub const GIVE: &str = "consent.give";
/// The audit action of a withdrawn consent.
pub const WITHDRAW: &str = "consent.withdraw";
/// The audit action of an accepted policy version.
pub const ACCEPT: &str = "policy.accept";

/// What the account has decided for one purpose: the newest consent, and when it ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decision {
    /// For what.
    pub purpose: Purpose,
    /// The consent with the words shown; `None` when it was never given.
    pub given: Option<Entry>,
    /// When it was withdrawn.
    pub withdrawn_at: Option<Timestamp>,
}

/// The holder's decision for a purpose.
///
/// # Errors
/// The database failed.
pub fn decision(conn: &mut DbConnection, holder: &Holder, purpose: Purpose) -> Result<Decision, DbError> {
    Ok(newest(&consents::list(conn, &holder.account)?, purpose))
}

/// Everything the holder was asked to agree to and answered.
///
/// # Errors
/// The database failed.
pub fn decisions(conn: &mut DbConnection, holder: &Holder) -> Result<Vec<Decision>, DbError> {
    let ledger = consents::list(conn, &holder.account)?;
    let all = Purpose::ALL.into_iter().map(|purpose| newest(&ledger, purpose));
    Ok(all.filter(|decision| decision.given.is_some()).collect())
}

fn newest(ledger: &[Entry], purpose: Purpose) -> Decision {
    let given = ledger.iter().rfind(|entry| entry.purpose == purpose && entry.withdraws.is_none()).cloned();
    let withdrawn_at = given.as_ref().and_then(|given| {
        ledger.iter().find(|entry| entry.withdraws.as_ref() == Some(&given.id)).map(|entry| entry.at)
    });
    Decision { purpose, given, withdrawn_at }
}

/// Records that the holder agrees, to the words that stand beside the box in this language (policy clause 2.2.1).
///
/// # Errors
/// See [`PrivacyError`].
pub fn give(
    conn: &mut DbConnection,
    env: &Env,
    holder: &Holder,
    purpose: Purpose,
    lang: Lang,
) -> Result<Decision, PrivacyError> {
    let before = decision(conn, holder, purpose)?;
    let id = match purpose {
        Purpose::CardPayments => setups::actions::record_consent(conn, env, &holder.account, lang)?,
        Purpose::XmppNotices if !xmpp_notices::are_offered(env) => return Err(PrivacyError::NotOffered),
        Purpose::XmppNotices => {
            xmpp_notices::address(conn, &holder.account)?.ok_or(PrivacyError::NoXmppAddress)?;
            xmpp_notices::record_consent(conn, env, &holder.account, lang)?
        }
    };
    if before.given.is_some_and(|entry| entry.id == id) {
        return Ok(decision(conn, holder, purpose)?);
    }
    record(conn, env, holder, GIVE, purpose.as_str())?;
    if purpose == Purpose::XmppNotices {
        send_first_code(conn, env, holder)?;
    }
    Ok(decision(conn, holder, purpose)?)
}

/// Sends the code that proves the address. One that cannot leave now is asked for later: the consent stands.
fn send_first_code(conn: &mut DbConnection, env: &Env, holder: &Holder) -> Result<(), DbError> {
    match codes::send(conn, env, holder) {
        Err(ProofError::Db(error)) => Err(error),
        _ => Ok(()),
    }
}

/// Notices by XMPP as the holder finds them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct XmppNotices {
    /// Where they go or would go, and whether they do.
    pub standing: Standing,
    /// The words beside the box, in English: the page tells them.
    pub wording: String,
    /// Whether the password has to be given with the code.
    pub needs_password: bool,
}

/// Notices by XMPP; `None` where the operator has no account.
///
/// # Errors
/// The database failed.
pub fn xmpp_notices(conn: &mut DbConnection, env: &Env, holder: &Holder) -> Result<Option<XmppNotices>, DbError> {
    let Some(standing) = xmpp_notices::standing(conn, env, &holder.account)? else { return Ok(None) };
    let needs_password = needs_password(conn, env, holder)?;
    Ok(Some(XmppNotices { standing, wording: xmpp_notices::wording(env, Lang::En), needs_password }))
}

/// Whether a form asks for the password: it was not given lately, and no factor is asked for on a page of its own.
///
/// # Errors
/// The database failed.
pub fn needs_password(conn: &mut DbConnection, env: &Env, holder: &Holder) -> Result<bool, DbError> {
    let session = &holder.session;
    Ok(!is_stepped_up(session.stepped_up_at, env.now()) && !needs_factor(conn, session)?)
}

/// Withdraws the holder's consent (policy clause 2.2.1: as easily as it was given), and ends what rests on it: cards are
/// removed here and at the processor, and paid plans run to the end of what is paid; notices come by mail only. Without a
/// consent, nothing happens.
///
/// # Errors
/// The database failed.
pub fn withdraw(conn: &mut DbConnection, env: &Env, holder: &Holder, purpose: Purpose) -> Result<(), DbError> {
    if !consents::withdraw(conn, env, &holder.account, purpose)? {
        return Ok(());
    }
    match purpose {
        Purpose::CardPayments => {
            methods::actions::remove_all(conn, env, &holder.actor(), &holder.account)?;
            subscriptions::actions::end_paid(conn, env, &holder.actor(), &holder.account)?;
        }
        Purpose::XmppNotices => xmpp_notices::end(conn, env, &holder.account)?,
    }
    record(conn, env, holder, WITHDRAW, purpose.as_str())
}

/// Accepts the newest policy version (policy clause 4).
///
/// # Errors
/// See [`PrivacyError`].
pub fn accept(conn: &mut DbConnection, env: &Env, holder: &Holder, version: i32) -> Result<Timestamp, PrivacyError> {
    let current = policy::current_number(conn)?;
    if version < 1 || version > current {
        return Err(PrivacyError::NoSuchVersion);
    }
    if version < current {
        return Err(PrivacyError::Superseded);
    }
    if let Ok((accepted, at)) = policy::accepted(conn, &holder.account)
        && accepted == version
    {
        return Ok(at);
    }
    let now = env.now();
    policy::accept(conn, &holder.account, version, now)?;
    record(conn, env, holder, ACCEPT, &version.to_string())?;
    Ok(now)
}

/// The version in force for the holder and when it was accepted; `None` for an account that accepted none.
///
/// # Errors
/// The database failed.
pub fn accepted(conn: &mut DbConnection, holder: &Holder) -> Result<Option<(i32, Timestamp)>, DbError> {
    match policy::accepted(conn, &holder.account) {
        Ok(found) => Ok(Some(found)),
        Err(DbError::NotFound) => Ok(None),
        Err(error) => Err(error),
    }
}

/// What was shared about the holder, newest first.
///
/// # Errors
/// The database failed.
pub fn shares(
    conn: &mut DbConnection,
    holder: &Holder,
    older_than: Option<&Id<ids::Share>>,
    limit: i64,
) -> Result<Vec<ShareRecord>, DbError> {
    list_shares(conn, &holder.account, older_than, limit)
}

/// The newest sharings, and the numbers of the invoices that they are about, by their ids.
///
/// # Errors
/// The database failed.
pub fn shares_with_invoices(
    conn: &mut DbConnection,
    holder: &Holder,
    limit: i64,
) -> Result<(Vec<ShareRecord>, HashMap<String, String>), DbError> {
    let shares = list_shares(conn, &holder.account, None, limit)?;
    let about: Vec<Id<ids::Invoice>> = shares.iter().filter_map(|share| share.about.parse().ok()).collect();
    let numbers = invoices::actions::numbers(conn, &holder.account, &about)?;
    Ok((shares, numbers))
}

/// Who of the staff looked at the holder's data, newest first.
///
/// # Errors
/// The database failed.
pub fn looks(
    conn: &mut DbConnection,
    holder: &Holder,
    older_than: Option<&Id<ids::StaffLook>>,
    limit: i64,
) -> Result<Vec<LookRow>, DbError> {
    list_looks(conn, &holder.account, older_than, limit)
}

fn record(
    conn: &mut DbConnection,
    env: &Env,
    holder: &Holder,
    action: &'static str,
    what: &str,
) -> Result<(), DbError> {
    audit::record(
        conn,
        env,
        &Event {
            actor: &holder.actor(),
            action,
            subject: holder.account.as_str(),
            fields: &[],
            refs: &[holder.through(), ("decision", what)],
            commits_to: what.as_bytes(),
        },
    )
}

/// The words with which somebody is asked for a consent today.
#[must_use]
pub fn wording(env: &Env, purpose: Purpose, lang: Lang) -> String {
    match purpose {
        Purpose::CardPayments => setups::actions::consent_wording(env, lang),
        Purpose::XmppNotices => xmpp_notices::wording(env, lang),
    }
}
