//! What a charge tells the processor, and the row that says so (policy clause 2.2). Nothing of a charge leaves but what
//! [`permit`] lets out, and it asks for the consent again each time.

use super::gateway::{ConfirmRequest, CustomerRef, IntentMetadata, IntentRequest, PaymentMethodRef};
use super::store::{self, PaymentRow};
use crate::billing::invoices::store::InvoiceRow;
use crate::db::{DbConnection, DbError};
use crate::env::Env;
use crate::platform::trust::recipients::PAYMENT_PROCESSOR;
use crate::platform::trust::{self, FieldName, Ground, ShareError, ShareRequest, Shared};

/// What a charge tells: whose it is, how much, for which invoice.
pub const TOLD_FIELDS: &[FieldName] =
    &[FieldName("invoices.account_id"), FieldName("invoices.number"), FieldName("payments.amount")];

/// Why nothing may be sent for a payment. The customer can change both.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stopped {
    /// There is no live consent to share with the processor.
    Consent,
    /// The card that was to pay is gone.
    Card,
}

impl Stopped {
    /// The word in the database.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Consent => "consent",
            Self::Card => "card",
        }
    }

    /// The code that the API gives for the word in the database.
    #[must_use]
    pub fn code(word: &str) -> &'static str {
        if word == Self::Card.as_str() { CARD_MISSING } else { CONSENT_WITHDRAWN }
    }
}

/// The payment waits for the customer's consent.
pub const CONSENT_WITHDRAWN: &str = "consent_withdrawn";
/// The payment waits for a card.
pub const CARD_MISSING: &str = "card_missing";

/// Lets out what one call tells of a payment, in the transaction that orders the call: on the row that the payment has
/// already, or on a new one. None without a live consent: then nothing may be sent.
///
/// # Errors
/// The database failed.
pub fn permit<T: Clone>(
    conn: &mut DbConnection,
    env: &Env,
    row: &PaymentRow,
    told: &T,
) -> Result<Option<Shared<T>>, DbError> {
    if let Some(share) = store::find_share(conn, &row.id)? {
        match trust::reopen(conn, &share, &PAYMENT_PROCESSOR, told.clone()) {
            // That consent was withdrawn; one that was given since needs a row of its own.
            Err(ShareError::NoConsent(_)) => {}
            reopened => return reopened.map(Some).map_err(failed),
        }
    }
    let request = ShareRequest {
        account: Some(&row.account_id),
        recipient: &PAYMENT_PROCESSOR,
        fields: TOLD_FIELDS,
        ground: Ground::Consent,
        about: row.invoice_id.as_str(),
    };
    match trust::share(conn, env, request, told.clone()) {
        Ok(shared) => {
            store::insert_share(conn, shared.share(), &row.id)?;
            Ok(Some(shared))
        }
        Err(ShareError::NoConsent(_)) => Ok(None),
        Err(error) => Err(failed(error)),
    }
}

/// What making the intent of a payment tells.
///
/// # Errors
/// A number of ours cannot be read back.
pub fn intent(env: &Env, (row, bill): (&PaymentRow, &InvoiceRow), customer: String) -> Result<IntentRequest, DbError> {
    let whole = |number: i32| u32::try_from(number).map_err(|error| DbError::Other(error.to_string()));
    let metadata = IntentMetadata {
        installation: env.installation.id.clone(),
        account: row.account_id.clone(),
        subscription: bill.subscription_id.clone(),
        period_no: whole(bill.period_no)?,
        kind: bill.kind.clone(),
        invoice: bill.id.clone(),
        invoice_number: bill.number.clone().unwrap_or_default(),
        generation: whole(row.generation)?,
    };
    Ok(IntentRequest { customer: CustomerRef::new(customer), amount: row.money(), metadata })
}

/// What confirming it by a card tells. 3-D Secure leads back to the invoice's page, which shows what came of it.
#[must_use]
pub fn confirm(env: &Env, row: &PaymentRow, card: String, on_session: bool) -> ConfirmRequest {
    let page = || format!("{}/billing/invoices/{}", env.settings.base_url(), row.invoice_id);
    ConfirmRequest {
        payment_method: PaymentMethodRef::new(card),
        off_session: !on_session,
        return_url: on_session.then(page),
    }
}

fn failed(error: ShareError) -> DbError {
    match error {
        ShareError::Db(error) => error,
        other => DbError::Other(other.to_string()),
    }
}
