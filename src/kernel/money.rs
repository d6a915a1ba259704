//! Amounts of money in whole minor units of one currency (8-money.md, "Arithmetic").

use std::fmt;

use serde::{Deserialize, Serialize};

use super::currency::Currency;
use super::lang::Lang;
use super::ratio::{self, Ratio};

/// The largest charge that the processor takes: eight digits of minor units.
pub const LARGEST_CHARGE: i64 = 99_999_999;

/// An amount of minor units of a currency: 1900 USD is nineteen dollars. May be negative. In JSON
/// `{"amount": 1900, "currency": "USD"}`.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Money {
    #[serde(rename = "amount")]
    minor: i64,
    currency: Currency,
}

/// Why an amount could not be computed or charged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[allow(missing_docs)] // the sentence is the documentation
pub enum MoneyError {
    #[error("Amounts in {0} and {1} cannot be combined; keep them apart.")]
    CurrencyMismatch(Currency, Currency),
    #[error("This amount is too large to compute with.")]
    Overflow,
    #[error("Only an amount above zero can be charged.")]
    NotPositive,
    #[error("A single charge has at most eight digits; this amount needs more. Split it.")]
    AboveLargestCharge,
    #[error("The processor charges no less than {0}.")]
    BelowMinimum(Money),
    #[error("An amount to be charged in {0} must be a multiple of {1} minor units.")]
    NotAMultiple(Currency, i64),
}

impl Money {
    /// So many minor units of a currency.
    #[must_use]
    pub const fn new(minor: i64, currency: Currency) -> Self {
        Self { minor, currency }
    }

    /// Nothing, in a currency.
    #[must_use]
    pub const fn zero(currency: Currency) -> Self {
        Self::new(0, currency)
    }

    /// Whole minor units.
    #[must_use]
    pub const fn minor(self) -> i64 {
        self.minor
    }

    /// The currency.
    #[must_use]
    pub const fn currency(self) -> Currency {
        self.currency
    }

    /// True for exactly nothing.
    #[must_use]
    pub const fn is_zero(self) -> bool {
        self.minor == 0
    }

    /// True above zero.
    #[must_use]
    pub const fn is_positive(self) -> bool {
        self.minor > 0
    }

    /// True below zero.
    #[must_use]
    pub const fn is_negative(self) -> bool {
        self.minor < 0
    }

    /// The sum; an error on two currencies or overflow.
    pub fn plus(self, other: Self) -> Result<Self, MoneyError> {
        self.same_currency(other)?;
        self.with(self.minor.checked_add(other.minor))
    }

    /// The difference; an error on two currencies or overflow.
    pub fn minus(self, other: Self) -> Result<Self, MoneyError> {
        self.same_currency(other)?;
        self.with(self.minor.checked_sub(other.minor))
    }

    /// The same amount owed the other way.
    pub fn negated(self) -> Result<Self, MoneyError> {
        self.with(self.minor.checked_neg())
    }

    /// So many times the amount, exact.
    pub fn times(self, quantity: i64) -> Result<Self, MoneyError> {
        self.with(self.minor.checked_mul(quantity))
    }

    /// A share of the amount, rounded half to even: the rule for lines.
    pub fn share_half_even(self, share: Ratio) -> Result<Self, MoneyError> {
        self.with(share.times(self.minor).ok().map(Ratio::round_half_even).and_then(|m| i64::try_from(m).ok()))
    }

    /// A share of the amount, rounded half away from zero: the rule for tax (EN 16931 BR-CO-17).
    pub fn share_half_away(self, share: Ratio) -> Result<Self, MoneyError> {
        self.with(share.times(self.minor).ok().map(Ratio::round_half_away).and_then(|m| i64::try_from(m).ok()))
    }

    /// The sum of many, zero of `currency` for none.
    pub fn sum(currency: Currency, amounts: impl IntoIterator<Item = Self>) -> Result<Self, MoneyError> {
        amounts.into_iter().try_fold(Self::zero(currency), Self::plus)
    }

    /// Splits the amount in proportion to the weights, to the last minor unit (largest remainder).
    pub fn split(self, weights: &[i64]) -> Result<Vec<Self>, MoneyError> {
        let parts = ratio::split(self.minor, weights).map_err(|_| MoneyError::Overflow)?;
        Ok(parts.into_iter().map(|minor| Self::new(minor, self.currency)).collect())
    }

    /// Whether the processor takes this amount as one charge.
    pub fn check_chargeable(self) -> Result<(), MoneyError> {
        let Self { minor, currency } = self;
        if minor <= 0 {
            Err(MoneyError::NotPositive)
        } else if minor > LARGEST_CHARGE {
            Err(MoneyError::AboveLargestCharge)
        } else if minor < currency.minimum_charge() {
            Err(MoneyError::BelowMinimum(Self::new(currency.minimum_charge(), currency)))
        } else if minor % currency.step() != 0 {
            Err(MoneyError::NotAMultiple(currency, currency.step()))
        } else {
            Ok(())
        }
    }

    /// The exact number alone, for a table column whose head names the currency: `1900.00`, `-0.05`.
    #[must_use]
    pub fn plain(self) -> String {
        let decimals = self.shown_decimals();
        let hidden = 10_u64.pow(self.currency.decimals() - decimals);
        let (unit, shown) = (10_u64.pow(decimals), self.minor.unsigned_abs() / hidden);
        let minus = if self.is_negative() { "-" } else { "" };
        match decimals {
            0 => format!("{minus}{shown}"),
            _ => format!("{minus}{}.{:0width$}", shown / unit, shown % unit, width = decimals as usize),
        }
    }

    /// ISK and UGX have no decimals for people although the processor counts two, as long as nothing is hidden.
    fn shown_decimals(self) -> u32 {
        let currency = self.currency;
        if currency.step() == 100 && self.minor % 100 == 0 { 0 } else { currency.decimals() }
    }

    fn same_currency(self, other: Self) -> Result<(), MoneyError> {
        if self.currency == other.currency {
            Ok(())
        } else {
            Err(MoneyError::CurrencyMismatch(self.currency, other.currency))
        }
    }

    fn with(self, minor: Option<i64>) -> Result<Self, MoneyError> {
        minor.map(|minor| Self { minor, ..self }).ok_or(MoneyError::Overflow)
    }
}

impl Money {
    /// For people of a language: `$1,900.00 USD` in English and Chinese, `1.900,00 USD` in German.
    #[must_use]
    pub fn written(self, lang: Lang) -> String {
        match lang {
            Lang::En | Lang::ZhHans => self.to_string(),
            Lang::De => {
                let minus = if self.is_negative() { "−" } else { "" };
                let (whole, fraction) = self.grouped('.');
                let fraction = fraction.replace('.', ",");
                format!("{minus}{whole}{fraction} {}", self.currency)
            }
        }
    }

    /// The exact number without its currency, as a column shows it: `1900.00`, in German `1900,00`.
    #[must_use]
    pub fn figures(self, lang: Lang) -> String {
        if lang == Lang::De { self.plain().replace('.', ",") } else { self.plain() }
    }

    /// The amount without its sign: whole units in groups of three, and the point with the rest.
    fn grouped(self, separator: char) -> (String, String) {
        let plain = self.plain();
        let unsigned = plain.trim_start_matches('-');
        let (whole, fraction) = unsigned.split_at(unsigned.find('.').unwrap_or(unsigned.len()));
        let mut grouped = String::new();
        for (index, digit) in whole.chars().enumerate() {
            if index > 0 && (whole.len() - index) % 3 == 0 {
                grouped.push(separator);
            }
            grouped.push(digit);
        }
        (grouped, fraction.to_owned())
    }
}

impl fmt::Display for Money {
    /// For people: sign, grouped exact number, code: `$1,900.00 USD`, `-€0.05 EUR`, `12.00 CHF`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (whole, fraction) = self.grouped(',');
        let minus = if self.is_negative() { "-" } else { "" };
        write!(f, "{minus}{}{whole}{fraction} {}", self.currency.sign(), self.currency)
    }
}

impl fmt::Debug for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.plain(), self.currency)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use proptest::sample::select;

    fn any_currency() -> impl Strategy<Value = Currency> {
        select(Currency::EVERY)
    }

    proptest! {
        #[test]
        fn sums_undo_and_differ_by_currency(a: i32, b: i32, x in any_currency(), y in any_currency()) {
            let (first, second) = (Money::new(a.into(), x), Money::new(b.into(), x));
            let sum = first.plus(second).expect("small");
            prop_assert_eq!(sum.minus(second), Ok(first));
            prop_assert_eq!(first.minus(second).expect("small").negated(), second.minus(first));
            prop_assert_eq!(first.plus(Money::new(b.into(), y)).is_ok(), x == y);
        }

        #[test]
        fn no_arithmetic_wraps(a: i64, b: i64, q: i64) {
            let (first, second) = (Money::new(a, Currency::USD), Money::new(b, Currency::USD));
            prop_assert_eq!(first.plus(second).ok().map(Money::minor), a.checked_add(b));
            prop_assert_eq!(first.minus(second).ok().map(Money::minor), a.checked_sub(b));
            prop_assert_eq!(first.times(q).ok().map(Money::minor), a.checked_mul(q));
        }

        #[test]
        fn text_loses_nothing(minor: i64, currency in any_currency()) {
            let money = Money::new(minor, currency);
            let digits: String = money.plain().chars().filter(|c| c.is_ascii_digit() || *c == '-').collect();
            let hidden = currency.decimals() - money.shown_decimals();
            prop_assert_eq!(digits.parse::<i128>().expect("digits") * 10_i128.pow(hidden), i128::from(minor));
            prop_assert_eq!(money.to_string().replace([',', '-'], "").contains(money.plain().trim_start_matches('-')), true);
        }

        #[test]
        fn json_round_trips(minor: i64, currency in any_currency()) {
            let money = Money::new(minor, currency);
            let json = serde_json::to_string(&money).expect("plain data");
            prop_assert_eq!(serde_json::from_str::<Money>(&json).expect("own text"), money);
        }

        #[test]
        fn parts_add_up(minor in -1_000_000_000_i64..1_000_000_000, weights in prop::collection::vec(0_i64..1_000, 1..20)) {
            prop_assume!(weights.iter().sum::<i64>() > 0);
            let parts = Money::new(minor, Currency::EUR).split(&weights).expect("small");
            prop_assert_eq!(Money::sum(Currency::EUR, parts).expect("small").minor(), minor);
        }
    }

    #[test]
    fn people_read_it() {
        for (minor, currency, text) in [
            (1_900, Currency::USD, "$19.00 USD"),
            (123_456_789, Currency::SGD, "$1,234,567.89 SGD"),
            (-5, Currency::EUR, "-€0.05 EUR"),
            (1_200, Currency::CHF, "12.00 CHF"),
            (500, Currency::JPY, "¥500 JPY"),
            (50_000, Currency::ISK, "500 ISK"),
            (50_050, Currency::ISK, "500.50 ISK"),
            (1_250, Currency::KWD, "1.250 KWD"),
            (i64::MIN, Currency::USD, "-$92,233,720,368,547,758.08 USD"),
        ] {
            assert_eq!(Money::new(minor, currency).to_string(), text);
        }
    }

    #[test]
    fn each_language_has_its_own_point() {
        let written = |minor, lang| Money::new(minor, Currency::USD).written(lang);
        assert_eq!(written(123_456_789, Lang::De), "1.234.567,89 USD");
        assert_eq!(written(-5, Lang::De), "−0,05 USD");
        assert_eq!(written(123_456_789, Lang::ZhHans), "$1,234,567.89 USD");
        assert_eq!(Money::new(500, Currency::JPY).written(Lang::De), "500 JPY");
    }

    #[test]
    fn the_api_shape_is_fixed() {
        let json = serde_json::to_string(&Money::new(1_900, Currency::USD)).expect("plain data");
        assert_eq!(json, r#"{"amount":1900,"currency":"USD"}"#);
        for wrong in [r#"{"amount":1.5,"currency":"USD"}"#, r#"{"amount":1}"#, r#"{"amount":1,"currency":"USD","x":1}"#]
        {
            assert!(serde_json::from_str::<Money>(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn only_what_the_processor_takes_is_chargeable() {
        let check = |minor, currency| Money::new(minor, currency).check_chargeable();
        assert_eq!(check(99_999_999, Currency::USD), Ok(()));
        assert_eq!(check(100_000_000, Currency::USD), Err(MoneyError::AboveLargestCharge));
        assert_eq!(check(49, Currency::USD), Err(MoneyError::BelowMinimum(Money::new(50, Currency::USD))));
        assert_eq!(check(0, Currency::USD), Err(MoneyError::NotPositive));
        assert_eq!(check(1_255, Currency::KWD), Err(MoneyError::NotAMultiple(Currency::KWD, 10)));
        assert_eq!(check(1_250, Currency::KWD), Ok(()));
    }
}
