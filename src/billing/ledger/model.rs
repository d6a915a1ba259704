//! Double entry by transfers (8-money.md, "Ledger"): what each operation posts. A transfer moves a positive amount
//! from the account it credits to the account it debits, so that every set of postings balances by construction.

use std::collections::BTreeMap;
use std::fmt;

use crate::kernel::currency::Currency;
use crate::kernel::ids::{self, Id};
use crate::kernel::money::{Money, MoneyError};

/// An account of the ledger. Every one exists per currency.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum LedgerAccount {
    /// What is owed on one invoice.
    Receivable(Id<ids::Invoice>),
    /// Net amounts invoiced and not earned yet.
    Deferred,
    /// Net amounts earned.
    Revenue,
    /// Tax owed to the state.
    Tax,
    /// Remainders too small to charge.
    Rounding,
    /// Money at the processor.
    Clearing,
    /// Money of one account that belongs to no open invoice.
    Unapplied(Id<ids::Account>),
    /// Money promised back and not sent yet.
    RefundPayable,
    /// Invoices given up.
    BadDebt,
}

impl fmt::Display for LedgerAccount {
    /// The stored text: `receivable:inv_…`, `deferred` …
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Receivable(invoice) => write!(f, "receivable:{invoice}"),
            Self::Unapplied(account) => write!(f, "unapplied:{account}"),
            Self::Deferred => f.write_str("deferred"),
            Self::Revenue => f.write_str("revenue"),
            Self::Tax => f.write_str("tax"),
            Self::Rounding => f.write_str("rounding"),
            Self::Clearing => f.write_str("clearing"),
            Self::RefundPayable => f.write_str("refund_payable"),
            Self::BadDebt => f.write_str("bad_debt"),
        }
    }
}

impl LedgerAccount {
    /// Reads the stored text.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        if let Some((kind, id)) = text.split_once(':') {
            return match kind {
                "receivable" => id.parse().ok().map(Self::Receivable),
                "unapplied" => id.parse().ok().map(Self::Unapplied),
                _ => None,
            };
        }
        let plain = [
            Self::Deferred,
            Self::Revenue,
            Self::Tax,
            Self::Rounding,
            Self::Clearing,
            Self::RefundPayable,
            Self::BadDebt,
        ];
        plain.into_iter().find(|account| account.to_string() == text)
    }
}

/// One posting: `amount` goes onto the debit side of one account and the credit side of another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Transfer {
    debit: LedgerAccount,
    credit: LedgerAccount,
    amount: Money,
}

/// Why an operation cannot be posted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum LedgerError {
    /// Only positive amounts are posted.
    #[error("a posting needs an amount above zero")]
    NotPositive,
    /// More than is there.
    #[error("more would be posted than is open")]
    TooMuch,
    /// Two currencies, or too large.
    #[error(transparent)]
    Money(#[from] MoneyError),
}

impl Transfer {
    /// A transfer of an amount above zero between two different accounts.
    pub fn new(debit: LedgerAccount, credit: LedgerAccount, amount: Money) -> Result<Self, LedgerError> {
        if amount.is_positive() && debit != credit {
            Ok(Self { debit, credit, amount })
        } else {
            Err(LedgerError::NotPositive)
        }
    }

    /// The account debited.
    #[must_use]
    pub fn debit(&self) -> &LedgerAccount {
        &self.debit
    }

    /// The account credited.
    #[must_use]
    pub fn credit(&self) -> &LedgerAccount {
        &self.credit
    }

    /// The amount, above zero.
    #[must_use]
    pub fn amount(&self) -> Money {
        self.amount
    }
}

/// Collects transfers, leaving out those of nothing.
struct Entry(Vec<Transfer>);

impl Entry {
    fn post(mut self, debit: LedgerAccount, credit: LedgerAccount, amount: Money) -> Result<Self, LedgerError> {
        if !amount.is_zero() {
            self.0.push(Transfer::new(debit, credit, amount)?);
        }
        Ok(self)
    }
}

/// An invoice becomes final: receivable against deferred (net) and tax. Nothing for a zero invoice.
pub fn invoice_final(invoice: &Id<ids::Invoice>, net: Money, tax: Money) -> Result<Vec<Transfer>, LedgerError> {
    let receivable = LedgerAccount::Receivable(invoice.clone());
    let entry = Entry(Vec::new()).post(receivable.clone(), LedgerAccount::Deferred, net)?;
    Ok(entry.post(receivable, LedgerAccount::Tax, tax)?.0)
}

/// A payment arrived: clearing against what the invoice has open, the excess against the holder's unapplied money.
pub fn payment_succeeded(
    invoice: &Id<ids::Invoice>,
    holder: &Id<ids::Account>,
    open: Money,
    received: Money,
) -> Result<Vec<Transfer>, LedgerError> {
    if !received.is_positive() || open.is_negative() {
        return Err(LedgerError::NotPositive);
    }
    let rest = received.minus(open)?;
    let (applied, excess) = if rest.is_positive() { (open, rest) } else { (received, Money::zero(open.currency())) };
    let entry = Entry(Vec::new()).post(LedgerAccount::Clearing, LedgerAccount::Receivable(invoice.clone()), applied)?;
    Ok(entry.post(LedgerAccount::Clearing, LedgerAccount::Unapplied(holder.clone()), excess)?.0)
}

/// An unpaid and unearned invoice is credited in full: the mirror image of [`invoice_final`].
pub fn invoice_void(invoice: &Id<ids::Invoice>, net: Money, tax: Money) -> Result<Vec<Transfer>, LedgerError> {
    let receivable = LedgerAccount::Receivable(invoice.clone());
    let entry = Entry(Vec::new()).post(LedgerAccount::Deferred, receivable.clone(), net)?;
    Ok(entry.post(LedgerAccount::Tax, receivable, tax)?.0)
}

/// Net amounts are earned: part of what is still deferred.
pub fn revenue_recognised(deferred: Money, earned: Money) -> Result<Vec<Transfer>, LedgerError> {
    if deferred.minus(earned)?.is_negative() {
        return Err(LedgerError::TooMuch);
    }
    Ok(Entry(Vec::new()).post(LedgerAccount::Deferred, LedgerAccount::Revenue, earned)?.0)
}

/// Money that belongs to no invoice is to go back.
pub fn refund_requested(holder: &Id<ids::Account>, amount: Money) -> Result<Vec<Transfer>, LedgerError> {
    Ok(vec![Transfer::new(LedgerAccount::Unapplied(holder.clone()), LedgerAccount::RefundPayable, amount)?])
}

/// A remainder that is too small to charge is written off.
pub fn tiny_remainder(invoice: &Id<ids::Invoice>, open: Money) -> Result<Vec<Transfer>, LedgerError> {
    Ok(vec![Transfer::new(LedgerAccount::Rounding, LedgerAccount::Receivable(invoice.clone()), open)?])
}

/// Debits minus credits per account and currency. Their sum per currency is zero, whatever was posted.
pub fn balances<'a>(
    transfers: impl IntoIterator<Item = &'a Transfer>,
) -> Result<BTreeMap<(LedgerAccount, Currency), i64>, LedgerError> {
    let mut balances = BTreeMap::new();
    for transfer in transfers {
        let (currency, minor) = (transfer.amount.currency(), transfer.amount.minor());
        for (account, signed) in [(&transfer.debit, minor), (&transfer.credit, -minor)] {
            let balance: &mut i64 = balances.entry((account.clone(), currency)).or_default();
            *balance = balance.checked_add(signed).ok_or(MoneyError::Overflow)?;
        }
    }
    Ok(balances)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use proptest::sample::select;
    use uuid::Uuid;

    use super::*;

    fn invoice(n: u8) -> Id<ids::Invoice> {
        Id::from_uuid(Uuid::from_u128(n.into()))
    }

    fn holder() -> Id<ids::Account> {
        Id::from_uuid(Uuid::from_u128(7))
    }

    fn usd(minor: i64) -> Money {
        Money::new(minor, Currency::USD)
    }

    #[test]
    fn an_invoice_paid_leaves_nothing_receivable() {
        let mut posted = invoice_final(&invoice(1), usd(1_900), usd(171)).expect("positive");
        posted.extend(payment_succeeded(&invoice(1), &holder(), usd(2_071), usd(2_071)).expect("positive"));
        let balances = balances(&posted).expect("small");
        assert_eq!(balances[&(LedgerAccount::Receivable(invoice(1)), Currency::USD)], 0);
        assert_eq!(balances[&(LedgerAccount::Clearing, Currency::USD)], 2_071);
        assert_eq!(balances[&(LedgerAccount::Deferred, Currency::USD)], -1_900);
        assert_eq!(balances[&(LedgerAccount::Tax, Currency::USD)], -171);
    }

    #[test]
    fn late_money_is_unapplied_and_goes_back() {
        let mut posted = payment_succeeded(&invoice(1), &holder(), usd(0), usd(500)).expect("positive");
        posted.extend(refund_requested(&holder(), usd(500)).expect("positive"));
        let balances = balances(&posted).expect("small");
        assert_eq!(balances[&(LedgerAccount::Unapplied(holder()), Currency::USD)], 0);
        assert_eq!(balances[&(LedgerAccount::RefundPayable, Currency::USD)], -500);
        assert!(!balances.contains_key(&(LedgerAccount::Receivable(invoice(1)), Currency::USD)));
    }

    #[test]
    fn wrong_postings_are_refused() {
        assert_eq!(invoice_final(&invoice(1), usd(0), usd(0)), Ok(vec![]));
        assert_eq!(invoice_final(&invoice(1), usd(-1), usd(0)), Err(LedgerError::NotPositive));
        assert_eq!(payment_succeeded(&invoice(1), &holder(), usd(5), usd(0)), Err(LedgerError::NotPositive));
        assert_eq!(revenue_recognised(usd(5), usd(6)), Err(LedgerError::TooMuch));
        let euro = Money::new(5, Currency::EUR);
        assert!(matches!(payment_succeeded(&invoice(1), &holder(), usd(5), euro), Err(LedgerError::Money(_))));
        assert!(Transfer::new(LedgerAccount::Tax, LedgerAccount::Tax, usd(5)).is_err());
    }

    #[test]
    fn accounts_read_back() {
        use LedgerAccount::*;
        let all = [Receivable(invoice(3)), Unapplied(holder()), Deferred, Revenue, Tax, Rounding, Clearing];
        for account in all.into_iter().chain([RefundPayable, BadDebt]) {
            assert_eq!(LedgerAccount::parse(&account.to_string()), Some(account));
        }
        assert_eq!(LedgerAccount::parse("receivable:acct_1"), None);
        assert_eq!(LedgerAccount::parse("bank"), None);
    }

    proptest! {
        #[test]
        fn everything_posted_balances_in_every_currency(
            operations in prop::collection::vec(
                (0_usize..6, 0_u8..4, 0_i64..1_000_000, 0_i64..1_000_000, select(Currency::EVERY)), 0..60),
        ) {
            let mut posted = Vec::new();
            for (which, number, a, b, currency) in operations {
                let (a, b, of) = (Money::new(a, currency), Money::new(b, currency), invoice(number));
                let made = match which {
                    0 => invoice_final(&of, a, b),
                    1 => payment_succeeded(&of, &holder(), a, b),
                    2 => invoice_void(&of, a, b),
                    3 => revenue_recognised(a, b),
                    4 => refund_requested(&holder(), a),
                    _ => tiny_remainder(&of, a),
                };
                let made = made.unwrap_or_default();
                prop_assert!(made.iter().all(|transfer| transfer.amount().is_positive()));
                if which == 1 {
                    prop_assert_eq!(made.iter().map(|t| t.amount().minor()).sum::<i64>(), b.minor());
                }
                posted.extend(made);
            }
            let mut sums: BTreeMap<Currency, i64> = BTreeMap::new();
            for ((_, currency), balance) in balances(&posted).expect("small") {
                *sums.entry(currency).or_default() += balance;
            }
            prop_assert!(sums.values().all(|sum| *sum == 0));
        }

        #[test]
        fn void_undoes_final(net in 1_i64..1_000_000, tax in 0_i64..1_000_000) {
            let mut posted = invoice_final(&invoice(1), usd(net), usd(tax)).expect("positive");
            posted.extend(invoice_void(&invoice(1), usd(net), usd(tax)).expect("positive"));
            prop_assert!(balances(&posted).expect("small").values().all(|balance| *balance == 0));
        }
    }
}
