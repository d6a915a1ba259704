//! From lines to totals (8-money.md, "Arithmetic"): each line's net is rounded half to even, once; tax is computed per
//! category on the summed bases, half away from zero (EN 16931 BR-CO-17), and shown per line by largest remainder.
//! Every line keeps its inputs and its formula, so that `verify` can compute the invoice again.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::kernel::calendar::Period;
use crate::kernel::currency::Currency;
use crate::kernel::money::{Money, MoneyError};
use crate::kernel::ratio::{Ratio, RatioError};
use crate::kernel::time::Timestamp;

/// A category of tax with its rate, frozen into the lines that it applies to.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TaxCategory {
    /// Code of EN 16931 (UNCL 5305): `S` standard, `Z` zero, `E` exempt, `O` outside the scope of tax …
    pub code: String,
    /// The rate as an exact fraction: `9/100`.
    pub rate: String,
}

impl TaxCategory {
    /// Outside the scope of any tax: what a seller without tax registration uses.
    #[must_use]
    pub fn outside_scope() -> Self {
        Self { code: "O".to_owned(), rate: "0".to_owned() }
    }

    fn ratio(&self) -> Result<Ratio, CalculationError> {
        let rate: Ratio = self.rate.parse()?;
        if rate.numerator() < 0 { Err(CalculationError::Rate) } else { Ok(rate) }
    }
}

/// Everything that a line is computed from; stored with it as JSON.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LineInput {
    /// What is sold, for people.
    pub description: String,
    /// How many.
    pub quantity: u32,
    /// Net amount of one for the whole time.
    pub unit: Money,
    /// The share of the time that is charged, as an exact fraction; `1` for a whole period.
    pub share: String,
    /// First instant of the time charged for.
    pub start: Timestamp,
    /// First instant after it.
    pub end: Timestamp,
    /// Which tax applies.
    pub tax: TaxCategory,
}

impl LineInput {
    /// A line for a whole period.
    #[must_use]
    pub fn whole_period(description: String, quantity: u32, unit: Money, period: Period, tax: TaxCategory) -> Self {
        Self { description, quantity, unit, share: "1".to_owned(), start: period.start, end: period.end, tax }
    }

    /// `unit · quantity · share`, rounded half to even.
    fn net(&self) -> Result<Money, CalculationError> {
        let share: Ratio = self.share.parse()?;
        Ok(self.unit.times(self.quantity.into())?.share_half_even(share)?)
    }

    /// The calculation for people: `3 × $19.00 USD = $57.00 USD`.
    fn formula(&self, net: Money) -> String {
        let share = if self.share == "1" { String::new() } else { format!(" × {}", self.share) };
        format!("{} × {}{share} = {net}", self.quantity, self.unit)
    }
}

/// A computed line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// What it was computed from.
    pub input: LineInput,
    /// Net amount.
    pub net: Money,
    /// Its part of the invoice's tax.
    pub tax: Money,
    /// The calculation for people.
    pub formula: String,
}

/// Tax of one category on the whole invoice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TaxTotal {
    /// The category.
    pub category: TaxCategory,
    /// Sum of the lines' net amounts.
    pub base: Money,
    /// Tax on it.
    pub tax: Money,
}

/// A computed invoice: `total = net + tax`, and both are the sums of the lines.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Calculation {
    /// The lines, in the order given.
    pub lines: Vec<Line>,
    /// Tax by category.
    pub taxes: Vec<TaxTotal>,
    /// Net amount of all lines.
    pub net: Money,
    /// Tax of all categories.
    pub tax: Money,
    /// What is to be paid.
    pub total: Money,
}

/// Why lines cannot become an invoice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CalculationError {
    /// No line.
    #[error("an invoice needs at least one line")]
    Empty,
    /// Less than nothing is a credit note.
    #[error("the lines come to less than nothing; that is a credit note")]
    Negative,
    /// A tax rate below zero.
    #[error("a tax rate cannot be negative")]
    Rate,
    /// Two currencies, or too large.
    #[error(transparent)]
    Money(#[from] MoneyError),
    /// A share or rate that is no fraction, or too many digits.
    #[error(transparent)]
    Ratio(#[from] RatioError),
}

/// Computes an invoice of one currency from its lines.
pub fn calculate(currency: Currency, inputs: Vec<LineInput>) -> Result<Calculation, CalculationError> {
    if inputs.is_empty() {
        return Err(CalculationError::Empty);
    }
    let mut lines = Vec::with_capacity(inputs.len());
    let mut by_category: BTreeMap<TaxCategory, Vec<usize>> = BTreeMap::new();
    for (index, input) in inputs.into_iter().enumerate() {
        let net = input.net()?;
        by_category.entry(input.tax.clone()).or_default().push(index);
        let formula = input.formula(net);
        lines.push(Line { input, net, tax: Money::zero(currency), formula });
    }
    let mut taxes = Vec::with_capacity(by_category.len());
    for (category, members) in by_category {
        let base = Money::sum(currency, members.iter().map(|index| lines[*index].net))?;
        let tax = base.share_half_away(category.ratio()?)?;
        spread(tax, &members, &mut lines)?;
        taxes.push(TaxTotal { category, base, tax });
    }
    let net = Money::sum(currency, lines.iter().map(|line| line.net))?;
    let tax = Money::sum(currency, taxes.iter().map(|total| total.tax))?;
    let total = net.plus(tax)?;
    if total.is_negative() || net.is_negative() {
        return Err(CalculationError::Negative);
    }
    Ok(Calculation { lines, taxes, net, tax, total })
}

/// Shows a category's tax on its lines in proportion to their net amounts.
fn spread(tax: Money, members: &[usize], lines: &mut [Line]) -> Result<(), CalculationError> {
    if tax.is_zero() {
        return Ok(());
    }
    let weights: Vec<i64> = members.iter().map(|index| lines[*index].net.minor()).collect();
    for (index, part) in members.iter().zip(tax.split(&weights)?) {
        lines[*index].tax = part;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use proptest::sample::select;

    use super::*;

    fn line(quantity: u32, unit: i64, share: &str, rate: &str) -> LineInput {
        let at = |seconds| Timestamp::from_seconds(seconds).expect("in range");
        LineInput {
            description: "Basic".into(),
            quantity,
            unit: Money::new(unit, Currency::SGD),
            share: share.into(),
            start: at(0),
            end: at(2_592_000),
            tax: TaxCategory { code: "S".into(), rate: rate.into() },
        }
    }

    #[test]
    fn one_plain_line() {
        let period = Period {
            start: Timestamp::from_seconds(0).expect("epoch"),
            end: Timestamp::from_seconds(9).expect("epoch"),
        };
        let unit = Money::new(1_900, Currency::USD);
        let input = LineInput::whole_period("Basic, 3 agents".into(), 3, unit, period, TaxCategory::outside_scope());
        let invoice = calculate(Currency::USD, vec![input]).expect("computable");
        assert_eq!((invoice.net.minor(), invoice.tax.minor(), invoice.total.minor()), (5_700, 0, 5_700));
        assert_eq!(invoice.lines[0].formula, "3 × $19.00 USD = $57.00 USD");
    }

    #[test]
    fn tax_is_computed_on_the_sum_not_on_the_lines() {
        // 9 % of 0.50 is 0.045 on each of three lines, 0.135 on the sum.
        let invoice = calculate(Currency::SGD, vec![line(1, 50, "1", "9/100"); 3]).expect("computable");
        assert_eq!(invoice.tax.minor(), 14);
        let parts: Vec<i64> = invoice.lines.iter().map(|line| line.tax.minor()).collect();
        assert_eq!(parts, [5, 5, 4]);
    }

    #[test]
    fn categories_are_kept_apart() {
        let invoice = calculate(
            Currency::SGD,
            vec![line(1, 1_000, "1", "9/100"), line(1, 1_000, "1", "0"), line(1, 5, "1/2", "0")],
        );
        let invoice = invoice.expect("computable");
        let totals: Vec<_> =
            invoice.taxes.iter().map(|t| (t.category.rate.as_str(), t.base.minor(), t.tax.minor())).collect();
        assert_eq!(totals, [("0", 1_002, 0), ("9/100", 1_000, 90)]);
        assert_eq!(invoice.lines[2].formula, "1 × $0.05 SGD × 1/2 = $0.02 SGD");
    }

    #[test]
    fn what_is_no_invoice_is_refused() {
        let refused = |lines| calculate(Currency::SGD, lines).expect_err("no invoice");
        assert_eq!(refused(vec![]), CalculationError::Empty);
        assert_eq!(refused(vec![line(1, -1, "1", "0")]), CalculationError::Negative);
        assert_eq!(refused(vec![line(1, 1, "1", "-1/10")]), CalculationError::Rate);
        assert_eq!(refused(vec![line(1, 1, "1/0", "0")]), CalculationError::Ratio(RatioError::ZeroDenominator));
        assert_eq!(refused(vec![line(9, i64::MAX, "1", "0")]), CalculationError::Money(MoneyError::Overflow));
        let euro = LineInput { unit: Money::new(1, Currency::EUR), ..line(1, 1, "1", "0") };
        assert!(matches!(refused(vec![euro]), CalculationError::Money(MoneyError::CurrencyMismatch(..))));
    }

    fn lines() -> impl Strategy<Value = Vec<LineInput>> {
        let one = (1_u32..1_000, -50_000_i64..100_000, 0_u32..2_592_000, select(vec!["0", "9/100", "19/100", "1/3"]))
            .prop_map(|(quantity, unit, seconds, rate)| line(quantity, unit, &format!("{seconds}/2592000"), rate));
        prop::collection::vec(one, 1..12)
    }

    proptest! {
        #[test]
        fn totals_are_the_sums_of_what_is_shown(lines in lines()) {
            let Ok(invoice) = calculate(Currency::SGD, lines) else { return Ok(()) };
            let sum = |part: fn(&Line) -> i64| invoice.lines.iter().map(part).sum::<i64>();
            prop_assert_eq!(sum(|line| line.net.minor()), invoice.net.minor());
            prop_assert_eq!(sum(|line| line.tax.minor()), invoice.tax.minor());
            prop_assert_eq!(invoice.taxes.iter().map(|t| t.base.minor()).sum::<i64>(), invoice.net.minor());
            prop_assert_eq!(invoice.taxes.iter().map(|t| t.tax.minor()).sum::<i64>(), invoice.tax.minor());
            prop_assert_eq!(invoice.net.plus(invoice.tax), Ok(invoice.total));
            prop_assert!(!invoice.total.is_negative());
        }

        #[test]
        fn the_stored_inputs_compute_the_same_again(lines in lines()) {
            let first = calculate(Currency::SGD, lines);
            if let Ok(invoice) = &first {
                let stored = serde_json::to_string(&invoice.lines.iter().map(|l| &l.input).collect::<Vec<_>>()).expect("plain data");
                let read: Vec<LineInput> = serde_json::from_str(&stored).expect("own text");
                prop_assert_eq!(calculate(Currency::SGD, read), first);
            }
        }

        #[test]
        fn each_line_is_within_half_a_unit(lines in lines()) {
            let Ok(invoice) = calculate(Currency::SGD, lines) else { return Ok(()) };
            for line in invoice.lines {
                let share: Ratio = line.input.share.parse().expect("a fraction");
                let gross = i128::from(line.input.unit.minor()) * i128::from(line.input.quantity) * share.numerator();
                let off = (i128::from(line.net.minor()) * share.denominator() - gross).abs();
                prop_assert!(off * 2 <= share.denominator());
            }
        }
    }
}
