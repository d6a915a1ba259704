//! What can go wrong with an invoice.

use super::calculation::CalculationError;
use super::model::InvoiceError;
use crate::billing::ledger::model::LedgerError;
use crate::db::{DbError, INTERNAL, TxError};
use crate::kernel::money::MoneyError;
use crate::kernel::public_error::{Code, PublicError};

/// There is no such invoice of this account.
pub const INVOICE_NOT_FOUND: Code = Code {
    name: "invoice-not-found",
    status: 404,
    title: "There is no such invoice",
    help: "List your invoices with GET /v1/invoices; an id of another account is unknown here.",
};

/// Nothing is open on the invoice.
pub const NOTHING_OPEN: Code = Code {
    name: "nothing-open",
    status: 409,
    title: "Nothing is open on this invoice",
    help: "The invoice is paid, void or not final. Look at its status.",
};

/// The amount cannot be charged.
pub const NOT_CHARGEABLE: Code = Code {
    name: "not-chargeable",
    status: 422,
    title: "This amount cannot be charged",
    help: "Choose another quantity: a single charge has a smallest and a largest amount.",
};

/// Why an invoice could not be made, found or changed.
#[derive(Debug, thiserror::Error)]
pub enum InvoicesError {
    /// No such invoice of this account.
    #[error("no such invoice")]
    NotFound,
    /// Nothing is open.
    #[error("nothing is open")]
    NothingOpen,
    /// The total cannot be charged.
    #[error(transparent)]
    Amount(#[from] MoneyError),
    /// The lines cannot be computed. A bug or a wrong configuration.
    #[error(transparent)]
    Calculation(#[from] CalculationError),
    /// The step is not possible. A bug: the database would refuse it too.
    #[error(transparent)]
    State(#[from] InvoiceError),
    /// The posting is not possible. A bug.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
    /// The database failed.
    #[error(transparent)]
    Db(#[from] DbError),
}

impl TxError for InvoicesError {
    fn is_contention(&self) -> bool {
        matches!(self, Self::Db(error) if error.is_contention())
    }
}

impl PublicError for InvoicesError {
    fn code(&self) -> &'static Code {
        match self {
            Self::NotFound => &INVOICE_NOT_FOUND,
            Self::NothingOpen => &NOTHING_OPEN,
            Self::Amount(_) | Self::Calculation(CalculationError::Money(_)) => &NOT_CHARGEABLE,
            Self::Db(error) => error.code(),
            Self::Calculation(_) | Self::State(_) | Self::Ledger(_) => &INTERNAL,
        }
    }

    fn detail(&self) -> Option<String> {
        match self {
            Self::Amount(error) | Self::Calculation(CalculationError::Money(error)) => Some(error.to_string()),
            _ => None,
        }
    }

    fn retry_after(&self) -> Option<u32> {
        if let Self::Db(error) = self { error.retry_after() } else { None }
    }
}
