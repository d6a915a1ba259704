//! The conversation with the processor about a set-up. No transaction is open while it is asked.

use std::sync::Arc;

use secrecy::SecretString;

use super::actions::{self, Begin, Begun};
use super::error::SetupError;
use super::model::{Flow, customer_key, setup_key};
use super::store::{self, SetupRow};
use crate::billing::payments::gateway::{
    CustomerRef, PaymentGateway, SetupIntentRequest, SetupRef, SetupSessionRef, SetupSessionRequest, SetupStatus,
};
use crate::db::DbConnection;
use crate::env::Env;
use crate::kernel::ids::{Account, Id, PaymentSetup};
use crate::platform::jobs::Priority;
use crate::platform::trust::recipients::PAYMENT_PROCESSOR;
use crate::platform::trust::{self, Shared};

/// The processor, as handlers and jobs get it.
pub type Gateway = Arc<dyn PaymentGateway>;

/// The processor for those who wait, and for those who do not.
#[derive(Clone)]
pub struct Gateways {
    /// Calls that a person waits for.
    pub people: Gateway,
    /// All others: they leave when nobody waits.
    pub batches: Gateway,
}

impl Gateways {
    /// For a job of this priority.
    #[must_use]
    pub fn of(&self, priority: Priority) -> &Gateway {
        if priority == Priority::Interactive { &self.people } else { &self.batches }
    }
}

/// Where the holder goes on.
#[derive(Debug)]
pub enum Onward {
    /// To the processor's page.
    Redirect(String),
    /// To the processor's API, with this secret.
    ClientSecret(SecretString),
}

/// Takes a begun set-up to the processor.
///
/// # Errors
/// The processor or the database failed. The row stays open and is looked at again; a repeated request makes a new one.
pub async fn open(env: &Env, gateway: &Gateway, flow: Flow, begun: Begun) -> Result<Onward, SetupError> {
    let customer = customer(env, gateway, &begun).await?;
    match flow {
        Flow::Hosted => hosted(env, gateway, &begun, customer).await,
        Flow::Client => client(env, gateway, &begun, customer).await,
    }
}

/// Lets what one call tells out on the row of its set-up. The consent is asked for again before each call: it may have
/// been withdrawn during the one before.
async fn permit<T: Send + 'static>(env: &Env, begun: &Begun, told: T) -> Result<Shared<T>, SetupError> {
    let share = begun.details.share().clone();
    env.db.read(move |conn| Ok(trust::reopen(conn, &share, &PAYMENT_PROCESSOR, told)?)).await
}

/// Records what a holder asks for; the first half, in a transaction of its own.
///
/// # Errors
/// See [`actions::begin`].
pub fn begin(conn: &mut DbConnection, env: &Env, account: &Id<Account>, command: &Begin) -> Result<Begun, SetupError> {
    actions::begin(conn, env, account, command)
}

async fn customer(env: &Env, gateway: &Gateway, begun: &Begun) -> Result<CustomerRef, SetupError> {
    if let Some(known) = &begun.customer {
        return Ok(CustomerRef::new(known.clone()));
    }
    let account = begun.details.value().account.clone();
    let details = permit(env, begun, begun.details.value().clone()).await?;
    let made = gateway.create_customer(&customer_key(&account), &details).await?;
    let (reference, now) = (made.as_str().to_owned(), env.now());
    env.db.write::<_, SetupError, _>(move |conn| Ok(store::insert_customer(conn, &account, &reference, now)?)).await?;
    Ok(made)
}

async fn hosted(env: &Env, gateway: &Gateway, begun: &Begun, customer: CustomerRef) -> Result<Onward, SetupError> {
    let (id, base) = (&begun.id, env.settings.base_url());
    let request = SetupSessionRequest {
        customer,
        reference: id.to_string(),
        installation: env.installation.id.clone(),
        success_url: format!("{base}/billing/cards/added?setup={id}"),
        cancel_url: format!("{base}/billing/cards/not-added"),
    };
    let request = permit(env, begun, request).await?;
    let session = gateway.create_setup_session(&setup_key(id), &request).await?;
    let url = session.url.clone().ok_or(SetupError::NotFound)?;
    let (id, session_ref, setup_ref) = (id.clone(), session.id, session.setup);
    note(env, id, Some(session_ref.as_str().to_owned()), setup_ref).await?;
    Ok(Onward::Redirect(url))
}

async fn client(env: &Env, gateway: &Gateway, begun: &Begun, customer: CustomerRef) -> Result<Onward, SetupError> {
    let id = &begun.id;
    let request = SetupIntentRequest { customer, reference: id.to_string(), installation: env.installation.id.clone() };
    let request = permit(env, begun, request).await?;
    let setup = gateway.create_setup_intent(&setup_key(id), &request).await?;
    let secret = setup.client_secret.clone().ok_or(SetupError::NotFound)?;
    note(env, id.clone(), None, Some(setup.id)).await?;
    Ok(Onward::ClientSecret(secret))
}

async fn note(
    env: &Env,
    id: Id<PaymentSetup>,
    session: Option<String>,
    setup: Option<SetupRef>,
) -> Result<(), SetupError> {
    env.db
        .write(move |conn| {
            let setup = setup.as_ref().map(SetupRef::as_str);
            Ok(store::update_references(conn, &id, session.as_deref(), setup)?)
        })
        .await
}

/// Asks the processor how a set-up stands, and records it. Safe to repeat, and from several places at once.
///
/// # Errors
/// The processor or the database failed; asking again later is right.
pub async fn settle(env: &Env, gateway: &Gateway, id: &Id<PaymentSetup>) -> Result<(), SetupError> {
    let wanted = id.clone();
    let row = env.db.read(move |conn| Ok::<_, SetupError>(store::find(conn, &wanted)?)).await?;
    let Some(row) = row.filter(|row| row.state == super::model::SetupState::Open) else { return Ok(()) };
    let Some(setup) = find_setup(gateway, &row).await? else { return Ok(()) };
    let setup = gateway.retrieve_setup(&setup).await?;
    let card = match (setup.status, &setup.payment_method) {
        (SetupStatus::Succeeded, Some(method)) => Some(gateway.retrieve_payment_method(method).await?),
        (SetupStatus::Canceled, _) => None,
        _ => return Ok(()),
    };
    let env_inside = env.clone();
    env.db
        .write(move |conn| {
            store::update_references(conn, &row.id, None, Some(setup.id.as_str()))?;
            Ok(actions::settle(conn, &env_inside, &row, card.as_ref())?)
        })
        .await
}

async fn find_setup(gateway: &Gateway, row: &SetupRow) -> Result<Option<SetupRef>, SetupError> {
    if let Some(known) = &row.setup_ref {
        return Ok(Some(SetupRef::new(known.clone())));
    }
    let Some(session) = &row.session_ref else { return Ok(None) };
    Ok(gateway.retrieve_setup_session(&SetupSessionRef::new(session.clone())).await?.setup)
}
