//! Mailing the list, and what its link does.

use super::letter::{self, Lines};
use super::model::{Facts, LINK_HOLDS, Reason, horizons};
use super::store::{self, Mailed};
use crate::accounts::actions::{self as accounts, CONFIRM};
use crate::accounts::author::Author;
use crate::accounts::error::AccountError;
use crate::accounts::model::{Field, Profile};
use crate::accounts::ripples::model::stored_as;
use crate::accounts::store::{Account, Mailbox};
use crate::accounts::words;
use crate::db::{DbConnection, DbError};
use crate::env::{Env, random};
use crate::identity::freezing::error::FreezeError;
use crate::identity::post;
use crate::identity::principals::model::{PrincipalId, Status};
use crate::identity::principals::store as principals;
use crate::kernel::actor::Actor;
use crate::kernel::email_address::EmailAddress;
use crate::kernel::ids::{self, Id};
use crate::kernel::lang::Lang;
use crate::kernel::secret_token::SecretToken;
use crate::kernel::time::Timestamp;
use crate::platform::audit::{self, Event};
use crate::platform::mail::{self, Outgoing, SHARED, bounces};
use crate::platform::trust::{FieldName, ShareError};
use crate::platform::web::etag::IfMatch;

/// The audit action of a mailed list.
pub const MAIL: &str = "account.check_mailed";
/// The audit action of an address that a link from a list proved anew.
pub const PROVED: &str = "account.address_proved";

/// Accounts that may be due, in order of their ids, from behind `after`; [`remind`] decides for each.
///
/// # Errors
/// The database failed.
pub fn candidates(
    conn: &mut DbConnection,
    env: &Env,
    after: Option<&Id<ids::Account>>,
    limit: i64,
) -> Result<Vec<Id<ids::Account>>, DbError> {
    store::list_candidates(conn, horizons(env.now()), after, limit)
}

/// Mails the list if it is due; whether it was.
///
/// # Errors
/// The database failed.
pub fn remind(conn: &mut DbConnection, env: &Env, account: &Id<ids::Account>) -> Result<bool, DbError> {
    let (account, mailbox) = accounts::get(conn, env, account)?;
    let last = store::find_sent(conn, &account.id)?;
    let bounced_at = mailbox.bounce.as_ref().map(|bounce| bounce.first_at);
    let facts = Facts { confirmed_at: account.confirmed_at, bounced_at, mailed_at: last };
    let Some(reason) = facts.due(env.now()) else { return Ok(false) };
    mail_list(conn, env, (&account, &mailbox), (reason, last, &Actor::System("freshness")))
}

/// Mails the list because its holder wants it; the caller has counted the wish.
///
/// # Errors
/// The database failed.
pub fn ask(conn: &mut DbConnection, env: &Env, author: &Author) -> Result<(), DbError> {
    let (account, mailbox) = accounts::get(conn, env, &author.account)?;
    let last = store::find_sent(conn, &account.id)?;
    // Of two wishes at the same moment one mail is enough.
    mail_list(conn, env, (&account, &mailbox), (Reason::Asked, last, &author.actor))?;
    Ok(())
}

fn mail_list(
    conn: &mut DbConnection,
    env: &Env,
    (account, mailbox): (&Account, &Mailbox),
    (reason, last, actor): (Reason, Option<Timestamp>, &Actor),
) -> Result<bool, DbError> {
    let (now, token) = (env.now(), random::token(""));
    let row = Mailed {
        account_id: account.id.clone(),
        reason,
        token_hash: Some(token.digest().as_str().to_owned()),
        address_mac: bounces::digest(env, mailbox.email.reveal())?,
        version: account.version,
        sent_at: now,
        holds_until: now + LINK_HOLDS,
    };
    if !store::replace(conn, &row, last)? {
        return Ok(false);
    }
    let lang = Lang::of_tag(&account.profile.locale).unwrap_or(env.settings.product.language());
    let (lines, quoted) = lines(&account.profile, mailbox, lang);
    let head = post::letterhead(env).in_language(lang);
    let link = head.link(&format!("/profile-check?token={}", token.reveal()));
    let letter = letter::check(head, account.profile.name.reveal(), reason, (lines, link));
    let address = EmailAddress::parse(mailbox.email.reveal())
        .map_err(|_| DbError::Other("a stored e-mail address cannot be read".to_owned()))?;
    let kind = "profile_check";
    let to = mail::share_with(conn, env, (Some(&account.id), kind), &quoted, address).map_err(|error| match error {
        ShareError::Db(error) => error,
        other => DbError::Refused(other.to_string()),
    })?;
    mail::enqueue(conn, env, &Outgoing { to, account: Some(&account.id), kind, letter: &letter })?;
    let (subject, commits_to) = (account.id.as_str(), reason.as_str().as_bytes());
    audit::record(conn, env, &Event { actor, action: MAIL, subject, fields: &[], refs: &[], commits_to })?;
    Ok(true)
}

/// The list in words, and the stored fields that it quotes.
fn lines(profile: &Profile, mailbox: &Mailbox, lang: Lang) -> (Lines, Vec<FieldName>) {
    let mut quoted = SHARED.to_vec();
    let mut lines: Lines = vec![("E-mail address", Some(mailbox.email.reveal().clone()))];
    for field in Field::ALL {
        let value = profile.value(field).map(|value| words::value(field, value.reveal(), lang));
        if value.is_some() {
            quoted.extend(stored_as(field.as_str()).map(FieldName));
        }
        lines.push((words::label(field), value));
    }
    (lines, quoted)
}

/// What the link of a list has settled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Checked {
    /// The address is proved anew, now.
    pub verified_at: Timestamp,
    /// All is right, said now; `None` when the profile has changed since the mail, so that nobody confirms what they
    /// have not seen.
    pub confirmed_at: Option<Timestamp>,
}

/// Spends the link of a list.
///
/// # Errors
/// [`FreezeError::LinkSpent`], also when the account has another address by now; [`FreezeError::State`] unless the
/// account is active; the database failed.
pub fn check(
    conn: &mut DbConnection,
    env: &Env,
    token: &SecretToken,
    from: std::net::IpAddr,
) -> Result<Checked, FreezeError> {
    let now = env.now();
    let mailed = store::spend(conn, token.digest().as_str(), now)?.ok_or(FreezeError::LinkSpent)?;
    let (account, mailbox) = accounts::get(conn, env, &mailed.account_id)?;
    if bounces::digest(env, mailbox.email.reveal())? != mailed.address_mac {
        return Err(FreezeError::LinkSpent);
    }
    let id = PrincipalId::Holder(account.id.clone());
    if principals::lock(conn, &id)? != Some(Status::Active) {
        return Err(FreezeError::State("This account is frozen or about to be closed, so nothing in it changes."));
    }
    principals::set_verified(conn, &id, now)?;
    bounces::clear(conn, &account.id)?;
    let author = Author::mailbox(&account.id, from);
    let (subject, at) = (account.id.as_str(), now.to_string());
    let proved = Event {
        actor: &author.actor,
        action: PROVED,
        subject,
        fields: &["email"],
        refs: &[],
        commits_to: at.as_bytes(),
    };
    audit::record(conn, env, &proved)?;
    if account.version != mailed.version {
        return Ok(Checked { verified_at: now, confirmed_at: None });
    }
    let seen = IfMatch::Version(mailed.version);
    match accounts::confirm(conn, env, &author, Some(seen)) {
        Ok(at) => Ok(Checked { verified_at: now, confirmed_at: Some(at) }),
        // Changed at this very moment: looked at anew.
        Err(AccountError::Stale(_)) => Err(DbError::Busy.into()),
        Err(AccountError::Db(error)) => Err(error.into()),
        Err(other) => Err(DbError::Other(format!("{CONFIRM}: {other}")).into()),
    }
}

/// Notes that mail to an address came back, as the operator was told later; `false` when no account has the address.
///
/// # Errors
/// The database failed.
pub fn returned(conn: &mut DbConnection, env: &Env, address: &EmailAddress) -> Result<bool, DbError> {
    let Some(principal) = principals::find_by_email(conn, address.key())? else { return Ok(false) };
    let Some(account) = principal.id.account() else { return Ok(false) };
    bounces::mark(conn, env, account, (address.as_str(), bounces::Source::Operator, "reported"))?;
    Ok(true)
}
