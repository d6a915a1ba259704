//! Shapes that several of billing's answers share.

use serde::Serialize;
use utoipa::ToSchema;

use crate::kernel::money::Money;

/// An amount in minor units: `{"amount": 1900, "currency": "USD"}` is nineteen dollars.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
pub struct MoneyView {
    /// Minor units of the currency.
    pub amount: i64,
    /// ISO 4217 code.
    pub currency: &'static str,
}

impl From<Money> for MoneyView {
    fn from(money: Money) -> Self {
        Self { amount: money.minor(), currency: money.currency().code() }
    }
}
