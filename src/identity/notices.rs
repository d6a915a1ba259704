//! Security notices: whoever owns an account is told of everything that changes who can get into it, in the transaction
//! that makes the change. Each carries a link that freezes the account, as its button or behind it: whoever reads it and
//! knows nothing of the change can stop everything at once.

use super::factors::letters as factor_letters;
use super::factors::model::FactorKind;
use super::frame::{store as holders, written_dates};
use super::freezing::model::{Cause, Lifted};
use super::post::{self, Envelope};
use super::principals::model::PrincipalId;
use super::principals::store::Principal;
use super::sessions::store::staff_member;
use super::sign_ins::letters::Arrival;
use super::tokens::model::Purpose;
use super::tokens::store as tokens;
use super::xmpp_notices::model::Switch;
use super::{api_tokens, email_changes, factor_resets, freezing, letters, sign_ins, xmpp_notices};
use crate::db::{DbConnection, DbError};
use crate::env::Env;
use crate::kernel::date_format::Dates;
use crate::kernel::time::Timestamp;
use crate::platform::mail::letter::Letter;

/// What has happened to an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Notice<'a> {
    /// The password was changed or set anew.
    PasswordChanged,
    /// The account was frozen.
    Frozen(&'a Cause),
    /// The freeze was lifted.
    Unfrozen(&'a Lifted),
    /// A change of the e-mail address was asked for.
    EmailChangeRequested,
    /// A change of the e-mail address was taken back.
    EmailChangeUndone,
    /// A factor was added.
    FactorAdded(FactorKind),
    /// A factor was removed.
    FactorRemoved(FactorKind),
    /// A recovery code stood in for a factor; so many are left.
    RecoveryCodeUsed(i64),
    /// There are new recovery codes.
    RecoveryCodesRenewed,
    /// The operator has put one authenticator app in the place of every factor.
    FactorsReset,
    /// An operator has ordered that every factor goes, at this moment.
    FactorResetOrdered(Timestamp),
    /// That was stopped.
    FactorResetStopped,
    /// That has happened.
    FactorResetDone,
    /// Somebody signed in with a device that was not known, or on a public computer.
    SignedIn(&'a Arrival),
    /// Somebody said of a sign-in that it was not the owner's.
    SignInReported,
    /// An API token of this name was made.
    ApiTokenCreated(&'a str),
    /// What became of notices by XMPP.
    XmppNotices(Switch),
}

impl Notice<'_> {
    /// The kind of the mail in the outbox.
    #[must_use]
    pub const fn kind(self) -> &'static str {
        match self {
            Self::PasswordChanged => "password_changed",
            Self::Frozen(_) => "account_frozen",
            Self::Unfrozen(_) => "account_unfrozen",
            Self::EmailChangeRequested => "email_change_requested",
            Self::EmailChangeUndone => "email_change_undone",
            Self::FactorAdded(_) => "factor_added",
            Self::FactorRemoved(_) => "factor_removed",
            Self::RecoveryCodeUsed(_) => "recovery_code_used",
            Self::RecoveryCodesRenewed => "recovery_codes_renewed",
            Self::FactorsReset => "factors_reset",
            Self::FactorResetOrdered(_) => "factor_reset_ordered",
            Self::FactorResetStopped => "factor_reset_stopped",
            Self::FactorResetDone => "factor_reset_done",
            Self::SignedIn(_) => "signed_in",
            Self::SignInReported => "sign_in_reported",
            Self::ApiTokenCreated(_) => "api_token_created",
            Self::XmppNotices(Switch::On) => "xmpp_notices_on",
            Self::XmppNotices(Switch::Off | Switch::Elsewhere) => "xmpp_notices_off",
        }
    }

    /// Whether there is something left to freeze.
    const fn offers_freeze(self) -> bool {
        !matches!(self, Self::Frozen(_))
    }
}

/// Tells the owner, in the caller's transaction.
///
/// # Errors
/// The database failed.
pub fn tell(conn: &mut DbConnection, env: &Env, principal: &Principal, notice: Notice<'_>) -> Result<(), DbError> {
    let name = name_of(conn, &principal.id)?;
    let dates = written_dates(conn, env, &principal.id)?;
    let (head, when) = (post::letterhead(env).in_language(dates.lang), moment(dates, env.now()));
    let mut letter = match notice {
        Notice::PasswordChanged => {
            let has_tokens = match principal.id.account() {
                Some(account) => api_tokens::actions::any(conn, env, account)?,
                None => false,
            };
            letters::password_changed(head, &name, &when, has_tokens)
        }
        Notice::Frozen(cause) => freezing::letters::frozen(head, &name, &when, cause),
        Notice::Unfrozen(how) => freezing::letters::unfrozen(head, &name, &when, how),
        Notice::EmailChangeRequested => email_changes::letters::requested(head, &name, &when),
        Notice::EmailChangeUndone => email_changes::letters::undone(head, &name, &when),
        Notice::FactorAdded(kind) => factor_letters::added(head, &name, kind, &when),
        Notice::FactorRemoved(kind) => factor_letters::removed(head, &name, kind, &when),
        Notice::RecoveryCodeUsed(left) => factor_letters::code_used(head, &name, left, &when),
        Notice::RecoveryCodesRenewed => factor_letters::codes_renewed(head, &name, &when),
        Notice::FactorsReset => factor_letters::reset(head, &name, &when),
        Notice::FactorResetOrdered(due) => factor_resets::letters::ordered(head, &name, &when, &moment(dates, due)),
        Notice::FactorResetStopped => factor_resets::letters::stopped(head, &name, &when),
        Notice::FactorResetDone => factor_resets::letters::done(head, &name, &when),
        Notice::SignedIn(arrival) => sign_ins::letters::signed_in(head, &name, &when, arrival),
        Notice::SignInReported => sign_ins::letters::reported(head, &name, &when),
        Notice::ApiTokenCreated(token) => api_tokens::letters::created(head, &name, &when, token),
        Notice::XmppNotices(switch) => xmpp_notices::letters::switched(head, &name, &when, switch),
    };
    if notice.offers_freeze() && principal.id.account().is_some() {
        offer_freeze(conn, env, principal, &mut letter)?;
    }
    deliver(conn, env, principal, notice, &letter)
}

/// Every channel that a notice takes. All of them carry the same words and the same link.
fn deliver(
    conn: &mut DbConnection,
    env: &Env,
    principal: &Principal,
    notice: Notice<'_>,
    letter: &Letter,
) -> Result<(), DbError> {
    let envelope = Envelope { to: principal.email.reveal(), account: principal.id.account(), kind: notice.kind() };
    post::send(conn, env, envelope, letter)?;
    match principal.id.account() {
        Some(account) => xmpp_notices::actions::send(conn, env, (account, notice.kind()), letter),
        None => Ok(()),
    }
}

/// Adds a link of this notice's own that freezes the account.
fn offer_freeze(conn: &mut DbConnection, env: &Env, principal: &Principal, letter: &mut Letter) -> Result<(), DbError> {
    let token = tokens::issue(conn, Purpose::FreezeAccount, principal.id.as_str(), env.now())?;
    let link = letter.head.link(&format!("/freeze?token={}", token.reveal()));
    let lifetime = Purpose::FreezeAccount.lifetime_in_words();
    let effect = "it ends every session, and nobody gets in until you say so";
    if letter.action.is_some() {
        letter
            .closing
            .push(format!("To stop everything at once, freeze your account: {effect} ({lifetime}, once). {link}"));
        return Ok(());
    }
    letter.closing.push(format!(
        "If anything about this is not right, freeze your account with the link in this message: {effect}. It holds \
         for {lifetime} and works once."
    ));
    letter.action = Some(("Freeze my account".into(), link));
    Ok(())
}

/// How mails address a principal.
///
/// # Errors
/// The database failed.
pub fn name_of(conn: &mut DbConnection, id: &PrincipalId) -> Result<String, DbError> {
    Ok(match id {
        PrincipalId::Holder(id) => holders::display_name(conn, id)?.into_revealed(),
        PrincipalId::Staff(id) => staff_member(conn, id)?.map(|(name, _)| name).unwrap_or_default(),
    })
}

/// `on 23 November 2026 at 23:10 (Asia/Singapore)`, in the reader's language and zone.
pub(super) fn moment(dates: Dates, at: Timestamp) -> String {
    let written = dates.lang.fill("mail-moment").with("day", dates.day(at)).with("time", dates.time(at));
    written.with("zone", dates.zone.as_str()).text()
}
