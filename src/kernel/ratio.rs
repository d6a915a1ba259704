//! Exact rational numbers for rates and shares, and the only two roundings of the product (8-money.md, "Arithmetic").

use std::cmp::Ordering;
use std::fmt;
use std::str::FromStr;

/// A fraction in lowest terms over `i128`; the denominator is positive.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Ratio {
    numerator: i128,
    denominator: i128,
}

/// Why a ratio could not be made or computed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[allow(missing_docs)] // the sentence is the documentation
pub enum RatioError {
    #[error("A share needs a whole that is not zero.")]
    ZeroDenominator,
    #[error("This calculation needs more digits than there are.")]
    Overflow,
    #[error("This is not a decimal number. Write it like 0.09.")]
    Malformed,
}

impl Ratio {
    /// Nothing.
    pub const ZERO: Self = Self { numerator: 0, denominator: 1 };
    /// The whole.
    pub const ONE: Self = Self { numerator: 1, denominator: 1 };

    /// `numerator / denominator` in lowest terms.
    pub fn new(numerator: i128, denominator: i128) -> Result<Self, RatioError> {
        if denominator == 0 {
            return Err(RatioError::ZeroDenominator);
        }
        let divisor = i128::try_from(gcd(numerator.unsigned_abs(), denominator.unsigned_abs()))
            .map_err(|_| RatioError::Overflow)?;
        let sign = denominator.signum();
        let lowest = |part: i128| (part / divisor).checked_mul(sign).ok_or(RatioError::Overflow);
        Ok(Self { numerator: lowest(numerator)?, denominator: lowest(denominator)? })
    }

    /// A whole number.
    #[must_use]
    pub fn whole(number: i64) -> Self {
        Self { numerator: number.into(), denominator: 1 }
    }

    /// Reads a decimal number: `0.09`, `-1.5`, `19`; at most 18 digits behind the point.
    pub fn parse(text: &str) -> Result<Self, RatioError> {
        let (negative, body) = text.strip_prefix('-').map_or((false, text), |rest| (true, rest));
        let (whole, fraction) = body.split_once('.').unwrap_or((body, ""));
        let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
        let well_formed = !whole.is_empty() && (fraction.is_empty() != body.contains('.'));
        if !(well_formed && digits(whole) && digits(fraction) && whole.len() <= 18 && fraction.len() <= 18) {
            return Err(RatioError::Malformed);
        }
        let number: i128 = format!("{whole}{fraction}").parse().map_err(|_| RatioError::Malformed)?;
        let scale = 10_i128.pow(u32::try_from(fraction.len()).map_err(|_| RatioError::Malformed)?);
        Self::new(if negative { -number } else { number }, scale)
    }

    /// Upper part, in lowest terms; carries the sign.
    #[must_use]
    pub const fn numerator(self) -> i128 {
        self.numerator
    }

    /// Lower part, in lowest terms; positive.
    #[must_use]
    pub const fn denominator(self) -> i128 {
        self.denominator
    }

    /// The exact sum.
    pub fn plus(self, other: Self) -> Result<Self, RatioError> {
        let left = self.numerator.checked_mul(other.denominator);
        let right = other.numerator.checked_mul(self.denominator);
        let lower = self.denominator.checked_mul(other.denominator).ok_or(RatioError::Overflow)?;
        let upper = left.zip(right).and_then(|(l, r)| l.checked_add(r)).ok_or(RatioError::Overflow)?;
        Self::new(upper, lower)
    }

    /// The exact difference.
    pub fn minus(self, other: Self) -> Result<Self, RatioError> {
        let negated = other.numerator.checked_neg().ok_or(RatioError::Overflow)?;
        self.plus(Self { numerator: negated, ..other })
    }

    /// The exact product.
    pub fn by(self, other: Self) -> Result<Self, RatioError> {
        // Crosswise reduction first keeps the products as small as they can be.
        let first = Self::new(self.numerator, other.denominator)?;
        let second = Self::new(other.numerator, self.denominator)?;
        let upper = first.numerator.checked_mul(second.numerator).ok_or(RatioError::Overflow)?;
        let lower = first.denominator.checked_mul(second.denominator).ok_or(RatioError::Overflow)?;
        Self::new(upper, lower)
    }

    /// The exact quotient.
    pub fn over(self, other: Self) -> Result<Self, RatioError> {
        self.by(Self::new(other.denominator, other.numerator)?)
    }

    /// The exact product with an amount of minor units.
    pub fn times(self, amount: i64) -> Result<Self, RatioError> {
        self.by(Self::whole(amount))
    }

    /// The nearest whole number, a half to the even one: the rule for lines.
    #[must_use]
    pub fn round_half_even(self) -> i128 {
        let (floor, half) = self.floor_and_half();
        match half {
            Ordering::Less => floor,
            Ordering::Greater => floor + 1,
            Ordering::Equal => floor + floor.rem_euclid(2),
        }
    }

    /// The nearest whole number, a half to the one further from zero: the rule for tax.
    #[must_use]
    pub fn round_half_away(self) -> i128 {
        let (floor, half) = self.floor_and_half();
        match half {
            Ordering::Less => floor,
            Ordering::Greater => floor + 1,
            Ordering::Equal => floor + i128::from(floor >= 0),
        }
    }

    /// The whole number below, and how the rest compares with a half.
    fn floor_and_half(self) -> (i128, Ordering) {
        let rest = self.numerator.rem_euclid(self.denominator);
        (self.numerator.div_euclid(self.denominator), rest.cmp(&(self.denominator - rest)))
    }
}

impl fmt::Display for Ratio {
    /// `19/100`, or the number alone when it is whole: the form in which lines store their rates.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.denominator {
            1 => write!(f, "{}", self.numerator),
            lower => write!(f, "{}/{lower}", self.numerator),
        }
    }
}

impl fmt::Debug for Ratio {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for Ratio {
    type Err = RatioError;
    /// Reads what `Display` writes, or a decimal number.
    fn from_str(text: &str) -> Result<Self, RatioError> {
        match text.split_once('/') {
            None => Self::parse(text),
            Some((upper, lower)) => {
                let number = |part: &str| part.parse::<i128>().map_err(|_| RatioError::Malformed);
                Self::new(number(upper)?, number(lower)?)
            }
        }
    }
}

/// Splits `total` in proportion to `weights` so that the parts add up to it: each part is its exact share rounded
/// down, and the units left over go to the largest remainders, among equals to the earlier. A negative total splits
/// as the mirror image of its positive. All weights zero: an error unless the total is zero too.
pub fn split(total: i64, weights: &[i64]) -> Result<Vec<i64>, RatioError> {
    let sum: i128 = weights.iter().map(|weight| i128::from(*weight)).sum();
    if sum == 0 {
        return if total == 0 { Ok(vec![0; weights.len()]) } else { Err(RatioError::ZeroDenominator) };
    }
    let amount = i128::from(total.unsigned_abs());
    // Signs aside, share i is amount · weight / |sum|: below 2^64 · 2^64 in all, so it fits.
    let mut parts = Vec::with_capacity(weights.len());
    for (index, weight) in weights.iter().enumerate() {
        let exact = amount.checked_mul(i128::from(*weight) * sum.signum()).ok_or(RatioError::Overflow)?;
        parts.push((index, exact.div_euclid(sum.abs()), exact.rem_euclid(sum.abs())));
    }
    let left = amount - parts.iter().map(|(_, floor, _)| floor).sum::<i128>();
    let mut by_rest: Vec<usize> = (0..parts.len()).collect();
    by_rest.sort_by_key(|index| (std::cmp::Reverse(parts[*index].2), *index));
    for index in by_rest.into_iter().take(usize::try_from(left).map_err(|_| RatioError::Overflow)?) {
        parts[index].1 += 1;
    }
    let sign = i128::from(total.signum());
    parts.into_iter().map(|(_, part, _)| i64::try_from(part * sign).map_err(|_| RatioError::Overflow)).collect()
}

fn gcd(mut a: u128, mut b: u128) -> u128 {
    while b != 0 {
        (a, b) = (b, a % b);
    }
    a.max(1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn ratio(upper: i128, lower: i128) -> Ratio {
        Ratio::new(upper, lower).expect("not over zero")
    }

    #[test]
    fn halves_go_where_the_rule_says() {
        for (upper, even, away) in
            [(1, 0, 1), (3, 2, 2), (5, 2, 3), (-1, 0, -1), (-3, -2, -2), (-5, -2, -3), (4, 2, 2), (0, 0, 0)]
        {
            assert_eq!(ratio(upper, 2).round_half_even(), even, "{upper}/2 to even");
            assert_eq!(ratio(upper, 2).round_half_away(), away, "{upper}/2 away");
        }
    }

    #[test]
    fn decimals_are_exact() {
        assert_eq!(Ratio::parse("0.09"), Ok(ratio(9, 100)));
        assert_eq!(Ratio::parse("-1.50"), Ok(ratio(-3, 2)));
        assert_eq!("-3/2".parse(), Ok(ratio(-3, 2)));
        for text in ["", ".", "1.", ".5", "--1", "1e3", "1,5", "0.1.2", "９"] {
            assert_eq!(Ratio::parse(text), Err(RatioError::Malformed), "{text}");
        }
        assert_eq!(Ratio::new(1, 0), Err(RatioError::ZeroDenominator));
        assert!(Ratio::new(i128::MIN, -1).is_err());
    }

    #[test]
    fn remainders_go_to_the_largest_then_the_earliest() {
        assert_eq!(split(100, &[1, 1, 1]), Ok(vec![34, 33, 33]));
        assert_eq!(split(-100, &[1, 1, 1]), Ok(vec![-34, -33, -33]));
        assert_eq!(split(5, &[1, 3]), Ok(vec![1, 4]));
        assert_eq!(split(0, &[0, 0]), Ok(vec![0, 0]));
        assert_eq!(split(1, &[0, 0]), Err(RatioError::ZeroDenominator));
        assert_eq!(split(9, &[120, -20]), Ok(vec![11, -2]));
        assert_eq!(split(9, &[-120, 20]), Ok(vec![11, -2]));
    }

    proptest! {
        #[test]
        fn the_field_laws_hold(a in -1_000_i128..1_000, b in 1_i128..1_000, c in -1_000_i128..1_000, d in 1_i128..1_000) {
            let (x, y) = (ratio(a, b), ratio(c, d));
            prop_assert_eq!(x.plus(y).expect("small").minus(y), Ok(x));
            prop_assert_eq!(x.by(y), y.by(x));
            if c != 0 {
                prop_assert_eq!(x.by(y).expect("small").over(y), Ok(x));
            }
            prop_assert_eq!(x.to_string().parse(), Ok(x));
        }

        #[test]
        fn rounding_is_within_a_half(upper in -1_000_000_i128..1_000_000, lower in 1_i128..1_000) {
            let exact = ratio(upper, lower);
            for rounded in [exact.round_half_even(), exact.round_half_away()] {
                let off = ratio(upper - rounded * lower, lower);
                prop_assert!(off.numerator().abs() * 2 <= off.denominator());
            }
            let mirrored = ratio(-upper, lower);
            prop_assert_eq!(mirrored.round_half_even(), -exact.round_half_even());
            prop_assert_eq!(mirrored.round_half_away(), -exact.round_half_away());
        }

        #[test]
        fn parts_add_up_and_are_fair(total: i32, weights in prop::collection::vec(-1_000_i64..1_000_000, 1..30)) {
            let sum: i64 = weights.iter().sum();
            prop_assume!(sum != 0);
            let parts = split(total.into(), &weights).expect("small");
            prop_assert_eq!(parts.iter().sum::<i64>(), i64::from(total));
            for (part, weight) in parts.iter().zip(&weights) {
                // |part − exact share| < 1, without a division
                let off = i128::from(*part) * i128::from(sum) - i128::from(total) * i128::from(*weight);
                prop_assert!(off.abs() < i128::from(sum).abs());
            }
            let mirrored: Vec<i64> = split(-i64::from(total), &weights).expect("small").iter().map(|p| -p).collect();
            prop_assert_eq!(mirrored, parts);
        }

        #[test]
        fn nothing_panics(total: i64, weights in prop::collection::vec(any::<i64>(), 0..6), a: i128, b: i128, c: i128, d: i128) {
            let _ = split(total, &weights);
            if let (Ok(x), Ok(y)) = (Ratio::new(a, b), Ratio::new(c, d)) {
                let _ = (x.plus(y), x.minus(y), x.by(y), x.over(y), x.round_half_even(), x.round_half_away());
            }
        }
    }
}
