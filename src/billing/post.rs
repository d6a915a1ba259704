//! Billing's letters on their way into the outbox, in the transaction that makes them necessary. One per outcome: a
//! paid invoice, or a payment that its holder has to bring about. Who is there at the declined payment gets no mail.

use super::invoices::store::InvoiceRow;
use super::letters::{self, InvoiceWords};
use super::payments::attempt::AttemptState;
use super::payments::methods::store as cards;
use super::payments::setups::store as setups;
use super::payments::store as payments;
use super::subscriptions::store::SubscriptionRow;
use crate::db::{DbConnection, DbError};
use crate::env::Env;
use crate::identity::frame::{language, written_dates};
use crate::identity::post::{self, Envelope};
use crate::identity::principals::model::PrincipalId;
use crate::kernel::ids::{Account, Id, PaymentMethod};
use crate::kernel::lang::Lang;
use crate::kernel::money::Money;
use crate::platform::mail::Letter;

/// Tells the holder of an invoice that nothing is open on it any more, and what paid it.
///
/// # Errors
/// The database failed.
pub fn invoice_paid(conn: &mut DbConnection, env: &Env, invoice: &InvoiceRow) -> Result<(), DbError> {
    let attempt = last_attempt(conn, invoice)?.filter(|attempt| attempt.state == AttemptState::Succeeded);
    let payment = match attempt {
        Some(attempt) => match card(conn, &invoice.account_id, &attempt.payment_method_id)? {
            Some(card) => format!("It was paid with the {card}."),
            None => "It was paid by card.".to_owned(),
        },
        None => "Nothing is to be paid.".to_owned(),
    };
    let (name, to) = setups::find_details(conn, &invoice.account_id)?;
    let lang = language(conn, env, &PrincipalId::Holder(invoice.account_id.clone()))?;
    let letter = letters::invoice_issued(post::letterhead(env), name.reveal(), &words(invoice, lang), &payment);
    send(conn, env, (&invoice.account_id, to.reveal(), "invoice_issued"), &letter)
}

/// Asks the holder to pay an open renewal: by answering the bank, or with another card.
///
/// # Errors
/// The database failed.
pub fn payment_needed(
    conn: &mut DbConnection,
    env: &Env,
    row: &SubscriptionRow,
    invoice: &InvoiceRow,
) -> Result<(), DbError> {
    let (name, to) = setups::find_details(conn, &invoice.account_id)?;
    let dates = written_dates(conn, env, &PrincipalId::Holder(invoice.account_id.clone()))?;
    let (head, words, until) = (post::letterhead(env), words(invoice, dates.lang), dates.moment(row.period_end));
    let attempt = last_attempt(conn, invoice)?;
    let (kind, letter) = match attempt.map(|attempt| (attempt.state, attempt.decline_code)) {
        Some((AttemptState::RequiresAction, _)) => {
            ("authentication_needed", letters::authentication_needed(head, name.reveal(), &words, &until))
        }
        Some((_, code)) => {
            ("payment_failed", letters::payment_failed(head, name.reveal(), &words, reason(code.as_deref()), &until))
        }
        None => {
            let why = "There is no card on your account.";
            ("payment_failed", letters::payment_failed(head, name.reveal(), &words, why, &until))
        }
    };
    send(conn, env, (&invoice.account_id, to.reveal(), kind), &letter)
}

fn send(
    conn: &mut DbConnection,
    env: &Env,
    (account, to, kind): (&Id<Account>, &str, &'static str),
    letter: &Letter,
) -> Result<(), DbError> {
    post::send(conn, env, Envelope { to, account: Some(account), kind }, letter)
}

fn words(invoice: &InvoiceRow, lang: Lang) -> InvoiceWords {
    InvoiceWords {
        id: invoice.id.to_string(),
        number: invoice.number.clone().unwrap_or_default(),
        total: Money::new(invoice.total, invoice.currency).written(lang),
    }
}

/// What a decline means for who reads it; the processor's own words are for developers.
fn reason(decline_code: Option<&str>) -> &'static str {
    match decline_code {
        Some("insufficient_funds") => "The bank says that there is not enough money on the account.",
        Some("expired_card") => "The card has expired.",
        Some("incorrect_cvc" | "invalid_cvc" | "incorrect_number") => "The card's data are not right any more.",
        // Whether a card counts as lost or stolen is for the bank to tell its holder.
        _ => "The bank declined the card.",
    }
}

fn last_attempt(conn: &mut DbConnection, invoice: &InvoiceRow) -> Result<Option<payments::AttemptRow>, DbError> {
    let Some(payment) = payments::find_latest(conn, &invoice.id)? else { return Ok(None) };
    Ok(payments::attempts(conn, &payment.id)?.pop())
}

/// `Visa ending in 4242`.
fn card(conn: &mut DbConnection, account: &Id<Account>, method: &Id<PaymentMethod>) -> Result<Option<String>, DbError> {
    let row = cards::find(conn, account, method)?;
    Ok(row.map(|row| {
        let mut brand = row.brand.chars();
        let title: String = brand.next().into_iter().flat_map(char::to_uppercase).chain(brand).collect();
        format!("{title} ending in {}", row.last4)
    }))
}
