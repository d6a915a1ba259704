//! The consent to notices by XMPP, where they stand, sending one, and what ends them.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};

use super::model::{State, Switch};
use super::store;
use crate::db::{self, DbConnection, DbError};
use crate::env::{self, Env};
use crate::identity::notices::{self, Notice};
use crate::identity::principals::model::PrincipalId;
use crate::identity::principals::store as principals;
use crate::kernel::actor::Actor;
use crate::kernel::ids::{Account, Consent, Id};
use crate::kernel::im_id::{ImId, Network};
use crate::kernel::lang::Lang;
use crate::kernel::time::Timestamp;
use crate::platform::audit;
use crate::platform::im::{self, Outgoing};
use crate::platform::mail::Letter;
use crate::platform::trust::ShareError;
use crate::platform::trust::consents::{self, Entry, Purpose};

/// The audit action of a proof that no longer counts, since the profile has another address.
const VOID: &str = "xmpp_proof.void";
const PROFILE: Actor = Actor::System("change of the profile");

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
    consents::keep_or_give(conn, env, (account, Purpose::XmppNotices), &words, |entry| says_as_today(env, entry))
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

/// Where notices by XMPP go or would go, and whether they do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    /// The address of the profile; `None` when it has none.
    pub address: Option<ImId>,
    /// Whether they are on, and what is missing.
    pub state: State,
}

/// Where notices by XMPP stand; `None` where the operator has no account.
///
/// # Errors
/// The database failed.
pub fn standing(conn: &mut DbConnection, env: &Env, account: &Id<Account>) -> Result<Option<Standing>, DbError> {
    if !are_offered(env) {
        return Ok(None);
    }
    let (address, agreed) = (address(conn, account)?, are_agreed(conn, env, account)?);
    let proof = match &address {
        Some(address) => store::find(conn, account, &marks(env, account, address))?,
        None => None,
    };
    Ok(Some(Standing { address, state: State::of(agreed, proof, env.now()) }))
}

/// The keyed hash by which a proof names its address.
pub(super) fn mark(env: &Env, account: &Id<Account>, address: &ImId) -> String {
    let named = format!("address\0{account}\0{}", address.as_str());
    URL_SAFE_NO_PAD.encode(env.keys.current_mac(env::Purpose::XmppProof, named.as_bytes()))
}

/// The same under each live key.
pub(super) fn marks(env: &Env, account: &Id<Account>, address: &ImId) -> Vec<String> {
    let named = format!("address\0{account}\0{}", address.as_str());
    env.keys.macs(env::Purpose::XmppProof, named.as_bytes()).map(|mac| URL_SAFE_NO_PAD.encode(mac)).collect()
}

/// Tells the holder that notices by XMPP were turned on or off, by every way that is on now.
///
/// # Errors
/// The database failed.
pub fn tell_change(conn: &mut DbConnection, env: &Env, account: &Id<Account>, switch: Switch) -> Result<(), DbError> {
    let principal = principals::find(conn, &PrincipalId::Holder(account.clone()))?.ok_or(DbError::NotFound)?;
    notices::tell(conn, env, &principal, Notice::XmppNotices(switch))
}

/// Forgets code and proof of somebody who has withdrawn the consent, and tells them if notices were on.
///
/// # Errors
/// The database failed.
pub fn end(conn: &mut DbConnection, env: &Env, account: &Id<Account>) -> Result<(), DbError> {
    let gone = store::delete(conn, account)?;
    if gone.is_some_and(|gone| gone.was_proved) { tell_change(conn, env, account, Switch::Off) } else { Ok(()) }
}

/// Forgets code and proof of an address that is not the profile's any more, and what still waits to go there. In the
/// transaction of the change: for good, since an address that was given up may belong to somebody else when it comes back.
///
/// # Errors
/// The database failed.
pub fn follow_profile(conn: &mut DbConnection, env: &Env, account: &Id<Account>) -> Result<(), DbError> {
    let present = address(conn, account)?.map(|address| marks(env, account, &address));
    let Some(gone) = store::delete_other(conn, account, &present.unwrap_or_default())? else { return Ok(()) };
    im::recall(conn, account, None)?;
    if !gone.was_proved {
        return Ok(());
    }
    let event = audit::Event {
        actor: &PROFILE,
        action: VOID,
        subject: account.as_str(),
        fields: &["im_ids"],
        refs: &[],
        commits_to: b"",
    };
    audit::record(conn, env, &event)?;
    tell_change(conn, env, account, Switch::Elsewhere)
}

/// Forgets what was proved or sent since a moment: whoever did it had the account when its owner did not.
///
/// # Errors
/// The database failed.
pub fn withdraw_since(conn: &mut DbConnection, account: &Id<Account>, since: Timestamp) -> Result<(), DbError> {
    if store::delete_since(conn, account, since)?.is_some() {
        im::recall(conn, account, None)?;
    }
    Ok(())
}

/// Forgets a batch of codes that hold no more; answers how many.
///
/// # Errors
/// The database failed.
pub fn purge(conn: &mut DbConnection, env: &Env) -> Result<usize, DbError> {
    store::delete_expired(conn, env.now())
}

/// Puts a notice into the outbox too, if its reader wants that and has proved the address, in the caller's transaction. What stands against sharing
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
    let standing = standing(conn, env, account)?;
    let Some(Standing { address: Some(address), state: State::On(_) }) = standing else { return Ok(()) };
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
