//! Steps of a set-up, each one transaction. The calls in between are in `flow.rs`.

use super::error::SetupError;
use super::model::{Flow, SetupState, wording};
use super::store::{self, NewSetup, SetupRow};
use crate::billing::payments::gateway::{Card, CustomerDetails};
use crate::billing::payments::methods;
use crate::db::{DbConnection, DbError};
use crate::env::Env;
use crate::kernel::actor::Actor;
use crate::kernel::ids::{Account, Consent, Id, PaymentSetup};
use crate::kernel::lang::Lang;
use crate::platform::audit;
use crate::platform::trust::consents::{self, Purpose};
use crate::platform::trust::recipients::PAYMENT_PROCESSOR;
use crate::platform::trust::{self, FieldName, Ground, ShareRequest, Shared};

/// What adding a card shares with the processor.
pub const SHARED_FIELDS: &[FieldName] =
    &[FieldName("accounts.name"), FieldName("principals.email"), FieldName("accounts.id")];

/// What a holder asks for.
#[derive(Debug, Clone)]
pub struct Begin {
    /// Whether the box was ticked.
    pub consent: bool,
    /// In which language the words beside it were read.
    pub lang: Lang,
    /// How the card is entered.
    pub flow: Flow,
    /// Where to go afterwards.
    pub return_url: String,
}

/// A set-up that has begun, with what the processor may be told.
#[derive(Debug)]
pub struct Begun {
    /// Our id.
    pub id: Id<PaymentSetup>,
    /// The customer at the processor, if there is one already.
    pub customer: Option<String>,
    /// Who the customer is.
    pub details: Shared<CustomerDetails>,
}

/// Records the consent, the share and the set-up; nothing has left yet.
///
/// # Errors
/// [`SetupError::ConsentRequired`]; [`SetupError::ReturnUrl`]; the database failed.
pub fn begin(conn: &mut DbConnection, env: &Env, account: &Id<Account>, command: &Begin) -> Result<Begun, SetupError> {
    if !command.consent {
        return Err(SetupError::ConsentRequired);
    }
    if !is_own_address(env, &command.return_url) {
        return Err(SetupError::ReturnUrl);
    }
    let consent = record_consent(conn, env, account, command.lang)?;
    let (name, email) = store::find_details(conn, account)?;
    let details = CustomerDetails { account: account.clone(), installation: env.installation.id.clone(), name, email };
    let id: Id<PaymentSetup> = env.id();
    let request = ShareRequest {
        account: Some(account),
        recipient: &PAYMENT_PROCESSOR,
        fields: SHARED_FIELDS,
        ground: Ground::Consent,
        about: id.as_str(),
    };
    let details = trust::share(conn, env, request, details)?;
    let row = NewSetup {
        id: &id,
        account_id: account,
        consent_id: &consent,
        flow: command.flow,
        return_url: &command.return_url,
        state: SetupState::Open,
        created_at: env.now(),
    };
    store::insert(conn, &row)?;
    let event = audit::Event {
        actor: &Actor::Holder(account.clone()),
        action: "payment_method.setup_begun",
        subject: account.as_str(),
        fields: &[],
        refs: &[("setup", id.as_str()), ("consent", consent.as_str())],
        commits_to: command.flow.as_str().as_bytes(),
    };
    audit::record(conn, env, &event)?;
    let customer = store::find_customer(conn, account)?;
    Ok(Begun { id, customer, details })
}

/// A consent for each time the box is ticked: the ledger shows every answer, and the newest words as they were read.
///
/// # Errors
/// The database failed.
pub fn record_consent(
    conn: &mut DbConnection,
    env: &Env,
    account: &Id<Account>,
    lang: Lang,
) -> Result<Id<Consent>, DbError> {
    let words = consent_wording(env, lang);
    consents::keep_or_give(conn, env, (account, Purpose::CardPayments), &words, |entry| entry.wording == words)
}

/// Whether an address to return to is ours: an own path, or a whole address of this site.
fn is_own_address(env: &Env, address: &str) -> bool {
    let own_path = address.starts_with('/') && !address.starts_with("//") && !address.contains('\\');
    own_path || address.starts_with(&format!("{}/", env.settings.base_url()))
}

/// Records what came of a set-up; a card that is known already changes nothing.
///
/// # Errors
/// The database failed.
pub fn settle(conn: &mut DbConnection, env: &Env, setup: &SetupRow, card: Option<&Card>) -> Result<(), DbError> {
    let state = if card.is_some() { SetupState::Succeeded } else { SetupState::Canceled };
    if !store::settle(conn, &setup.id, state, env.now())? {
        return Ok(());
    }
    if let Some(card) = card {
        methods::actions::add(conn, env, &setup.account_id, &setup.consent_id, card)?;
    }
    Ok(())
}

/// The words with which the consent is asked for.
#[must_use]
pub fn consent_wording(env: &Env, lang: Lang) -> String {
    wording(&env.settings.product.operator, PAYMENT_PROCESSOR.name, lang)
}
