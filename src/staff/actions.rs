//! Reviewing, and looking at an account.

use super::error::StaffError;
use super::model::{Shown, case_ref, mask, shown_email};
use super::store::{self, CardRow, Filter, InvoiceLine, PersonRow, ReviewRow};
use crate::accounts::corrections::actions::{self as corrections, Correction, Waiting};
use crate::billing::corrections::actions as invoice_corrections;
use crate::billing::invoices::actions::{self as invoices, Document};
use crate::db::{DbConnection, DbError};
use crate::env::Env;
use crate::identity::actors::StaffSession;
use crate::kernel::actor::Actor;
use crate::kernel::ids::{Account, Id, Invoice, StaffLook, Subscription};
use crate::platform::audit;
use crate::privacy::looks::model::Purpose;
use crate::privacy::looks::store::{self as looks, NewLook};

/// Invoices shown with an account.
const INVOICES: i64 = 50;
/// Subscriptions shown with an account.
const SUBSCRIPTIONS: i64 = 50;

/// A line of the review list with its last payment.
pub type Reviewed = (ReviewRow, Option<InvoiceLine>);

/// A stretch of the review list.
///
/// # Errors
/// The database failed.
pub fn review(
    conn: &mut DbConnection,
    filter: &Filter,
    before: Option<&Id<Subscription>>,
    limit: i64,
) -> Result<Vec<Reviewed>, DbError> {
    let rows = store::list_subscriptions(conn, filter, before, limit)?;
    let with_invoices = rows.into_iter().map(|row| {
        let invoice = store::find_latest_invoice(conn, &row.id)?;
        Ok((row, invoice))
    });
    with_invoices.collect()
}

/// Why somebody looks.
#[derive(Debug, Clone)]
pub struct Look {
    /// At whom.
    pub account: Id<Account>,
    /// Why.
    pub purpose: Option<Purpose>,
    /// The case, as typed.
    pub case: Option<String>,
}

/// What is shown of an account.
#[derive(Debug)]
pub struct Opened {
    /// The person.
    pub person: PersonRow,
    /// The e-mail address as the role sees it.
    pub email: String,
    /// Subscriptions.
    pub subscriptions: Vec<Reviewed>,
    /// Invoices.
    pub invoices: Vec<InvoiceLine>,
    /// Cards.
    pub cards: Vec<CardRow>,
    /// What the holder says is wrong: being decided, or refused and therefore noted beside the value.
    pub contested: Vec<Waiting>,
}

/// Records the look and reads the account, in one transaction: nothing is shown unless the row is committed.
///
/// # Errors
/// [`StaffError::PurposeRequired`]; [`StaffError::NotFound`]; the database failed.
pub fn open_account(
    conn: &mut DbConnection,
    env: &Env,
    member: &StaffSession,
    look: &Look,
) -> Result<Opened, StaffError> {
    look.purpose.ok_or(StaffError::PurposeRequired)?;
    let person = store::find_person(conn, &look.account)?.ok_or(StaffError::NotFound)?;
    record(conn, env, (member, look), &mask(member.role))?;
    let filter = Filter { account: Some(look.account.clone()), ..Filter::default() };
    let subscriptions = review(conn, &filter, None, SUBSCRIPTIONS)?;
    Ok(Opened {
        email: shown_email(member.role, person.email.reveal()),
        person,
        subscriptions,
        invoices: store::list_invoices(conn, &look.account, INVOICES)?,
        cards: store::list_cards(conn, &look.account)?,
        contested: corrections::contested(conn, &look.account)?,
    })
}

/// Records the look and reads one invoice of the account with what is asked to be corrected on it, in one transaction.
///
/// # Errors
/// [`StaffError::PurposeRequired`]; [`StaffError::NotFound`]; the database failed.
pub fn open_invoice(
    conn: &mut DbConnection,
    env: &Env,
    member: &StaffSession,
    (id, purpose, case): (&Id<Invoice>, Option<Purpose>, Option<String>),
) -> Result<(Document, Vec<Correction>), StaffError> {
    let account = invoices::owner(conn, id)?;
    let look = Look { account, purpose, case };
    record(conn, env, (member, &look), &[Shown::Name, Shown::PostalAddress, Shown::Billing])?;
    let asked = invoice_corrections::of_invoice(conn, env, (&look.account, id))?;
    Ok((invoices::document(conn, &look.account, id)?, asked))
}

/// Writes down who looks at whom, why, and at which fields.
pub(super) fn record(
    conn: &mut DbConnection,
    env: &Env,
    (member, look): (&StaffSession, &Look),
    shown: &[Shown],
) -> Result<(), StaffError> {
    let purpose = look.purpose.ok_or(StaffError::PurposeRequired)?;
    let shown: Vec<&str> = shown.iter().map(|field| field.as_str()).collect();
    let id: Id<StaffLook> = env.id();
    let case = case_ref(look.case.as_deref());
    looks::insert_look(
        conn,
        &NewLook {
            id: &id,
            staff_id: &member.id,
            account_id: &look.account,
            purpose,
            case_ref: case.as_deref(),
            shown: &shown.join(" "),
            at: env.now(),
        },
    )?;
    let event = audit::Event {
        actor: &Actor::Staff(member.id.clone()),
        action: "account.looked_at",
        subject: look.account.as_str(),
        fields: &shown,
        refs: &[("look", id.as_str())],
        commits_to: purpose.as_str().as_bytes(),
    };
    audit::record(conn, env, &event)?;
    Ok(())
}
