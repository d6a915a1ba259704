//! What can go wrong with a subscription.

use super::model::Refused;
use crate::billing::catalog::model::CatalogError;
use crate::billing::invoices::error::InvoicesError;
use crate::db::{DbError, TxError};
use crate::kernel::public_error::{Code, FieldError, PublicError};

/// There is no such subscription of this account.
pub const SUBSCRIPTION_NOT_FOUND: Code = Code {
    name: "subscription-not-found",
    status: 404,
    title: "There is no such subscription",
    help: "List your subscriptions with GET /v1/subscriptions; an id of another account is unknown here.",
};

/// The step does not fit the subscription's state.
pub const SUBSCRIPTION_STATE: Code = Code {
    name: "subscription-state",
    status: 409,
    title: "The subscription's state does not allow this",
    help: "Look at `status` and `reason`; pay what is due first, or start a new subscription.",
};

/// The quote no longer holds.
pub const QUOTE_STALE: Code = Code {
    name: "quote-stale",
    status: 409,
    title: "This quote no longer holds",
    help: "A quote holds for 15 minutes and for one subscription. Ask for a new preview and agree to it.",
};

/// A card is needed.
pub const PAYMENT_METHOD_REQUIRED: Code = Code {
    name: "payment-method-required",
    status: 409,
    title: "A card is needed first",
    help: "Add a card with POST /v1/payment-methods/setup, then subscribe.",
};

/// A field of the order is wrong.
pub const ORDER_INVALID: Code = Code {
    name: "order-invalid",
    status: 422,
    title: "This cannot be ordered",
    help: "Choose a price from GET /v1/plans and a number of seats within its limit.",
};

/// Why a subscription could not be made, found or changed.
#[derive(Debug, thiserror::Error)]
pub enum SubscriptionsError {
    /// No such subscription of this account.
    #[error("no such subscription")]
    NotFound,
    /// The state does not allow it.
    #[error(transparent)]
    Refused(#[from] Refused),
    /// The quote expired, was used, is another's, or something changed.
    #[error("the quote no longer holds")]
    QuoteStale,
    /// No card was given, and there is no default.
    #[error("a card is needed")]
    PaymentMethodRequired,
    /// The price is not there.
    #[error("there is no such price")]
    PriceUnknown,
    /// The price cannot be taken like this.
    #[error(transparent)]
    Catalog(#[from] CatalogError),
    /// The invoice could not be made.
    #[error(transparent)]
    Invoice(#[from] InvoicesError),
    /// The database failed.
    #[error(transparent)]
    Db(#[from] DbError),
}

impl TxError for SubscriptionsError {
    fn is_contention(&self) -> bool {
        match self {
            Self::Db(error) => error.is_contention(),
            Self::Invoice(error) => error.is_contention(),
            _ => false,
        }
    }
}

impl PublicError for SubscriptionsError {
    fn code(&self) -> &'static Code {
        match self {
            Self::NotFound => &SUBSCRIPTION_NOT_FOUND,
            Self::Refused(_) => &SUBSCRIPTION_STATE,
            Self::QuoteStale => &QUOTE_STALE,
            Self::PaymentMethodRequired => &PAYMENT_METHOD_REQUIRED,
            Self::PriceUnknown | Self::Catalog(_) => &ORDER_INVALID,
            Self::Invoice(error) => error.code(),
            Self::Db(error) => error.code(),
        }
    }

    fn detail(&self) -> Option<String> {
        match self {
            Self::Refused(why) => Some(why.to_string()),
            Self::Invoice(error) => error.detail(),
            _ => None,
        }
    }

    fn fields(&self) -> Vec<FieldError> {
        match self {
            Self::PriceUnknown => {
                vec![FieldError::new("/price", "There is no such price. Choose one from the list of plans.")]
            }
            Self::Catalog(error @ CatalogError::NotOffered) => vec![FieldError::new("/price", error)],
            Self::Catalog(error) => vec![FieldError::new("/quantity", error)],
            _ => Vec::new(),
        }
    }

    fn retry_after(&self) -> Option<u32> {
        match self {
            Self::Db(error) => error.retry_after(),
            Self::Invoice(error) => error.retry_after(),
            _ => None,
        }
    }

    fn members(&self) -> Vec<(&'static str, serde_json::Value)> {
        if let Self::Refused(why) = self { vec![("reason", why.code().into())] } else { Vec::new() }
    }
}
