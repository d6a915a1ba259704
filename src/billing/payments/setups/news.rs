//! What the processor is told when a name or an address has changed, and how the tasks about it end (policy clause 3).

use super::actions::SHARED_FIELDS;
use super::error::SetupError;
use super::store;
use crate::accounts::ripples::actions as ripples;
use crate::accounts::ripples::model::Why;
use crate::billing::payments::gateway::{CustomerDetails, GatewayError};
use crate::db::{DbConnection, DbError};
use crate::env::Env;
use crate::identity::email_changes::actions::Switched;
use crate::kernel::ids::{Account, Id, RippleTask};
use crate::platform::trust::consents::{self, Purpose};
use crate::platform::trust::recipients::PAYMENT_PROCESSOR;
use crate::platform::trust::{self, Ground, ShareError, ShareRequest, Shared};

/// What is to be told, on a share row of its own.
#[derive(Debug)]
pub struct News {
    /// The customer at the processor.
    pub customer: String,
    /// Who the customer is now.
    pub details: Shared<CustomerDetails>,
    /// The tasks that are done by telling it.
    pub tasks: Vec<Id<RippleTask>>,
}

/// Opens the tasks of a change of the address; whether a job is on its way to the processor by that.
///
/// # Errors
/// The database failed.
pub fn ripple(conn: &mut DbConnection, env: &Env, switched: &Switched) -> Result<bool, DbError> {
    let Some(change) = &switched.change else { return Ok(false) };
    ripples::open(conn, env, (&switched.account, switched.version), &[("email", change.clone())])
}

/// What the processor is to be told about an account: what the tasks owe it, or with `always` how things are now. None
/// where nothing is owed, where a value is contested, or where a person has to see to it, which the tasks then say.
///
/// # Errors
/// The database failed.
pub fn prepare(
    conn: &mut DbConnection,
    env: &Env,
    (account, about): (&Id<Account>, &str),
    always: bool,
) -> Result<Option<News>, SetupError> {
    let tasks = ripples::owed(conn, account)?;
    if tasks.is_empty() && !always {
        return Ok(None);
    }
    let Some(customer) = store::find_customer(conn, account)? else {
        ripples::hand_over(conn, &tasks, Why::NoInterface)?;
        return Ok(None);
    };
    if consents::live(conn, account, Purpose::CardPayments)?.is_none() {
        ripples::hand_over(conn, &tasks, Why::NoConsent)?;
        return Ok(None);
    }
    let (name, email) = store::find_details(conn, account)?;
    let details = CustomerDetails { account: account.clone(), installation: env.installation.id.clone(), name, email };
    let request = ShareRequest {
        account: Some(account),
        recipient: &PAYMENT_PROCESSOR,
        fields: SHARED_FIELDS,
        ground: Ground::Consent,
        about,
    };
    let details = match trust::share(conn, env, request, details) {
        Ok(details) => details,
        // The tasks stay open; the decision about the value has them done.
        Err(ShareError::Restricted(_)) => return Ok(None),
        Err(error) => return Err(error.into()),
    };
    ripples::sending(conn, &tasks, details.share())?;
    Ok(Some(News { customer, details, tasks }))
}

/// Whether the processor will refuse this again, so that a person has to tell it.
#[must_use]
pub fn is_final(error: &GatewayError) -> bool {
    matches!(error, GatewayError::Refused { .. } | GatewayError::NotFound | GatewayError::UnexpectedState { .. })
}

/// Notes what came of it.
///
/// # Errors
/// The database failed.
pub fn record(conn: &mut DbConnection, env: &Env, tasks: &[Id<RippleTask>], was_told: bool) -> Result<(), DbError> {
    if was_told { ripples::settled(conn, env, tasks) } else { ripples::hand_over(conn, tasks, Why::Refused) }
}
