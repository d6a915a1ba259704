//! The consent to notices by XMPP, and sending one.

use super::store;
use crate::db::{self, DbConnection, DbError};
use crate::env::Env;
use crate::identity::notices::{self, Notice};
use crate::identity::principals::model::PrincipalId;
use crate::identity::principals::store as principals;
use crate::kernel::ids::{Account, Consent, Id};
use crate::kernel::im_id::{ImId, Network};
use crate::kernel::lang::Lang;
use crate::platform::im::{self, Outgoing};
use crate::platform::mail::Letter;
use crate::platform::trust::consents::{self, Entry, NewConsent, Purpose};
use crate::platform::trust::{ShareError, policy};

/// Whether this installation sends notices by XMPP.
#[must_use]
pub fn are_offered(env: &Env) -> bool {
    env.settings.xmpp.is_configured()
}

/// The words of the consent, exactly as shown beside the box and kept in the ledger, in the language in which they are read.
/// They name no address: that is the profile's, and stands above the box.
#[must_use]
pub fn wording(env: &Env, lang: Lang) -> String {
    let (operator, server) = (&env.settings.product.operator, env.settings.xmpp.domain());
    let words = format!(
        "I agree that {operator} sends the security notices of my account also to the XMPP address of my profile, through \
         the XMPP server {server}. That server and mine can read them."
    );
    lang.tell(&words).into_owned()
}

/// Where notices of the account go: the first XMPP address of its profile.
///
/// # Errors
/// The database failed.
pub fn address(conn: &mut DbConnection, account: &Id<Account>) -> Result<Option<ImId>, DbError> {
    let parsed = store::im_ids(conn, account)?.into_iter().filter_map(|id| ImId::parse(&id).ok());
    Ok(parsed.into_iter().find(|id| id.network() == Network::Xmpp))
}

/// Records the consent to the words of today; one that stands is kept.
///
/// # Errors
/// The database failed.
pub fn record_consent(
    conn: &mut DbConnection,
    env: &Env,
    account: &Id<Account>,
    lang: Lang,
) -> Result<Id<Consent>, DbError> {
    let words = wording(env, lang);
    let live = consents::live(conn, account, Purpose::XmppNotices)?;
    if let Some(entry) = live.filter(|entry| says_as_today(env, entry)) {
        return Ok(entry.id);
    }
    let policy_version = policy::current_number(conn)?;
    consents::give(conn, env, &NewConsent { account, purpose: Purpose::XmppNotices, wording: &words, policy_version })
}

/// Whether the holder agrees to the words of today: those of another server or operator count no more.
///
/// # Errors
/// The database failed.
pub fn are_agreed(conn: &mut DbConnection, env: &Env, account: &Id<Account>) -> Result<bool, DbError> {
    let live = consents::live(conn, account, Purpose::XmppNotices)?;
    Ok(live.is_some_and(|entry| says_as_today(env, &entry)))
}

/// Whether a consent has the words of today, in whichever language.
fn says_as_today(env: &Env, entry: &Entry) -> bool {
    Lang::ALL.into_iter().any(|lang| entry.wording == wording(env, lang))
}

/// Tells the holder that notices by XMPP were turned on or off, by every way that is on now.
///
/// # Errors
/// The database failed.
pub fn tell_change(conn: &mut DbConnection, env: &Env, account: &Id<Account>, on: bool) -> Result<(), DbError> {
    let principal = principals::find(conn, &PrincipalId::Holder(account.clone()))?.ok_or(DbError::NotFound)?;
    notices::tell(conn, env, &principal, Notice::XmppNotices(on))
}

/// Puts a notice into the outbox too, if its reader wants that, in the caller's transaction. What stands against sharing
/// the address, such as a consent withdrawn at this moment, leaves the mail alone.
///
/// # Errors
/// The database failed.
pub fn send(
    conn: &mut DbConnection,
    env: &Env,
    (account, kind): (&Id<Account>, &'static str),
    letter: &Letter,
) -> Result<(), DbError> {
    if !are_offered(env) || !are_agreed(conn, env, account)? {
        return Ok(());
    }
    let Some(address) = address(conn, account)? else { return Ok(()) };
    let sent = db::nested(conn, |conn| {
        let to = im::share_address(conn, env, account, kind, address).map_err(|error| match error {
            ShareError::Db(error) => error,
            other => DbError::Refused(other.to_string()),
        })?;
        im::enqueue(conn, env, &Outgoing { to, account, kind, letter })?;
        Ok(())
    });
    match sent {
        Err(DbError::Refused(why)) => {
            tracing::info!(target: "steward::im", why, "a notice goes by mail only");
            Ok(())
        }
        other => other,
    }
}
