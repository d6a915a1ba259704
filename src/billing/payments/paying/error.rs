//! Why an invoice cannot be paid now.

use crate::billing::invoices::error::{INVOICE_NOT_FOUND, NOTHING_OPEN};
use crate::billing::subscriptions::error::PAYMENT_METHOD_REQUIRED;
use crate::db::{DbError, TxError};
use crate::kernel::public_error::{Code, PublicError};

/// Money may be on its way already.
pub const PAYMENT_RUNNING: Code = Code {
    name: "payment-running",
    status: 409,
    title: "A payment of this invoice is under way",
    help: "Wait a moment and look at the invoice again; pay again only if it is still open then.",
};

/// See the variants.
#[derive(Debug, thiserror::Error)]
pub enum PayError {
    /// No such invoice of this account.
    #[error("no such invoice")]
    NotFound,
    /// It is paid, void, or being called off.
    #[error("nothing is open on this invoice")]
    NothingOpen,
    /// An attempt's outcome is not known yet.
    #[error("a payment is under way")]
    Running,
    /// No card was named, and there is no default; or the named one is not there.
    #[error("a card is needed")]
    PaymentMethodRequired,
    /// The database failed.
    #[error(transparent)]
    Db(#[from] DbError),
}

impl TxError for PayError {
    fn is_contention(&self) -> bool {
        matches!(self, Self::Db(error) if error.is_contention())
    }
}

impl PublicError for PayError {
    fn code(&self) -> &'static Code {
        match self {
            Self::NotFound => &INVOICE_NOT_FOUND,
            Self::NothingOpen => &NOTHING_OPEN,
            Self::Running => &PAYMENT_RUNNING,
            Self::PaymentMethodRequired => &PAYMENT_METHOD_REQUIRED,
            Self::Db(error) => error.code(),
        }
    }

    fn retry_after(&self) -> Option<u32> {
        match self {
            Self::Running => Some(2),
            Self::Db(error) => error.retry_after(),
            _ => None,
        }
    }
}
